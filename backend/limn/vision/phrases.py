"""Parts of a description that can be looked for one by one, and the texts it is scored by. By punctuation and small words, no parser."""

import re
import unicodedata
from collections.abc import Iterator

from limn import text as words

PHRASES, PHRASE = 12, 120
SENTENCES, SENTENCE = 12, 240  # a text encoder reads 77 tokens, some 50 words
_READ = 4_000  # what people say of the picture they say at the beginning

_ABBREVIATED = r"(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bst)(?<!\bmt)(?<!\bno)(?<!\bvs)(?<!\bmrs)(?<!\b[a-z])"
_FULL_STOP = rf"{_ABBREVIATED}\.(?!\w)"
_SENTENCE_END = re.compile(rf"(?i)(?:{_FULL_STOP}|[!?…\n。！？｡।؟])+")
_CLAUSE_END = re.compile(
    rf"(?i){_FULL_STOP}|[,:](?!\d)|[!?…\n。！？｡।؟;؛；：、，،()\[\]{{}}（）【】\"“”„«»「」『』《》|•·–—]|\s[-/+&]+\s"
)
_WORD_EDGES = ".,:;'’‘-_*~`^<>=/\\"


def _set(given: str) -> frozenset[str]:
    return frozenset(given.split())


# words that end one group and begin the next
_JOINTS = _set(
    "and or but nor so then than while when where as because if until since though although yet that which who whose whom "
    "in on at to into onto from with by for under over above below beneath beside besides near behind before between through "
    "across along around round against among amid amidst inside outside upon beyond within atop past during after toward "
    "towards off about via underneath alongside showing shows depicting depicts featuring features titled called named"
)
# words that begin a group, unless "of" stands before them
_OPENERS = _set("a an the my your his her its our their this these those some another each every")
# words that say nothing at the edges of a group
_WEAK = _OPENERS | _set(
    "i me you he him she it we us they them myself itself there here is are was were be been being am have has had do does did "
    "i'm you're he's she's it's we're they're that's there's i've i'd i'll can could will would may might must should of very "
    "just also too all both only even now ever again more most such quite rather really up down out away what how why"
)
# what is said not to be there, or only to look like it, is not looked for
_ABSENT = _set("no not without never neither nor none hardly barely like unlike")
_LISTING = _set("and or nor to")  # over these it lasts: "without people or cars"
# in "front of a house", "lots of birds" the first word is no thing to look for
_PLACES_OF = _set("front top middle centre center side lots lot kind sort bit bunch couple")
_GROUNDS = _set("canvas paper wood panel board linen cardboard silk glass")  # "oil on canvas" is one thing
# alone in a group these speak of the making, of sizes or of where something stands
_TALK = _set(
    "painted drawn drew made done finished started created hope hopefully thanks thank enjoy love loved like liked inspired "
    "commissioned commission commissions prints open wanted tried trying please sorry first last time year years ago day today "
    "yesterday x cm mm inch inches px hour hours minutes days weeks sight background foreground left right distance middle end"
)


def phrases(description: str) -> list[str]:
    """Up to 12 of up to 120 characters, as typed, without articles, each once; what is said *not* to be there is left out.

    "A woman with a red umbrella, and no dog in the rain" is woman, red umbrella, rain. Reads English; of other languages it knows
    the punctuation. Texts in scripts without spaces are parted by their own punctuation.
    """
    found: dict[str, str] = {}
    for clause in _CLAUSE_END.split(_plain(description, tags=True)):
        for group in _groups(clause):
            phrase = _cut(" ".join(group), PHRASE)
            if _says_something(phrase):
                found.setdefault(phrase.casefold(), phrase)
            if len(found) == PHRASES:
                return list(found.values())
    return list(found.values())


