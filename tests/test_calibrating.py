"""limn models calibrate and check, over a gallery whose tiny CLIP knows colours and the words for them."""

import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from anyio.to_thread import run_sync
from typer.testing import CliRunner, Result

from graphs import write_clip
from limn.cli import app
from limn.cli.calibrating import calibrated
from limn.errors import InvalidInput, Unavailable
from limn.imaging.picture import Picture
from limn.maintenance.calibration import apply, propose
from limn.models import Artwork, ArtworkChanges, Findings, Match
from limn.resources import Resources, open_resources
from limn.settings import Settings, load
from limn.stores.protocol import Tombstone
from limn.vision.protocol import Look
from serving import environment
from tiny_nodes import COLOURS
from works import OWNER, a_work

CLIP = "clip-vit-base-patch32"
LIVELY = ("red", "orange", "yellow", "green", "blue", "purple", "brown")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "data" / "models" / CLIP)


def settings(tmp_path: Path) -> Settings:
    return load({"LIMN_DATA_DIR": str(tmp_path / "data")}, env_file=None)


@asynccontextmanager
async def gallery(tmp_path: Path) -> AsyncIterator[Resources]:
    async with open_resources(settings(tmp_path)) as resources:
        yield resources


def pixels(left: str, right: str) -> Picture:
    halves = np.array([COLOURS[left], COLOURS[right]]) * 255
    return Picture(np.repeat(halves.astype(np.uint8)[None], 2, axis=0), width=2, height=2)


async def hang(resources: Resources, left: str, right: str, description: str, *, space: bool = True) -> Artwork:
    """A work as the workers leave it: looked at, matched, its vector beside it."""
    eyes = resources.sight.eyes
    assert eyes.embedder is not None
    look = Look(pixels(left, right), description, description, OWNER.account_id or "", private=False)
    work = (await resources.store.artworks.add(a_work(description=description))).artwork
    claim = await resources.store.analyses.claim("a worker", lease_seconds=60)
    assert claim is not None
    if space:
        await resources.store.vectors.put(work.id, 0, eyes.embedder.space, await eyes.embedder.embed(look))
    match = (await eyes.match(look)).match
    return await resources.store.analyses.finish(claim, Findings(match=match, space=eyes.embedder.space))


async def furnish(resources: Resources, count: int = 36) -> list[Artwork]:
    """Works of two colours each that their descriptions name, searched by the CLIP."""
    pairs = list(permutations(LIVELY, 2))[:count]
    hung = [await hang(resources, left, right, f"{left} beside {right}") for left, right in pairs]
    assert resources.sight.eyes.embedder is not None
    await resources.store.eyes.activate(resources.sight.eyes.embedder.space)
    return hung


async def matches(resources: Resources) -> list[Match]:
    items = (await resources.store.artworks.changed_since(None, limit=200)).items
    return [item.analysis.match for item in items if not isinstance(item, Tombstone) and item.analysis.match]


def silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def limn(cwd: Path, *arguments: str, typed: int = subprocess.DEVNULL) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "limn", "models", *arguments],
        env=environment({}),
        cwd=cwd,
        stdin=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_calibrating_says_what_it_changes_and_changes_it_when_told(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources)
        before = await matches(resources)
    assert not any(match.calibrated for match in before)

    asked = await run_sync(limn, tmp_path, "calibrate")  # standard input is no terminal
    assert (asked.returncode, asked.stdout.splitlines()[-1]) == (1, "Nothing was changed.")
    assert "36 pictures with their own descriptions, 144 with those of others." in asked.stdout
    assert "midpoint    0.2450" in asked.stdout
    assert "--yes" in asked.stderr
    async with gallery(tmp_path) as resources:
        assert await matches(resources) == before

    assert await calibrated(settings(tmp_path), yes=True)
    told = capsys.readouterr().out.splitlines()
    assert told[:-1] == asked.stdout.splitlines()[:-1]
    assert told[-1] == "Calibrated; 36 scores changed."
    async with gallery(tmp_path) as resources:
        assert resources.sight.eyes.embedder is not None
        calibration = await resources.store.eyes.calibration(resources.sight.eyes.embedder.space)
        assert calibration is not None
        assert calibration.pairs == 36
        after = await matches(resources)
        assert [match.cosine for match in after] == [match.cosine for match in before]
        assert all(match.calibrated and match.calibration == calibration.version for match in after)
        assert {match.score for match in after} != {match.score for match in before}

    assert await calibrated(settings(tmp_path), yes=False)
    assert capsys.readouterr().out.splitlines()[-1] == "These numbers are in force already."


async def test_a_work_that_is_looked_at_later_is_scored_by_the_new_numbers(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources)
        proposal = await propose(resources, silent)
        await apply(resources.store, proposal)
        await resources.sight.refresh(warm=False)
        match = (await hang(resources, "red", "blue", "red beside blue")).analysis.match
        assert match is not None
        assert match.calibration == proposal.after.version


async def test_the_same_gallery_gives_the_same_numbers(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources)
        first = await propose(resources, silent)
        assert await apply(resources.store, first) == 36
        again = await propose(resources, silent)
        assert again.before == again.after == first.after
        assert not again.changes


async def test_what_fits_scores_high_and_what_does_not_low_after_it(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources)
        await hang(resources, "red", "red", "grass and sea")
        proposal = await propose(resources, silent)
        scores = sorted((one.before.cosine or 0, one.after.score) for one in proposal.matches)
        assert scores[0][1] < 35
        assert scores[-1][1] > 65
        assert np.median(proposal.own) > np.median(proposal.shuffled)
        now, then = proposal.verdicts
        assert sum(now.values()) == sum(then.values()) == 37


