"""The words a picture may be tagged with, in groups: Limn's own from vocabulary.txt, and the operator's beside them."""

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from limn.errors import BadSettings
from limn.text import clean, tag_name

CURATED = Path(__file__).with_name("vocabulary.txt")
NAME, PROMPT, WORDS = 60, 200, 5_000  # a tag's longest name is the artist's own tags' as well
_BYTES = 1_000_000
_OWN = "own"
_HEADING = re.compile(r"\[([^\[\]]+)\]")
_ARTICLE = re.compile(r"(?:an?|the)\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """A tag's name, and how it is said of a picture."""

    name: str
    prompt: str


@dataclass(frozen=True)
class Group:
    """Words that compete with each other and with `against`, which never becomes a tag. Each stands in all `templates`, whose mean
    counts. A word needs `at_least` that share of the whole; no more than `most` of them become tags."""

    name: str
    words: tuple[Word, ...]
    templates: tuple[str, ...]
    against: tuple[str, ...]
    at_least: float
    most: int

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """Of each word, then of each of `against`, its texts in all templates."""
        prompts = (*(word.prompt for word in self.words), *self.against)
        return tuple(tuple(template.replace("{}", prompt) for template in self.templates) for prompt in prompts)


@dataclass(frozen=True)
class Vocabulary:
    groups: tuple[Group, ...]

    @cached_property
    def version(self) -> str:
        """Twelve hex digits: the same for the same words and settings, whatever the files say around them."""
        return hashlib.sha256(repr(self.groups).encode()).hexdigest()[:12]


@dataclass
class _Draft:
    """A group as one file has it. `said` are the settings it names itself."""

    words: dict[str, Word] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class _File:
    """`common` are the settings before its first heading."""

    common: dict[str, list[str]] = field(default_factory=dict)
    drafts: dict[str, _Draft] = field(default_factory=dict)


def load(own: Path | None = None) -> Vocabulary:
    """Limn's own words and those of the file `own`. Reads files. Raises BadSettings, which names the line."""
    files = [_curated()]
    if own is not None:
        files.append(_Reader(f"LIMN_VOCABULARY: {own}").read(_text(own)))
    groups = [_merged(name, files) for name in dict.fromkeys(name for file in files for name in file.drafts)]
    for group in groups:
        if not group.words:
            raise BadSettings(f"LIMN_VOCABULARY: {own}: the group [{group.name}] has no words")
    return Vocabulary(tuple(group for group in groups if group.most))


@cache
def _curated() -> _File:
    return _Reader(str(CURATED)).read(CURATED.read_text(encoding="utf-8"))


def _merged(name: str, files: list[_File]) -> Group:
    """The words of all files; of each setting the last that a group says itself, else the last that a file with the group says."""
    holding = [file for file in files if name in file.drafts]
    settings = files[0].common.copy()
    for file in holding:
        settings |= file.common
    for file in holding:
        settings |= file.drafts[name].said
    words = {word.name: word for file in holding for word in file.drafts[name].words.values()}
    return Group(
        name=name,
        words=tuple(words.values()),
        templates=tuple(settings["template"]),
        against=tuple(settings["against"]),
        at_least=float(settings["at least"][-1]),
        most=int(settings["most"][-1]),
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_BYTES + 1)
    except OSError as error:
        raise BadSettings(f"LIMN_VOCABULARY: {path} cannot be read: {error.strerror}") from None
    if len(data) > _BYTES:
        raise BadSettings(f"LIMN_VOCABULARY: {path} is larger than {_BYTES // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadSettings(f"LIMN_VOCABULARY: {path}, line {line}: this is not UTF-8 text") from None


class _Reader:
    """Reads one file, line by line; `where` begins each complaint."""

    def __init__(self, where: str) -> None:
        self._where, self._line = where, 0
        self._file = _File()
        self._group: str | None = None

    def read(self, text: str) -> _File:
        for self._line, typed in enumerate(re.split(r"\r\n|\r|\n", text), 1):
            line = clean(typed)
            if not line or line == "#" or line.startswith("# "):
                continue
            if line.startswith("["):
                self._begin(line)
            elif not self._setting(line):
                self._word(line)
        count = sum(len(draft.words) for draft in self._file.drafts.values())
        if count > WORDS:
            raise BadSettings(f"{self._where} has {count} words, more than {WORDS}")
        if not self._file.drafts:
            raise BadSettings(f"{self._where} has no words")
        return self._file

    def _begin(self, line: str) -> None:
        heading = _HEADING.fullmatch(line)
        name = clean(heading.group(1)).casefold() if heading else ""
        if not name:
            raise self._wrong("a heading is a name in brackets: [animals]")
        if name in self._file.drafts:
            raise self._wrong(f"the group [{name}] was there before")
        self._group = name
        self._file.drafts[name] = _Draft()

    def _setting(self, line: str) -> bool:
        """Whether it is one."""
        name, colon, value = (part.strip() for part in line.partition(":"))
        check = _SETTINGS.get(name.casefold())
        if not colon or check is None:
            return False
        problem = check(value)
        if problem:
            raise self._wrong(problem)
        said = self._file.common if self._group is None else self._file.drafts[self._group].said
        said.setdefault(name.casefold(), []).append(value)
        return True

    def _word(self, line: str) -> None:
        typed, _, said = (part.strip() for part in line.partition(":"))
        name = tag_name(_ARTICLE.sub("", typed.lstrip("#"), count=1) if _ARTICLE.match(typed) else typed)
        prompt = said or typed.lstrip("#").strip()
        if not name or (":" in line and not said):
            raise self._wrong("a word is missing here")
        if "," in typed or ";" in typed:
            raise self._wrong("one word a line, without commas")
        if len(name) > NAME or len(prompt) > PROMPT:
            raise self._wrong(f"a tag has at most {NAME} characters, and what is looked for {PROMPT}")
        words = self._file.drafts.setdefault(self._group or _OWN, _Draft()).words
        if name in words:
            raise self._wrong(f'"{name}" was there before')
        words[name] = Word(name, prompt)

    def _wrong(self, problem: str) -> BadSettings:
        return BadSettings(f"{self._where}, line {self._line}: {problem}")


def _bad_template(value: str) -> str | None:
    fits = value.count("{}") == 1 and not re.search(r"[{}]", value.replace("{}", "")) and len(value) <= PROMPT
    return None if fits else 'a template holds {} once, where the word goes: "a picture of {}"'


def _bad_prompt(value: str) -> str | None:
    return None if 0 < len(value) <= PROMPT else f"between 1 and {PROMPT} characters are needed here"


def _bad_share(value: str) -> str | None:
    try:
        share = float(value)
    except ValueError:
        share = math.nan
    return None if 0 < share < 1 else "at least takes a share between 0 and 1, as in 0.2"


def _bad_count(value: str) -> str | None:
    return None if re.fullmatch(r"[0-9]{1,3}", value) else "most takes a whole number, and 0 to hear nothing of a group"


_SETTINGS: dict[str, Callable[[str], str | None]] = {
    "template": _bad_template,
    "against": _bad_prompt,
    "at least": _bad_share,
    "most": _bad_count,
}