def sentences(description: str) -> list[str]:
    """What is scored, each alone: the whole text where it is short, else its first 12 sentences of up to 240 characters.

    Without addresses; empty where there are no words.
    """
    plain = _plain(description, tags=False)
    if len(plain) <= SENTENCE:
        whole = " ".join(plain.split())
        return [whole] if _says_something(whole) else []
    found: list[str] = []
    for sentence in _SENTENCE_END.split(plain):
        rest = sentence.strip()
        while rest and len(found) < SENTENCES:
            piece = _cut(rest, SENTENCE)
            rest = rest[len(piece) :].strip()
            if _says_something(piece):
                found.append(piece)
    return found


def _plain(description: str, *, tags: bool) -> str:
    """Without addresses and account names. Each hashtag becomes a word, a clause of its own where `tags`."""
    read = description[:_READ]
    if len(description) > _READ and (space := max(read.rfind(" "), read.rfind("\n"))) > _READ - PHRASE:
        read = read[:space]
    lines = []
    for line in words.clean(read, lines=True).split("\n"):
        kept = [_untagged(word, alone=tags) for word in line.split() if not _is_address(word)]
        lines.append(" ".join(kept))
    return "\n".join(lines).strip()


def _untagged(word: str, *, alone: bool) -> str:
    if not word.startswith("#"):
        return word
    return f", {word.lstrip('#')} ," if alone else word.lstrip("#")


def _is_address(word: str) -> bool:
    return "://" in word or "@" in word or word.casefold().startswith("www.")


def _groups(clause: str) -> Iterator[list[str]]:
    """The noun groups of a clause as lists of words, nearly: what stands between small words."""
    typed = clause.split()
    keys = ["", *map(_key, typed), ""]
    group: list[str] = []
    absent = False
    for at, word in enumerate(keys[1:-1], 1):
        before, after = keys[at - 1], keys[at + 1]
        if _denies(before, word):
            yield from _kept(group, absent=absent)
            group, absent = [], True
        elif _parts(before, word, after) or (word in _OPENERS and group and before != "of"):
            yield from _kept(group, absent=absent)
            # "not in the rain" goes on until something was said
            absent = absent and (not _stripped(group) or word in _LISTING)
            group = []
        else:
            group.append(typed[at - 1])
    yield from _kept(group, absent=absent)


def _denies(before: str, word: str) -> bool:
    liked = word == "like" and before in {"i", "we", "you"}
    return (word in _ABSENT and not liked) or word.endswith("n't")


def _parts(before: str, word: str, after: str) -> bool:
    if word not in _JOINTS or (before, word, after) == ("black", "and", "white"):
        return False
    return not (word == "on" and before and after in _GROUNDS)


def _kept(group: list[str], *, absent: bool) -> Iterator[list[str]]:
    stripped = [] if absent else _stripped(group)
    if not all(_key(word) in _TALK or not any(map(str.isalpha, word)) for word in stripped):
        yield stripped


def _stripped(group: list[str]) -> list[str]:
    start, end = 0, len(group)
    while start < end:
        if _key(group[start]) in _WEAK:
            start += 1
        elif end - start > 1 and _key(group[start]) in _PLACES_OF and _key(group[start + 1]) == "of":
            start += 2
        else:
            break
    while end > start and _key(group[end - 1]) in _WEAK:
        end -= 1
    return [bare for word in group[start:end] if (bare := word.strip(_WORD_EDGES))]


def _key(word: str) -> str:
    return word.strip(_WORD_EDGES).casefold().replace("’", "'")


def _cut(text: str, longest: int) -> str:
    """At most so long, at a space where there is one in the second half, and never between a letter and its accents."""
    if len(text) <= longest:
        return text
    at = text.rfind(" ", longest // 2, longest + 1)
    if at < 0:
        at = longest
        while at > longest // 2 and unicodedata.category(text[at])[0] == "M":
            at -= 1
    return text[:at].rstrip()


def _says_something(text: str) -> bool:
    return any(character.isalpha() for character in text) and not (len(text) == 1 and text.isascii())
