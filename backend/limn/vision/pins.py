"""The pin of a model folder: which files it holds, with size and sha256, written when they first came and checked ever after."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

PIN = "limn-pin.json"
PLAN = "limn-download.json"  # what a download is to bring; while it lies there, the folder is not whole
PART = ".part"

_CHUNK_BYTES = 1 << 20


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path:
        raise ValueError(f"{path!r} is no path inside the folder")
    return path


Inside = Annotated[str, AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Pinned(BaseModel):
    """One file as it has to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(ge=0)
    sha256: Sha256


class Pin(BaseModel):
    """`repo` and `revision` (a commit of 40 digits) are None for files that somebody brought himself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repo: str | None = None
    revision: str | None = None
    files: Mapping[Inside, Pinned] = Field(min_length=1)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """None where the folder has none. Raises ValueError, in words, where it cannot be read."""
        try:
            return cls.model_validate_json((folder / PIN).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise ValueError(f"{folder / PIN} cannot be read: {error.errors()[0]['msg']}") from None

    def write(self, folder: Path) -> None:
        """On the disk when it answers, whole or not at all."""
        write_json(folder / PIN, self.model_dump(mode="json"))


class Planned(BaseModel):
    """One file as the hub said it will be; a mirror may say less. `blob` is git's SHA-1 of a small file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int | None = Field(default=None, ge=0)
    sha256: Sha256 | None = None
    blob: Annotated[str, Field(pattern="^[0-9a-f]{40}$")] | None = None

    def mismatch(self, path: Path) -> str | None:
        """What is wrong with this file, in words; None where it is as planned, and where nothing was said of it."""
        size = path.stat().st_size
        if self.bytes is not None and size != self.bytes:
            return f"it has {size} bytes instead of {self.bytes}"
        if self.sha256 is not None:
            return None if sha256(path) == self.sha256 else "its sha256 is another one"
        if self.blob is not None:
            git = hashlib.sha1(b"blob %d\0" % size + path.read_bytes(), usedforsecurity=False)
            return None if git.hexdigest() == self.blob else "its git hash is another one"
        return None


class Plan(BaseModel):
    """What a download is to bring, from its first byte to its pin: the commit stays the same, however often it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repo: str
    revision: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]
    files: Mapping[Inside, Planned] = Field(min_length=1)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """None where there is none, and where it cannot be read: then it is made anew."""
        try:
            return cls.model_validate_json((folder / PLAN).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, folder: Path) -> None:
        write_json(folder / PLAN, self.model_dump(mode="json"))

    def with_file(self, path: str, file: Planned) -> Self:
        return self.model_copy(update={"files": {**self.files, path: file}})


def pinned(folder: Path, *, repo: str | None = None, revision: str | None = None) -> Pin:
    """The pin of what lies in the folder now. Raises ValueError where nothing does."""
    found = {
        path.relative_to(folder).as_posix(): Pinned(bytes=path.stat().st_size, sha256=sha256(path))
        for path in own_files(folder)
    }
    if not found:
        raise ValueError(f"{folder} holds no files")
    return Pin(repo=repo, revision=revision, files=found)


def own_files(folder: Path) -> Iterator[Path]:
    """The model's files, sorted: neither ours nor hidden, nor halves."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not hidden and path.suffix != PART and inside.as_posix() not in {PIN, PLAN}:
            yield path


def problem(folder: Path, pin: Pin, stamps: "Stamps | None" = None) -> str | None:
    """The first file that is not as it was pinned, in words; None where all are. Hashes every file that `stamps` does not know."""
    for name, wanted in pin.files.items():
        path = folder / name
        try:
            size = path.stat().st_size
            if size != wanted.bytes:
                return f"{path} is damaged: it has {size} bytes instead of {wanted.bytes}"
            if (stamps.sha256(path) if stamps else sha256(path)) != wanted.sha256:
                return f"{path} is damaged: its sha256 is not the one in {PIN}"
        except FileNotFoundError:
            return f"{path} is missing"
        except OSError as error:
            return f"{path} cannot be read: {error.strerror}"
    return None


class Stamps:
    """Which sha256 a file had when it was last hashed, by its path, size and time of change: kept in `file`, so that a start need not hash
    hundreds of megabytes. What changes a file without touching either (a failing disk) is found by `limn models check`,
    which hashes always."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def sha256(self, path: Path) -> str:
        found = path.stat()
        known = self._read().get(str(path.absolute()))
        if isinstance(known, dict) and (known.get("bytes"), known.get("mtime_ns")) == (
            found.st_size,
            found.st_mtime_ns,
        ):
            return str(known.get("sha256"))
        digest = _hashed(path.absolute(), found.st_size, found.st_mtime_ns)
        self.remember(path, digest, found)
        return digest

    def remember(self, path: Path, digest: str, found: os.stat_result | None = None) -> None:
        """Two processes at once: one entry may be lost, and is hashed once more."""
        found = found or path.stat()
        entry = {"bytes": found.st_size, "mtime_ns": found.st_mtime_ns, "sha256": digest}
        kept = {name: value for name, value in self._read().items() if Path(name).exists()}
        try:
            write_json(self._file, {**kept, str(path.absolute()): entry}, durable=False)
        except OSError:  # a folder that cannot be written: this process remembers, the next one hashes again
            return

    def _read(self) -> dict[str, object]:
        try:
            read = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}


@lru_cache(maxsize=256)
def _hashed(path: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  a changed file is another question
    return sha256(path)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: object, *, durable: bool = True) -> None:
    """Whole or not at all; durable, the bytes are on the disk before the name, and the name before it answers. 0600, in folders of 0700."""
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.write("\n")
            file.flush()
            if durable:
                os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """With its parents, each of them this person's alone: `mkdir(parents=True)` would leave those to the umask."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
