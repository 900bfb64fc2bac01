"""How what a store keeps is written as records and read from them: pure, and the same for every store."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from limn.errors import InvalidInput
from limn.models import Artwork, Calibration, State, Wanted
from limn.stores.clock import milliseconds
from limn.stores.protocol import Record
from limn.stores.transitions import given_back

_ACTIVE = "active"


@dataclass(frozen=True)
class Queued:
    """An artwork with what the queue keeps of it; `key` is the caller's idempotency key, `run_at` milliseconds since the epoch."""

    artwork: Artwork
    key: str | None
    wanted: Wanted
    run_at: int | None
    fence: int
    renewed_for: str | None


@dataclass(frozen=True)
class Embedded:
    """A vector as its bytes: float16, little-endian."""

    artwork_id: str
    page: int
    space: str
    data: bytes


def artwork_record(queued: Queued) -> Record:
    """A lease ends here: the work is given back, due since it was taken, which is the same at every asking."""
    artwork, run_at = queued.artwork, queued.run_at
    if artwork.analysis.state is State.RUNNING:
        waiting = given_back(artwork.analysis, queued.wanted, artwork.updated)
        run_at = None if waiting.state is State.DONE else milliseconds(artwork.updated)
        artwork = artwork.model_copy(update={"analysis": waiting})
    fields = {
        "document": artwork.model_dump(mode="json"),
        "key": queued.key,
        "wanted": queued.wanted.value,
        "run_at": run_at,
        "fence": queued.fence,
        "renewed_for": queued.renewed_for,
    }
    return Record("artworks", artwork.id, fields)


def vector_record(embedded: Embedded) -> Record:
    """See `vector_id`."""
    artwork_id, page, space = embedded.artwork_id, embedded.page, embedded.space
    data = base64.b64encode(embedded.data).decode()
    fields = {"artwork": artwork_id, "page": page, "space": space, "float16": data}
    return Record("vectors", vector_id(artwork_id, page, space), fields)


def calibration_record(calibration: Calibration) -> Record:
    return Record("calibrations", calibration.space, calibration.model_dump(mode="json"))


def active_space_record(space: str) -> Record:
    return Record("active_space", _ACTIVE, {"space": space})


def vector_id(artwork_id: str, page: int, space: str) -> str:
    """It sorts by artwork, page and space: all ids of artworks are of one length."""
    return f"{artwork_id} {page:04d} {space}"


def vector_place(record_id: str) -> tuple[str, int, str]:
    """Artwork, page and space of a vector's id. Raises InvalidInput."""
    artwork_id, _, rest = record_id.partition(" ")
    page, _, space = rest.partition(" ")
    if not page.isdecimal():
        raise InvalidInput("This is no id of a vector.")
    return artwork_id, int(page), space


def read_artwork(record: Record) -> Queued:
    """Raises InvalidInput, as do all that follow."""
    with _readable(record) as fields:
        artwork = Artwork.model_validate(fields["document"])
        run_at, key, renewed_for = fields["run_at"], fields["key"], fields["renewed_for"]
        queued = Queued(artwork, key, Wanted(fields["wanted"]), run_at, int(fields["fence"]), renewed_for)
        ended = artwork.analysis.state in {State.DONE, State.FAILED}
        if artwork.id != record.id or artwork.analysis.state is State.RUNNING or ended != (run_at is None):
            raise ValueError
        return queued


def read_vector(record: Record) -> Embedded:
    with _readable(record) as fields:
        data = base64.b64decode(fields["float16"], validate=True)
        embedded = Embedded(str(fields["artwork"]), int(fields["page"]), str(fields["space"]), data)
        if len(data) % 2 or not data or vector_place(record.id) != (embedded.artwork_id, embedded.page, embedded.space):
            raise ValueError
        return embedded


def read_calibration(record: Record) -> Calibration:
    with _readable(record) as fields:
        return Calibration.model_validate(dict(fields))


def read_active_space(record: Record) -> str:
    with _readable(record) as fields:
        return str(fields["space"])


class _readable:  # noqa: N801  read as a phrase: with _readable(record)
    """Whatever is wrong with a record is the caller's input."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __enter__(self) -> Mapping[str, Any]:
        return self._record.fields

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (ValidationError, ValueError, KeyError, TypeError, binascii.Error, InvalidInput)):
            raise InvalidInput(f"The record {self._record.kind} {self._record.id} cannot be read.") from error
