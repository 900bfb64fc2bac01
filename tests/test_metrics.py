"""What a gallery tells those who watch it: true figures, and nothing of what is in it."""

import re
from pathlib import Path

import httpx2

import pictures
from patience import eventually
from serving import Server
from streams import follow
from uploads import analysed, upload, upload_now, wait_until_analysed

SAMPLE = re.compile(r'([a-z_]+(?:\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})?) ([0-9.e+-]+)')


def figures(text: str) -> dict[str, float]:
    """Prometheus' text format: every line is a comment or a sample, and each family is told of before its samples."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [SAMPLE.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return {match[1]: float(match[2]) for match in found if match}


async def test_answers_are_counted_by_route_and_status(client: httpx2.AsyncClient) -> None:
    made = (await upload(client, pictures.jpeg(64, 64, seed=1), title="Secret plans")).json()["id"]
    await analysed(client, made)
    before = figures((await client.get("/metrics")).text)
    for path in (f"/api/v1/artworks/{made}", "/api/v1/artworks/other", "/artworks/other", "/nowhere"):
        await client.get(path)
    await client.head("/api/v1/limits")
    await client.request("BREW", "/api/v1/limits")
    answer = await client.get("/metrics")
    now = figures(answer.text)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert {name: count - before.get(name, 0) for name, count in now.items() if "answers_total" in name} | {
        'limn_http_answers_total{method="GET",route="/api/v1/artworks/{artwork_id}",status="200"}': 1,
        'limn_http_answers_total{method="GET",route="/api/v1/artworks/{artwork_id}",status="404"}': 1,
        'limn_http_answers_total{method="GET",route="/artworks/{artwork_id}",status="200"}': 1,
        'limn_http_answers_total{method="GET",route="",status="404"}': 1,
        'limn_http_answers_total{method="HEAD",route="/api/v1/limits",status="200"}': 1,
        'limn_http_answers_total{method="other",route="/api/v1/limits",status="405"}': 1,
    } == {name: count - before.get(name, 0) for name, count in now.items() if "answers_total" in name}
    assert made not in answer.text
    assert "Secret" not in answer.text


async def test_works_and_the_index_are_counted(client: httpx2.AsyncClient) -> None:
    assert figures((await client.get("/metrics")).text)['limn_artworks{state="done"}'] == 0
    for seed in range(3):
        made = (await upload(client, pictures.jpeg(32, 32, seed=seed))).json()["id"]
        await analysed(client, made)

    async def indexed() -> bool:
        return figures((await client.get("/metrics")).text)["limn_index_artworks"] == 3

    await eventually(indexed)
    now = figures((await client.get("/metrics")).text)
    assert now['limn_artworks{state="done"}'] == now["limn_index_artworks"] == 3
    assert now['limn_artworks{state="pending"}'] == now['limn_artworks{state="failed"}'] == 0
    assert now["limn_index_ready"] == now["limn_store_up"] == now['limn_info{version="0.1.0"}'] == 1


def test_open_streams_are_counted(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, server.client() as client:
        made = upload_now(client, pictures.jpeg(32, 32)).json()["id"]
        wait_until_analysed(client, made)
        with follow(client, made) as first, follow(client, made) as second:
            assert next(first).kind == next(second).kind == "artwork"
            assert figures(httpx2.get(f"{server.url}/metrics").text)["limn_event_streams"] == 2
