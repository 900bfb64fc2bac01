"""Likeness in a model's space, where there is enough of it, and in the measured one everywhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from limn.search.ranking import Band
from limn.stores import sqlite
from limn.stores.protocol import Store
from searching import EYES, Models, Themes, alike, following, hang, picture

SPACE = "themes@1"
WORDS = {"sea": "sea", "train": "train"}


@pytest.fixture
def themes() -> Themes:
    return Themes(SPACE, WORDS)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "limn.db") as opened:
        await opened.eyes.activate(SPACE)
        yield opened


async def test_alike_is_what_the_model_sees_where_it_has_seen_enough(store: Store, themes: Themes) -> None:
    draw = np.random.default_rng(5)
    for number in range(40):
        vector = themes.picture("sea", 0.3) + draw.normal(0, 0.2, themes.dimension).astype(np.float32)
        await hang(store, picture("#808080"), meant={SPACE: vector / np.linalg.norm(vector)}, title=f"Wave {number}")
    twin = themes.picture("train", 0.9)
    one = await hang(store, picture("#c01018"), meant={SPACE: twin}, title="Engine")
    await hang(store, picture("#0b1f5e"), meant={SPACE: twin}, title="Tender")
    unseen = await hang(store, picture("#c01018"), title="Poppy")
    async with following(store) as index:

        async def strong(artwork_id: str, *embedders: Themes) -> tuple[str, list[str]]:
            found = await alike(index, store, artwork_id, models=Models(*embedders))
            return found.space, [item.artwork.title for item in found.items if item.band is Band.STRONG]

        assert await strong(one.id, themes) == (SPACE, ["Tender"])
        assert await strong(one.id, Themes(SPACE, WORDS, looks=False)) == (EYES.space, ["Poppy"])
        assert await strong(one.id) == (EYES.space, ["Poppy"]), "nobody knows whether the space is of pictures"
        assert await strong(unseen.id, themes) == (EYES.space, ["Engine"])


async def test_copies_in_a_gallery_of_copies_are_alike(store: Store, themes: Themes) -> None:
    same = {SPACE: themes.picture("sea", 0.3)}
    works = [await hang(store, picture("#808080"), meant=same, title=f"Print {number}") for number in range(33)]
    async with following(store) as index:
        found = await alike(index, store, works[0].id, models=Models(themes))
    assert (found.space, found.answer) == (SPACE, "strong")
    assert all(item.similarity <= 1 for item in found.items)


async def test_of_a_few_works_no_model_can_say_which_are_alike(store: Store, themes: Themes) -> None:
    same = {SPACE: themes.picture("sea", 0.3)}
    works = [await hang(store, picture("#808080"), meant=same, title=f"Print {number}") for number in range(31)]
    async with following(store) as index:
        found = await alike(index, store, works[0].id, models=Models(themes))
    assert (found.space, found.answer) == (EYES.space, "strong")
