"""Composes the present eyes from the settings and from the model files that are there, and again when either changes."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio.to_thread import run_sync

from limn.errors import BadSettings, EyesAway, NotServed
from limn.language.protocol import Sentences
from limn.settings import Settings
from limn.stores.protocol import Store
from limn.vision import weights
from limn.vision.composition import Eyes
from limn.vision.huggingface import HuggingFace, open_huggingface
from limn.vision.protocol import Embedder, Speaker, Vector, Vision
from limn.vision.scoring import start

if TYPE_CHECKING:
    from limn.language.local import LocalSentences
    from limn.models import Calibration
    from limn.vision.local import LocalModels
    from limn.vision.onnx import Smoke
    from limn.vision.vocabulary import Vocabulary
    from limn.vision.zeroshot import ZeroShotMatcher, ZeroShotTagger

_log = logging.getLogger(__name__)


class Sight:
    """`eyes` are the present ones, to be read anew for each look. `refresh` sees what came or went: it is called every few
    seconds by server and worker, and at once after a download. `active` is the space that searches by meaning use, as far as was
    seen; `in_use` names the local models that look. `sentences` reads words, and is None where its model is not there or not wanted."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        measured: Vision,
        elsewhere: HuggingFace,
        local: "LocalModels | None",
        reading: "LocalSentences | None" = None,
    ) -> None:
        self._settings, self._store = settings, store
        self._elsewhere, self._local, self._reading = elsewhere, local, reading
        self.comparing = _Comparing(settings, store)
        self._refreshing = anyio.Lock()
        self.eyes = Eyes(measured)
        self.active: str | None = None
        self.in_use: frozenset[str] = frozenset()

    @property
    def problems(self) -> dict[str, str]:
        """By the name of a local model, why files that are there are not used."""
        told = {weights.SENTENCES: self._reading.problem} if self._reading and self._reading.problem else {}
        return {**(self._local.problems if self._local else {}), **told}

    @property
    def sentences(self) -> Sentences | None:
        return self._reading.model if self._reading and self.eyes.reads else None

    @property
    def sentence_space(self) -> str | None:
        """That words are read into here or were before, be the model there at this moment or not; None where it is switched off."""
        return self._reading.space if self._reading else None

    @property
    def settled(self) -> bool:
        """Whether searches by meaning use the target space already."""
        target = self.eyes.embedder
        return self.active == (target.space if target else None)

    @property
    def former(self) -> Embedder | None:
        """Of the space that searches still use while the target's is being built."""
        return None if self.settled else self.embedder(self.active)

    def embedder(self, space: str | None) -> Embedder | None:
        """Whoever can embed a query in this space, be it the target or one that was; None where nobody can any more."""
        here = (self._local.clip, self._local.former) if self._local else ()
        known = (self.eyes.embedder, *here, self._elsewhere.embedder)
        return next((one for one in known if one is not None and one.space == space), None)

    async def embed_query(self, space: str, text: str) -> Vector | None:
        """float32 (d,), unit length: the mean over the space's templates. None where nobody can embed in this space. Raises
        EyesAway, NotServed."""
        from limn.vision.zeroshot import embed_query  # noqa: PLC0415  as in open_sight

        embedder = self.embedder(space)
        return None if embedder is None else await embed_query(embedder, text)

    async def refresh(self, *, warm: bool = True) -> bool:
        """Whether the eyes are others than before. `warm`: models that came are loaded first, so that no look and no query waits
        for that, and what cannot be loaded does not look. Raises Unavailable while the store is away."""
        async with self._refreshing:
            before = self.eyes.fingerprint
            self.active = await self._store.eyes.active_space()
            if self._local:
                await self._local.refresh(warm=warm)
            if self._reading:
                await self._reading.refresh(warm=warm)
            self.eyes = await self._composed(warm=warm)
            if self._local:
                self.in_use = self._local.in_use
                await self._local.reach(self._space_left())
        if self.eyes.fingerprint == before:
            return False
        _log.info("these eyes look now: %s", self.eyes.fingerprint)
        return True

    def close(self) -> None:
        if self._local:
            self._local.close()

    def _space_left(self) -> str | None:
        """The active one, where only a local model that is not chosen any more could embed in it, and another is being built."""
        others = (self.eyes.embedder, self._elsewhere.embedder, self._local.clip if self._local else None)
        if self.eyes.embedder is None or any(one is not None and one.space == self.active for one in others):
            return None
        return self.active

    async def _composed(self, *, warm: bool) -> Eyes:
        there = self._elsewhere
        clip, captioner = (self._local.clip, self._local.captioner) if self._local else (None, None)
        matcher, tagger = await self.comparing.over(clip, prepared=warm) if clip else (None, None)
        return Eyes(
            self.eyes.measured,
            embedder=clip if clip and not self._settings.hf_embed_url else there.embedder,
            matchers=(
                *(one for one in there.matchers if one.method == "clip"),
                *([matcher] if matcher else []),
                *(one for one in there.matchers if one.method != "clip"),
            ),
            captioners=(*there.captioners, *([captioner] if captioner else [])),
            taggers=(*([tagger] if tagger else []), *there.taggers),
            reads=self._reading.model.space if self._reading and self._reading.model else "",
        )


