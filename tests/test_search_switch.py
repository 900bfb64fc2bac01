"""Searches while their space is exchanged for another: none fails, and none mixes the two."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import anyio
import httpx2
import numpy as np
import pytest

from graphs import write_clip
from limn.app import create_app
from limn.imaging.picture import Picture
from limn.index.follower import PAGE, Index
from limn.index.queries import open_queries
from limn.settings import load
from limn.stores.protocol import Store
from limn.vision.onnx import open_clip
from limn.vision.protocol import Embedder, Look, Vector
from patience import eventually
from searching import Models
from tiny_nodes import COLOURS
from works import a_work

ASKERS, SECONDS = 4, 2.5


@dataclass
class Gallery:
    client: httpx2.AsyncClient
    store: Store
    index: Index

    async def turned(self, space: str) -> None:
        await eventually(lambda: self.index.holdings().meaning_space == space)


@dataclass
class Answer:
    """`spaces` are those of models; `building`: it came while the next space was not whole yet."""

    status: int
    spaces: tuple[str, ...]
    notice: str | None
    seconds: float
    building: bool


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Embedder, Embedder]:
    """Two models that see colours, in spaces of different dimensions."""
    folder = tmp_path_factory.mktemp("models")
    folders = (write_clip(folder / "old", dimension=16, seed=1), write_clip(folder / "new", dimension=24, seed=2))
    old, new = (open_clip(folder, providers="", revision="x") for folder in folders)
    assert old.space != new.space
    return old, new


@asynccontextmanager
async def gallery(folder: Path, *clips: Embedder, works: int) -> AsyncIterator[Gallery]:
    """The application in this process, over works of all colours that were seen by both models, searching in the space of the first."""
    settings = load(
        {"LIMN_DATA_DIR": str(folder / "data"), "LIMN_WORKERS": "0", "LIMN_SENTENCES": "off"}, env_file=None
    )
    app = create_app(settings)
    # patient, so that a busy machine is not taken for a model that is away
    async with app.router.lifespan_context(app) as given, open_queries(Models(*clips), seconds=10) as queries:
        state = {**(given or {}), "queries": queries}

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        store: Store = state["resources"].store
        await hang_colours(store, clips, works)
        await store.eyes.activate(clips[0].space)
        transport = httpx2.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=30) as client:
            index: Index = state["index"]
            await eventually(lambda: index.ready and index.holdings().meaning_space == clips[0].space)
            await eventually(lambda: len(index.holdings().entries) == works)
            yield Gallery(client, store, index)


async def hang_colours(store: Store, clips: tuple[Embedder, ...], works: int) -> None:
    seen = {name: [(clip.space, await clip.embed(look(colour))) for clip in clips] for name, colour in COLOURS.items()}

    async def hang(number: int, vectors: list[tuple[str, Vector]]) -> None:
        added = await store.artworks.add(a_work(title=f"Work {number}", description=""))
        for space, vector in vectors:
            await store.vectors.put(added.artwork.id, 0, space, vector)

    async with anyio.create_task_group() as tasks:
        for number, (_, vectors) in zip(range(works), cycle(seen.items()), strict=False):
            tasks.start_soon(hang, number, vectors)


def look(colour: tuple[float, float, float]) -> Look:
    pixels = np.full((32, 32, 3), np.array(colour) * 255, dtype=np.uint8)
    return Look(Picture(pixels, 32, 32), description="", words="", owner="local", private=False)


async def test_ten_queries_a_second_through_a_switch_are_all_answered_in_one_space_each(
    tmp_path: Path, clips: tuple[Embedder, Embedder]
) -> None:
    old, new = clips
    questions = cycle(f"a {colour} {what}" for what in ("picture", "painting", "image") for colour in COLOURS)
    answers: list[Answer] = []
    async with gallery(tmp_path, *clips, works=4 * PAGE) as hall:

        async def ask(q: str) -> None:
            started = time.monotonic()
            found = await hall.client.get("/api/v1/search", params={"q": q, "limit": "5"})
            body = found.json()
            spaces = tuple(space for space in body.get("spaces", ()) if not space.startswith("limn/"))
            building = hall.index.holdings().coming is not None
            answers.append(Answer(found.status_code, spaces, body.get("notice"), time.monotonic() - started, building))

        async def keep_asking(until: float) -> None:
            while time.monotonic() < until:
                await ask(next(questions))
                await anyio.sleep(0.01)

        async with anyio.create_task_group() as tasks:
            for _ in range(ASKERS):
                tasks.start_soon(keep_asking, time.monotonic() + SECONDS)
            await anyio.sleep(SECONDS / 4)
            await hall.store.eyes.activate(new.space)
            await hall.turned(new.space)
    assert len(answers) >= 10 * SECONDS
    assert {answer.status for answer in answers} == {200}
    assert {answer.spaces for answer in answers} == {(old.space,), (new.space,)}, "one each, never both and never none"
    assert any(answer.building for answer in answers)
    assert not any(answer.notice and "away" in answer.notice for answer in answers)
    assert max(answer.seconds for answer in answers) < 5


async def test_a_colour_is_found_in_either_space_by_a_word_that_no_work_has(
    tmp_path: Path, clips: tuple[Embedder, Embedder]
) -> None:
    async with gallery(tmp_path, *clips, works=33) as hall:
        for clip in clips:
            await hall.store.eyes.activate(clip.space)
            hall.index.wake()
            await hall.turned(clip.space)
            found = (await hall.client.get("/api/v1/search", params={"q": "a red picture", "limit": "3"})).json()
            assert clip.space in found["spaces"]
            reasons = found["items"][0]["reasons"]
            assert {"kind": "meaning", "of": "picture", "phrase": "a red picture", "share": None} in reasons
