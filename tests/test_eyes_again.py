"""Looking again: what is made anew and what is not, how often who is away is asked, and a kill in the middle."""

import signal
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import pictures
from graphs import write_captioner, write_clip
from limn.analysis.due import Due, due_again
from limn.analysis.patience import Patience
from limn.analysis.renewal import Renewal
from limn.errors import EyesAway
from limn.models import Analysis, Artwork, Caption, Findings, Match, Tag
from limn.settings import load
from limn.sight import open_sight
from limn.stores.protocol import Store
from limn.stores.sqlite import open_store
from limn.vision.basic import Basic
from limn.vision.composition import Eyes
from limn.vision.protocol import Judged, Look, Vector
from plain_embedder import Plain
from serving import Server
from uploads import upload_now, wait_until_analysed
from works import a_work, machine_tag


@dataclass(frozen=True)
class Somebody:
    """Says what it is called, and nothing else."""

    method: str
    model: str = "1"
    host: str | None = None
    vocabulary: str = "words@1"

    async def match(self, look: Look) -> Judged:
        raise NotImplementedError

    async def caption(self, look: Look) -> Caption:
        raise NotImplementedError

    async def tags(self, look: Look) -> tuple[Tag, ...]:
        raise NotImplementedError

    async def tags_of(self, vector: Vector) -> tuple[Tag, ...] | None:
        raise NotImplementedError


def eyes(**others: Any) -> Eyes:
    somebody: dict[str, Any] = {
        "embedder": Plain("space@1"),
        "captioners": (Somebody("blip"),),
        "matchers": (Somebody("clip"),),
        "taggers": (Somebody("clip"),),
    }
    return Eyes(Basic(), **(somebody | others))


def seen(**analysis: Any) -> Artwork:
    """A work that `eyes()` have looked at, and described to the end."""
    found: dict[str, Any] = {
        "caption": Caption(text="A fox.", method="blip", model="1"),
        "match": Match(score=80, verdict="good", method="clip", model="1"),
        "eyes": eyes().fingerprint,
    }
    tags = (machine_tag("fox"), machine_tag("red"))
    return a_work(description="A fox", tags=tags, analysis=Analysis(**(found | analysis)))


MEASURED: dict[str, Any] = {
    "caption": Caption(text="A red picture.", method="measured", model="limn/basic@1"),
    "match": Match(score=80, verdict="good", method="measured", model="limn/basic@1"),
}


@pytest.mark.parametrize(
    ("artwork", "present", "due"),
    [
        (seen(), eyes(), Due()),
        (seen(), eyes(captioners=(Somebody("blip"), Somebody("vlm"))), Due(caption=True)),
        (seen(), eyes(matchers=(Somebody("vlm"),)), Due(match=True)),
        (seen(), eyes(taggers=(Somebody("clip", vocabulary="words@2"),)), Due(tags=True)),
        # another space of pictures: what compares vectors judges anew
        (seen(), eyes(embedder=Plain("space@2")), Due(match=True, tags=True)),
        # what nobody answered, whoever else did
        (seen(caption_reason="It is away."), eyes(), Due(caption=True)),
        (seen(match=None, match_reason="It is away."), eyes(), Due(match=True)),
        (seen(tags_reason="It is away."), eyes(), Due(tags=True)),
        # a work that was private, or whose model was not served
        (seen(**MEASURED), eyes(), Due(caption=True, match=True)),
        (seen().model_copy(update={"tags": (machine_tag("red"),)}), eyes(), Due(tags=True)),
        # nothing to judge, and nothing that can be measured
        (seen(match=None, match_reason="No words.").model_copy(update={"description": " "}), eyes(), Due()),
        (seen(match=None, match_reason="No colour.", eyes=Eyes(Basic()).fingerprint), Eyes(Basic()), Due()),
        # weaker eyes take nothing away
        (seen(), eyes(captioners=(), matchers=(), taggers=(), embedder=None), Due()),
        (seen(eyes=None, **MEASURED), Eyes(Basic()), Due()),
        # words that nobody read, or another model, or in other words: and nothing else with them
        (seen(), eyes(reads="words@1"), Due(words=True)),
        (seen(eyes=eyes(reads="words@1").fingerprint), eyes(reads="words@1"), Due()),
        (seen(eyes=eyes(reads="words@1").fingerprint), eyes(reads="words@2"), Due(words=True)),
        (seen(eyes=eyes(reads="words@1").fingerprint), eyes(), Due()),
        # never seen to the end
        (seen(eyes=None), eyes(), Due(caption=True, match=True, tags=True)),
    ],
)
def test_what_is_due_again_is_what_changed_or_is_missing(artwork: Artwork, present: Eyes, due: Due) -> None:
    assert due_again(artwork, present, embedded=True) == due


