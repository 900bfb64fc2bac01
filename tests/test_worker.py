"""One lane of analysis while people edit, delete and upload, and while the house itself is in trouble."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import pytest

import hostile
import pictures
from limn.imaging.sandbox import Limits, Sandbox
from limn.models import LOCAL_ACCOUNT, Artwork, ArtworkChanges, State, Viewer
from limn.resources import Resources, open_resources
from limn.settings import Settings
from limn.worker import Worker
from patience import eventually
from works import a_page, a_work, sha256

ME = Viewer(account_id=LOCAL_ACCOUNT)


@dataclass
class House:
    """A gallery with one decoder, which a picture without end occupies until `free` is called."""

    resources: Resources
    occupant: anyio.CancelScope

    def free(self) -> None:
        self.occupant.cancel()

    async def add(self, seed: int = 0, **fields: object) -> str:
        data = pictures.jpeg(96, 64, seed=seed)
        key = await self.resources.blobs.put(data)
        assert key == sha256(data)
        added = await self.resources.store.artworks.add(a_work(pages=(a_page(data),), owner=LOCAL_ACCOUNT, **fields))
        return added.artwork.id

    async def get(self, artwork_id: str) -> Artwork:
        return await self.resources.store.artworks.get(artwork_id, ME)

    async def until(self, artwork_id: str, *states: State) -> Artwork:
        await eventually(lambda: self._is(artwork_id, states))
        return await self.get(artwork_id)

    async def _is(self, artwork_id: str, states: tuple[State, ...]) -> bool:
        return (await self.get(artwork_id)).analysis.state in states


@asynccontextmanager
async def house(settings: Settings, tmp_path: Path, *, waiting: int) -> AsyncIterator[House]:
    endless = tmp_path / "endless"
    endless.write_bytes(hostile.scan_bomb(20_000, 5000, 5000))
    slow = Limits(jpeg_scans=10**9, cpu_seconds=120, wall_seconds=120)
    async with open_resources(settings) as opened, Sandbox(slow, concurrency=1, waiting=waiting) as sandbox:
        resources = replace(opened, sandbox=sandbox)
        async with anyio.create_task_group() as tasks:
            occupant = anyio.CancelScope()

            async def occupy() -> None:
                with occupant:
                    await sandbox.probe(endless)

            tasks.start_soon(occupy)
            await anyio.sleep(0.05)
            tasks.start_soon(Worker(resources).run)
            yield House(resources, occupant)
            tasks.cancel_scope.cancel()


async def test_decoders_full_of_uploads_cost_a_picture_no_attempt(settings: Settings, tmp_path: Path) -> None:
    async with house(settings, tmp_path, waiting=0) as found:
        artwork_id = await found.add()
        await anyio.sleep(3.5)  # refused again and again
        waiting = (await found.get(artwork_id)).analysis
        assert (waiting.state, waiting.attempts, waiting.error) == (State.PENDING, 0, None)
        found.free()
        done = (await found.until(artwork_id, State.DONE, State.FAILED)).analysis
        assert (done.state, done.attempts, done.error) == (State.DONE, 1, None)


@pytest.mark.parametrize(
    "changes", [ArtworkChanges(title="New", tags=("mine",)), ArtworkChanges(title="New", description="dark blue")]
)
async def test_an_edit_during_the_analysis_loses_neither_the_edit_nor_the_findings(
    settings: Settings, tmp_path: Path, changes: ArtworkChanges
) -> None:
    async with house(settings, tmp_path, waiting=1) as found:
        artwork_id = await found.add(description="a red fox")
        await found.until(artwork_id, State.RUNNING)
        await found.resources.store.artworks.edit(artwork_id, ME, changes)
        found.free()
        done = await found.until(artwork_id, State.DONE, State.FAILED)
        assert (done.title, done.description) == ("New", changes.description or "a red fox")
        assert ("mine" in {tag.name for tag in done.tags}) is (changes.tags is not None)
        assert done.analysis.state is State.DONE
        assert done.cover.renditions
        assert done.analysis.caption
        assert done.analysis.match
        phrases = " ".join(phrase.text for phrase in done.analysis.match.phrases)
        assert ("blue" in phrases) is (changes.description is not None)


async def test_a_deletion_during_the_analysis_leaves_nothing_and_the_next_is_served(
    settings: Settings, tmp_path: Path
) -> None:
    async with house(settings, tmp_path, waiting=1) as found:
        gone = await found.add(seed=1)
        await found.until(gone, State.RUNNING)
        await found.resources.store.artworks.delete(gone, ME)
        stays = await found.add(seed=2)
        found.free()
        assert (await found.until(stays, State.DONE, State.FAILED)).analysis.state is State.DONE
    with sqlite3.connect(settings.data_dir / "limn.db") as database:
        for table in ("vectors", "blobs"):
            owners = {row[0] for row in database.execute(f"SELECT artwork FROM {table}")}
            assert owners == {stays}, table
