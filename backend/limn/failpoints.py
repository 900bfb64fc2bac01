"""Named points where a test may stop the process; armed by LIMN_TEST_FAILPOINT=name[:count] and by nothing else."""

import os
import signal

_armed, _, _count = os.environ.get("LIMN_TEST_FAILPOINT", "").partition(":")
_left = int(_count or 1)


def armed(prefix: str) -> bool:
    """Whether a point whose name starts so is armed: where naming the point costs something."""
    return _armed.startswith(prefix)


def hit(name: str) -> None:
    """Die by SIGKILL, as in a power cut, at the `count`-th passage of the armed point; else do nothing."""
    global _left  # noqa: PLW0603  a counter of one process, armed before it starts
    if name != _armed:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
