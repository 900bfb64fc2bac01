"""How backups lie in their folder: `blobs/` for all of them, and each a `<UTC time>/{manifest.json, records.jsonl.gz, secret-key}`."""

import errno
import fcntl
import gzip
import hashlib
import json
import os
import re
import secrets
import shutil
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from anyio.to_thread import run_sync
from pydantic import BaseModel, ConfigDict, ValidationError

from limn.errors import Conflict, InvalidInput, NotFound, OutOfSpace
from limn.failpoints import hit
from limn.maintenance.copying import PORTION
from limn.stores.protocol import Record

FORMAT = 1
MANIFEST, RECORDS, SECRET_KEY = "manifest.json", "records.jsonl.gz", "secret-key"
_UNFINISHED = ".unfinished-"
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?")


class Manifest(BaseModel):
    """What a snapshot consists of. `blobs` are sizes in bytes by key; those in `missing` could not be had when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    limn: str
    created: datetime
    counts: Mapping[str, int]
    records_sha256: str
    secret_key_sha256: str | None
    missing: tuple[str, ...]
    blobs: Mapping[str, int]


@dataclass(frozen=True)
class Draft:
    """A snapshot in the making: hidden until `publish`."""

    folder: Path

    def add(self, name: str, data: bytes) -> str:
        """Durable when it returns; answers the sha256."""
        with os.fdopen(_create(self.folder / name), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return hashlib.sha256(data).hexdigest()

    def publish(self, manifest: Manifest) -> str:
        """Add the manifest, which seals itself, and give the folder its name: one rename makes it a backup."""
        body = manifest.model_dump(mode="json")
        self.add(MANIFEST, json.dumps(body | {"seal": _seal(body)}, indent=1).encode())
        _sync(self.folder)
        name = _free_name(self.folder.parent, manifest.created)
        self.folder.rename(self.folder.parent / name)
        _sync(self.folder.parent)
        return name


@dataclass
class Writer:
    """Records on their way into a draft, as lines of JSON. Blocking."""

    path: Path
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._raw = os.fdopen(_create(self.path), "wb")
        self._file = gzip.GzipFile(fileobj=self._raw, mode="wb", compresslevel=6, filename="", mtime=0)

    def write(self, records: Sequence[Record]) -> None:
        for record in records:
            line = {"kind": record.kind, "id": record.id, "fields": record.fields}
            self._file.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
            self.counts[record.kind] = self.counts.get(record.kind, 0) + 1

    def close(self) -> None:
        """Durable when it returns."""
        self._file.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()

    def abandon(self) -> None:
        self._raw.close()


@contextmanager
def drafting(folder: Path) -> Iterator[Draft]:
    """A draft in `folder`, which is made; nobody else may write a backup there meanwhile. What is not published is gone afterwards, and
    so is what a killed backup left. Raises Conflict, OutOfSpace."""
    with _alone(folder):
        draft = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
        draft.mkdir(mode=0o700)
        try:
            yield Draft(draft)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise OutOfSpace(f"There is no room left in {folder}; make some, and run it again.") from error
            raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """While the block runs nothing is removed from there; backups may be written. Raises NotFound where there is no such folder, and
    Conflict where something is being removed."""
    if not folder.is_dir():
        raise NotFound(f"There is no backup in {folder}.")
    with _locked(folder, fcntl.LOCK_SH, f"Old backups are being removed from {folder}; wait for it."):
        yield


@contextmanager
def removing(folder: Path) -> Iterator[None]:
    """Nobody reads or writes backups there while the block runs. Raises Conflict where somebody does."""
    told = f"A backup in {folder} is being restored, so no old ones were removed."
    with _alone(folder), _locked(folder, fcntl.LOCK_EX, told):
        yield


def withdraw(folder: Path, name: str) -> None:
    """The snapshot is none from the moment it loses its name; what a kill leaves of it the next backup takes away."""
    hidden = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
    (folder / name).rename(hidden)
    _sync(folder)
    hit("pruning.withdrawn")
    shutil.rmtree(hidden)


def hidden(name: str) -> bool:
    """Of what is not a snapshot yet, or none any more."""
    return name.startswith(_UNFINISHED)


def snapshots(folder: Path) -> list[str]:
    """Their names, oldest first."""
    if not folder.is_dir():
        return []
    found = (entry.name for entry in folder.iterdir() if _NAME.fullmatch(entry.name) and entry.is_dir())
    return sorted(found, key=lambda name: (name[:20], int(name[21:] or 0)))


def chosen(folder: Path, name: str | None) -> Path:
    """The snapshot of that name, or the newest. Raises NotFound, which says what there is."""
    names = snapshots(folder)
    if not names:
        raise NotFound(f"There is no backup in {folder}.")
    if name is not None and name not in names:
        raise NotFound(f"There is no snapshot {name} in {folder}; there are {', '.join(names[-5:])}.")
    return folder / (name or names[-1])


def read_manifest(snapshot: Path) -> Manifest:
    """Raises InvalidInput where it is damaged or a later Limn's."""
    try:
        body = json.loads((snapshot / MANIFEST).read_bytes())
        seal, version = body.pop("seal"), body["format"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise damaged(snapshot, f"{MANIFEST} cannot be read") from error
    if version != FORMAT:
        raise InvalidInput(
            f"{snapshot} has the format {version}, and this Limn knows {FORMAT}: use the Limn that made it."
        )
    if seal != _seal(body):
        raise damaged(snapshot, f"{MANIFEST} is not as it was written")
    try:
        return Manifest.model_validate(body)
    except ValidationError as error:
        raise damaged(snapshot, f"{MANIFEST} cannot be read") from error


def read_secret_key(snapshot: Path, manifest: Manifest) -> str | None:
    """None where the gallery had its key from the settings. Raises InvalidInput."""
    if manifest.secret_key_sha256 is None:
        return None
    try:
        data = (snapshot / SECRET_KEY).read_bytes()
    except OSError as error:
        raise damaged(snapshot, f"{SECRET_KEY} cannot be read") from error
    if hashlib.sha256(data).hexdigest() != manifest.secret_key_sha256:
        raise damaged(snapshot, f"{SECRET_KEY} is not as it was written")
    return data.decode()


async def read_records(snapshot: Path, kind: str | None = None) -> AsyncIterator[Record]:
    """In the order in which they were written; a portion in memory at a time. Raises InvalidInput."""
    file = await run_sync(_open, snapshot)
    try:
        while lines := await run_sync(_lines, file, snapshot):
            for line in lines:
                if kind is None or line.kind == kind:
                    yield line
    finally:
        file.close()


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged(snapshot: Path, what: str) -> InvalidInput:
    return InvalidInput(f"The backup {snapshot.name} is damaged: {what}. Nothing was changed.", code="backup_damaged")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, fcntl.LOCK_EX, f"Another backup is being written to {folder}; wait for it.")
        for left in folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(lock)


