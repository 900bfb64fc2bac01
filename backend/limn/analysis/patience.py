"""How long until those who were away are asked again."""

import random
from collections import Counter
from collections.abc import Mapping

from limn.errors import EyesAway

LEAST_SECONDS, MOST_SECONDS = 30.0, 3600.0
_UNSAID_SECONDS = 60.0
_SECONDS_EACH = 1.0


class Patience:
    """Each work that waits for somebody makes the next wait a second longer, until one is answered: a thousand works whose model is
    away are a look a second, not a thousand every half minute."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()

    def seconds(self, away: Mapping[str, EyesAway]) -> float:
        """By what was asked for. As the one says who is back soonest, within half a minute and an hour; a little more, so that not
        all come at once."""
        self._waiting.update(away.keys())
        told = min(_UNSAID_SECONDS if one.retry_after is None else one.retry_after for one in away.values())
        wanted = max(told, min(self._waiting[name] for name in away) * _SECONDS_EACH)
        return min(max(wanted, LEAST_SECONDS), MOST_SECONDS) * random.uniform(1, 1.25)  # noqa: S311  jitter, not a secret

    def answered(self, asked: str) -> None:
        del self._waiting[asked]