class _Comparing:
    """Match and tags by comparing vectors, with the operator's vocabulary as it is now and the calibrations as they are now."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._calibrations: dict[str, Calibration] = {}
        self._vocabulary: Vocabulary | None = None
        self._stamp: tuple[int, int] | None = None
        self._over: tuple[Embedder, ZeroShotMatcher, ZeroShotTagger] | None = None

    async def over(self, embedder: Embedder, *, prepared: bool) -> "tuple[ZeroShotMatcher, ZeroShotTagger]":
        """`prepared`: the first work need not wait until all words of the vocabulary are embedded."""
        from limn.vision.zeroshot import ZeroShotMatcher, ZeroShotTagger  # noqa: PLC0415  only where they compare

        calibration = await self._store.eyes.calibration(embedder.space)
        self._calibrations[embedder.space] = calibration or start(embedder.space)
        vocabulary = await run_sync(self.read_vocabulary)
        if self._over is None or self._over[0] is not embedder or self._over[2].vocabulary != vocabulary.version:
            matcher = ZeroShotMatcher(embedder, lambda space: self._calibrations.get(space) or start(space))
            folder = self._settings.data_dir / "models" / "words"
            self._over = embedder, matcher, ZeroShotTagger(embedder, vocabulary, folder)
        if prepared and self._settings.workers:
            with suppress(EyesAway, NotServed):  # it will say so itself to whoever asks
                await self._over[2].prepare()
        return self._over[1:]

    def read_vocabulary(self) -> "Vocabulary":
        """Anew where its file changed. Blocking. Raises BadSettings where there was no good one before."""
        from limn.vision.vocabulary import load  # noqa: PLC0415  as above

        path = self._settings.vocabulary
        stamp = _stamp(path) if path else None
        if self._vocabulary is None or stamp != self._stamp:
            try:
                self._vocabulary = load(path)
            except BadSettings as error:
                if self._vocabulary is None:
                    raise
                _log.warning("the words of before are used on: %s", error.detail)
            self._stamp = stamp
        return self._vocabulary


def away(speaker: Speaker) -> str | None:
    """Why it would not be asked at this moment, in words for the operator; None while it would be."""
    reason: str | None = getattr(speaker, "away", None)
    return reason


@asynccontextmanager
async def open_sight(settings: Settings, store: Store) -> AsyncIterator[Sight]:
    """Raises BadSettings where a part that the settings name is not installed or not there."""
    from limn.language.local import LocalSentences  # noqa: PLC0415
    from limn.vision.basic import Basic  # noqa: PLC0415  an adapter that was not chosen costs nothing
    from limn.vision.local import LocalModels  # noqa: PLC0415

    elsewhere = HuggingFace()
    if settings.vision in {"auto", "huggingface"}:
        elsewhere = open_huggingface(settings, _Purse(settings, store).spend)
    local = LocalModels(settings) if settings.vision in {"auto", "onnx"} else None
    reading = LocalSentences(weights.places(settings, weights.SENTENCES)) if settings.sentences == "auto" else None
    async with elsewhere:
        sight = Sight(settings, store, Basic(), elsewhere, local, reading)
        if local and settings.vocabulary:
            await run_sync(sight.comparing.read_vocabulary)
        await sight.refresh(warm=settings.vision == "onnx")
        _refuse_what_is_not_there(settings, sight)
        try:
            yield sight
        finally:
            sight.close()


def _refuse_what_is_not_there(settings: Settings, sight: Sight) -> None:
    """Who chose eyes by name must not get others without a word."""
    if settings.vision == "huggingface" and not sight.eyes.hosts:
        raise BadSettings(
            "LIMN_VISION=huggingface needs HF_TOKEN, or one of LIMN_HF_CLIP_URL, LIMN_HF_BLIP_URL, LIMN_HF_CHAT_URL and "
            "LIMN_HF_EMBED_URL, and LIMN_HF_DAILY_CALLS above 0"
        )
    if settings.vision == "onnx" and not sight.in_use:
        names = f"{settings.clip_model} and {settings.caption_model}"
        why = "; ".join(sight.problems.values()) or f"neither {names} is there: limn models download"
        raise BadSettings(f"LIMN_VISION=onnx: {why}")


@dataclass(frozen=True)
class _Purse:
    """Calls to models elsewhere, counted in the store for all processes."""

    settings: Settings
    store: Store

    async def spend(self, owner: str) -> bool:
        """One call for the works of `owner`; "" is a visitor's query."""
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        spend = self.store.eyes.spend
        # one artist's limit first: what it refuses must not be counted for all
        if owner and not await spend(f"hf:{owner}", day, most=self.settings.hf_daily_calls_each):
            return False
        return await spend("hf", day, most=self.settings.hf_daily_calls)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns


