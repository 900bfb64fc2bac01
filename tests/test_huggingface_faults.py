"""What a model elsewhere can do instead of answering: what becomes of the question, of the next one, and of its state."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

import inference_server as played
from elsewhere import ENDPOINT_TOKEN, TOKEN, Clocks, Purse, look, settings
from inference_server import Answer, InferenceServer
from limn.errors import EyesAway, NotServed
from limn.vision.huggingface import HuggingFace, open_huggingface
from limn.vision.huggingface.times import ABSENT_SECONDS, DENIED_SECONDS


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def opened(there: InferenceServer, clocks: Clocks, *endpoints: str, **options: Any) -> HuggingFace:
    return open_huggingface(settings(there, *endpoints, **options), Purse().spend, times=clocks.times(read=0.2))


def reason(eyes: HuggingFace) -> str:
    return eyes.states()[0].reason or ""


async def away(eyes: HuggingFace, seed: int = 0) -> EyesAway:
    with pytest.raises(EyesAway) as raised:
        await ask(eyes, seed)
    return raised.value


async def ask(eyes: HuggingFace, seed: int = 0) -> Any:
    seen = look(colour=(seed * 11 % 256, 60, 160))
    return await (eyes.captioners[0].caption(seen) if eyes.captioners else eyes.matchers[0].match(seen))


@pytest.mark.parametrize(
    ("answer", "slept"),
    [
        (Answer(429, {"error": "slow down"}, {"retry-after": "7"}), 7),
        (Answer(429, b"", {"ratelimit": '"api";r=0;t=9', "ratelimit-policy": '"fixed window";"api";q=500;w=300'}), 9),
        (Answer(503, {"error": "Model is loading", "estimated_time": 20.5}), 20.5),
        (Answer(503, b"", {"retry-after": "3"}), 3),
        (Answer(500, {"error": ["a", "list"]}), 1),
        (Answer(502, b"<html>bad gateway</html>", {"content-type": "text/html"}), 1),
        (Answer(504), 1),
        (Answer(408), 1),
        (Answer(500, []), 1),
        (Answer(500, {"error": "x", "errors": [1, 2]}), 1),
        (Answer(500, b"[" * 100_000), 1),
        (Answer(500, b"\xff" * 300_000, how="unsaid"), 1),
        (Answer(how="reset"), 1),
        (Answer(how="hang"), 1),
        (Answer(body=[{"generated_text": "a boat"}], how="cut"), 1),
    ],
)
async def test_who_is_busy_is_asked_again_after_the_pause_it_wants(
    there: InferenceServer, clocks: Clocks, answer: Answer, slept: float
) -> None:
    there.next("/blip", answer)
    async with opened(there, clocks, "blip") as eyes:
        assert (await ask(eyes)).text.startswith("A picture")
        assert eyes.states()[0].ready
    assert clocks.slept == [slept]
    assert len(there.asked) == 2


async def test_a_date_to_come_back_at_is_understood(there: InferenceServer, clocks: Clocks) -> None:
    date = format_datetime(clocks.now() + timedelta(seconds=12), usegmt=True)
    there.next(
        "/blip",
        Answer(429, b"", {"retry-after": date}),
        Answer(503, b"", {"retry-after": "Mon, 01 Jan 2024 00:00:00 GMT"}),
    )
    async with opened(there, clocks, "blip") as eyes:
        await ask(eyes)
    assert clocks.slept == [12, 0]


@pytest.mark.parametrize("asked_for", ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_no_host_can_send_us_away_for_long(there: InferenceServer, clocks: Clocks, asked_for: str) -> None:
    there.next("/blip", Answer(429, b"", {"retry-after": asked_for}))
    async with opened(there, clocks, "blip") as eyes:
        assert (await away(eyes)).retry_after == 3600
        assert clocks.slept == []
        assert "asked too often" in str(await away(eyes))
        assert len(there.asked) == 1
        clocks.move(3600)
        await ask(eyes)


@pytest.mark.parametrize(
    "nonsense",
    ["soon", "-5", "1e9", "", "NaN", "Thu, 99 Foo 2026", "Mon, 01 Jan 99999999999999 00:00:00 GMT", "7; DROP TABLE"],
)
async def test_a_pause_that_cannot_be_read_is_ours(there: InferenceServer, clocks: Clocks, nonsense: str) -> None:
    there.next("/blip", Answer(429, b"", {"retry-after": nonsense}))
    async with opened(there, clocks, "blip") as eyes:
        await ask(eyes)
    assert clocks.slept == [1]


async def test_three_attempts_and_no_more(there: InferenceServer, clocks: Clocks) -> None:
    there.always("/blip", Answer(500, {"error": "CUDA out of memory"}))
    async with opened(there, clocks, "blip") as eyes:
        assert (await away(eyes)).retry_after == 60
        assert (clocks.slept, len(there.asked)) == ([1, 2], 3)


async def test_after_failures_in_a_row_it_is_left_alone_longer_and_longer(
    there: InferenceServer, clocks: Clocks
) -> None:
    there.always("/blip", Answer(500, {"error": "CUDA out of memory"}))
    async with opened(there, clocks, "blip") as eyes:
        for _ in range(2):
            await away(eyes)
            assert eyes.states()[0].ready
        assert (await away(eyes)).retry_after == 60
        assert reason(eyes).endswith("is in trouble (500). It says: CUDA out of memory")
        before = len(there.asked)
        refused = await away(eyes)
        assert (refused.retry_after, len(there.asked)) == (60, before)
        assert "CUDA" not in str(refused)  # an artist may read this one
        for pause in (120, 240, 480, 960, 1920, 3600, 3600):
            clocks.move(3600)
            assert (await away(eyes)).retry_after == pause
        assert len(there.asked) == before + 7  # it knocks once
        there.well()
        clocks.move(3600)
        await ask(eyes)
        there.always("/blip", Answer(500))
        assert (await away(eyes)).retry_after == 60
        assert eyes.states()[0].ready


async def test_an_outage_that_meets_many_at_once_is_one_failure(there: InferenceServer, clocks: Clocks) -> None:
    there.always("/blip", Answer(500))
    async with opened(there, clocks, "blip") as eyes:
        for pause in (60, 120):
            await asyncio.gather(*(ask(eyes, seed) for seed in range(10)), return_exceptions=True)
            left = (await away(eyes)).retry_after
            assert left is not None
            assert pause - 40 <= left <= pause  # less the pauses that ten questions took between their attempts
            clocks.move(left)
        there.well()
        answers = await asyncio.gather(*(ask(eyes, seed) for seed in range(20)))
    assert len(answers) == 20


@pytest.mark.parametrize("status", [404, 405, 410, 501, 301, 302, 307, 308])
async def test_what_is_not_served_is_remembered_for_hours(there: InferenceServer, clocks: Clocks, status: int) -> None:
    there.always("/blip", Answer(status, {"error": "No longer supported"}, {"location": "/elsewhere"}))
    async with opened(there, clocks, "blip") as eyes:
        for _ in range(3):
            with pytest.raises(NotServed):
                await ask(eyes)
        assert len(there.asked) == 1
        assert str(status) in reason(eyes)
        clocks.move(ABSENT_SECONDS)
        there.well()
        await ask(eyes)
        assert eyes.states()[0].ready


async def test_the_router_that_knows_no_clip_is_asked_once_and_the_chat_goes_on(
    there: InferenceServer, clocks: Clocks
) -> None:
    async with opened(there, clocks, token=True) as eyes:
        clip, vlm = eyes.matchers
        for seed in range(3):
            with pytest.raises(NotServed):
                await clip.match(look(colour=(seed, 0, 0)))
            assert (await vlm.match(look())).match is not None
    assert len(there.to(played.CLIP)) == 1
    assert len(there.to(played.CHAT)) == 3


@pytest.mark.parametrize("status", [400, 422, 415])
async def test_one_refused_picture_does_not_switch_the_model_off(
    there: InferenceServer, clocks: Clocks, status: int
) -> None:
    refusal = Answer(status, {"error": "cannot identify image file"})
    async with opened(there, clocks, "blip") as eyes:
        for _ in range(5):  # the same picture again and again
            there.next("/blip", refusal)
            with pytest.raises(NotServed):
                await ask(eyes, seed=1)
        await ask(eyes, seed=2)
        there.always("/blip", refusal)
        for seed in (3, 4, 5, 6, 7):
            with pytest.raises(NotServed):
                await ask(eyes, seed=seed)
        assert len(there.asked) == 5 + 1 + 3  # three different ones in a row: it is the model
        assert "cannot identify image file" in reason(eyes)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "does not accept the token in LIMN_HF"), (402, "paid"), (403, "does not allow")]
)
async def test_a_refused_token_ends_the_asking_for_an_hour_on_the_whole_host(
    there: InferenceServer, clocks: Clocks, status: int, told: str
) -> None:
    there.next("/blip", Answer(status, {"error": "Invalid credentials"}))
    async with opened(there, clocks, "blip", "clip", LIMN_HF_ENDPOINT_TOKEN=ENDPOINT_TOKEN) as eyes:
        refused = await away(eyes)
        assert told in str(refused)
        assert refused.retry_after == DENIED_SECONDS
        with pytest.raises(EyesAway, match=str(status)):
            await eyes.matchers[0].match(look())
        assert len(there.asked) == 1
        assert all(not state.ready and "Invalid credentials" in (state.reason or "") for state in eyes.states())
        assert ENDPOINT_TOKEN not in json.dumps([state.reason for state in eyes.states()])
        clocks.move(DENIED_SECONDS)
        await ask(eyes)


async def test_a_host_that_wants_a_token_where_there_is_none_is_told_so(there: InferenceServer, clocks: Clocks) -> None:
    there.always("/blip", Answer(401))
    async with opened(there, clocks, "blip") as eyes:
        assert "there is none" in str(await away(eyes))


async def test_another_host_is_not_blamed(there: InferenceServer, clocks: Clocks) -> None:
    there.always("/blip", Answer(402))
    async with opened(there, clocks, "blip", token=True) as eyes:
        await away(eyes)
        assert (await eyes.captioners[1].caption(look())).method == "vlm"
    assert there.to(played.CHAT)[0].token == f"Bearer {TOKEN}"


async def test_a_host_that_is_not_there_is_away(clocks: Clocks) -> None:
    with InferenceServer() as gone:
        pass
    async with opened(gone, clocks, "blip") as eyes:
        assert "cannot be reached" in str(await away(eyes))
