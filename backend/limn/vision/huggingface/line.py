"""One address of a model elsewhere: asked with patience, left alone while that is no use, and able to say why."""

import logging
import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import anyio
from anyio.to_thread import run_sync
from pydantic import SecretStr

from limn.errors import EyesAway, LimnError, NotServed
from limn.vision.huggingface import times as t
from limn.vision.huggingface.budget import Budget
from limn.vision.huggingface.faults import Fault, Kind
from limn.vision.huggingface.times import Patience, Pause, Times

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient

T = TypeVar("T")
Question = Callable[["AsyncInferenceClient"], Awaitable[T]]

_log = logging.getLogger(__name__)


class TooLargeThere(NotServed):
    """The picture, not the model: a smaller copy may be taken."""


class Host:
    """A host and the token it is shown. What it refuses to this token it refuses on each of its addresses.

    `setting` is the name of the setting that holds the token.
    """

    def __init__(self, name: str, token: SecretStr | None, setting: str, times: Times) -> None:
        self.name, self.times = name, times
        self._token = token
        self.setting = setting if token else None
        self.pause = Pause(times)

    @property
    def secret(self) -> str:
        """The token itself; "" where there is none."""
        return self._token.get_secret_value() if self._token else ""


class _Model:
    """What one model at an address refused so far."""

    def __init__(self, times: Times) -> None:
        self.absent = Pause(times)
        self.refused: set[str] = set()


