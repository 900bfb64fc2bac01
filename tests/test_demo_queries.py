"""Forty questions to the demo over HTTP, with the measured eyes alone: those that have an answer, and those that have none."""

from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest

from demo_queries import ABSENT, BY_COLOUR_AND_LIGHT, BY_MEANING, BY_WORDS
from limn.demo.works import WORKS
from limn.settings import load
from patience import wait_until
from serving import Server
from sketched import hung


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """The whole demo, drawn at a quarter of its size, looked at and indexed."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    anyio.run(hung, load({"LIMN_DATA_DIR": str(folder)}, env_file=None), WORKS)
    with Server(folder, LIMN_VISION="basic", LIMN_SENTENCES="off") as server, server.client() as client:
        wait_until(lambda: all(work["analysis"]["state"] == "done" for work in hanging(client)))
        wait_until(lambda: ask(client, "windowsill")["items"] != [])
        yield client


def hanging(client: httpx2.Client) -> list[dict[str, Any]]:
    works: list[dict[str, Any]] = client.get("/artworks", params={"limit": 100}).json()["items"]
    return works


def ask(client: httpx2.Client, question: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/search", params={"q": question}).json()
    return answer


def first_three(client: httpx2.Client, question: str) -> list[str]:
    return [found["artwork"]["title"] for found in ask(client, question)["items"][:3]]


def test_what_is_there_is_among_the_first_three(demo: httpx2.Client) -> None:
    expected = {question: {title} for question, title in BY_WORDS.items()} | BY_COLOUR_AND_LIGHT
    assert len(expected) == 30
    answers = {question: first_three(demo, question) for question in expected}
    missed = {question: answers[question] for question in expected if not expected[question] & {*answers[question]}}
    assert len(missed) <= 0.05 * len(expected), missed


def test_what_is_not_there_is_answered_by_none(demo: httpx2.Client) -> None:
    assert len(ABSENT) == 10
    answers = {question: ask(demo, question) for question in ABSENT}
    claimed = {q: [f["artwork"]["title"] for f in a["items"][:2]] for q, a in answers.items() if a["answer"] != "none"}
    assert len(claimed) <= 0.1 * len(ABSENT), claimed


def test_each_answer_is_a_work_of_the_demo() -> None:
    titles = {work.title for work in WORKS}
    named = {
        *BY_WORDS.values(),
        *BY_MEANING.values(),
        *(title for some in BY_COLOUR_AND_LIGHT.values() for title in some),
    }
    assert named - titles == set()