@contextmanager
def _locked(folder: Path, how: int, told: str) -> Iterator[None]:
    """The folder itself, because a backup may lie where nothing can be written. A network drive that locks no folders is used without."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            _take(lock, how, told)
        except OSError as error:
            if error.errno not in {errno.ENOLCK, errno.EBADF, errno.ENOTSUP, errno.EINVAL}:
                raise
        yield
    finally:
        os.close(lock)


def _take(lock: int, how: int, told: str) -> None:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Conflict(told) from error


def _open(snapshot: Path) -> gzip.GzipFile:
    try:
        return gzip.open(snapshot / RECORDS, "rb")
    except OSError as error:
        raise damaged(snapshot, f"{RECORDS} cannot be read") from error


def _lines(file: gzip.GzipFile, snapshot: Path) -> list[Record]:
    try:
        bodies = [json.loads(line) for line in islice(file, PORTION)]
        return [Record(body["kind"], body["id"], body["fields"]) for body in bodies]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise damaged(snapshot, f"{RECORDS} cannot be read") from error


def _seal(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _free_name(folder: Path, created: datetime) -> str:
    """Behind all of that second, also where the first of them was withdrawn."""
    first = created.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    number = 1 + max((int(name[21:] or 0) for name in snapshots(folder) if name.startswith(first)), default=-1)
    while (folder / (name := f"{first}-{number}" if number else first)).exists():
        number += 1
    return name


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
