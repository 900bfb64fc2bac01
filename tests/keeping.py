"""Galleries to keep and to move: one that was looked at, with its settings; and one of many works with tiny pictures."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import pictures
from conftest import gallery
from crowds import all_at_once
from limn.blobs.local import Local
from limn.maintenance.archive import snapshots
from limn.maintenance.backup import Backup, back_up
from limn.maintenance.restore import check
from limn.settings import load
from limn.stores.protocol import KINDS, Record, Store
from limn.stores.sqlite import open_store
from serving import Server, environment
from uploads import upload_now, wait_until_analysed
from works import a_page, a_work, sha256

TITLES = ("A fox in the snow", "Ünïcödé “quoted”", "The sea")


@dataclass(frozen=True)
class Gallery:
    """A data folder that nobody serves."""

    data: Path

    @property
    def blobs(self) -> Local:
        return Local(self.data / "blobs")

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        async with open_store(self.data / "limn.db") as opened:
            yield opened

    async def records(self) -> list[Record]:
        async with self.store() as store:
            return [r for kind in KINDS for r in await store.records.everything(kind, after=None, limit=5000)]

    def blob(self, key: str) -> Path:
        return self.data / "blobs" / key[:2] / key[2:4] / key

    def limn(self, *arguments: str, failpoint: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        with self.start(*arguments, failpoint=failpoint, **settings) as process:
            out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str, failpoint: str = "", **settings: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "limn", *arguments],
            env=environment({"LIMN_DATA_DIR": str(self.data), "LIMN_TEST_FAILPOINT": failpoint, **settings}),
            cwd=self.data.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def served(self) -> dict[str, Any]:
        """All that the API says of it, and the bytes of every picture."""
        settings = load({"LIMN_DATA_DIR": str(self.data), "LIMN_WORKERS": "0"}, env_file=None)
        async with gallery(settings) as client:
            listed = (await client.get("/api/v1/artworks?limit=100")).json()
            said: dict[str, Any] = {"": listed}
            for item in listed["items"]:
                body = (await client.get(f"/api/v1/artworks/{item['id']}")).json()
                said[item["id"]] = body
                for path in _links(body):
                    said[path] = (await client.get(path)).content
        return said


def _links(body: object) -> list[str]:
    if isinstance(body, dict):
        return [link for value in body.values() for link in _links(value)]
    if isinstance(body, list):
        return [link for value in body for link in _links(value)]
    return [body] if isinstance(body, str) and body.startswith("/api/v1/") else []


@pytest.fixture(scope="session", name="_made")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.getbasetemp() / "made" / "data"
    if data.exists():  # by another module, which has this fixture as its own
        return data
    data.parent.mkdir()
    with Server(data) as server:
        with server.client() as client:
            for seed, title in enumerate(TITLES):
                posted = upload_now(client, pictures.jpeg(640, 400, seed=seed), title=title, key=f"k{seed}", tags="fox")
                wait_until_analysed(client, posted.json()["id"])
        server.stop()
    return data


@pytest.fixture(name="full")
def full(_made: Path, tmp_path: Path) -> Gallery:
    """Three works, looked at; the test's own copy."""
    shutil.copytree(_made, tmp_path / "data")
    return Gallery(tmp_path / "data")


async def many(data: Path, count: int, *, drawn: int = 10) -> Gallery:
    """Works of as many artists that nobody looked at, with some bytes for `drawn` different pictures."""
    made = Gallery(data)
    pictures = [f"picture {number}".encode() for number in range(drawn)]
    for picture in pictures:
        blob = made.blob(sha256(picture))
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(picture)
    works = [
        a_work(owner=f"artist {number}", pages=(a_page(pictures[number % drawn], bytes=len(pictures[number % drawn])),))
        for number in range(count)
    ]
    async with made.store() as store:
        await all_at_once([partial(store.artworks.add, work) for work in works])
    return made


async def keep(gallery: Gallery, folder: Path, *, rehash: bool = False) -> Backup:
    async with gallery.store() as store:
        return await back_up(store, gallery.blobs, folder, Local(folder / "blobs"), secret_key="the key", rehash=rehash)


async def whole(folder: Path) -> bool:
    """The newest backup there; what is wrong with it is raised."""
    await check(folder / snapshots(folder)[-1], Local(folder / "blobs"))
    return True


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def first_blob(folder: Path) -> Path:
    return min(path for path in folder.rglob("*") if path.is_file())


def one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and text.startswith("limn: ")
