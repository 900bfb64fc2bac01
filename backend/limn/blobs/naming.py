"""The name of a blob is the hash of its bytes: where it lies below a root, and what is said where it is not as its name says."""

import re

from limn.errors import Damaged, InvalidInput, NotFound

KEY = re.compile(r"[0-9a-f]{64}")


def path_of(key: str) -> str:
    """`ab/cd/<sha256>`. Raises NotFound for what is no key: nothing else ever becomes part of a path."""
    if not KEY.fullmatch(key):
        raise NotFound("There is no such blob.")
    return f"{key[:2]}/{key[2:4]}/{key}"


def missing(key: str) -> NotFound:
    return NotFound(f"There is no blob {key}.")


def no_such_part(key: str) -> InvalidInput:
    return InvalidInput(f"The blob {key} has no such part.")


def damaged(key: str) -> Damaged:
    return Damaged(f"The blob {key} is damaged: its bytes have another hash. Keeping the same file again heals it.")
