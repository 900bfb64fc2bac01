"""Limn: a gallery that reads pictures."""
