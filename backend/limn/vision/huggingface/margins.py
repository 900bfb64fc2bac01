"""How a zero-shot endpoint is asked, and what its shares say of cosines.

CLIP's pipeline answers softmax(100 · cosine) over the labels. Of two labels that gives the difference of their cosines exactly:
cos a - cos b = ln(share a / share b) / 100. The cosine itself is not in the answer. So a text is measured against fixed texts that have
nothing to do with art, and its margin is its cosine less the median of theirs; texts beside it do not change it.
"""

import math
import re
import statistics
from collections.abc import Mapping, Sequence

from limn import text as words
from limn.vision.huggingface.faults import Unfit

LOGIT_SCALE = 100.0  # learned by every OpenAI and LAION CLIP up to its limit, which this is
ELSEWHERE = (
    "a page of a telephone directory",
    "the timetable of a bus line",
    "a receipt from a hardware shop",
    "a bowl of plain rice",
    "an empty office corridor",
    "a spreadsheet full of numbers",
    "the wiring diagram of a radio",
    "a parked delivery van",
    "a box of screws",
    "a weather map",
    "the drum of a washing machine",
    "a stack of cardboard boxes",
)
# Start values, not fitted to anything: an unrelated text lies at a cosine of about 0.15 in ViT-B/32 and half a match at 0.245
MIDPOINT, SCALE = 0.095, 0.025

_LEAST = 1e-9  # a share that was rounded to nothing is at most this
_SUM = 0.02  # how far the shares' sum may be from 1
_TOKENS = 75  # of 77, two of which open and close; a longer text stops the endpoint
_CHARACTERS = 200
_LONG = 12  # letters
_VOWELS = frozenset("aeiouy")
_SPECIAL = re.compile(r"<\|.*?\|>")
_PIECE = re.compile(r"\S+\s*")


def cut(text: str) -> str:
    """As much of the text as surely fits CLIP's 77 tokens, by whole words where it can; "" where nothing is left.

    Without the tokenizer the count is an upper estimate: two tokens for five letters of an ordinary word, one for each letter of a
    word that is none (too long, or without a vowel), for each digit and mark, and for each byte of other scripts.
    """
    text = words.clean(without_specials(text))[:_CHARACTERS]
    kept, left = "", float(_TOKENS)
    for piece in _PIECE.findall(text):
        left -= (cost := sum(_cost(part) for part in re.findall(r"[a-zA-Z]+|[^a-zA-Z]", piece)))
        if left < 0:
            return (kept or _shorten(piece, left + cost)).strip()
        kept += piece
    return kept.strip()


def without_specials(text: str) -> str:
    """Tokens that steer the model are none of the artist's words: a tokenizer takes `<|endoftext|>` for the end of the text."""
    return _SPECIAL.sub(" ", text)


def margins(shares: Mapping[str, float]) -> dict[str, float]:
    """For each label its cosine with the picture less the median of those ELSEWHERE; of `shares`, as `check` leaves them."""
    logits = {label: math.log(max(share, _LEAST)) for label, share in shares.items()}
    base = statistics.median(logits[label] for label in ELSEWHERE)
    return {label: (logit - base) / LOGIT_SCALE for label, logit in logits.items()}


def check(answer: Sequence[object], labels: Sequence[str]) -> dict[str, float]:
    """Label → share. Raises Unfit unless each of our labels is there once, with finite shares that add up to one."""
    shares: dict[str, float] = {}
    for one in answer:
        label, share = getattr(one, "label", None), getattr(one, "score", None)
        if not isinstance(label, str) or label not in labels or label in shares:
            raise Unfit("answered with labels that were not asked about")
        if (
            isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1
        ):  # NaN is refused here too
            raise Unfit("answered with scores that are none")
        shares[label] = float(share)
    if len(shares) != len(labels):
        raise Unfit("left labels out of its answer")
    if abs(sum(shares.values()) - 1) > _SUM:
        # a sigmoid for each label, as SigLIP has it, knows no margin
        raise Unfit("answered with scores that do not add up to one, so it is no CLIP")
    return shares


def score(margin: float) -> int:
    """0–100, a logistic of the margin."""
    return round(100 / (1 + math.exp(-(margin - MIDPOINT) / SCALE)))


def _cost(part: str) -> float:
    if part.isspace():
        return 0
    if part.isascii() and part.isalpha():
        return math.ceil(len(part) * 0.4) if len(part) <= _LONG and not _VOWELS.isdisjoint(part.lower()) else len(part)
    return len(part.encode())


def _shorten(piece: str, left: float) -> str:
    """A text without spaces: character by character."""
    kept = ""
    for c in piece:
        left -= max(len(c.encode()), 1)
        if left < 0:
            break
        kept += c
    return kept
