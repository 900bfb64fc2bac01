"""Who looks: per capability the first that is there, and the measured eyes last. Says who spoke, never mixes methods."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from anyio.to_thread import run_sync

from limn.errors import EyesAway, NotServed
from limn.models import READ, Caption, Match, Tag
from limn.vision.protocol import Captioner, Embedder, Judged, Look, Matcher, Speaker, Tagger, Vector, Vision

S = TypeVar("S", bound=Speaker)
T = TypeVar("T")
MEASURED = "measured"  # the method of eyes without a model


@dataclass(frozen=True)
class Eyes:
    """Models in the order they are asked, without the measured eyes, which come after all of them. `embedder` is the target
    space of searches by meaning; None where there is no model with one. `reads` is the space that a model of sentences lays words
    into beside them, empty where none does."""

    measured: Vision
    embedder: Embedder | None = None
    matchers: Sequence[Matcher] = ()
    captioners: Sequence[Captioner] = ()
    taggers: Sequence[Tagger] = ()
    reads: str = ""

    @property
    def fingerprint(self) -> str:
        """Four parts joined by `;`: space, captioners, matchers, taggers with their vocabularies; then, where words are read, the
        space of that. What other eyes looked at is looked at again."""
        looked = ";".join(
            (
                self.embedder.space if self.embedder else self.measured.space,
                "+".join(_name(one) for one in self.captioners),
                "+".join(_name(one) for one in self.matchers),
                "+".join(f"{_name(one)}({one.vocabulary})" for one in self.taggers),
            )
        )
        return f"{looked}{READ}{self.reads}" if self.reads else looked

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where pictures or words go to, each once."""
        speakers: list[Speaker] = [*self.captioners, *self.matchers, *self.taggers]
        if self.embedder is not None:
            speakers.append(self.embedder)
        return tuple(dict.fromkeys(one.host for one in speakers if one.host))

    async def match(self, look: Look, before: Match | None = None) -> Judged:
        """`before` is what was found of the same words and picture: measuring never takes the place of what a model said. Raises
        EyesAway where models are there and each is away."""
        judged = await _first(self.matchers, lambda matcher: matcher.match(look))
        if judged is not None:
            return judged
        if before is not None and before.method != MEASURED:
            return Judged(before, None)
        return await run_sync(self.measured.match, look.picture, look.description)

    async def caption(self, look: Look, before: Caption | None = None) -> Caption:
        """`before` as in `match`. Raises EyesAway."""
        caption = await _first(self.captioners, lambda captioner: captioner.caption(look))
        if caption is not None:
            return caption
        if before is not None and before.method != MEASURED:
            return before
        return await run_sync(self.measured.caption, look.picture)

    async def tags(self, look: Look, before: Sequence[Tag] = ()) -> tuple[Tag, ...]:
        """The models' first, then what was measured: colours and light are true whoever looks. `before` as in `match`. Raises
        EyesAway."""
        seen = await _first(self.taggers, lambda tagger: tagger.tags(look))
        return self._beside(self.by_models(before) if seen is None else seen, await self.measured_tags(look))

    async def measured_tags(self, look: Look) -> tuple[Tag, ...]:
        """What is true whoever looks, for when nobody else can."""
        return await run_sync(self.measured.tags, look.picture)

    def by_models(self, tags: Iterable[Tag]) -> tuple[Tag, ...]:
        """Those of them that no artist gave and nobody could measure."""
        return tuple(tag for tag in tags if tag.source == "machine" and tag.name not in self.measured.tag_names)

    async def tags_of(self, vector: Vector, before: Sequence[Tag]) -> tuple[Tag, ...] | None:
        """The same from a picture's vector in the target space and the tags it has: those that were measured stay. None where
        the picture is needed. Raises EyesAway."""
        # only the one that would be asked first, and only where it compares in just this space
        space = self.embedder if self.embedder is not None and self.embedder.looks else None
        first = [one for one in self.taggers[:1] if space is not None and one.model == space.model]
        seen = await _first(first, lambda tagger: tagger.tags_of(vector))
        measured = [tag for tag in before if tag.source == "machine" and tag.name in self.measured.tag_names]
        return None if seen is None else self._beside(seen, measured)

    def _beside(self, seen: Sequence[Tag], measured: Sequence[Tag]) -> tuple[Tag, ...]:
        # a model that calls "blue" what nobody can measure is wrong, and one that is right has said nothing new
        return (*(tag for tag in seen if tag.name not in self.measured.tag_names), *measured)


def known_away(speakers: Sequence[Speaker], owner: str) -> EyesAway | None:
    """What a question about a public work of this owner would raise, where that is known without asking: then no picture need be
    decoded for it. None where somebody would answer."""
    shut: list[EyesAway | None] = [ask(owner) if (ask := getattr(one, "shut", None)) else None for one in speakers]
    away = [error for error in shut if error is not None]
    if not away or len(away) < len(shut):
        return None
    return min(away, key=lambda error: error.retry_after or 0)


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
