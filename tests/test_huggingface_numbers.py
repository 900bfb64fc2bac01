"""Scores and vectors from elsewhere: margins of a zero-shot endpoint, a space of pictures and texts, a space of words."""

from collections.abc import Iterator

import numpy as np
import pytest

import inference_server as played
from elsewhere import Clocks, Purse, look, settings
from inference_server import Answer, InferenceServer
from limn.errors import EyesAway, NotServed
from limn.vision.huggingface import HuggingFace, open_huggingface


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


def opened(there: InferenceServer, *endpoints: str, token: bool = False, **options: str) -> HuggingFace:
    return open_huggingface(settings(there, *endpoints, token=token, **options), Purse().spend)


async def test_the_differences_of_cosines_come_back_exactly_and_other_labels_change_nothing(
    there: InferenceServer,
) -> None:
    # one of the texts that have nothing to do with art fits by chance
    cosines = {"lighthouse": 0.26, "red roses": 0.11, "a weather map": 0.3, "a box of screws": 0.05}
    there.cosine = lambda label: cosines.get(label, 0.15)
    async with opened(there, "clip") as eyes:
        both = (await eyes.matchers[0].match(look("lighthouse, red roses"))).match
        alone = (await eyes.matchers[0].match(look("lighthouse"))).match
    assert both is not None
    assert alone is not None
    # 100 / (1 + exp(-(0.26 - 0.15 - 0.095) / 0.025)) = 64.6; (0.11 - 0.15) gives 0.5
    assert [(one.text, one.score, one.recognised) for one in both.phrases] == [
        ("lighthouse", 65, True),
        ("red roses", 0, False),
    ]
    assert (alone.score, alone.verdict, alone.method) == (65, "good", "clip")
    assert (alone.cosine, alone.calibrated) == (None, False)


async def test_a_description_of_any_length_and_script_fits_what_clip_reads(there: InferenceServer) -> None:
    async with opened(there, "clip") as eyes:
        for description in ("word " * 4000, "x" * 20_000, "灯台" * 5000, "<|endoftext|>" * 99, "🎨" * 3000 + "sea"):
            await eyes.matchers[0].match(look(description))
    assert len(there.asked) >= 3
    for asked in there.asked:
        labels = asked.json["parameters"]["candidate_labels"]
        assert len(labels) == len(set(labels)) >= 2
        assert asked.json["parameters"]["hypothesis_template"] == "{}"
        assert all(len(label) <= 200 and "<|" not in label for label in labels)


async def test_pictures_and_texts_lie_in_one_space(there: InferenceServer) -> None:
    async with opened(there, LIMN_HF_EMBED_URL=f"{there.url}/embed#openai/clip-vit-large-patch14") as eyes:
        assert eyes.embedder is not None
        assert eyes.embedder.space == "huggingface/openai/clip-vit-large-patch14@1"
        vector = await eyes.embedder.embed(look(colour=(220, 10, 20)))
        texts = await eyes.embedder.embed_texts(["something red", "something blue"])
        assert (await eyes.embedder.embed_texts([])).shape[0] == 0
        many = await eyes.embedder.embed_texts([f"red {n}" for n in range(40)])
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert texts.shape == (2, 4)
    assert texts[0] @ vector > texts[1] @ vector
    assert many.shape == (40, 4)
    assert [asked.path for asked in there.asked] == ["/embed"] * 5  # the fragment stays here; texts go in batches


async def test_vectors_of_another_length_are_another_model(there: InferenceServer) -> None:
    async with opened(there, "embed") as eyes:
        assert eyes.embedder is not None
        await eyes.embedder.embed_texts(["red"])
        there.next("/embed", Answer(body=[[1.0, 2.0, 3.0]]))
        with pytest.raises(NotServed, match="another model"):
            await eyes.embedder.embed_texts(["blue"])


async def test_with_a_token_alone_words_are_embedded_and_no_picture_is_sent(there: InferenceServer) -> None:
    async with opened(there, token=True) as eyes:
        assert eyes.embedder is not None
        assert not eyes.embedder.looks
        vector = await eyes.embedder.embed(look(words="Lighthouse"))
        queries = [template.format("lighthouse") for template in eyes.embedder.templates]
        found = await eyes.embedder.embed_texts(queries)
    assert vector.shape == (1024,)
    assert found.shape == (1, 1024)
    assert [asked.json["inputs"] for asked in there.to(played.WORDS)] == [
        ["passage: Lighthouse"],
        ["query: lighthouse"],
    ]


@pytest.mark.parametrize("token", [True, False])
async def test_a_work_waits_for_a_model_that_is_loading_and_a_query_does_not(
    there: InferenceServer, token: bool
) -> None:
    clocks = Clocks()
    named = settings(there, token=True) if token else settings(there, "embed")
    async with open_huggingface(named, Purse().spend, times=clocks.times()) as eyes:
        assert eyes.embedder is not None
        there.next("/", Answer(503, {"error": "loading", "estimated_time": 20}))
        await eyes.embedder.embed(look())
        assert clocks.slept == [20]
        there.next("/", Answer(503, {"error": "loading", "estimated_time": 20}))
        with pytest.raises(EyesAway) as away:
            await eyes.embedder.embed_texts(["red"])
    assert away.value.retry_after == 20
    assert clocks.slept == [20]
