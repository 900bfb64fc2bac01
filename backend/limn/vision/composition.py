"""Who looks: per capability the first that is there, and the measured eyes last. Says who spoke, never mixes methods."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from anyio.to_thread import run_sync

from limn.errors import EyesAway, NotServed
from limn.models import Caption, Tag
from limn.vision.protocol import Captioner, Embedder, Judged, Look, Matcher, Speaker, Tagger, Vision

S = TypeVar("S", bound=Speaker)
T = TypeVar("T")


@dataclass(frozen=True)
class Eyes:
    """Models in the order they are asked, without the measured eyes, which come after all of them. `embedder` is the target
    space of searches by meaning; None where there is no model with one."""

    measured: Vision
    embedder: Embedder | None = None
    matchers: Sequence[Matcher] = ()
    captioners: Sequence[Captioner] = ()
    taggers: Sequence[Tagger] = ()

    @property
    def fingerprint(self) -> str:
        """Four parts joined by `;`: space, captioners, matchers, taggers with their vocabularies. What other eyes looked at is
        looked at again."""
        return ";".join(
            (
                self.embedder.space if self.embedder else self.measured.space,
                "+".join(_name(one) for one in self.captioners),
                "+".join(_name(one) for one in self.matchers),
                "+".join(f"{_name(one)}({one.vocabulary})" for one in self.taggers),
            )
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where pictures or words go to, each once."""
        speakers: list[Speaker] = [*self.captioners, *self.matchers, *self.taggers]
        if self.embedder is not None:
            speakers.append(self.embedder)
        return tuple(dict.fromkeys(one.host for one in speakers if one.host))

    async def match(self, look: Look) -> Judged:
        """Raises EyesAway where models are there and each is away."""
        judged = await _first(self.matchers, lambda matcher: matcher.match(look))
        return judged or await run_sync(self.measured.match, look.picture, look.description)

    async def caption(self, look: Look) -> Caption:
        """Raises EyesAway."""
        caption = await _first(self.captioners, lambda captioner: captioner.caption(look))
        return caption or await run_sync(self.measured.caption, look.picture)

    async def tags(self, look: Look) -> tuple[Tag, ...]:
        """The models' first, then what was measured: colours and light are true whoever looks. Raises EyesAway."""
        seen = await _first(self.taggers, lambda tagger: tagger.tags(look)) or ()
        measured = await run_sync(self.measured.tags, look.picture)
        names = {tag.name for tag in seen}
        return (*seen, *(tag for tag in measured if tag.name not in names))


def _name(speaker: Speaker) -> str:
    return f"{speaker.method}:{speaker.model}"


async def _first(speakers: Sequence[S], ask: Callable[[S], Awaitable[T]]) -> T | None:
    """The first answer. One that is away is passed over; if then nobody answers, the first that was away is raised."""
    away: EyesAway | None = None
    for speaker in speakers:
        try:
            return await ask(speaker)
        except NotServed:
            continue
        except EyesAway as error:
            away = away or error
    if away is not None:
        raise away
    return None
