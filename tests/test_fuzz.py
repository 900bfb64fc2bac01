"""Thousands of hurt files and bodies sent at the upload: each is taken or refused in words, and the gallery lives on."""

from collections.abc import AsyncIterator

import anyio
import httpx2
import pytest

import hostile
import pictures
from conftest import gallery
from limn.settings import Settings
from uploads import form

URL = "/api/v1/artworks"
AT_ONCE = 8


@pytest.mark.parametrize("name", pictures.FORMATS)
async def test_every_hurt_picture_is_taken_or_refused_in_words(settings: Settings, name: str) -> None:
    data = pictures.in_format(name, 40, 30, seed=7)
    hurt = hostile.mutations(data, hostile.HURT * 4 // 5, seed=100 + pictures.FORMATS.index(name))
    async with gallery(settings.model_copy(update={"workers": 0})) as client:
        answers = await post_all(client, [{"file": ("x", each)} for each in hurt])
        kept = {answer.json()["pages"][0]["sha256"] for answer in answers if answer.status_code == 201}
        check(answers, {201, 409, 415, 422})
        assert kept, "some hurts are survived"
        assert (await client.get("/readyz")).status_code == 200
    assert files_of(settings) == kept


@pytest.mark.parametrize("chunk_bytes", [1 << 20, 7])
async def test_every_hurt_form_is_taken_or_refused_in_words(settings: Settings, chunk_bytes: int) -> None:
    """Head, boundary and fields are hurt like the file; the pieces it comes in must not matter."""
    body = whole_form(pictures.gif(24, 18, seed=8))
    count = 600 if chunk_bytes > len(body) else 60
    async with gallery(settings.model_copy(update={"workers": 0})) as client:
        answers = [
            await client.post(URL, content=pieces(each, chunk_bytes), headers={"Content-Type": TYPE})
            for each in hostile.mutations(body, count, seed=chunk_bytes)
        ]
        check(answers, {201, 400, 409, 415, 422})
        assert {answer.status_code for answer in answers} >= {201, 400, 422}
    assert len(files_of(settings)) == sum(answer.status_code == 201 for answer in answers)


async def test_every_hurt_content_type_is_read_or_refused(settings: Settings) -> None:
    body = whole_form(pictures.gif(24, 18, seed=9))
    odd = [
        b"",
        b";",
        b"multipart/form-data;boundary=",
        b'multipart/form-data; boundary="b"',
        b"multipart/form-data; boundary*=b",
    ]
    async with gallery(settings.model_copy(update={"workers": 0})) as client:
        answers = [
            await client.post(URL, content=body, headers={b"Content-Type": each.translate(None, b"\r\n\0")})
            for each in odd + hostile.mutations(TYPE.encode(), 200, seed=9)
        ]
    check(answers, {201, 400, 409})
    assert {201, 400, 409} == {answer.status_code for answer in answers}


TYPE = "multipart/form-data; boundary=b"


def whole_form(file: bytes) -> bytes:
    values = {"title": "Hurt", "category": "comics", "tags": "a, b", "visibility": "private", "licence": "cc0-1.0"}
    text = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in values.items())
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.gif"\r\nContent-Type: image/gif\r\n\r\n'
    return text.encode() + head.encode() + file + b"\r\n--b--\r\n"


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def post_all(client: httpx2.AsyncClient, bodies: list[dict[str, tuple[str, bytes]]]) -> list[httpx2.Response]:
    answers: list[httpx2.Response] = []
    places = anyio.Semaphore(AT_ONCE)

    async def post(files: dict[str, tuple[str, bytes]]) -> None:
        async with places:
            answers.append(await client.post(URL, data=form(), files=files))

    async with anyio.create_task_group() as tasks:
        for body in bodies:
            tasks.start_soon(post, body)
    return answers


def check(answers: list[httpx2.Response], allowed: set[int]) -> None:
    assert {answer.status_code for answer in answers} <= allowed
    for answer in answers:
        if answer.status_code != 201:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] != "internal_error"


def files_of(settings: Settings) -> set[str]:
    """Every file below the blobs: originals and what was left in staging."""
    return {path.name for path in (settings.data_dir / "blobs").rglob("*") if path.is_file()}
