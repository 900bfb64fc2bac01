"""ONNX Runtime at the border: which providers are there, graphs that load when they are used, and one inference at a time."""

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from numpy.typing import NDArray

from limn.errors import BadSettings, EyesAway, NotServed

T = TypeVar("T")
Tensor = NDArray[Any]

_SUFFIX = "ExecutionProvider"
_CPU = f"CPU{_SUFFIX}"
_DTYPES: Mapping[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
_NO_MEMORY = ("bad_alloc", "bad allocation", "allocate memory")
# waiting in line; more callers than this wait without a thread
_THREADS = 4
_NICENESS = 10
_limiter: RunVar[CapacityLimiter] = RunVar("limn.vision.onnx")


async def aside(work: Callable[..., T], *args: object) -> T:
    """`work` in a thread of this package's own few, so that whoever waits for a model holds up nobody who waits for a file."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(_THREADS)
        _limiter.set(limiter)
    return await run_sync(work, *args, limiter=limiter)


def installed() -> None:
    """Raises BadSettings where the extra is missing."""
    if missing := [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]:
        raise BadSettings(f"{' and '.join(missing)}: not installed; pip install 'limn[onnx]', or uv sync --extra onnx")


def choose(providers: str) -> list[str]:
    """Full names for a comma list of short or full ones, the CPU last. Raises BadSettings for one that is not installed."""
    wanted = [name.strip() for name in providers.split(",") if name.strip()]
    if not wanted:
        return [_CPU]
    from onnxruntime import get_available_providers  # noqa: PLC0415  40 MB that a start without a question need not load

    there = {name.removesuffix(_SUFFIX).casefold(): name for name in get_available_providers()}
    chosen = []
    for name in wanted:
        found = there.get(name.removesuffix(_SUFFIX).casefold())
        if found is None:
            short = ", ".join(sorted(one.removesuffix(_SUFFIX) for one in there.values()))
            raise BadSettings(f"LIMN_ONNX_PROVIDERS: {name} is not installed; this onnxruntime has {short}")
        chosen.append(found)
    return list(dict.fromkeys([*chosen, _CPU]))


def drop(*graphs: "Graph[Any]") -> None:
    """Forget what was made of them, and give the memory back."""
    for graph in graphs:
        graph.drop()
    # glibc keeps 200 MB of a freed CLIP for itself, without this; elsewhere there is nothing to call
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _step_back() -> None:
    # asking for a list must not wait for a picture to be understood; elsewhere a thread has no priority of its own to give up
    if sys.platform == "linux":
        os.nice(_NICENESS)


# One thread of the whole process in which all inference happens, in the order of asking: two inferences at once on two cores take
# longer than one after the other, and a query waits for one word of a caption and not for all of it. The threads that a
# session starts for itself inherit its priority.
_turn = ThreadPoolExecutor(1, "limn inference", _step_back)


@dataclass(frozen=True)
class Port:
    """An input or output. An axis without a fixed length is None."""

    name: str
    dtype: Any
    shape: tuple[int | None, ...]


class Session:
    """A loaded graph."""

    def __init__(self, path: Path, providers: Sequence[str]) -> None:
        """Raises BadSettings, and EyesAway where the memory does not suffice."""
        self.path = path
        with _translated(path, BadSettings):
            self._session = _turn.submit(_open, path, providers).result()
        absent = [name for name in providers[:1] if name not in self._session.get_providers()]
        if absent:
            raise BadSettings(f"{absent[0]} is installed, but could not be started (see LIMN_ONNX_PROVIDERS)")
        self.inputs = {port.name: port for port in map(_port, self._session.get_inputs())}
        self.outputs = {port.name: port for port in map(_port, self._session.get_outputs())}

    def run(self, feed: Mapping[str, Tensor], names: Sequence[str]) -> list[Tensor]:
        """The named outputs. Raises NotServed, and EyesAway where the memory does not suffice."""
        with _translated(self.path, NotServed):
            return list(_turn.submit(self._session.run, list(names), dict(feed)).result())


class Graph(Generic[T]):
    """What is made of a graph file, when it is first used and until `drop`. What kept it from being made is remembered."""

    def __init__(self, path: Path, providers: Sequence[str], make: Callable[[Session], T]) -> None:
        """`make` raises BadSettings for a graph that is not what it is taken for."""
        self._path, self._providers, self._make = path, providers, make
        self._lock = threading.Lock()
        self._made: T | None = None
        self._broken = ""

    @property
    def loaded(self) -> T | None:
        return self._made

    def get(self) -> T:
        """Raises BadSettings, EyesAway."""
        with self._lock:
            if self._broken:
                raise BadSettings(self._broken)
            if self._made is None:
                try:
                    self._made = self._make(Session(self._path, self._providers))
                except BadSettings as error:
                    self._broken = error.detail
                    raise
            return self._made

    def serve(self) -> T:
        """`get` for whoever has another model to ask. Raises NotServed, EyesAway."""
        try:
            return self.get()
        except BadSettings as error:
            raise NotServed(error.detail) from error

    def drop(self) -> None:
        """Whoever is in the middle of a run keeps it until that is done."""
        with self._lock:
            self._made, self._broken = None, ""


@contextmanager
def _translated(path: Path, kind: type[BadSettings | NotServed]) -> Iterator[None]:
    """Errors of ONNX Runtime, which have no root of their own, become `kind` in one line that names the file."""
    try:
        yield
    except Exception as error:
        words = " ".join(str(error).split())
        if isinstance(error, MemoryError) or any(sign in words for sign in _NO_MEMORY):
            raise EyesAway(f"{path}: not enough memory") from error
        raise kind(f"{path} cannot be used: {words[:300]}") from error


def _open(path: Path, providers: Sequence[str]) -> Any:
    import onnxruntime  # noqa: PLC0415  as above

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(2, _cores())
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised, and would be printed a second time
    # threads that wait for the next run by spinning take the cores of the server beside them
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # without its own fallback, which prints, and hides that the provider asked for does not work
    return onnxruntime.InferenceSession(str(path), options, providers=list(providers), enable_fallback=0)


def _cores() -> int:
    # what a container was given, where the system tells it
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _port(given: Any) -> Port:
    shape = tuple(axis if isinstance(axis, int) and axis > 0 else None for axis in given.shape)
    return Port(given.name, _DTYPES.get(given.type, given.type), shape)
