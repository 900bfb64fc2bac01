"""Queries become vectors once, and no model can hold a search up."""

import time
from collections.abc import Sequence

import anyio
import numpy as np
import pytest

from limn.errors import EyesAway
from limn.index.queries import open_queries
from limn.stores.protocol import Vector
from patience import eventually
from searching import Models, Themes

WORDS = {"fox": "fox", "vixen": "fox", "sea": "sea"}


@pytest.fixture
def themes() -> Themes:
    return Themes("themes@1", WORDS)


async def test_equal_queries_are_embedded_once_however_many_ask(themes: Themes) -> None:
    themes.delay = 0.05
    async with open_queries(Models(themes)) as queries, anyio.create_task_group() as tasks:
        for text in ("fox at sea", "  fox  at\nsea ") * 20:
            tasks.start_soon(queries.ask, themes.space, text)
    assert themes.asked == ["fox at sea", "a photo of fox at sea"], "each template once"


async def test_an_answer_is_a_unit_vector_of_the_space_with_its_cut_off(themes: Themes) -> None:
    async with open_queries(Models(themes)) as queries:
        asked = await queries.ask(themes.space, "vixen")
        again = await queries.ask(themes.space, "vixen")
    assert (asked.space, asked.cutoff, asked.looks) == (themes.space, themes.cutoff, True)
    assert np.linalg.norm(asked.vector) == pytest.approx(1)
    assert again.vector is asked.vector


async def test_two_spaces_never_share_an_answer(themes: Themes) -> None:
    other = Themes("themes@2", WORDS, dimension=24)
    async with open_queries(Models(themes, other)) as queries:
        assert (await queries.ask(themes.space, "fox")).vector.shape == (16,)
        assert (await queries.ask(other.space, "fox")).vector.shape == (24,)


async def test_a_model_that_takes_long_is_waited_for_so_long_and_its_answer_is_kept(themes: Themes) -> None:
    themes.delay = 3
    async with open_queries(Models(themes), seconds=0.1) as queries:
        started = time.monotonic()
        with pytest.raises(EyesAway):
            await queries.ask(themes.space, "fox")
        assert time.monotonic() - started < 2.5

        async def known() -> bool:
            try:
                return bool(await queries.ask(themes.space, "fox"))
            except EyesAway:
                return False

        await eventually(known)
    assert len(themes.asked) == 2, "it was asked once, template by template"


async def test_while_one_query_is_overdue_the_next_does_not_wait_as_long(themes: Themes) -> None:
    themes.delay = 60
    async with open_queries(Models(themes), seconds=1) as queries:
        waits = []
        for text in ("fox", "sea", "snow", "hill"):
            started = time.monotonic()
            with pytest.raises(EyesAway):
                await queries.ask(themes.space, text)
            waits.append(time.monotonic() - started)
    assert waits[0] >= 1
    assert min(waits[1:]) < 0.9, "at its best of three: the machine may be busy"


async def test_whoever_stops_asking_does_not_take_the_answer_from_others(themes: Themes) -> None:
    themes.delay = 0.2
    async with open_queries(Models(themes)) as queries:
        with anyio.move_on_after(0.02):
            await queries.ask(themes.space, "fox")
        assert (await queries.ask(themes.space, "fox")).vector.any()
    assert len(themes.asked) == 2


async def test_a_model_that_was_away_is_asked_again(themes: Themes) -> None:
    themes.away = True
    async with open_queries(Models(themes)) as queries:
        with pytest.raises(EyesAway):
            await queries.ask(themes.space, "fox")
        themes.away = False
        assert (await queries.ask(themes.space, "fox")).vector.any()


async def test_whatever_a_model_raises_or_answers_is_no_more_than_away(
    themes: Themes, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Themes):
        async def embed_texts(self, texts: Sequence[str]) -> Vector:
            if "sea" in texts[0]:
                raise RuntimeError("the graph is broken")
            return np.full((len(texts), self.dimension), np.nan, dtype=np.float32)

    broken = Broken("broken@1", WORDS)
    async with open_queries(Models(broken)) as queries:
        for text in ("sea", "fox"):
            with pytest.raises(EyesAway):
                await queries.ask(broken.space, text)
        with pytest.raises(EyesAway):
            await queries.ask("a space that nobody knows", "fox")
        assert not queries.looks("a space that nobody knows")
    assert "the graph is broken" in caplog.text


async def test_a_model_that_hangs_gathers_no_crowd(themes: Themes) -> None:
    themes.delay = 60
    async with open_queries(Models(themes), seconds=0.05) as queries, anyio.create_task_group() as tasks:

        async def ask(number: int) -> None:
            with pytest.raises(EyesAway):
                await queries.ask(themes.space, f"fox {number}")

        for number in range(200):
            tasks.start_soon(ask, number)
    assert len(themes.asked) / len(themes.templates) <= 16


async def test_what_is_remembered_has_a_bound(themes: Themes) -> None:
    async with open_queries(Models(themes)) as queries:
        for number in range(1_100):
            await queries.ask(themes.space, f"fox {number}")
        before = len(themes.asked)
        await queries.ask(themes.space, "fox 1099")
        assert len(themes.asked) == before
        await queries.ask(themes.space, "fox 0")
        assert len(themes.asked) == before + 2
