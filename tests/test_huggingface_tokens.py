"""Which secret is shown to whom: HF_TOKEN to the router alone, the endpoints' token to the endpoints, and neither to anybody else."""

from collections.abc import Awaitable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import inference_server as played
from elsewhere import ENDPOINT_TOKEN, TOKEN, Clocks, Purse, look, settings
from inference_server import Answer, InferenceServer
from limn.errors import EyesAway, NotServed
from limn.vision.huggingface import HuggingFace, open_huggingface

MACHINE = "hf_machineCanary"


@pytest.fixture(autouse=True)
def logged_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The machine has a login of its own, which huggingface_hub likes to add to every request."""
    monkeypatch.setenv("HF_TOKEN", MACHINE)


@pytest.fixture
def there() -> Iterator[InferenceServer]:
    with InferenceServer() as running:
        yield running


async def ask_all(eyes: HuggingFace) -> None:
    seen = look()
    for matcher in eyes.matchers:
        await quietly(matcher.match(seen))
    for captioner in eyes.captioners:
        await quietly(captioner.caption(seen))
    if eyes.embedder is not None:
        await quietly(eyes.embedder.embed(seen))
        await quietly(eyes.embedder.embed_texts(["red"]))


async def quietly(question: Awaitable[object]) -> None:
    with suppress(EyesAway, NotServed):
        await question


async def test_each_host_is_shown_its_own_token(there: InferenceServer) -> None:
    named = settings(there, "clip", "blip", "embed", token=True, LIMN_HF_ENDPOINT_TOKEN=ENDPOINT_TOKEN)
    async with open_huggingface(named, Purse().spend) as eyes:
        await ask_all(eyes)
    assert {asked.path: asked.token for asked in there.asked} == {
        "/clip": f"Bearer {ENDPOINT_TOKEN}",
        "/blip": f"Bearer {ENDPOINT_TOKEN}",
        "/embed": f"Bearer {ENDPOINT_TOKEN}",
        played.CHAT: f"Bearer {TOKEN}",
    }


async def test_an_endpoint_without_a_token_is_shown_none_not_even_the_machines(there: InferenceServer) -> None:
    async with open_huggingface(settings(there, "clip", "blip", "chat", "embed", token=True), Purse().spend) as eyes:
        await ask_all(eyes)
    assert len(there.asked) == 5
    for asked in there.asked:
        assert asked.token is None
        assert "Canary" not in str(asked.headers)
        assert b"Canary" not in asked.body


async def test_with_the_routers_token_the_router_is_asked_everything(there: InferenceServer) -> None:
    async with open_huggingface(settings(there, token=True), Purse().spend) as eyes:
        await ask_all(eyes)
    assert [asked.path for asked in there.asked] == [played.CLIP, played.CHAT, played.BLIP, played.WORDS, played.WORDS]
    assert {asked.token for asked in there.asked} == {f"Bearer {TOKEN}"}
    assert all(b"Canary" not in asked.body for asked in there.asked)


async def test_only_the_same_scheme_host_and_port_is_the_router(there: InferenceServer) -> None:
    with InferenceServer() as another_port:
        port = there.host.partition(":")[2]
        near = [
            f"http://localhost:{port}",
            f"http://{there.host}@localhost:{port}",
            another_port.url,
            f"https://{there.host}",
        ]
        for url in near:
            named = settings(there, token=True, LIMN_HF_CLIP_URL=f"{url}/clip")
            async with open_huggingface(named, Purse().spend, times=Clocks().times()) as eyes:
                assert "@" not in (eyes.matchers[0].host or "")
                await quietly(eyes.matchers[0].match(look()))
        asked = [*there.asked, *another_port.asked]
    assert [one.path for one in asked] == ["/clip"] * 3
    assert all("Canary" not in str(one.headers) for one in asked)


async def test_an_endpoint_on_the_routers_own_address_is_the_router(there: InferenceServer) -> None:
    named = settings(there, token=True, LIMN_HF_CLIP_URL=f"{there.url}/clip", LIMN_HF_ENDPOINT_TOKEN=ENDPOINT_TOKEN)
    async with open_huggingface(named, Purse().spend) as eyes:
        await eyes.matchers[0].match(look())
    assert there.asked[0].token == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("endpoint", ["clip", "blip", "chat", "embed"])
async def test_a_redirect_carries_neither_token_nor_picture_anywhere(
    there: InferenceServer, status: int, endpoint: str
) -> None:
    with InferenceServer() as foreign:
        for target in (
            f"{foreign.url}/{endpoint}",
            f"//{foreign.host}/x",
            "/moved",
            f"http://localhost:{there.host[10:]}/moved",
        ):
            there.next(f"/{endpoint}", Answer(status, b"", {"location": target}))
            named = settings(there, endpoint, LIMN_HF_ENDPOINT_TOKEN=ENDPOINT_TOKEN)
            async with open_huggingface(named, Purse().spend, times=Clocks().times()) as eyes:
                with pytest.raises(NotServed):
                    await (
                        eyes.embedder.embed(look())
                        if eyes.embedder
                        else (eyes.captioners or eyes.matchers)[0].caption(look())  # type: ignore[union-attr]
                        if eyes.captioners
                        else eyes.matchers[0].match(look())
                    )
                assert "sends us on" in (eyes.states()[0].reason or "")
        assert foreign.asked == []
    assert len(there.asked) == 4
    assert there.to("/moved") == []


async def test_what_the_host_says_of_a_token_is_not_repeated(there: InferenceServer) -> None:
    there.always("/blip", Answer(401, {"error": f"Invalid token {ENDPOINT_TOKEN}\u202e <b>\x00"}))
    named = settings(there, "blip", LIMN_HF_ENDPOINT_TOKEN=ENDPOINT_TOKEN)
    async with open_huggingface(named, Purse().spend) as eyes:
        await quietly(eyes.captioners[0].caption(look()))
        reason = eyes.states()[0].reason or ""
    assert "Invalid token" in reason
    assert ENDPOINT_TOKEN not in reason
    assert "\u202e" not in reason
    assert "\x00" not in reason
