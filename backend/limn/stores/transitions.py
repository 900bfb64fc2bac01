"""What the steps of the queue do to an analysis: pure, and the same for every store. Times are the store's, in UTC."""

from datetime import datetime
from typing import Any

from limn.models import Analysis, AnalysisError, State, Wanted

ATTEMPTS = 3
POISON = AnalysisError(code="poison", detail="The analysis was begun three times and never came to an end.")


def due(analysis: Analysis) -> Analysis:
    """Asked for afresh: pending, no attempt counted, no error. What was found before stays until it is replaced."""
    return _with(analysis, state=State.PENDING, attempts=0, error=None)


def outstanding(analysis: Analysis, wanted: Wanted, asked: Wanted, now: datetime) -> tuple[Wanted, datetime | None]:
    """What is due after `asked`, and when a second look is due after that: whoever asks for less never takes away what was
    not done yet. `wanted` is what was due last.

    A match is never left to a second look, which ends `done` even where it fails: the old score would stand beside the new words.
    """
    undone = {asked} if analysis.state is State.DONE else {asked, wanted}
    if Wanted.ALL in undone:
        return Wanted.ALL, None
    if Wanted.MATCH not in undone:
        return Wanted.EYES, None
    return Wanted.MATCH, now if Wanted.EYES in undone else analysis.look_at


def taken(analysis: Analysis, wanted: Wanted) -> Analysis:
    """By a worker, for one more attempt."""
    look_at = None if wanted is Wanted.EYES else analysis.look_at
    return _with(analysis, state=State.RUNNING, attempts=analysis.attempts + 1, look_at=look_at)


def finished(analysis: Analysis, look_at: datetime | None) -> Analysis:
    """Done, and due for a second look at the earlier of the time given and the one that was set before."""
    earliest = min((moment for moment in (analysis.look_at, look_at) if moment), default=None)
    attempts = analysis.attempts if earliest is None else 0
    return _with(analysis, state=State.DONE, error=None, look_at=earliest, attempts=attempts)


def look_due(analysis: Analysis, now: datetime) -> Analysis:
    """A second look asked for afresh: the work stays done while it waits for it."""
    return _with(analysis, attempts=0, error=None, look_at=now)


def to_be_read(analysis: Analysis, wanted: Wanted, now: datetime) -> Analysis:
    """The words are others than were read. They are read by a second look, except where all is still to be looked at; whoever is at
    the work finds out when it finishes."""
    unread = analysis.unread()
    if analysis.state is State.DONE:
        return look_due(unread, now)
    return _with(unread, look_at=now) if wanted is Wanted.MATCH else unread


def put_off(analysis: Analysis, wanted: Wanted, error: AnalysisError, until: datetime) -> Analysis:
    """The attempt failed, and there will be another."""
    told = error.model_copy(update={"retry_at": until})  # the store's clock decides, so it says when
    return _with(_waiting(analysis, wanted, until), error=told)


def given_back(analysis: Analysis, wanted: Wanted, now: datetime) -> Analysis:
    """Unharmed, the attempt not counted."""
    return _with(_waiting(analysis, wanted, now), attempts=analysis.attempts - 1)


def given_up(analysis: Analysis, wanted: Wanted, error: AnalysisError, *, renewed_for: str | None) -> Analysis:
    """There will be no further attempt. A second look takes nothing away: the work is done as it was, and counts as seen by the
    eyes that `renew` asked it for, else they would ask for it for ever."""
    last = error.model_copy(update={"retry_at": None})
    if wanted is not Wanted.EYES:
        return _with(analysis, state=State.FAILED, error=last, look_at=None)
    return _with(analysis, state=State.DONE, error=last, look_at=None, eyes=renewed_for or analysis.eyes)


def _waiting(analysis: Analysis, wanted: Wanted, until: datetime) -> Analysis:
    if wanted is Wanted.EYES:
        return _with(analysis, state=State.DONE, look_at=until)
    return _with(analysis, state=State.PENDING)


def _with(analysis: Analysis, **update: Any) -> Analysis:
    return analysis.model_copy(update=update)