class Line:
    """`url` without its fragment. Which model is meant may be named with each question, where the address serves several."""

    def __init__(
        self, url: str, host: Host, budget: Budget, *, patience: Patience | None = None, media_type: str | None = None
    ) -> None:
        self.host = host
        self._url, self._budget, self._media_type = url, budget, media_type
        self._patience = patience or host.times.looking
        self._times = host.times
        self._client: AsyncInferenceClient | None = None
        self._opening = anyio.Lock()
        self._pause = Pause(host.times)
        self._failures = 0
        self._models: dict[str, _Model] = {}
        self._closed = False

    async def ask(
        self, question: Question[T], *, owner: str, subject: str, model: str = "", seconds: float | None = None
    ) -> T:
        """The answer to `question`, tried again while the host is busy, for `seconds` at most.

        `subject` says which picture or words it is about: refused for several of them, the model is taken for not served.
        Raises NotServed (TooLargeThere where a smaller picture may do) and EyesAway.
        """
        client = await self._open()
        deadline = self._times.monotonic() + (seconds or self._patience.total)
        attempts = 1 if self._failures >= t.FAILURES else t.ATTEMPTS  # after a pause: knock once
        for attempt in range(1, attempts + 1):
            self._let_in(model)
            await self._budget.take(owner)
            answer = await self._try(client, question, deadline)
            if not isinstance(answer, Fault):
                self._answered(model)
                return answer
            wait = self._wait(answer, attempt)
            if wait is None or attempt == attempts or self._times.monotonic() + wait >= deadline:
                raise self._refusal(answer, model, subject) from answer
            await self._times.sleep(wait)
        raise AssertionError("the last attempt answers or raises")

    def away(self, models: tuple[str, ...] = ("",)) -> str | None:
        """Why it would not be asked now, for the operator; None when it would be. `models`: any of them may answer."""
        absent = [self._model(model).absent.story for model in models]
        return self.host.pause.story or self._pause.story or (absent[0] if all(absent) else None) or self._budget.reason

    def shut(self, owner: str) -> EyesAway | None:
        """What every question about this owner's works would raise without being asked, but for a model that is not served."""
        return self._paused() or self._budget.shut(owner)

    async def aclose(self) -> None:
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]

    async def _open(self) -> "AsyncInferenceClient":
        async with self._opening:
            if self._closed:
                raise EyesAway("Limn is stopping.", retry_after=t.AWAY_SECONDS)
            if self._client is None:
                self._client = await run_sync(self._new_client)
            return self._client

    def _new_client(self) -> "AsyncInferenceClient":
        # the library takes 0.3 s to import: here, in a thread, and only where a model elsewhere is asked
        from limn.vision.huggingface.wire import open_client  # noqa: PLC0415

        return open_client(self._url, self.host.secret, self._patience, media_type=self._media_type)

    async def _try(self, client: "AsyncInferenceClient", question: Question[T], deadline: float) -> T | Fault:
        from limn.vision.huggingface.diagnosis import RAISED, fault_of  # noqa: PLC0415  imported with the client

        try:
            with anyio.fail_after(max(deadline - self._times.monotonic(), 0)):
                return await question(client)
        except RAISED as error:
            host = self.host
            fault = fault_of(error, now=self._times.now(), setting=host.setting, token=host.secret)
            fault.__cause__ = error
            _log.info("%s %s", self.host.name, fault.told, extra={"said": fault.said})
            return fault

    def _answered(self, model: str) -> None:
        self._failures = 0
        self._pause.end()
        self._model(model).refused.clear()

    def _paused(self) -> EyesAway | None:
        pauses = (
            EyesAway(one.reason or "", retry_after=math.ceil(one.left))
            for one in (self.host.pause, self._pause)
            if one.left
        )
        return next(pauses, None)

    def _let_in(self, model: str) -> None:
        if paused := self._paused():
            raise paused
        if reason := self._model(model).absent.reason:
            raise NotServed(reason)

    def _wait(self, fault: Fault, attempt: int) -> float | None:
        if fault.kind is not Kind.BUSY:
            return None
        if fault.wait is not None:
            return fault.wait
        backoff: float = t.BACKOFF_SECONDS * 2 ** (attempt - 1)
        return backoff * (1 + self._times.jitter() / 2)

    def _refusal(self, fault: Fault, model: str, subject: str) -> LimnError:
        """What the question ends with; remembers what will be true of the next one too."""
        told = f"{self.host.name} {fault.told}."
        match fault.kind:
            case Kind.LARGE:
                self._refused(model, subject, told, fault.said)
                return TooLargeThere(told)
            case Kind.ABSENT:
                self._give_up(model, told, fault.said)
                return NotServed(told)
            case Kind.UNFIT:
                self._refused(model, subject, told, fault.said)
                return NotServed(told)
            case Kind.DENIED:
                self.host.pause.start(t.DENIED_SECONDS, told, fault.said)
                _log.warning("%s", told, extra={"said": fault.said})
                return EyesAway(told, retry_after=math.ceil(t.DENIED_SECONDS))
            case _:
                return self._failed(fault, told)

    def _refused(self, model: str, subject: str, told: str, said: str) -> None:
        self._failures = 0  # it answers
        refused = self._model(model).refused
        refused.add(subject)
        if len(refused) >= t.REFUSALS:
            self._give_up(model, told, said)

    def _give_up(self, model: str, told: str, said: str) -> None:
        known = self._model(model)
        known.refused.clear()
        known.absent.start(t.ABSENT_SECONDS, told, said)
        _log.warning("%s", told, extra={"model": model, "said": said})

    def _failed(self, fault: Fault, told: str) -> EyesAway:
        if not self._pause.left:  # else it failed for several at once, and that was one failure
            self._failures += 1
        seconds = min(fault.wait or 0.0, t.LONGEST_PAUSE_SECONDS)
        if self._failures >= t.FAILURES:
            doubled = t.FIRST_PAUSE_SECONDS * 2 ** min(self._failures - t.FAILURES, 10)
            seconds = max(seconds, self._pause.left or min(doubled, t.LONGEST_PAUSE_SECONDS))
        if seconds:
            (self.host.pause if fault.everywhere else self._pause).start(seconds, told, fault.said)
            _log.warning("%s", told, extra={"pause_seconds": seconds, "said": fault.said})
        return EyesAway(told, retry_after=math.ceil(seconds) or t.AWAY_SECONDS)

    def _model(self, name: str) -> _Model:
        return self._models.setdefault(name, _Model(self._times))


def host_name(url: str) -> str:
    """As people read it, with the port where one is written; never a user or password."""
    return urlsplit(url).netloc.rpartition("@")[2]
