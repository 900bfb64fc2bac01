"""Callers who come all at once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

from limn.errors import LimnError

T = TypeVar("T")


async def all_at_once(calls: Sequence[Callable[[], Awaitable[T]]]) -> tuple[list[T], list[LimnError]]:
    """What the calls answered, and what they were refused with."""
    answers: list[T] = []
    refusals: list[LimnError] = []

    async def one(call: Callable[[], Awaitable[T]]) -> None:
        try:
            answers.append(await call())
        except LimnError as error:
            refusals.append(error)

    async with anyio.create_task_group() as tasks:
        for call in calls:
            tasks.start_soon(one, call)
    return answers, refusals
