"""Limn: a gallery that reads pictures."""

import os

# Before numpy is loaded: its threads spin while they wait, on the cores that decode and infer. A search over 100,000 works took 49 ms
# and 97 ms of processor time with them, and takes 40 and 42 without.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
