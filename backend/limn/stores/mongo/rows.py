"""An artwork as one document of MongoDB: the noun itself under `document`, and beside it what is filtered, sorted or claimed by.

Every change is one atomic write of one document, made on the condition that nobody changed it since it was read; whoever loses reads
again. `write` names the last write, so that one whose answer was lost on the way is known again and not done twice, unless another came
between: then it is taken as a step on what that one left, as if it had been asked for once more."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
from pymongo.errors import PyMongoError

from limn.errors import NotFound, Unavailable
from limn.models import Artwork, Wanted
from limn.stores.mongo.clock import Clock
from limn.stores.mongo.faults import lost
from limn.stores.mongo.opening import Database, Document
from limn.stores.steps import Change, Row, columns, stamped
from limn.tokens import new_id

_KEY = "key:"
GONE = "gone"  # the visibility of what is left of a deleted work: its id and when
_TRIES = 200  # one of many who change the same work at once; each round somebody wins
_LONGEST_PAUSE = 0.02
ROW = {"document": 1, "wanted": 1, "run_at": 1, "fence": 1, "renewed_for": 1, "write": 1}


def parse(found: Document) -> Artwork:
    return Artwork.model_validate(found["document"])


def row(found: Document) -> Row:
    return Row(parse(found), Wanted(found["wanted"]), found["run_at"], found["fence"], found["renewed_for"])


def written(artwork: Artwork) -> Document:
    """The fields that follow from the work."""
    return columns(artwork) | {
        "document": artwork.model_dump(mode="json"),
        "revision": artwork.revision,
        "tags": [tag.name for tag in artwork.tags],
        "blobs": sorted(artwork.blobs),
    }


def tombstone(artwork_id: str, updated: int) -> Document:
    """What is left of a work, in its own document, so that a deletion is one write. The id stands where a value must be unique."""
    return {
        "_id": artwork_id,
        "visibility": GONE,
        "owner": f"{GONE} {artwork_id}",
        "key": artwork_id,
        "cover": artwork_id,
        "updated": updated,
        "write": artwork_id,
    }


def kept_key(artwork_id: str, key: str | None) -> str:
    """A key that looks like another work's id means nothing; where there is none the work's own id stands."""
    return artwork_id if key is None else f"{_KEY}{key}"


def given_key(artwork_id: str, kept: str) -> str | None:
    return None if kept == artwork_id else kept.removeprefix(_KEY)


def writable(text: str) -> bool:
    """False for what holds a lone surrogate, which JSON can carry and no id has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def queue(wanted: Wanted, run_at: int | None) -> str | None:
    """Which line it stands in: `uploads`, `looks`, or none."""
    if run_at is None:
        return None
    return "looks" if wanted is Wanted.EYES else "uploads"


@dataclass(frozen=True)
class Works:
    """The collection of the works, and how one of them is changed."""

    database: Database
    clock: Clock

    async def find(self, artwork_id: str) -> Row | None:
        """None where it is gone."""
        found = await self._read(artwork_id)
        return None if found is None else row(found)

    async def get(self, artwork_id: str) -> Artwork:
        """Raises NotFound."""
        if (found := await self.find(artwork_id)) is None:
            raise NotFound("There is no such artwork.")
        return found.artwork

    async def change(self, artwork_id: str, step: Callable[[Row | None, int], Change]) -> Artwork:
        """Take a step on the work as it is now. What the step raises changes nothing."""

        def save(old: Row | None, now: int) -> tuple[Artwork, Document] | None:
            change = step(old, now)
            assert old is not None
            new = stamped(old.artwork, change, now)
            return None if new is old.artwork else (new, _fields(old, new, change))

        return await self._swap(artwork_id, save)

    async def take(self, old: Row, change: Change, now: int, *, where: Document) -> Artwork | None:
        """Take this step on what was found by `where`, unless it is no longer so or somebody took another since; None then."""
        new = stamped(old.artwork, change, now)
        token = new_id()
        try:
            swapped = await self._put(old, _fields(old, new, change) | {"write": token}, where)
        except PyMongoError as error:
            if not lost(error):
                raise
            found = await self._read(new.id)
            swapped = found is not None and found["write"] == token
        return new if swapped else None

    async def _swap(
        self, artwork_id: str, save: Callable[[Row | None, int], tuple[Artwork, Document] | None]
    ) -> Artwork:
        token = new_id()
        new: Artwork | None = None
        for turn in range(_TRIES):
            found = await self._read(artwork_id)
            if found is not None and found["write"] == token and new is not None:
                return new  # done already: only the answer was lost
            old = None if found is None else row(found)
            saved = save(old, await self.clock())
            assert old is not None
            if saved is None:
                return old.artwork
            new, fields = saved
            try:
                if await self._put(old, fields | {"write": token}):
                    return new
            except PyMongoError as error:
                if turn or not lost(error):  # once more, at once: a connection that died is replaced
                    raise
            if turn:
                await anyio.sleep(random.uniform(0, min(_LONGEST_PAUSE, turn / 1000)))  # noqa: S311  no secret
        raise Unavailable("Too many change this artwork at once.", retry_after=1)

    async def _read(self, artwork_id: str) -> Document | None:
        if not writable(artwork_id):
            return None
        found = await self.database.artworks.find_one({"_id": artwork_id}, ROW)
        return found if found is not None and "document" in found else None

    async def _put(self, old: Row, fields: Document, where: Document | None = None) -> bool:
        unchanged = {"_id": old.artwork.id, "revision": old.artwork.revision, "fence": old.fence}
        done = await self.database.artworks.update_one({**(where or {}), **unchanged}, {"$set": fields})
        return done.matched_count == 1


def _fields(old: Row, new: Artwork, change: Change) -> Document:
    before, after = written(old.artwork), written(new)
    fields: dict[str, Any] = {name: value for name, value in after.items() if value != before[name]}
    fields |= change.queue
    if change.queue:
        wanted = Wanted(change.queue.get("wanted", old.wanted))
        fields["queue"] = queue(wanted, change.queue.get("run_at", old.run_at))
    return fields
