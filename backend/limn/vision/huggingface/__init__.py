"""Models elsewhere: endpoints of the operator's, or Hugging Face's router. Nothing here is imported before something is configured."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self

from limn.errors import EyesAway
from limn.settings import Settings
from limn.vision.huggingface.times import Times
from limn.vision.protocol import Captioner, Embedder, Matcher, Speaker, Tagger

Capability = Literal["match", "caption", "tags", "meaning"]


class Remote(Speaker, Protocol):
    @property
    def away(self) -> str | None:
        """Why it would not be asked at this moment, in words for the operator; None while it would be."""
        ...

    def shut(self, owner: str) -> EyesAway | None:
        """What a question about this owner's works would raise now without being asked; None where it would be asked."""
        ...


@dataclass(frozen=True)
class SpeakerState:
    capability: Capability
    method: str
    model: str
    host: str | None
    ready: bool
    reason: str | None


@dataclass(frozen=True)
class HuggingFace:
    """In the order they are asked. Close it with `aclose`, or use it as a context; opening costs nothing."""

    matchers: Sequence[Matcher] = ()
    captioners: Sequence[Captioner] = ()
    taggers: Sequence[Tagger] = ()
    embedder: Embedder | None = None
    speakers: Sequence[tuple[Capability, Remote]] = ()
    closers: Sequence[Callable[[], Awaitable[None]]] = ()

    def states(self) -> tuple[SpeakerState, ...]:
        """What each would say to a question now, without asking it."""
        return tuple(
            SpeakerState(capability, one.method, one.model, one.host, one.away is None, one.away)
            for capability, one in self.speakers
        )

    async def aclose(self) -> None:
        for close in self.closers:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def open_huggingface(
    settings: Settings, spend: Callable[[str], Awaitable[bool]], *, times: Times | None = None
) -> HuggingFace:
    """What the settings name. `spend(owner)` answers whether one more call may be made today for that artist's works, and counts it;
    the owner "" is a visitor's query. Raises BadSettings where an address is none."""
    named = (settings.hf_clip_url, settings.hf_blip_url, settings.hf_chat_url, settings.hf_embed_url)
    if settings.hf_daily_calls == 0 or not (settings.hf_token or any(named)):
        return HuggingFace()
    from limn.vision.huggingface.speakers import compose  # noqa: PLC0415  see the first line

    return compose(settings, spend, times or Times())
