"""Who is next: uploads, newest first; then second looks, the one that has been due longest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING, DESCENDING

from limn.models import Claim, State, Wanted
from limn.stores import steps
from limn.stores.mongo.rows import ROW, Works, row

_AT_ONCE = 8  # candidates: where several ask, all but one of them find the first one taken
_ROUNDS = 100  # of losing all of them to others; who asks again in a second loses nothing


@dataclass(frozen=True)
class Line:
    """`due` names the field that says since when; `order` who is first."""

    where: dict[str, Any]
    due: str
    order: Sequence[tuple[str, int]]

    def waiting(self, now: int) -> dict[str, Any]:
        return {**self.where, self.due: {"$lte": now}}


UPLOADS = Line({"queue": "uploads"}, "run_at", [("created", DESCENDING), ("_id", DESCENDING)])
# whose worker died, or that the owner asked for: no second look comes before an upload
BEGUN_LOOKS = Line({"queue": "looks"}, "run_at", [("run_at", ASCENDING), ("_id", DESCENDING)])
LOOKS = Line({"state": State.DONE.value}, "look_at", [("look_at", ASCENDING), ("_id", DESCENDING)])
DUE = (UPLOADS, BEGUN_LOOKS, LOOKS)


async def claim(works: Works, worker: str, lease: int, lines: Sequence[Line] = DUE) -> Claim | None:
    """Read who is next, and take them unless somebody else did; what was begun too often is given up on the way."""
    for line in lines:
        for _ in range(_ROUNDS):
            candidates = await _candidates(works, line)
            if not candidates:
                break
            for candidate in candidates:
                if claimed := await _take(works, candidate, worker, lease, line):
                    return claimed
    await _hasten(works)
    return None


async def _hasten(works: Works) -> None:
    """What is due later than anybody puts off: see the port."""
    now = await works.clock()
    late = {"queue": {"$in": ["uploads", "looks"]}, "run_at": {"$gt": now + steps.LONGEST_WAIT}}
    if await works.database.artworks.find_one(late, {"_id": 1}) is None:
        return  # as ever: the idle ask each second, and a write would wait for all members
    for state, due in ((State.PENDING, now), (State.RUNNING, now + steps.LONGEST_WAIT)):
        await works.database.artworks.update_many({**late, "state": state.value}, {"$set": {"run_at": due}})


async def _candidates(works: Works, line: Line) -> list[steps.Row]:
    found = works.database.artworks.find(line.waiting(await works.clock()), ROW)
    return [row(one) async for one in found.sort(list(line.order)).limit(_AT_ONCE)]


async def _take(works: Works, candidate: steps.Row, worker: str, lease: int, line: Line) -> Claim | None:
    wanted = Wanted.EYES if line is LOOKS else candidate.wanted
    now = await works.clock()
    step = steps.claim(candidate, wanted, worker, now, lease=lease)
    artwork = await works.take(candidate, step, now, where=line.waiting(now))
    if artwork is None or steps.begun_too_often(candidate):
        return None
    attempt = artwork.analysis.attempts
    return Claim(artwork=artwork, wanted=wanted, worker=worker, fence=candidate.fence + 1, attempt=attempt)
