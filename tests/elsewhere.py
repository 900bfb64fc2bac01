"""What tests of models elsewhere share: settings that name a server, a look at a drawn picture, clocks that are moved by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from inference_server import InferenceServer
from limn.imaging.picture import Picture
from limn.settings import Settings, load
from limn.vision.huggingface.times import Patience, Times
from limn.vision.protocol import Look

TOKEN, ENDPOINT_TOKEN = "hf_routerCanary", "hf_endpointCanary"


def settings(there: InferenceServer, *endpoints: str, token: bool = False, **others: str) -> Settings:
    """`endpoints` of clip, blip, chat, embed are on the server at their own paths; `token` opens its router."""
    given = {f"LIMN_HF_{name.upper()}_URL": f"{there.url}/{name}" for name in endpoints}
    # an origin of its own, as a dedicated endpoint has one
    given = {name: url.replace("127.0.0.1", "localhost") for name, url in given.items()}
    given |= {"LIMN_HF_ROUTER_URL": there.url} | ({"HF_TOKEN": TOKEN} if token else {})
    return load(given | others, env_file=None)


def look(
    description: str = "a lighthouse above the sea",
    *,
    colour: Sequence[int] = (30, 60, 160),
    size: tuple[int, int] = (96, 64),
    owner: str = "ada",
    private: bool = False,
    words: str = "Lighthouse, a lighthouse above the sea",
) -> Look:
    width, height = size
    pixels = np.tile(np.array(colour, np.uint8), (height, width, 1))
    pixels[: height // 4, : width // 4] = 255 - pixels[: height // 4, : width // 4]
    picture = Picture(pixels=pixels, width=width, height=height)
    return Look(picture=picture, description=description, words=words, owner=owner, private=private)


class Clocks:
    """Time that passes when somebody sleeps, or when it is moved. `slept` are the pauses taken."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []
        self.start = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def times(self, *, read: float = 5.0, total: float = 60.0) -> Times:
        patience = Patience(read=read, total=total)
        return Times(lambda: self.seconds, self.now, self._sleep, lambda: 0.0, looking=patience, talking=patience)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds - 1000)

    def move(self, seconds: float) -> None:
        self.seconds += seconds

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)


class Purse:
    """Calls for a day: `each` for one owner, `all` together."""

    def __init__(self, each: int = 10_000, everybody: int = 10_000) -> None:
        self.each, self.everybody = each, everybody
        self.spent: list[str] = []

    async def spend(self, owner: str) -> bool:
        if len(self.spent) >= self.everybody or self.spent.count(owner) >= self.each:
            return False
        self.spent.append(owner)
        return True
