"""Brings a model from the hub: resumable at any byte, checked before it counts, one process at a time. Blocking: call it in a thread."""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx2

from limn.errors import Unavailable
from limn.settings import Settings
from limn.vision import weights
from limn.vision.fetching import PATIENCE, Fetch, Meter, Progress, Report
from limn.vision.hub import Hub
from limn.vision.pins import make_folder
from limn.vision.weights import Model

__all__ = ["Progress", "Report", "ask", "download"]

_LOOK_SECONDS = 0.1  # how often `stop`, and a lock that another process holds, are looked at


def download(
    settings: Settings, name: str, *, progress: Report, stop: threading.Event, patience: Sequence[float] = PATIENCE
) -> Path:
    """The folder of a whole model, which is asked for where it is not there yet, and mended where it is damaged.

    Raises NotFound for a name Limn does not know, Unavailable (NotServed, TooMany) in words for the operator, OutOfSpace, Conflict
    where files that are not ours are in the way. After `stop` (Unavailable, code `download_stopped`) as after a kill, what has
    come is kept, and the next call goes on at that byte. `patience` is the seconds before each next try of a file that was cut off.
    """
    model = weights.known(name)
    if (found := weights.find(settings, name)) is not None:
        return found
    folder = weights.home(settings, name)
    with _alone(settings, model, progress, stop):
        if weights.find(settings, name) is None:
            try:
                anyio.run(_bring, settings, model, folder, progress, stop, patience)
            except BaseExceptionGroup as group:  # the one task's, wrapped by its task group
                raise group.exceptions[0] from None
    return folder


def ask(settings: Settings, name: str) -> str:
    """The commit that the hub would send now, to see whether it answers. Raises as `download`."""
    model = weights.known(name)

    async def commit() -> str:
        async with _hub(settings) as hub:
            with _in_words(model):
                return (await hub.commit(model.repo)).revision

    return anyio.run(commit)


async def _bring(
    settings: Settings, model: Model, folder: Path, progress: Report, stop: threading.Event, patience: Sequence[float]
) -> None:
    done = False
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel, tasks.cancel_scope, stop)
        async with _hub(settings) as hub:
            with _in_words(model):
                fetch = await Fetch.begin(hub, model, folder, Meter(model, progress))
                await fetch.run(patience)
                fetch.finish(weights.stamps(settings))
                done = True
        tasks.cancel_scope.cancel()
    if not done:
        raise _stopped(model)


async def _cancel(scope: anyio.CancelScope, stop: threading.Event) -> None:
    """A loop of one's own can be left at any await: a server that says nothing holds nobody up."""
    while not stop.is_set():  # noqa: ASYNC110  it is set in another thread, where no event of this loop is
        await anyio.sleep(_LOOK_SECONDS)
    scope.cancel()


def _hub(settings: Settings) -> Hub:
    return Hub(settings.hf_endpoint, settings.hf_token.get_secret_value() if settings.hf_token else None)


@contextmanager
def _alone(settings: Settings, model: Model, progress: Report, stop: threading.Event) -> Iterator[None]:
    """Of many processes one brings a model; the others wait, and find it whole."""
    path = weights.lock_path(settings, model.name)
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    meter = Meter(model, progress)
    try:
        asked_before = False  # whoever only asks whether it is busy holds the lock for a moment, too
        while not _locked(descriptor):
            if asked_before:
                meter.wait(weights.held_bytes(weights.home(settings, model.name)))
            asked_before = True
            if stop.wait(_LOOK_SECONDS):
                raise _stopped(model)
        yield
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # said, for a child that was forked meanwhile holds the file too
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _in_words(model: Model) -> Iterator[None]:
    try:
        yield
    except httpx2.RequestError as error:
        host = error.request.url.host or str(error.request.url)
        why = str(error) or (
            "it does not answer" if isinstance(error, httpx2.TimeoutException) else type(error).__name__
        )
        raise Unavailable(
            f"{host} cannot be reached ({why}). What has come is kept. A mirror of the hub is named by HF_ENDPOINT; "
            f"without internet, put the files into LIMN_MODELS_DIR/{model.name}.",
            code="hub_away",
        ) from error


def _stopped(model: Model) -> Unavailable:
    return Unavailable(
        f"The download of {model.name} was stopped; what has come is kept, and the next one goes on there.",
        code="download_stopped",
    )
