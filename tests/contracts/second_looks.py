"""A work, its first look and its second, for the tests of both: what was found, and the steps that lead there."""

from datetime import UTC, datetime, timedelta

from clocks import Clock
from limn.models import AnalysisError, Artwork, Caption, Claim, Findings, Match, Wanted
from limn.stores.protocol import Store
from works import a_work, machine_tag

ERROR = AnalysisError(code="internal_error", detail="It stopped unexpectedly.")
CAPTION = Caption(text="A fox", method="vlm", model="vlm")
MATCH = Match(score=80, verdict="strong", method="clip", model="clip", cosine=0.31)
FOUND = Findings(caption=CAPTION, match=MATCH, tags=(machine_tag("fox"),), space="s", eyes="new")
OLD, NEW = Findings(caption=CAPTION, match=MATCH, eyes="old"), Findings(eyes="new")


async def claimed(store: Store, *, lease_seconds: float = 10) -> Claim:
    claim = await store.analyses.claim("worker", lease_seconds=lease_seconds)
    assert claim is not None
    return claim


async def nothing_due(store: Store) -> bool:
    return await store.analyses.claim("worker", lease_seconds=10) is None


async def looked_once(store: Store, *, findings: Findings = OLD, look_again_seconds: float | None = None) -> Artwork:
    work = (await store.artworks.add(a_work(description="A fox"))).artwork
    claim = await claimed(store)
    assert claim.artwork.id == work.id
    return await store.analyses.finish(claim, findings, look_again_seconds=look_again_seconds)


async def looking_again(store: Store, work: Artwork) -> Claim:
    claim = await claimed(store)
    assert (claim.artwork.id, claim.wanted) == (work.id, Wanted.EYES)
    return claim


def after(clock: Clock, seconds: float) -> datetime:
    return datetime.fromtimestamp(clock.now, UTC) + timedelta(seconds=seconds)
