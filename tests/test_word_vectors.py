"""The vectors of a vocabulary's words: made once, believed only when whole, never in the way of tags; and nonsense for vectors."""

import os
from collections.abc import Sequence
from pathlib import Path

import anyio
import numpy as np
import pytest

from drawn import RED, flat, picture
from limn.errors import EyesAway, NotServed
from limn.vision.protocol import Look, Vector
from limn.vision.scoring import start
from limn.vision.vocabulary import Group, Vocabulary, Word
from limn.vision.zeroshot import ZeroShotMatcher, ZeroShotTagger, embed_query
from plain_embedder import Plain

NAMES = ("red", "orange", "yellow", "green", "blue", "purple")


def look(words: str = "") -> Look:
    return Look(picture(flat(*RED)), words, words, "ada", private=False)


def vocabulary(*names: str) -> Vocabulary:
    words = tuple(Word(name, name) for name in names)
    return Vocabulary((Group("colours", words, ("{}", "a picture of {}"), ("grey",), 0.2, 3),))


COLOURS = vocabulary(*NAMES)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_words_are_embedded_once_for_all_who_ask_at_once_and_never_after_a_restart(tmp_path: Path) -> None:
    embedder, later = Plain(), Plain()
    tagger = ZeroShotTagger(embedder, COLOURS, tmp_path / "new")
    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(tagger.tags, look())
    assert len(embedder.read) == len(set(embedder.read)) == 14
    again = ZeroShotTagger(later, COLOURS, tmp_path / "new")
    await again.prepare()
    assert later.read == []
    assert await again.tags(look()) == await tagger.tags(look())


async def test_another_space_or_vocabulary_has_vectors_of_its_own(tmp_path: Path) -> None:
    for space, wanted in (("a@1", COLOURS), ("b@1", COLOURS), ("a@1", vocabulary(*NAMES, "pink"))):
        embedder = Plain(space)
        await ZeroShotTagger(embedder, wanted, tmp_path).prepare()
        assert embedder.read, (space, wanted.version)
    assert len(files(tmp_path)) == 3


async def kept_file(folder: Path) -> Path:
    await ZeroShotTagger(Plain(), COLOURS, folder).prepare()
    (path,) = files(folder)
    return path


async def test_a_file_that_was_hurt_anywhere_is_made_again(tmp_path: Path) -> None:
    path = await kept_file(tmp_path)
    whole = path.read_bytes()
    hurts = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 7)]
    for hurt in (b"", b"\0", whole[:31], whole[:-1], whole[:-16], whole + b"\0" * 16, *hurts):
        path.write_bytes(hurt)
        embedder = Plain()
        tags = await ZeroShotTagger(embedder, COLOURS, tmp_path).tags(look())
        assert len(embedder.read) == 14
        assert [tag.name for tag in tags] == ["red"]
        assert path.read_bytes() == whole


async def test_the_file_of_another_vocabulary_under_this_ones_name_is_not_believed(tmp_path: Path) -> None:
    path = await kept_file(tmp_path)
    await ZeroShotTagger(Plain(), vocabulary(*reversed(NAMES)), tmp_path).prepare()
    (other,) = set(files(tmp_path)) - {path}
    other.replace(path)
    (tag,) = await ZeroShotTagger(Plain(), COLOURS, tmp_path).tags(look())
    assert tag.name == "red"


async def test_where_nothing_can_be_kept_tags_are_given_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here is no folder")
    tagger = ZeroShotTagger(Plain(), COLOURS, tmp_path / "file")
    assert [tag.name for tag in await tagger.tags(look())] == ["red"]
    path = await kept_file(tmp_path / "kept")
    path.unlink()
    path.mkdir()
    assert [tag.name for tag in await ZeroShotTagger(Plain(), COLOURS, path.parent).tags(look())] == ["red"]
    assert files(path.parent) == [path], "no draft stays behind"


async def test_only_the_newest_files_are_kept(tmp_path: Path) -> None:
    for number in range(12):
        tagger = ZeroShotTagger(Plain(f"{number}@1"), COLOURS, tmp_path)
        await tagger.prepare()
        for path in files(tmp_path):
            os.utime(path, (path.stat().st_mtime - 10,) * 2)
    (tmp_path / "somebody-elses").touch()
    await ZeroShotTagger(Plain("last@1"), COLOURS, tmp_path).prepare()
    assert len(files(tmp_path)) == 8 + 1
    assert (tmp_path / "somebody-elses").exists()
    kept = Plain("11@1")
    await ZeroShotTagger(kept, COLOURS, tmp_path).prepare()
    assert kept.read == []


async def test_who_is_called_away_goes_on_where_it_was(tmp_path: Path) -> None:
    class Leaving(Plain):
        async def embed_texts(self, texts: Sequence[str]) -> Vector:
            if len(self.read) == 32 and not self.gone:
                self.gone = True
                raise EyesAway("The model is away.")
            return await super().embed_texts(texts)

        gone = False

    many = vocabulary(*(f"red {number}" for number in range(40)))
    embedder = Leaving()
    tagger = ZeroShotTagger(embedder, many, tmp_path)
    with pytest.raises(EyesAway):
        await tagger.tags(look())
    assert files(tmp_path) == []
    await tagger.tags(look())
    assert len(embedder.read) == len(set(embedder.read)) == 82


class Nonsense(Plain):
    def __init__(self, rows: Vector) -> None:
        super().__init__()
        self._rows = rows

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        return self._rows[: len(texts)]


@pytest.mark.parametrize(
    "rows",
    [
        np.full((99, 4), np.nan, np.float32),
        np.full((99, 4), np.inf, np.float32),
        np.zeros((99, 4), np.float32),
        np.ones((1, 4), np.float32),
        np.ones(99, np.float32),
        np.ones((99, 2, 2), np.float32),
        np.ones((99, 5), np.float32),
    ],
)
async def test_nonsense_is_not_served_and_not_kept(tmp_path: Path, rows: Vector) -> None:
    embedder = Nonsense(rows)
    with pytest.raises(NotServed):
        await ZeroShotMatcher(embedder, start).match(look("a red fox, and a blue sea"))
    with pytest.raises(NotServed):
        await ZeroShotTagger(embedder, COLOURS, tmp_path).tags(look())
    if rows.shape != (99, 5):  # which are good vectors, if of no picture
        assert files(tmp_path) == []
        with pytest.raises(NotServed):
            await embed_query(embedder, "red")


@pytest.mark.parametrize("vector", [[np.nan] * 4, [0.0] * 4, [np.inf, 0, 0, 0]])
async def test_a_picture_without_a_direction_is_not_served(tmp_path: Path, vector: list[float]) -> None:
    class Blind(Plain):
        async def embed(self, look: Look) -> Vector:
            return np.full_like(await super().embed(look), vector)

    for asked in (
        ZeroShotMatcher(Blind(), start).match(look("red")),
        ZeroShotTagger(Blind(), COLOURS, tmp_path).tags(look()),
    ):
        with pytest.raises(NotServed):
            await asked
