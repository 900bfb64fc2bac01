"""Answers of models elsewhere that are none: unreadable, endless, or to something that was not asked. Each ends in words and in time."""

import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest

from elsewhere import Clocks, Purse, look, settings
from inference_server import Answer, Asked, InferenceServer, chat
from limn.errors import EyesAway, NotServed
from limn.vision.huggingface import HuggingFace, open_huggingface
from limn.vision.huggingface.times import Patience, Times

LABELS_WITH_SCRIPT = [{"label": "<script>alert(1)</script>", "score": 1.0}]


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


def opened(there: InferenceServer, *endpoints: str) -> HuggingFace:
    return open_huggingface(settings(there, *endpoints), Purse().spend, times=Clocks().times())


async def ask(eyes: HuggingFace) -> Any:
    if eyes.embedder is not None:
        return await eyes.embedder.embed(look())
    return await (eyes.captioners[0].caption(look()) if eyes.captioners else eyes.matchers[0].match(look()))


async def refusal(eyes: HuggingFace) -> EyesAway:
    with pytest.raises(EyesAway) as raised:
        await ask(eyes)
    return raised.value


@pytest.mark.parametrize("endpoint", ["blip", "clip", "chat", "embed"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<!doctype html><title>Maintenance</title>", headers={"content-type": "text/html"}),
        Answer(body=b'[{"generated_text": "a b'),
        Answer(body=b""),
        Answer(body=b"\xff\xfe\x00garbage"),
        Answer(204, b""),
        Answer(body=gzip.compress(b" " * 5_000_000), headers={"content-encoding": "gzip"}),
    ],
)
async def test_what_cannot_be_read_is_a_failure_and_not_asked_for_again_at_once(
    there: InferenceServer, endpoint: str, answer: Answer
) -> None:
    there.always("/", answer)
    async with opened(there, endpoint) as eyes:
        with pytest.raises(EyesAway):
            await ask(eyes)
    assert len(there.asked) == 1


@pytest.mark.parametrize("how", ["whole", "unsaid"])
async def test_fifty_megabytes_are_not_read(there: InferenceServer, how: Any) -> None:
    there.always("/clip", Answer(body=b"[" + b"1," * 25_000_000 + b"1]", how=how))
    async with opened(there, "clip") as eyes:
        assert "far too much" in str(await refusal(eyes))
    assert there.sent < 15_000_000  # what lies in socket buffers, not what was read


async def test_an_answer_that_drips_is_not_waited_for(there: InferenceServer) -> None:
    there.always("/blip", Answer(body=[{"generated_text": "a boat " * 20}], how="drip"))
    times = Times(looking=Patience(read=5, total=0.4))
    async with open_huggingface(settings(there, "blip"), Purse().spend, times=times) as eyes:
        started = time.monotonic()
        assert "did not answer in time" in str(await refusal(eyes))
        assert time.monotonic() - started < 5, "it takes a quarter of a minute to drip"


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("blip", []),
        ("blip", {"generated_text": "a boat"}),
        ("blip", [{"text": "a boat"}]),
        ("blip", [{"generated_text": 5}]),
        ("blip", [{"generated_text": ""}]),
        ("blip", [{"generated_text": "see http://evil.example"}]),
        ("blip", "a boat"),
        ("blip", 7),
        ("blip", b"[" * 100_000),
        ("clip", []),
        ("clip", {"labels": [], "scores": []}),
        ("clip", LABELS_WITH_SCRIPT),
        ("clip", [{"label": "a weather map", "score": 1.0}]),
        ("clip", [[{"label": "a weather map", "score": 1.0}]]),
        ("clip", [None]),
        ("clip", b"[" * 100_000),
        ("chat", []),
        ("chat", {"choices": []}),
        ("chat", {"choices": [{"message": {"content": None}}]}),
        ("chat", {"choices": [{"message": {"content": ["a"]}}]}),
        ("chat", {"choices": "none"}),
        ("chat", chat("I cannot help with that.")),
        ("chat", chat("{" * 5000)),
        ("chat", chat('{"caption": ["a"], "tags": "b", "match": "c"}')),
        ("chat", chat('{"caption": "' + "a" * 50_000 + '"}')),
        ("embed", []),
        ("embed", [["a", "b"]]),
        ("embed", [[1, 2], [3]]),
        ("embed", {"embeddings": [[1, 2]]}),
        ("embed", [[0, 0, 0]]),
        ("embed", b"[[NaN, 1, 2]]"),
        ("embed", b"[[1e999, 1, 2]]"),
        ("embed", [[1, 2, 3], [4, 5, 6]]),
        ("embed", [[[1, 2, 3], [4, 5, 6]]]),
        ("embed", [[1.0] * 5000]),
    ],
)
async def test_an_answer_to_something_else_is_none_and_the_next_model_is_asked(
    there: InferenceServer, endpoint: str, body: Any
) -> None:
    there.always("/", Answer(body=body))
    async with opened(there, endpoint) as eyes:
        with pytest.raises(NotServed):
            await ask(eyes)
        assert eyes.states()[0].ready
    assert len(there.asked) == 1


@pytest.mark.parametrize("spoil", ["nan", "negative", "above", "text", "missing", "twice", "sum", "null", "yes"])
async def test_scores_are_checked_each(there: InferenceServer, spoil: str) -> None:
    def spoiled(asked: Asked) -> Answer:
        labels = asked.json["parameters"]["candidate_labels"]
        scored = [{"label": label, "score": 1 / len(labels)} for label in labels]
        values: dict[str, Any] = {
            "nan": float("nan"),
            "negative": -0.1,
            "above": 1.5,
            "text": "0.1",
            "sum": 0.9,
            "null": None,
            "yes": True,
        }
        if spoil in values:
            scored[0]["score"] = values[spoil]
        else:
            scored = scored[1:] + ([scored[1]] if spoil == "twice" else [])
        return Answer(body=scored)

    there.always("/clip", spoiled)
    async with opened(there, "clip") as eyes:
        with pytest.raises(NotServed):
            await ask(eyes)
