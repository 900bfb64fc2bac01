"""Rankings somebody may be paging through, so that a page continues exactly although the gallery changed."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Answers(Generic[T]):
    """The latest few, by a key of the caller's. From the event loop."""

    def __init__(self, most: int = 64) -> None:
        self._held: OrderedDict[str, T] = OrderedDict()
        self._most = most

    def put(self, key: str, answer: T) -> None:
        self._held[key] = answer
        self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def get(self, key: str) -> T | None:
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)
