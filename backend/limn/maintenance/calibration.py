"""Fits how cosines become scores to the gallery's own pairs of pictures and descriptions, and scores its matches anew."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from limn.errors import InvalidInput, Unavailable
from limn.models import Artwork, Calibration, Match
from limn.resources import Resources
from limn.sight import agreements
from limn.stores.protocol import Store, Tombstone, Vector
from limn.vision import scoring
from limn.vision.protocol import Embedder

SAMPLE = 2000  # pairs for the fit; more would move it by less than its rounding, at 10 to 45 ms a sentence
SHUFFLED = 4  # pictures of others that each description is held against
_PORTION = 200

Said = Callable[[int, int], None]


@dataclass(frozen=True)
class Change:
    artwork_id: str
    before: Match
    after: Match


@dataclass(frozen=True)
class Proposal:
    """Nothing is changed yet. `own` and `shuffled` are the cosines it was fitted on, `matches` all that it would be applied to."""

    before: Calibration
    after: Calibration
    own: Sequence[float]
    shuffled: Sequence[float]
    matches: Sequence[Change]

    @property
    def changes(self) -> list[Change]:
        return [one for one in self.matches if one.before != one.after]

    @property
    def verdicts(self) -> tuple[Counter[str], Counter[str]]:
        """How many matches have each verdict, before and after."""
        return Counter(one.before.verdict for one in self.matches), Counter(one.after.verdict for one in self.matches)


async def propose(resources: Resources, said: Said) -> Proposal:
    """Embeds descriptions; `said` hears how many of how many. Raises InvalidInput, in words, where the gallery's pairs do not suffice;
    Unavailable, EyesAway and NotServed where nobody can embed in the space that is searched."""
    store = resources.store
    embedder = await _embedder(resources)
    works = {work.id: work async for work in _works(store)}
    pairs = await _pairs(store, embedder, works.values())
    if len(pairs) < scoring.PAIRS:
        raise InvalidInput(
            f"{len(pairs)} works have a description and were seen by {embedder.model}; at least {scoring.PAIRS} are needed to calibrate."
        )
    own, shuffled = await _cosines(embedder, pairs, said)
    fitted = scoring.fitted(embedder.space, own, shuffled)
    present = await store.eyes.calibration(embedder.space) or scoring.start(embedder.space)
    matches = [
        Change(work.id, match, scoring.rescored(match, fitted))
        for work in works.values()
        if (match := work.analysis.match) is not None and _is_by(match, embedder)
    ]
    return Proposal(present, fitted, own, shuffled, matches)


async def apply(store: Store, proposal: Proposal) -> int:
    """From now on new matches are scored so, and the old ones are scored anew; answers how many. Those that were made again
    meanwhile are left as they are."""
    await store.eyes.calibrate(proposal.after)
    replaced = 0
    for change in proposal.changes:
        assert change.before.cosine is not None
        replaced += await store.analyses.rescore(change.artwork_id, change.after, cosine=change.before.cosine)
    return replaced


async def _embedder(resources: Resources) -> Embedder:
    space = await resources.store.eyes.active_space()
    if space is None:
        raise Unavailable("No model has looked at all works yet; `limn models list` shows which there are.")
    embedder = resources.sight.embedder(space)
    if embedder is None:
        raise Unavailable(f"Nobody here can embed in {space}, which searches use: is the model's folder still there?")
    if not embedder.looks or embedder.host is not None:
        raise Unavailable(f"No score is made of the cosines of {embedder.model}; there is nothing to calibrate.")
    return embedder


async def _works(store: Store) -> AsyncIterator[Artwork]:
    """Every work as it is now; one that changes meanwhile may come twice."""
    cursor = None
    while True:
        changes = await store.artworks.changed_since(cursor, limit=_PORTION)
        for item in changes.items:
            if not isinstance(item, Tombstone):
                yield item
        cursor = changes.cursor
        if not changes.more:
            return


async def _pairs(store: Store, embedder: Embedder, works: Iterable[Artwork]) -> list[tuple[str, Vector]]:
    """Descriptions with their pictures' vectors. Not of those whose artist said that the words are meant as they are, whatever fits."""
    told = [work for work in works if work.description.strip() and not work.intended]
    pairs: list[tuple[str, Vector]] = []
    for at in range(0, len(told), _PORTION):
        portion = told[at : at + _PORTION]
        vectors = await store.vectors.many([work.id for work in portion], embedder.space)
        pairs += [(work.description, vectors[work.id]) for work in portion if work.id in vectors]
    if len(pairs) <= SAMPLE:
        return pairs
    chosen = np.random.default_rng(0).choice(len(pairs), SAMPLE, replace=False)
    return [pairs[at] for at in sorted(chosen)]


async def _cosines(
    embedder: Embedder, pairs: Sequence[tuple[str, Vector]], said: Said
) -> tuple[list[float], list[float]]:
    """Own and shuffled. The same pairs give the same numbers: chance is seeded."""
    chance = np.random.default_rng(0)
    own: list[float] = []
    shuffled: list[float] = []
    for at, (description, vector) in enumerate(pairs):
        others = [int(other) for other in chance.permutation(len(pairs))[: 4 * SHUFFLED]]
        strangers = [pairs[other][1] for other in others if _differ(pairs[other][0], description)][:SHUFFLED]
        cosines = await agreements(embedder, description, [vector, *strangers])
        own += cosines[:1]  # of what has no words to compare, none
        shuffled += cosines[1:]
        said(at + 1, len(pairs))
    return own, shuffled


def _differ(one: str, other: str) -> bool:
    """A series hung with one text has no strangers in it."""
    return one.split() != other.split()


def _is_by(match: Match, embedder: Embedder) -> bool:
    return match.cosine is not None and match.method == "clip" and match.model == embedder.model