async def test_too_few_pairs_are_refused_in_words(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources, 20)
        for description in ("", "  "):
            await hang(resources, "red", "blue", description)
        await hang(resources, "red", "green", "red beside green", space=False)
        with pytest.raises(InvalidInput, match=r"^20 works have a description .* at least 30 are needed to calibrate"):
            await propose(resources, silent)
    done = await run_sync(limn, tmp_path, "calibrate", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("limn: 20 works have a description")
    assert len(done.stderr.splitlines()) == 1


async def test_descriptions_that_fit_no_better_than_others_are_refused(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        pairs = list(permutations(LIVELY, 2))[:36]
        for (left, right), (words, more) in zip(pairs, pairs[7:] + pairs[:7], strict=True):
            await hang(resources, left, right, f"{words} beside {more}")
        assert resources.sight.eyes.embedder is not None
        await resources.store.eyes.activate(resources.sight.eyes.embedder.space)
        with pytest.raises(InvalidInput, match="better than others'"):
            await propose(resources, silent)


async def test_a_series_under_one_text_has_no_strangers_to_be_held_against(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        for left, right in list(permutations(LIVELY, 2))[:31]:
            await hang(resources, left, right, "Colours  of the sea" if left == "red" else "Colours of the sea")
        assert resources.sight.eyes.embedder is not None
        await resources.store.eyes.activate(resources.sight.eyes.embedder.space)
        with pytest.raises(InvalidInput, match="0 shuffled pairs are too few"):
            await propose(resources, silent)


async def test_words_that_are_meant_as_they_are_do_not_count(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        works = await furnish(resources)
        for work in works[:3]:
            await resources.store.artworks.edit(work.id, OWNER, ArtworkChanges(intended=True))
        assert (await propose(resources, silent)).after.pairs == 33


async def test_a_match_made_anew_meanwhile_is_left_alone(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        works = await furnish(resources)
        proposal = await propose(resources, silent)
        await resources.store.artworks.delete(works[0].id, OWNER)
        await resources.store.artworks.edit(works[1].id, OWNER, ArtworkChanges(description="a sea"))
        claim = await resources.store.analyses.claim("a worker", lease_seconds=60)
        assert claim is not None
        fresh = Match(score=7, verdict="weak", method="clip", model="another", cosine=0.1)
        await resources.store.analyses.finish(claim, Findings(match=fresh))
        assert await apply(resources.store, proposal) == 34
        assert fresh in await matches(resources)


async def test_opinions_and_other_models_matches_are_not_touched(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources)
        others = (
            Match(score=50, verdict="partial", method="vlm", model="a language model"),
            Match(score=50, verdict="partial", method="clip", model="an endpoint's", cosine=0.2),
        )
        for match in others:
            await resources.store.artworks.add(a_work(description="red"))
            claim = await resources.store.analyses.claim("a worker", lease_seconds=60)
            assert claim is not None
            await resources.store.analyses.finish(claim, Findings(match=match))
        assert len((await propose(resources, silent)).matches) == 36


@pytest.mark.parametrize("searched", [None, "gone@123/clip"])
async def test_without_a_clip_that_is_searched_there_is_nothing_to_calibrate(
    tmp_path: Path, searched: str | None
) -> None:
    async with gallery(tmp_path) as resources:
        await resources.store.eyes.activate(searched)
        with pytest.raises(Unavailable, match=searched or "limn models list"):
            await propose(resources, silent)


async def test_on_a_terminal_it_asks(tmp_path: Path, folder: Path) -> None:
    async with gallery(tmp_path) as resources:
        await furnish(resources)
    ours, theirs = pty.openpty()
    os.write(ours, b"y\n")
    done = await run_sync(partial(limn, tmp_path, "calibrate", typed=theirs))
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0, done.stderr
    assert "[y/N]" in done.stdout
    assert done.stdout.endswith("Calibrated; 36 scores changed.\n")


def invoked(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["models", *arguments], env={"LIMN_DATA_DIR": str(tmp_path / "data")})


def lines_with(text: str, sign: str) -> list[str]:
    return [line for line in text.splitlines() if sign in line]


def test_checking_lets_a_clip_look_at_drawings(tmp_path: Path, folder: Path) -> None:
    assert invoked(tmp_path, "pin", CLIP).exit_code == 0
    done = invoked(tmp_path, "check", CLIP)
    assert "ok   clip-vit-base-patch32: whole" in done.stdout
    drawings = lines_with(done.stdout, " background") + lines_with(done.stdout, " stripes")
    assert len(drawings) == 3
    assert all(len([cell for cell in line.split() if cell[-1].isdigit()]) == 8 for line in drawings)
    assert "The model sees" in done.stdout
    assert done.exit_code == 0


def test_a_clip_that_cannot_be_loaded_fails_its_check(tmp_path: Path, folder: Path) -> None:
    (folder / "onnx/text_model_quantized.onnx").write_bytes(b"no graph")
    assert invoked(tmp_path, "pin", CLIP).exit_code == 0
    done = invoked(tmp_path, "check", CLIP)
    assert done.exit_code == 1
    assert "text_model_quantized.onnx" in lines_with(done.stdout, "FAIL")[0]


def test_towers_of_two_models_do_not_see(tmp_path: Path, folder: Path) -> None:
    other = write_clip(tmp_path / "other", seed=9)
    (other / "onnx/text_model_quantized.onnx").replace(folder / "onnx/text_model_quantized.onnx")
    done = invoked(tmp_path, "check", CLIP)
    assert "does not see" in done.stdout
    assert done.exit_code == 1
