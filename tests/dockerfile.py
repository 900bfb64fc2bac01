"""Reads a Dockerfile: stages, instructions in order, continuation lines joined, environment as Docker would see it."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Instruction:
    """`words` are the arguments: of a JSON form its items, of COPY and ENV the shell words, of RUN one string."""

    name: str
    words: tuple[str, ...]
    flags: dict[str, str]


@dataclass(frozen=True)
class Stage:
    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> list[Instruction]:
        return [instruction for instruction in self.instructions if instruction.name == name]

    def environment(self) -> dict[str, str]:
        pairs = (word.partition("=") for each in self.all("ENV") for word in each.words)
        return {key: value for key, _, value in pairs}


def stages(text: str) -> list[Stage]:
    found: list[Stage] = []
    for instruction in _instructions(text):
        if instruction.name == "FROM":
            base, *alias = instruction.words
            found.append(Stage(base, alias[1] if alias else "", ()))
        else:
            last = found[-1]
            found[-1] = Stage(last.base, last.name, (*last.instructions, instruction))
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).split("\n"):
        name, rest = line.split(maxsplit=1)
        flags = {}
        while match := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
            flags[match[1]] = match[2]
            rest = rest[match.end() :]
        yield Instruction(name, _words(name, rest), flags)


def _words(name: str, rest: str) -> tuple[str, ...]:
    if name == "HEALTHCHECK":
        rest = rest.removeprefix("CMD").strip()
    if rest.startswith("["):
        return tuple(json.loads(rest))
    return (rest,) if name == "RUN" else tuple(shlex.split(rest))
