"""Models elsewhere, asked over real HTTP: who is asked what, and what is made of the answers."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest

import inference_server as played
from elsewhere import Clocks, Purse, look, settings
from inference_server import Answer, InferenceServer
from limn.errors import BadSettings, EyesAway, NotServed
from limn.vision.basic import Basic
from limn.vision.composition import Eyes
from limn.vision.huggingface import HuggingFace, open_huggingface


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


def opened(there: InferenceServer, *endpoints: str, **options: Any) -> HuggingFace:
    return open_huggingface(settings(there, *endpoints, **options), Purse().spend)


def test_who_configures_nothing_imports_nothing() -> None:
    script = (
        "import sys\n"
        "from limn.settings import load\n"
        "from limn.vision.huggingface import open_huggingface\n"
        "found = open_huggingface(load({}, env_file=None), None)\n"
        "assert not found.states() and found.embedder is None\n"
        "assert not {'huggingface_hub', 'httpx2', 'PIL'} & set(sys.modules), 'imported'\n"
        "open_huggingface(load({'HF_TOKEN': 'hf_x'}, env_file=None), None)\n"
        "assert not {'huggingface_hub', 'httpx2'} & set(sys.modules), 'imported before it was needed'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_the_hub_is_never_asked_for_anything(there: InferenceServer, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from elsewhere import Purse, look\n"
        "from limn.settings import load\n"
        "from limn.vision.huggingface import open_huggingface\n"
        "async def main():\n"
        "    given = {'HF_TOKEN': 'hf_x', 'LIMN_HF_ROUTER_URL': sys.argv[1], 'LIMN_HF_CLIP_URL': sys.argv[1] + '/clip'}\n"
        "    async with open_huggingface(load(given, env_file=None), Purse().spend) as eyes:\n"
        "        await eyes.matchers[0].match(look())\n"
        "        await eyes.captioners[1].caption(look())\n"
        "        await eyes.embedder.embed_texts(['sea'])\n"
        "asyncio.run(main())\n"
    )
    environment = {"HF_ENDPOINT": there.url, "HF_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", script, there.url], check=True, timeout=30, env=environment)
    assert [asked.path for asked in there.asked] == ["/clip", played.CHAT, played.WORDS]


async def test_endpoints_of_ones_own_come_first_and_the_vision_language_model_last(there: InferenceServer) -> None:
    async with opened(there, "clip", "blip", "embed", token=True) as eyes:
        assert [(one.method, one.host) for one in eyes.matchers] == [
            ("clip", there.host.replace("127.0.0.1", "localhost")),
            ("vlm", there.host),
        ]
        assert [one.method for one in eyes.captioners] == ["blip", "vlm"]
        assert [one.method for one in eyes.taggers] == ["vlm"]
        assert eyes.embedder is not None
        assert eyes.embedder.looks
        assert [(one.capability, one.ready) for one in eyes.states()] == [
            ("match", True),
            ("match", True),
            ("caption", True),
            ("caption", True),
            ("tags", True),
            ("meaning", True),
        ]


async def test_without_a_token_only_what_was_named_is_asked(there: InferenceServer) -> None:
    async with opened(there, "blip") as eyes:
        assert (len(eyes.matchers), len(eyes.captioners), len(eyes.taggers), eyes.embedder) == (0, 1, 0, None)


async def test_no_calls_a_day_are_no_models(there: InferenceServer) -> None:
    async with opened(there, "clip", token=True, LIMN_HF_DAILY_CALLS="0") as eyes:
        assert eyes.states() == ()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "clip.example", "http://", "http://a b/", "http://x:99999/", "http://x/#a;b"]
)
def test_what_is_no_address_stops_the_start_and_names_the_setting(there: InferenceServer, url: str) -> None:
    with pytest.raises(BadSettings, match="LIMN_HF_CLIP_URL") as refused:
        opened(there, LIMN_HF_CLIP_URL=url)
    assert "etc" not in str(refused.value)


async def test_one_call_answers_caption_tags_and_match(there: InferenceServer) -> None:
    purse = Purse()
    async with open_huggingface(settings(there, "chat", LIMN_HF_CHAT_MODEL="my/model"), purse.spend) as eyes:
        seen = look()
        composed = Eyes(Basic(), matchers=eyes.matchers, captioners=eyes.captioners, taggers=eyes.taggers)
        # all at once, as a pipeline might
        caption, tags, judged = await asyncio.gather(composed.caption(seen), composed.tags(seen), composed.match(seen))
    assert (caption.text, caption.method, caption.model) == (
        "A lighthouse on a rock above a dark sea.",
        "vlm",
        "my/model",
    )
    assert [(tag.name, tag.confidence, tag.source) for tag in tags[:2]] == [
        ("lighthouse", 0.9, "machine"),
        ("sea", 0.7, "machine"),
    ]
    assert judged.match is not None
    assert (judged.match.score, judged.match.verdict, judged.match.method) == (80, "good", "vlm")
    assert (judged.match.cosine, judged.match.calibrated) == (None, False)
    assert [asked.path for asked in there.asked] == ["/chat/v1/chat/completions"]
    assert purse.spent == ["ada"]


async def test_the_second_question_about_a_look_costs_no_second_failure(there: InferenceServer) -> None:
    there.always("/chat", Answer(200, b"<html>"))
    async with opened(there, "chat") as eyes:
        seen = look()
        for ask in (eyes.captioners[0].caption, eyes.taggers[0].tags, eyes.matchers[0].match):
            with pytest.raises(EyesAway):
                await ask(seen)
    assert len(there.asked) == 1


async def test_a_work_without_a_description_is_captioned_and_not_judged(there: InferenceServer) -> None:
    there.opinion = {"caption": "A red square.", "tags": [], "match": 99}
    async with opened(there, "chat", "clip") as eyes:
        for matcher in eyes.matchers:
            judged = await matcher.match(look(""))
            assert judged.match is None
            assert "no description" in (judged.reason or "")
        assert there.asked == []
        assert (await eyes.captioners[0].caption(look(""))).text == "A red square."


async def test_a_chat_model_that_is_gone_gives_way_to_the_next_and_is_not_asked_again(there: InferenceServer) -> None:
    there.served = {"zai-org/GLM-4.6V-Flash"}
    async with opened(there, token=True) as eyes:
        vlm = eyes.captioners[-1]
        assert (await vlm.caption(look())).model == "zai-org/GLM-4.6V-Flash"
        assert (await vlm.caption(look())).model == "zai-org/GLM-4.6V-Flash"
        assert vlm.model == "google/gemma-4-31B-it"  # what stands for them all does not change with the day
        assert [asked.json["model"] for asked in there.to(played.CHAT)] == [
            "google/gemma-4-31B-it",
            "Qwen/Qwen3.6-27B",
            "zai-org/GLM-4.6V-Flash",
            "zai-org/GLM-4.6V-Flash",
        ]
        there.served = set()
        with pytest.raises(NotServed):
            await vlm.caption(look())
        states = {one.method: one for one in eyes.states() if one.capability == "caption"}
        assert not states["vlm"].ready
        assert "not supported by any provider" in (states["vlm"].reason or "")


async def test_a_picture_is_sent_as_a_small_jpeg_without_anything_of_its_file(there: InferenceServer) -> None:
    async with opened(there, "clip", "blip", "chat", "embed") as eyes:
        seen = look(size=(768, 500))
        await eyes.matchers[0].match(seen)
        await eyes.captioners[0].caption(seen)
        await eyes.captioners[1].caption(seen)
        assert eyes.embedder is not None
        await eyes.embedder.embed(seen)
    assert [asked.path for asked in there.asked] == ["/clip", "/blip", "/chat/v1/chat/completions", "/embed"]
    for asked in there.asked:
        sent = asked.picture()
        assert (sent.format, sent.size) == ("JPEG", (768, 500))
        assert not sent.getexif()
    assert there.asked[1].headers["content-type"] == "image/jpeg"


async def test_a_picture_that_is_too_large_is_sent_once_more_and_smaller_from_then_on(there: InferenceServer) -> None:
    there.next("/blip", Answer(413, {"error": "too large"}))
    async with opened(there, "blip") as eyes:
        assert (
            await eyes.captioners[0].caption(look(size=(768, 512)))
        ).text == "A picture that is 384 wide and 256 high."
        assert (
            await eyes.captioners[0].caption(look(size=(768, 384)))
        ).text == "A picture that is 384 wide and 192 high."
        assert len(there.asked) == 3
        there.always("/blip", Answer(413))
        with pytest.raises(NotServed):
            await eyes.captioners[0].caption(look(size=(768, 300)))
        assert len(there.asked) == 4


async def test_a_private_work_stays_unless_the_operator_sends_it(there: InferenceServer) -> None:
    endpoints = ("clip", "blip", "chat")
    for embed in ((), ("embed",)):
        async with opened(there, *endpoints, *embed, token=True) as eyes:
            assert eyes.embedder is not None
            asks: list[Any] = [one.match for one in eyes.matchers]
            asks += (
                [one.caption for one in eyes.captioners] + [one.tags for one in eyes.taggers] + [eyes.embedder.embed]
            )
            for ask in asks:
                with pytest.raises(NotServed, match="private"):
                    await ask(look(private=True))
    assert there.asked == []
    async with opened(there, *endpoints, LIMN_HF_SEND_PRIVATE="true") as eyes:
        await eyes.captioners[0].caption(look(private=True))
    assert len(there.asked) == 1


async def test_when_the_days_calls_are_used_up_it_is_away_until_midnight(there: InferenceServer) -> None:
    purse, clocks = Purse(each=2, everybody=3), Clocks()
    async with open_huggingface(settings(there, "blip"), purse.spend, times=clocks.times()) as eyes:
        blip = eyes.captioners[0]
        for _ in range(2):
            await blip.caption(look(owner="ada"))
        with pytest.raises(EyesAway, match="used up") as hers:
            await blip.caption(look(owner="ada"))
        assert hers.value.retry_after == pytest.approx(12 * 3600, abs=2)
        assert "used up" in (eyes.states()[0].reason or "")
        await blip.caption(look(owner="bob"))  # her limit is not his
        assert eyes.states()[0].ready
        with pytest.raises(EyesAway, match="used up"):
            await blip.caption(look(owner="bob"))
        assert len(there.asked) == 3
        clocks.move(12 * 3600)
        assert eyes.states()[0].ready


async def test_each_attempt_is_a_call(there: InferenceServer) -> None:
    purse, clocks = Purse(everybody=2), Clocks()
    there.always("/blip", Answer(500))
    async with open_huggingface(settings(there, "blip"), purse.spend, times=clocks.times()) as eyes:
        with pytest.raises(EyesAway, match="used up"):
            await eyes.captioners[0].caption(look())
    assert len(there.asked) == 2


async def longest_gap(work: Awaitable[Any]) -> float:
    """Seconds for which nobody else on this loop got a turn while `work` went on."""
    gaps = [0.0]

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            gaps.append(time.perf_counter() - before - 0.005)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    await work
    ticking.cancel()
    return max(gaps)


@pytest.mark.parametrize(
    "misbehaviour", [Answer(how="hang"), Answer(body=b" " * 50_000_000), Answer(body={"a": 1}, how="drip")]
)
async def test_nobody_else_waits_while_the_far_side_hangs(there: InferenceServer, misbehaviour: Answer) -> None:
    times = Clocks().times(read=0.3, total=0.6)
    gaps = []
    async with open_huggingface(settings(there, "clip", "blip", "chat", "embed"), Purse().spend, times=times) as eyes:
        assert eyes.embedder is not None
        asks: list[Any] = [
            eyes.matchers[0].match,
            eyes.captioners[0].caption,
            eyes.captioners[1].caption,
            eyes.embedder.embed,
        ]
        for ask in asks:
            await ask(look())  # the library is imported, and connections are open
        there.always("/", misbehaviour)
        for _ in range(4):  # the machine that runs the tests may be busy itself, but not each time
            seen = look(size=(768, 768))
            work = asyncio.gather(*(ask(seen) for ask in asks), return_exceptions=True)
            gaps.append(await longest_gap(work))
            assert all(isinstance(answer, EyesAway) for answer in work.result())
            if gaps[-1] < 0.05:
                return
    pytest.fail(f"the loop stood still: {gaps}")


async def test_closing_leaves_nothing_open(there: InferenceServer) -> None:
    eyes = opened(there, "blip")
    await eyes.captioners[0].caption(look())
    await eyes.aclose()
    with pytest.raises(EyesAway):
        await eyes.captioners[0].caption(look())
