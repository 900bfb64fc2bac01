"""Match and tags by comparing vectors: on a tiny CLIP that knows colours, and before embedders that fail in every way."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from drawn import BLUE, GREEN, RED, Pixels, flat, picture, split
from graphs import write_clip
from limn.errors import NotServed
from limn.models import Calibration
from limn.vision.onnx import open_clip
from limn.vision.protocol import Embedder, Look, Matcher, Tagger, Vector
from limn.vision.scoring import start
from limn.vision.vocabulary import Group, Vocabulary, Word
from limn.vision.zeroshot import TAGS, ZeroShotMatcher, ZeroShotTagger, agreement, embed_description, embed_query
from plain_embedder import Plain, unit

NAMES = ("red", "orange", "yellow", "green", "blue", "purple")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    folder = write_clip(tmp_path_factory.mktemp("models") / "clip-vit-base-patch32")
    return open_clip(folder, providers="", revision="x")


def look(description: str = "", drawn: Pixels | None = None, *, private: bool = False) -> Look:
    return Look(picture(flat(*RED) if drawn is None else drawn), description, description, "ada", private)


def group(*names: str, against: tuple[str, ...] = ("grey",), at_least: float = 0.2, most: int = 3) -> Group:
    words = tuple(Word(name.rsplit(maxsplit=1)[-1], name) for name in names)
    return Group("colours", words, ("{}", "a picture of {}"), against, at_least, most)


COLOURS = Vocabulary((group(*NAMES),))


# match


async def test_what_the_picture_shows_scores_high_and_what_it_does_not_low(clip: Embedder) -> None:
    matcher: Matcher = ZeroShotMatcher(clip, start)
    fits, fails = [(await matcher.match(look(text))).match for text in ("A red picture", "A blue picture")]
    assert fits is not None
    assert fails is not None
    assert fits.score > 90
    assert fails.score < 10
    assert (fits.verdict, fails.verdict) == ("strong", "weak")
    assert fits.cosine is not None
    assert 0.3 < fits.cosine < 0.35
    assert (fits.method, fits.model) == ("clip", clip.model)
    assert (fits.calibrated, fits.calibration) == (False, start(clip.space).version)


async def test_each_phrase_has_its_own_score_and_is_recognised_by_it(clip: Embedder) -> None:
    judged = await ZeroShotMatcher(clip, start).match(look("A red field under the blue sea, no grass"))
    assert judged.match is not None
    seen = {one.text: (one.recognised, one.score) for one in judged.match.phrases}
    assert list(seen) == ["red field", "blue sea"]
    assert seen["red field"] == (True, 97)
    assert seen["blue sea"] == (False, 1)
    assert all(one.cosine is not None for one in judged.match.phrases)


async def test_of_a_long_description_the_two_sentences_that_fit_best_count(clip: Embedder) -> None:
    sentences = [
        "All of it is red",
        "I dreamt of the blue sea, of the grass and of the snow last night",
        "Some of it is fire",
    ]
    sentences += [
        f"The day before it was grey number {number} and then grey again, like nothing at all" for number in range(4)
    ]
    judged = await ZeroShotMatcher(clip, start).match(look(". ".join(sentences)))
    vector = await clip.embed(look())
    cosines = sorted((await clip.embed_texts(sentences)) @ vector)
    assert judged.match is not None
    assert judged.match.cosine == pytest.approx((cosines[-1] + cosines[-2]) / 2, abs=1e-4)
    assert judged.match.verdict == "strong"
    rows = await embed_description(clip, ". ".join(sentences))
    assert rows.shape == (len(sentences), len(vector))
    assert agreement(rows, vector) == judged.match.cosine


@pytest.mark.parametrize(
    ("description", "reason"), [("", "no description"), (" \n", "no description"), ("…🦊!", "no words")]
)
async def test_without_words_there_is_no_match_but_a_reason_and_nobody_is_asked(description: str, reason: str) -> None:
    embedder = Plain()
    judged = await ZeroShotMatcher(embedder, start).match(look(description))
    assert judged.match is None
    assert reason in (judged.reason or "")
    assert (embedder.looked, embedder.read) == (0, [])
    assert (await embed_description(embedder, description)).shape == (0, 0)


async def test_a_calibration_counts_from_the_next_match_on() -> None:
    numbers = {"plain@1/1": start("plain@1/1")}
    matcher = ZeroShotMatcher(Plain(), lambda space: numbers[space])
    before = (await matcher.match(look("red"))).match
    numbers["plain@1/1"] = Calibration(space="plain@1/1", midpoint=0.99, scale=0.1, version="fitted", pairs=40)
    after = (await matcher.match(look("red"))).match
    assert before is not None
    assert after is not None
    assert (before.calibrated, after.calibrated, after.calibration) == (False, True, "fitted")
    assert before.score > after.score
    assert before.cosine == after.cosine


async def test_hostile_descriptions_cost_a_bounded_number_of_texts() -> None:
    embedder = Plain()
    for description in ("fox, " * 10_000, "x" * 60_000, "A fox. " * 9_000, ", ".join(f"fox {n}" for n in range(9_999))):
        embedder.read.clear()
        judged = await ZeroShotMatcher(embedder, start).match(look(description))
        assert judged.match is not None
        assert len(embedder.read) <= 12 + 2 * 12
        assert max(map(len, embedder.read)) <= 240


# whose vector of the picture


async def test_a_vector_that_is_there_is_not_made_again() -> None:
    embedder = Plain()
    seen = look("red")
    seen.vector, seen.space = unit([0, 0, 1, 0.5]), embedder.space
    judged = await ZeroShotMatcher(embedder, start).match(seen)
    assert embedder.looked == 0
    assert judged.match is not None
    assert judged.match.cosine == pytest.approx(0.2)


async def test_a_vector_of_another_space_is_left_alone_and_the_picture_embedded_once(tmp_path: Path) -> None:
    embedder = Plain()
    seen = look("red")
    seen.vector, seen.space = unit([0, 0, 1, 0.5]), "another@1"
    judged = await ZeroShotMatcher(embedder, start).match(seen)
    tags = await ZeroShotTagger(embedder, COLOURS, tmp_path).tags(seen)
    assert embedder.looked == 1
    assert judged.match is not None
    assert judged.match.verdict == "strong"
    assert [tag.name for tag in tags] == ["red"]


async def test_no_word_of_a_private_work_leaves_unless_the_embedder_takes_it() -> None:
    class Elsewhere(Plain):
        host = "models.example.org"

        async def embed(self, look: Look) -> Vector:
            raise NotServed(f"The private works of {look.owner} are not sent.")

    embedder = Elsewhere()
    seen = look("red", private=True)
    seen.vector, seen.space = unit([1, 0, 0, 0.5]), embedder.space  # from when it was public
    matcher = ZeroShotMatcher(embedder, start)
    with pytest.raises(NotServed, match="of ada are not sent"):
        await matcher.match(seen)
    assert embedder.read == []
    assert (matcher.host, matcher.model) == ("models.example.org", "plain@1")


async def test_who_only_reads_cannot_see() -> None:
    class Reader(Plain):
        looks = False

    with pytest.raises(NotServed, match="sees no pictures"):
        await ZeroShotMatcher(Reader(), start).match(look("red"))


# tags


async def test_a_picture_is_tagged_with_the_words_it_shows(clip: Embedder, tmp_path: Path) -> None:
    tagger: Tagger = ZeroShotTagger(clip, COLOURS, tmp_path)
    both = await tagger.tags(look(drawn=split((0.5, RED), (0.5, BLUE))))
    assert {tag.name for tag in both} == {"red", "blue"}
    (only,) = await tagger.tags(look(drawn=flat(*GREEN)))
    assert (only.name, only.source) == ("green", "machine")
    assert 0.9 < only.confidence <= 1
    assert tagger.vocabulary == COLOURS.version


async def test_tags_from_the_stored_vector_are_the_same(clip: Embedder, tmp_path: Path) -> None:
    tagger = ZeroShotTagger(clip, COLOURS, tmp_path)
    seen = look(drawn=split((0.7, RED), (0.3, GREEN)))
    vector = await clip.embed(seen)
    halved = vector.astype(np.float16).astype(np.float32)
    tags = await tagger.tags(seen)
    assert await tagger.tags_of(vector) == tags
    for stored in (halved, 0.5 * vector):
        found = await tagger.tags_of(stored)
        assert found is not None
        assert [tag.name for tag in found] == [tag.name for tag in tags]
        assert [tag.confidence for tag in found] == pytest.approx([tag.confidence for tag in tags], abs=0.01)


@pytest.mark.parametrize(
    "vector", [np.ones(3, np.float32), np.ones((1, 4), np.float32), np.full(4, np.nan, np.float32)]
)
async def test_a_vector_that_cannot_be_of_the_space_asks_for_the_picture(tmp_path: Path, vector: Vector) -> None:
    assert await ZeroShotTagger(Plain(), COLOURS, tmp_path).tags_of(vector) is None


async def test_what_competes_better_than_every_word_leaves_no_tag(clip: Embedder, tmp_path: Path) -> None:
    seas = Vocabulary((group("green", "blue", against=("red",)),))
    assert await ZeroShotTagger(clip, seas, tmp_path).tags(look()) == ()


async def test_words_that_nothing_speaks_against_must_be_near_all_the_same(clip: Embedder, tmp_path: Path) -> None:
    """Of two that do not fit, one always wins half of the softmax."""
    lonely = Vocabulary((group("green", "blue", against=("purple",)),))
    assert await ZeroShotTagger(clip, lonely, tmp_path).tags(look()) == ()


class Crowd(Plain):
    """Cosines as they are said to lie: of any words and the picture around 0.2, of the fox 0.28."""

    async def embed(self, look: Look) -> Vector:
        return unit([*([0.0] * look.picture.pixels.shape[2]), 1.0])

    async def embed_texts(self, texts: Sequence[str]) -> Vector:
        rows = []
        for text in texts:
            chance = np.random.default_rng(list(text.encode()))
            cosine = 0.28 if "fox" in text else min(chance.normal(0.19, 0.018), 0.24)
            rows.append([*(np.sqrt(1 - cosine**2) * unit(list(chance.normal(size=3)))), cosine])
        return np.array(rows, np.float32)


async def test_the_best_of_many_that_do_not_fit_is_no_tag(tmp_path: Path) -> None:
    groups = tuple(
        Group(f"{n}", tuple(Word(f"{n} {w}", f"{n} {w}") for w in range(40)), ("{}",), ("x", "y"), 0.15, 3)
        for n in range(20)
    )
    fox = Group(
        "animals", tuple(Word(name, name) for name in ("fox", "owl", "bat", "cod")), ("{}",), ("x", "y"), 0.15, 3
    )
    few = await ZeroShotTagger(Crowd(), Vocabulary((*groups[:2], fox)), tmp_path).tags(look())
    many = await ZeroShotTagger(Crowd(), Vocabulary((*groups, fox)), tmp_path).tags(look())
    assert len(few) > 1, "of few words nobody knows what is usual"
    assert [tag.name for tag in many] == ["fox"]


async def test_groups_do_not_compete_and_a_name_of_several_is_as_sure_as_the_surest(tmp_path: Path) -> None:
    groups = (
        group("green", "blue", against=("red",)),
        Group("few", (Word("red", "red"), Word("rose", "red")), ("{}",), ("blue",), 0.2, 2),
        Group("fewer", (Word("red", "red"),), ("{}", "so {}", "very {}"), ("blue", "green"), 0.2, 2),
        Group("last", (Word("rose", "red"), Word("fire", "red"), Word("rust", "red")), ("{}",), ("blue",), 0.2, 3),
    )
    tags = await ZeroShotTagger(Plain(), Vocabulary(groups), tmp_path).tags(look())
    assert [(tag.name, round(tag.confidence, 2)) for tag in tags] == [
        ("red", 1.0),
        ("rose", 0.5),
        ("fire", 0.33),
        ("rust", 0.33),
    ]


async def test_a_group_gives_no_more_than_it_may_and_all_together_fifteen(tmp_path: Path) -> None:
    many = tuple(
        Group(f"{n}", tuple(Word(f"{n} {w}", "red") for w in range(3)), ("{}",), ("blue",), 0.3, 2) for n in range(12)
    )
    tags = await ZeroShotTagger(Plain(), Vocabulary(many[:3]), tmp_path).tags(look())
    assert len(tags) == 6
    tags = await ZeroShotTagger(Plain(), Vocabulary(many), tmp_path).tags(look())
    assert len(tags) == TAGS


# queries


async def test_a_query_is_the_mean_over_the_templates_of_its_space(clip: Embedder) -> None:
    found = await embed_query(clip, "red {} fox")
    rows = await clip.embed_texts([template.replace("{}", "red {} fox") for template in clip.templates])
    assert found == pytest.approx(unit(list(rows.mean(axis=0))), abs=1e-6)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    assert found.dtype == np.float32


async def test_without_templates_a_query_is_embedded_as_it_is() -> None:
    embedder = Plain()
    embedder.templates = ()
    assert await embed_query(embedder, "red") == pytest.approx(unit([1, 0, 0, 0.5]))