def test_a_vector_is_due_where_there_is_none() -> None:
    assert due_again(seen(), eyes(), embedded=False) == Due(vector=True)
    assert not due_again(seen(), eyes(embedder=None), embedded=False).vector


@pytest.mark.parametrize(
    ("told", "least", "most"), [(None, 60, 75), (1, 30, 38), (200, 200, 250), (90_000, 3600, 4500)]
)
def test_who_is_away_is_asked_again_between_half_a_minute_and_an_hour_and_a_quarter(
    told: int | None, least: float, most: float
) -> None:
    assert least <= Patience().seconds({"caption": EyesAway("It is away.", retry_after=told)}) <= most


def test_the_one_who_is_back_first_decides() -> None:
    away = {"caption": EyesAway("", retry_after=3000), "match": EyesAway("", retry_after=40)}
    assert 40 <= Patience().seconds(away) <= 50


def test_a_thousand_works_that_wait_are_a_look_a_second_until_one_is_answered() -> None:
    patience, away = Patience(), {"caption": EyesAway("It is away.", retry_after=30)}
    waits = [patience.seconds(away) for _ in range(1000)]
    assert max(waits[:30]) < 40
    assert min(waits[-10:]) > 900
    patience.answered("match")
    assert patience.seconds(away) > 900
    patience.answered("caption")
    assert patience.seconds(away) < 40


async def test_processes_with_different_eyes_come_to_rest(tmp_path: Path) -> None:
    settings = load({"LIMN_DATA_DIR": str(tmp_path), "LIMN_HF_BLIP_URL": "http://127.0.0.1:9/blip"}, env_file=None)
    async with open_store(tmp_path / "limn.db") as store, open_sight(settings, store) as sight:
        for _ in range(3):
            await store.artworks.add(a_work())
        await look_with(store, "other eyes")
        renewal = Renewal(store, sight)
        counts = []
        for _ in range(4):
            counts.append(await renewal.step())
            await look_with(store, "other eyes")
        assert counts == [3, 3, 0, 0]


async def look_with(store: Store, fingerprint: str) -> None:
    """As a worker with these eyes would."""
    while claim := await store.analyses.claim("another", lease_seconds=60):
        await store.analyses.finish(claim, Findings(eyes=fingerprint))


def test_kills_in_the_middle_of_looking_again_are_made_good(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with server, server.client() as client:
        works = [upload_now(client, pictures.flat(colour), description=name).json()["id"] for name, colour in COLOURS]
        before = [wait_until_analysed(client, work) for work in works]
        server.stop()
        write_clip(server.data_dir / "models/clip-vit-base-patch32")
        write_captioner(server.data_dir / "models/distilvit")
        for point in ("analysis.embedded", "analysis.before_finish"):
            server.launch(LIMN_TEST_FAILPOINT=point)
            assert server.process.wait(60) == -signal.SIGKILL
            server.stop()
            the_lease_runs_out(server.data_dir)
    with server, server.client() as client:
        space = settled(client)
        assert space["active"].startswith("clip-vit-base-patch32@")
        for work, old in zip(works, before, strict=True):
            new = client.get(f"/artworks/{work}").json()
            assert (new["analysis"]["state"], new["analysis"]["error"]) == ("done", None)
            assert new["analysis"]["caption"]["method"] == "distilvit"
            assert new["analysis"]["match"]["method"] == "clip"
            assert new["analysis"]["space"] == space["active"]
            for name in ("pages", "swatches", "title", "created"):
                assert new[name] == old[name]


COLOURS = [("red", "#d81a1a"), ("blue", "#1a40d8"), ("green", "#1a991f")]


def the_lease_runs_out(data: Path) -> None:
    with sqlite3.connect(data / "limn.db") as database:
        database.execute("UPDATE artworks SET run_at = 0 WHERE run_at IS NOT NULL")
    database.close()


def settled(client: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        space: dict[str, Any] = client.get("/admin/models").json()["space"]
        if space["behind"] == 0 and space["active"] == space["target"] is not None:
            return space
        assert time.monotonic() < deadline, space
        time.sleep(0.05)
