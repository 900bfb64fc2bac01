"""Uploading from tests: one call for a picture, one to wait until it was looked at."""

import time
from typing import Any

import anyio
import httpx2

ANALYSIS_SECONDS = 90.0  # with a dead worker's lease to wait for, on a loaded machine


def form(**fields: Any) -> dict[str, Any]:
    return {"title": "A picture", "category": "illustrations", **fields}


async def upload(client: httpx2.AsyncClient, data: bytes, *, key: str | None = None, **fields: Any) -> httpx2.Response:
    """POST /artworks with the least it needs."""
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post(
        "/api/v1/artworks", data=form(**fields), files={"file": ("picture.jpg", data, "image/jpeg")}, headers=headers
    )


async def analysed(client: httpx2.AsyncClient, artwork_id: str) -> dict[str, Any]:
    """The artwork, once its analysis has ended."""
    with anyio.fail_after(ANALYSIS_SECONDS):
        while True:
            body: dict[str, Any] = (await client.get(f"/api/v1/artworks/{artwork_id}")).json()
            if body["analysis"]["state"] in {"done", "failed"}:
                return body
            await anyio.sleep(0.02)


def upload_now(client: httpx2.Client, data: bytes, *, key: str | None = None, **fields: Any) -> httpx2.Response:
    """The same with a client that blocks, for server processes; the client's base is /api/v1."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        "/artworks", data=form(**fields), files={"file": ("picture.jpg", data, "image/jpeg")}, headers=headers
    )


def wait_until_analysed(client: httpx2.Client, artwork_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + ANALYSIS_SECONDS
    while time.monotonic() < deadline:
        body: dict[str, Any] = client.get(f"/artworks/{artwork_id}").json()
        if body["analysis"]["state"] in {"done", "failed"}:
            return body
        time.sleep(0.05)
    raise AssertionError(f"{artwork_id} was not analysed within {ANALYSIS_SECONDS} s")
