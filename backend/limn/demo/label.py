"""What stands beside a picture of the demo."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class Work:
    """A work as its artist hands it in; `draw` gives the picture, `tags` are separated by commas."""

    title: str
    category: str
    description: str
    alt_text: str
    tags: str
    draw: Callable[[], Image.Image]

    @property
    def filename(self) -> str:
        words = "".join(letter if letter.isalnum() else " " for letter in self.title.lower()).split()
        return f"{'-'.join(words)}.jpg"
