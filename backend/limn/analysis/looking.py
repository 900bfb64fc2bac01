"""One artwork before the eyes: they are asked one thing after another, and each answer is written as it comes."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import anyio

from limn import failpoints
from limn.analysis.due import Due
from limn.analysis.patience import LEAST_SECONDS, Patience
from limn.errors import EyesAway, NotServed
from limn.imaging.picture import Picture
from limn.language.protocol import Sentences
from limn.models import READ, Artwork, Claim, Findings, Visibility, Wanted
from limn.stores.protocol import Store
from limn.vision.composition import Eyes, known_away
from limn.vision.protocol import Embedder, Look, Speaker, Vector

T = TypeVar("T")
Ask = Callable[[Look], Awaitable[None]]  # writes down what it found


class Looking:
    """`announce` is called when something was written. All methods raise LeaseLost, and what the store raises; never EyesAway:
    who is away leaves a reason, and what was found before where it still holds."""

    def __init__(
        self,
        store: Store,
        eyes: Eyes,
        claim: Claim,
        patience: Patience,
        *,
        vector: Vector | None = None,
        announce: Callable[[], None] = lambda: None,
    ) -> None:
        """`vector` is the work's own in the target space, where there is one."""
        self._store, self._eyes, self._claim, self._vector = store, eyes, claim, vector
        self._patience, self._announce = patience, announce
        self._found: dict[str, Any] = {}
        self._written: set[str] = set()
        self._away: dict[str, EyesAway] = {}

    async def look(self, picture: Picture, due: Due, *, former: Embedder | None = None) -> None:
        """Ask for what is due, and write what comes as it comes. `former` embeds for the space that searches still use while the
        target's is being built."""
        artwork, embedder = self._claim.artwork, self._eyes.embedder
        looks = embedder is not None and embedder.looks
        look = Look(
            picture=picture,
            description=artwork.description,
            words=words_of(artwork),
            owner=artwork.owner,
            private=artwork.visibility is Visibility.PRIVATE,
            vector=self._vector if looks else None,
            space=embedder.space if embedder is not None and looks else None,
        )
        await self._ask_all(look, due, former)
        if embedder is not None and not embedder.looks and (due.vector or due.caption or due.tags or due.match):
            look.words = words_of(self._present())
            await self._embed(embedder, look)
        failpoints.hit("analysis.described")

    async def _ask_all(self, look: Look, due: Due, former: Embedder | None) -> None:
        """What is only measured takes no time. Models here wait for one another in any case, those elsewhere do not."""
        embedders = [one for one in (self._eyes.embedder, former) if one is not None and one.looks]
        asks: list[tuple[bool, Speaker | None, Ask]] = [
            *((due.vector, one, partial(self._embed, one)) for one in embedders),
            (due.match, next(iter(self._eyes.matchers), None), self._match),
            (due.tags, next(iter(self._eyes.taggers), None), self._tags),
            (due.caption, next(iter(self._eyes.captioners), None), self._caption),
        ]
        wanted = [(speaker, ask) for is_due, speaker, ask in asks if is_due]
        for speaker, ask in wanted:
            if speaker is None:
                await ask(look)
        here = [ask for speaker, ask in wanted if speaker is not None and speaker.host is None]
        elsewhere = [[ask] for speaker, ask in wanted if speaker is not None and speaker.host is not None]
        if here or elsewhere:
            await self._write()
        try:
            async with anyio.create_task_group() as tasks:
                for row in (here, *elsewhere):
                    tasks.start_soon(self._ask_in_turn, look, row)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    async def _ask_in_turn(self, look: Look, asks: Sequence[Ask]) -> None:
        for ask in asks:
            await ask(look)
            await self._write()

    async def read(self, sentences: Sentences) -> None:
        """Lay what the artist says into the space of sentences, in place of what they said before."""
        artwork = self._claim.artwork
        vectors = await self._ask("words", lambda: sentences.embed([artwork.told]))
        if vectors is not None:
            await self._store.vectors.put(artwork.id, 0, sentences.space, vectors[0])
            failpoints.hit("analysis.read")

    def is_in_vain(self, due: Due) -> bool:
        """Whether all that is due is known to be away without asking. That counts as asked."""
        artwork, eyes = self._claim.artwork, self._eyes
        if artwork.visibility is Visibility.PRIVATE:
            return False  # what may not be sent is measured instead
        embedder = [eyes.embedder] if eyes.embedder is not None else []
        asks: list[tuple[str, bool, Sequence[Speaker]]] = [
            ("vector", due.vector, embedder),
            ("match", due.match, eyes.matchers),
            ("tags", due.tags, eyes.taggers),
            ("caption", due.caption, eyes.captioners),
        ]
        away = {name: known_away(speakers, artwork.owner) for name, is_due, speakers in asks if is_due}
        known = {name: error for name, error in away.items() if error is not None}
        if not known or len(known) < len(away):
            return False
        self._away = known
        return True

    async def tag_again(self) -> bool:
        """From the work's vector. False where the picture is needed after all."""
        vector = self._vector
        if vector is None:
            return False
        tags = await self._ask("tags", lambda: self._eyes.tags_of(vector, self._claim.artwork.tags))
        if tags is not None:
            self._found |= {"tags": tags, "tags_reason": None}
        return tags is not None or "tags" in self._away

    async def finish(self) -> None:
        """Write the rest, with the reasons of what is missing and when it is asked again."""
        seconds = self._patience.seconds(self._away) if self._away else None
        for name, away in self._away.items():
            if name not in {"vector", "words"}:
                self._found[f"{name}_reason"] = _reason(away, seconds or LEAST_SECONDS)
        if self._claim.wanted is not Wanted.MATCH:
            self._found |= {"eyes": self._stamp(), "space": self._space()}
        failpoints.hit("analysis.before_finish")
        await self._store.analyses.finish(self._claim, self._findings(), look_again_seconds=seconds)
        failpoints.hit("analysis.finished")

    def _stamp(self) -> str:
        """Without a space where the vector is still missing: so the work stays behind, and searches stay in the space that has it. In
        the same way without what read its words."""
        looked, *read = self._eyes.fingerprint.split(READ)
        space, *others = looked.split(";")
        looked = ";".join(("" if "vector" in self._away else space, *others))
        return looked if "words" in self._away else READ.join((looked, *read))

    def _space(self) -> str:
        embedder, measured = self._eyes.embedder, self._eyes.measured.space
        if embedder is not None and self._vector is not None:
            return embedder.space
        # a vector in the space of before is still there
        return measured if embedder is None else self._claim.artwork.analysis.space or measured

    async def _tags(self, look: Look) -> None:
        tags = await self._ask("tags", lambda: self._eyes.tags(look, self._claim.artwork.tags))
        if tags is not None:
            self._found |= {"tags": tags, "tags_reason": None}
        elif not any(tag.source == "machine" for tag in self._claim.artwork.tags):
            self._found["tags"] = await self._eyes.measured_tags(look)

    async def _match(self, look: Look) -> None:
        # only a second look is sure to be of the same words as the first
        before = self._claim.artwork.analysis.match if self._claim.wanted is Wanted.EYES else None
        judged = await self._ask("match", lambda: self._eyes.match(look, before))
        if judged is not None:
            self._found |= {"match": judged.match, "match_reason": judged.reason}
        elif before is None:
            self._found["match"] = None

    async def _caption(self, look: Look) -> None:
        caption = await self._ask("caption", lambda: self._eyes.caption(look, self._claim.artwork.analysis.caption))
        if caption is not None:
            self._found |= {"caption": caption, "caption_reason": None}

    async def _embed(self, embedder: Embedder, look: Look) -> None:
        """For the target space; or for the former one, where nothing is missed if that cannot be."""
        target = embedder is self._eyes.embedder

        async def ask() -> Vector | None:
            try:
                return await embedder.embed(look)
            except NotServed:  # not for this work: it may be private, and is found by its words
                return None

        vector = await self._ask("vector" if target else "", ask)
        if vector is None:
            return
        await self._store.vectors.put(self._claim.artwork.id, 0, embedder.space, vector)
        failpoints.hit("analysis.embedded")
        if target:
            self._vector = vector
            look.vector = vector if embedder.looks else None

    def _present(self) -> Artwork:
        """The artwork with what was found so far."""
        artwork = self._claim.artwork
        update: dict[str, Any] = {}
        if "caption" in self._found:
            update["analysis"] = artwork.analysis.model_copy(update={"caption": self._found["caption"]})
        if "tags" in self._found:
            update["tags"] = (*(tag for tag in artwork.tags if tag.source != "machine"), *self._found["tags"])
        return artwork.model_copy(update=update)

    async def _ask(self, name: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        try:
            answer = await ask()
        except EyesAway as away:
            if name:
                self._away[name] = away
            return None
        self._patience.answered(name)
        return answer

    async def _write(self) -> None:
        if self._found.keys() - self._written:
            await self._store.analyses.record(self._claim, self._findings())
            self._announce()

    def _findings(self) -> Findings:
        """What was not written yet."""
        fresh = {name: value for name, value in self._found.items() if name not in self._written}
        self._written |= fresh.keys()
        return Findings(**fresh)


def words_of(artwork: Artwork) -> str:
    """Title, description, tags and caption in one text, for eyes that read."""
    names = ", ".join(tag.name for tag in artwork.tags)
    caption = artwork.analysis.caption.text if artwork.analysis.caption else ""
    return "\n".join(part for part in (artwork.title, artwork.description, names, caption) if part)


def _reason(away: EyesAway, seconds: float) -> str:
    again = datetime.now(UTC) + timedelta(seconds=seconds)
    return f"{away.detail.rstrip('.')}. It is asked again at {again:%H:%M} UTC on {again.day} {again:%B}."
