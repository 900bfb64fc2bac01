"""Galleries with eyes, for tests: one in this process, its works, and the passing of time."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2

from conftest import gallery
from limn.settings import load
from uploads import analysed, upload

SECONDS = 60.0  # on a machine that does much else beside


class Gallery:
    """HTTP to a gallery in this process; `data` is its folder."""

    def __init__(self, client: httpx2.AsyncClient, data: Path) -> None:
        self.client, self.data = client, data

    async def hang(self, data: bytes, **fields: Any) -> dict[str, Any]:
        """A work, once it was looked at."""
        answer = await upload(self.client, data, **fields)
        assert answer.status_code == 201, answer.text
        return await analysed(self.client, answer.json()["id"])

    async def work(self, artwork_id: str) -> Any:
        return await self.get(f"/artworks/{artwork_id}")

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, path: str, holds: Callable[[Any], bool], *, seconds: float = SECONDS) -> Any:
        """What is there, as soon as it is as wanted."""
        answer = None
        try:
            with anyio.fail_after(seconds):
                while True:
                    answer = await self.client.get(f"/api/v1{path}")
                    # 503: the index of a gallery that was just opened is being built
                    if answer.status_code != 503 and holds(answer.raise_for_status().json()):
                        return answer.json()
                    await anyio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{path} was still {answer and answer.text}") from None

    async def until_settled(self) -> Any:
        """No work is behind, and searches use the target."""
        return await self.until(
            "/admin/models",
            lambda found: found["space"]["behind"] == 0 and found["space"]["active"] == found["space"]["target"],
        )

    def an_hour_passes(self) -> None:
        """For the works that wait for their second look."""
        with sqlite3.connect(self.data / "limn.db", timeout=10) as database:
            database.execute("UPDATE artworks SET look_at = 0 WHERE look_at IS NOT NULL")
        database.close()


@asynccontextmanager
async def open_gallery(tmp_path: Path, **settings: str) -> AsyncIterator[Gallery]:
    data = tmp_path / "data"
    async with gallery(
        load({"LIMN_DATA_DIR": str(data), "LIMN_SENTENCES": "off", **settings}, env_file=None)
    ) as client:
        yield Gallery(client, data)


def said(work: dict[str, Any]) -> dict[str, str | None]:
    """Which method gave the caption and the match."""
    analysis = work["analysis"]
    return {name: analysis[name] and analysis[name]["method"] for name in ("caption", "match")}


def tags(work: dict[str, Any]) -> set[str]:
    return {tag["name"] for tag in work["tags"]}
