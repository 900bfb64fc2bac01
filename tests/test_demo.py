"""The demo: how varied its works are, and how they come into a gallery, by the command and by the button's route."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from limn.artworks.fields import check_upload
from limn.demo.hanging import ROOMS, room_for
from limn.demo.paper import LONG_SIDE, sketching
from limn.demo.works import WORKS, drawn
from limn.imaging.hashing import distance, phash
from limn.imaging.swatches import swatches
from limn.settings import load
from patience import wait_until
from serving import Server, environment
from sketched import SKETCH, hung


@pytest.fixture(scope="module")
def sketches() -> dict[str, Image.Image]:
    with sketching(SKETCH):
        return {work.title: work.draw() for work in WORKS}


def pixels(image: Image.Image) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    return np.asarray(image.convert("RGB"))


def test_no_two_works_look_alike(sketches: dict[str, Image.Image]) -> None:
    assert len(sketches) == len(WORKS) >= 36
    hashes = {title: phash(pixels(image)) for title, image in sketches.items()}
    near = {(a, b): d for a, b in combinations(hashes, 2) if (d := distance(hashes[a], hashes[b])) < 12}
    assert near == {}


def test_they_are_of_many_colours_light_and_dark_and_of_three_orientations(sketches: dict[str, Image.Image]) -> None:
    small = [image.resize((128, 128 * image.height // image.width)) for image in sketches.values()]
    terms = {swatches(pixels(image))[0].name.split()[-1] for image in small}
    assert len(terms) >= 8, terms
    lightness = [float(pixels(image.convert("L")).mean()) / 255 for image in small]
    assert sum(light < 0.35 for light in lightness) >= 6
    assert sum(light > 0.65 for light in lightness) >= 6
    shapes = ["square" if i.width == i.height else "wide" if i.width > i.height else "tall" for i in sketches.values()]
    assert min(shapes.count(shape) for shape in ("wide", "tall", "square")) >= 4, shapes


def test_each_hangs_in_a_room_with_words_of_its_own() -> None:
    for work in WORKS:
        fields = {"title": [work.title], "category": [work.category], "description": [work.description]}
        told = check_upload(fields | {"alt_text": [work.alt_text], "tags": [work.tags]}, ROOMS)
        assert len(told.tags) >= 3, work.title
        assert 30 <= len(told.description) <= 200, work.title
        assert told.alt_text, work.title
    assert all(sum(work.category == room for work in WORKS) >= 7 for room in ROOMS)
    assert len({work.description for work in WORKS}) == len({work.filename for work in WORKS}) == len(WORKS)


@pytest.mark.parametrize("title", ["Siesta"])
def test_a_picture_is_large_and_the_same_each_time(title: str) -> None:
    work = next(work for work in WORKS if work.title == title)
    data = drawn(work)
    assert data == drawn(work)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        assert LONG_SIDE <= max(image.size) <= 1800


async def test_an_operator_with_rooms_of_their_own_gets_the_works_in_those(tmp_path: Path) -> None:
    named = {"LIMN_DATA_DIR": str(tmp_path / "data"), "LIMN_CATEGORIES": "people:People,comics:Comics"}
    settings = load(named, env_file=None)
    rooms = [slug for slug, _ in settings.categories]
    assert {work.category: room_for(work, rooms) for work in WORKS} == {
        "portraits": "people",
        "illustrations": "comics",
        "comics": "comics",
    }
    assert (await hung(settings, WORKS[-3:])).added == 3


def limn(folder: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "limn", "demo", "--data-dir", str(folder), "--json", *arguments]
    done = subprocess.run(
        command, env=environment({}), cwd=folder.parent, capture_output=True, text=True, timeout=60, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, httpx2.Client]]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    with Server(folder, LIMN_VISION="basic", LIMN_SENTENCES="off") as server, server.client() as client:
        yield folder, client


def test_the_button_hangs_it_once_in_an_empty_gallery(served: tuple[Path, httpx2.Client]) -> None:
    _, client = served
    assert client.post("/demo", params={"works": 0}).status_code == 422
    begun = client.post("/demo", params={"works": 2})
    assert (begun.status_code, begun.json()) == (202, {"works": 2, "hung": 0, "running": True, "problem": None})
    again = client.post("/demo", params={"works": 2})
    assert (again.status_code, again.json()["code"]) == (409, "demo_running")
    wait_until(lambda: not client.get("/demo").json()["running"])
    assert client.get("/demo").json() == {"works": 2, "hung": 2, "running": False, "problem": None}
    items = client.get("/artworks").json()["items"]
    assert [item["title"] for item in items] == [work.title for work in reversed(WORKS[-2:])]
    assert {item["licence"] for item in items} == {"cc0-1.0"}
    refused = client.post("/demo")
    assert (refused.status_code, refused.json()["code"]) == (409, "gallery_not_empty")
    assert client.get("/demo").json()["hung"] == 2, "a refusal changes nothing"


def test_the_command_adds_nothing_twice_though_a_server_runs(served: tuple[Path, httpx2.Client]) -> None:
    folder, client = served
    before = {item["id"] for item in client.get("/artworks").json()["items"]}
    first, second = limn(folder, "--works", "3"), limn(folder, "--works", "3")
    assert first == {"added": 3 - len(before), "held": len(before)}
    assert second == {"added": 0, "held": 3}
    works = client.get("/artworks").json()["items"]
    assert before <= {item["id"] for item in works}
    assert [item["title"] for item in works if item["id"] not in before] == [WORKS[-3].title]
    wait_until(lambda: all(w["analysis"]["state"] == "done" for w in client.get("/artworks").json()["items"]))


def test_what_is_as_it_was_hung_goes_again_and_nothing_else(served: tuple[Path, httpx2.Client]) -> None:
    folder, client = served
    if not client.get("/artworks").json()["items"]:
        limn(folder, "--works", "3")
    kept, *others = client.get("/artworks").json()["items"]
    assert client.patch(f"/artworks/{kept['id']}", json={"title": "Mine now"}).status_code == 200
    assert limn(folder, "--remove") == {"removed": len(others)}
    assert [item["title"] for item in client.get("/artworks").json()["items"]] == ["Mine now"]


def test_a_gallery_that_takes_no_such_pictures_says_so(tmp_path: Path) -> None:
    with Server(tmp_path / "data", LIMN_MAX_PIXELS="1000", LIMN_VISION="basic") as server, server.client() as client:
        assert client.post("/demo", params={"works": 2}).status_code == 202
        wait_until(lambda: not client.get("/demo").json()["running"])
        told = client.get("/demo").json()
        assert (told["hung"], "pixels" in told["problem"]) == (0, True), told
        assert client.get("/artworks").json()["items"] == []
        assert client.post("/demo", params={"works": 2}).status_code == 202  # nothing hangs: it may be tried again