async def agreements(embedder: Embedder, description: str, vectors: Sequence[Vector]) -> list[float]:
    """The cosines that matches of this description with each of these pictures (d,) would have; none where it holds no words. Raises
    EyesAway, NotServed."""
    from limn.vision.zeroshot import agreement, embed_description  # noqa: PLC0415  as in open_sight

    rows = await embed_description(embedder, description)
    return [agreement(rows, vector) for vector in vectors] if len(rows) else []


def providers(settings: Settings) -> list[str]:
    """What local models run on here, the first first. Raises BadSettings, which names those that are installed."""
    from limn.vision.onnx.sessions import choose  # noqa: PLC0415  as in open_sight

    return choose(settings.onnx_providers)


async def try_out(settings: Settings, name: str) -> "Smoke":
    """What a local CLIP makes of drawings and of sentences about them. Raises BadSettings, EyesAway, NotServed."""
    from limn.vision.onnx import open_clip, smoke  # noqa: PLC0415  as in open_sight

    folder = await run_sync(weights.find, settings, name)
    if folder is None:
        raise BadSettings(f"{name} is not there, or not whole")
    revision = (await run_sync(weights.state, settings, name)).revision or ""
    clip = await run_sync(lambda: open_clip(folder, providers=settings.onnx_providers, revision=revision))
    try:
        await clip.warm_up()
        return await smoke(clip)
    finally:
        clip.close()


async def read_something(settings: Settings) -> None:
    """Have the sentence model read a sentence. Raises BadSettings, which names a file that is not the right one, and EyesAway."""
    from limn.language.local import LocalSentences  # noqa: PLC0415  as in open_sight

    reading = LocalSentences(await run_sync(weights.places, settings, weights.SENTENCES))
    await reading.refresh(warm=True)
    if reading.model is None:
        raise BadSettings(reading.problem or f"{weights.SENTENCES} is not there, or not whole")
