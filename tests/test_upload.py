"""Uploading over HTTP: what goes in, what is refused and how, and that nothing is left behind."""

import hashlib
from pathlib import Path

import anyio
import httpx2
import pytest

import pictures
from limn.settings import Settings
from uploads import analysed, form, upload


async def test_an_upload_is_acknowledged_and_then_analysed(client: httpx2.AsyncClient) -> None:
    data = pictures.jpeg(640, 480, seed=1)
    answer = await upload(client, data, title="Fox", description="a red fox", tags="Fox, winter ,fox")
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/artworks/{body['id']}"
    assert body["analysis"]["state"] == "pending"
    assert body["pages"][0]["sha256"] == hashlib.sha256(data).hexdigest()
    assert [tag["name"] for tag in body["tags"]] == ["fox", "winter"]
    done = await analysed(client, body["id"])
    assert done["analysis"]["state"] == "done"
    assert [r["width"] for r in done["pages"][0]["renditions"]] == [320, 640]
    assert done["swatches"]
    assert done["analysis"]["caption"]["method"] == "measured"


async def test_the_original_comes_back_bit_for_bit(client: httpx2.AsyncClient) -> None:
    data = pictures.jpeg(300, 200, seed=2)
    artwork = (await upload(client, data, title='A "quoted" 漢字 title')).json()
    answer = await client.get(f"/api/v1/artworks/{artwork['id']}/original")
    assert answer.content == data
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_parts_may_come_in_any_order_and_tags_may_repeat(client: httpx2.AsyncClient) -> None:
    parts: list[tuple[str, tuple[str | None, str | bytes]]] = [
        ("tags", (None, "fox")),
        ("file", ("x.jpg", pictures.jpeg(64, 64, seed=3))),
        ("category", (None, "comics")),
        ("tags", (None, "snow")),
        ("title", (None, "Order")),
    ]
    answer = await client.post("/api/v1/artworks", files=parts)
    assert answer.status_code == 201
    assert [tag["name"] for tag in answer.json()["tags"]] == ["fox", "snow"]


async def test_the_same_key_and_bytes_make_one_work_under_twenty_calls(client: httpx2.AsyncClient) -> None:
    data = pictures.jpeg(64, 64, seed=4)
    answers: list[httpx2.Response] = []

    async def once() -> None:
        answers.append(await upload(client, data, key="key-one"))

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(once)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await client.get("/api/v1/artworks")).json()["items"]) == 1


async def test_a_key_used_for_other_bytes_is_refused(client: httpx2.AsyncClient) -> None:
    await upload(client, pictures.jpeg(64, 64, seed=5), key="key-two")
    answer = await upload(client, pictures.jpeg(64, 64, seed=6), key="key-two")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_same_bytes_again_answer_with_the_existing_work(client: httpx2.AsyncClient) -> None:
    data = pictures.jpeg(64, 64, seed=7)
    first = (await upload(client, data)).json()
    answer = await upload(client, data, title="Again")
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_artwork")
    assert answer.json()["existing"]["id"] == first["id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"category": "paintings"}, "category"),
        ({"description": "x" * 20_001}, "description"),
        ({"visibility": "secret"}, "visibility"),
        ({"licence": "mine"}, "licence"),
        ({"ai_generated": "perhaps"}, "ai_generated"),
        ({"owner": "root"}, "owner"),
        ({"id": "1"}, "id"),
        ({"title": "nul\0"}, "title"),
        ({"tags": ",".join(f"t{n}" for n in range(51))}, "tags"),
    ],
)
async def test_a_wrong_field_is_named(
    client: httpx2.AsyncClient, settings: Settings, fields: dict[str, str], field: str
) -> None:
    answer = await upload(client, pictures.jpeg(64, 64, seed=8), **fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert left_behind(settings) == []


async def test_a_missing_or_empty_file_is_refused(client: httpx2.AsyncClient) -> None:
    nothing = await client.post("/api/v1/artworks", files=[("title", (None, "x")), ("category", (None, "comics"))])
    empty = await upload(client, b"")
    assert [nothing.status_code, empty.status_code] == [422, 422]
    assert [nothing.json()["code"], empty.json()["code"]] == ["file_missing", "file_missing"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("svg", 415), ("html", 415), ("pdf", 415), ("tiff", 415), ("bmp", 415), ("psd", 415), ("ico", 415)],
)
async def test_what_is_no_supported_picture_is_refused_by_its_bytes(
    client: httpx2.AsyncClient, settings: Settings, name: str, status: int
) -> None:
    answer = await upload(client, pictures.foreign(name))
    assert (answer.status_code, answer.json()["code"]) == (status, "unsupported_media_type")
    assert left_behind(settings) == []


@pytest.mark.parametrize("cut", ["half", "one byte", "header only"])
async def test_a_truncated_picture_is_refused_and_leaves_nothing(
    client: httpx2.AsyncClient, settings: Settings, cut: str
) -> None:
    data = pictures.jpeg(400, 300, seed=9)
    end = {"half": len(data) // 2, "one byte": len(data) - 3, "header only": 200}[cut]
    answer = await upload(client, data[:end])
    assert (answer.status_code, answer.json()["code"]) == (422, "image_corrupt")
    assert left_behind(settings) == []


async def test_a_declared_type_and_name_are_not_believed(client: httpx2.AsyncClient) -> None:
    files = {"file": ("../../etc/passwd.jpg", pictures.png(32, 32, seed=10), "image/gif")}
    answer = await client.post("/api/v1/artworks", data=form(), files=files)
    assert answer.json()["pages"][0]["media_type"] == "image/png"
    original = await client.get(f"{answer.headers['location']}/original")
    assert 'filename="passwd.jpg"' in original.headers["content-disposition"]


@pytest.mark.parametrize(
    "name", ["../../x", "..\\x", "a\0b", "CON", "\u202egpj.exe", "x" * 300 + ".jpg", "漢字.png", 'q"\r\nX: y']
)
async def test_a_hostile_file_name_gives_a_valid_header(
    client: httpx2.AsyncClient, settings: Settings, name: str
) -> None:
    body, content_type = multipart(name.encode(), pictures.jpeg(48, 48, seed=len(name)))
    answer = await client.post("/api/v1/artworks", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in {201, 400}
    if answer.status_code == 201:
        disposition = (await client.get(f"{answer.headers['location']}/original")).headers["content-disposition"]
        assert disposition.isascii()
        assert "\r" not in disposition
        assert ".." not in disposition
        assert len(disposition) < 1000
    for path in blob_files(settings):
        assert path.parent.parent.parent == (settings.data_dir / "blobs")
        assert path.name.startswith(path.parent.parent.name + path.parent.name)


def blob_files(settings: Settings) -> list[Path]:
    return [p for p in (settings.data_dir / "blobs").rglob("*") if p.is_file()]


def left_behind(settings: Settings) -> list[Path]:
    return blob_files(settings)


def multipart(filename: bytes, data: bytes) -> tuple[bytes, str]:
    """A body by hand, for names that no client would send."""
    quoted = filename.replace(b'"', b'\\"')
    head = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
    parts = [
        head % (b"title", b"") + b"By hand\r\n",
        head % (b"category", b"") + b"comics\r\n",
        head % (b"file", b'; filename="' + quoted + b'"') + data + b"\r\n",
    ]
    return b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b"
