"""A hub that refuses, answers nonsense or is not there is told of in words, and no token travels to a stranger."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bringing import CLIP, assert_whole, bring, hub, made, settings, until
from hub_server import COMMIT, Hub, nobody
from limn.errors import BadSettings, LimnError, NotFound, NotServed, TooMany, Unavailable
from limn.settings import Settings
from limn.vision import weights
from limn.vision.download import ask
from limn.vision.hub import Hub as Client

__all__ = ["hub", "settings"]  # fixtures


@pytest.mark.parametrize(
    ("part", "status", "headers", "kind", "words"),
    [
        ("resolve", 403, {"X-Error-Code": "GatedRepo"}, NotServed, "accept its conditions at"),
        ("resolve", 403, {"X-Error-Message": "region\x07 blocked"}, NotServed, "region blocked"),
        ("/api/", 404, {}, NotServed, "HF_ENDPOINT"),
        ("resolve", 404, {}, NotServed, "HF_ENDPOINT"),
        ("/api/", 401, {}, NotServed, "HF_TOKEN"),
        ("resolve", 429, {"Retry-After": "42"}, TooMany, "42 s"),
        ("/api/", 200, {}, Unavailable, "not the hub"),
        ("/api/", 502, {}, Unavailable, "status 502"),
    ],
)
def test_a_refusal_says_what_to_do(
    hub: Hub, settings: Settings, part: str, status: int, headers: dict[str, str], kind: type[LimnError], words: str
) -> None:
    hub.refuse[part] = (status, headers)
    with pytest.raises(kind) as refused:
        bring(settings)
    assert words in refused.value.detail
    assert "\n" not in refused.value.detail
    assert weights.state(settings, CLIP).state == "absent"


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"<html>Log in to the Hotel</html>",
        b"[]",
        b'{"sha":"main","siblings":[]}',
        b'{"sha":"%s","siblings":null}' % COMMIT.encode(),
        b'{"sha":"%s","siblings":["a"]}' % COMMIT.encode(),
        b'{"sha":"%s","siblings":[{"rfilename":"tokenizer.json","size":-1}]}' % COMMIT.encode(),
        b'{"sha":"%s","siblings":[{"rfilename":"tokenizer.json","lfs":"yes"}]}' % COMMIT.encode(),
    ],
)
def test_an_answer_that_is_not_the_hubs_is_told_from_it(hub: Hub, settings: Settings, says: bytes) -> None:
    hub.says = says
    with pytest.raises(Unavailable, match="not the hub"):
        bring(settings)


@pytest.mark.parametrize("where", ["file:///etc/passwd", "http://[", "/", "gopher://x"])
def test_a_redirect_into_nowhere_is_told(hub: Hub, settings: Settings, where: str) -> None:
    hub.refuse["resolve/"] = (302, {"Location": where})
    with pytest.raises(Unavailable):
        bring(settings)
    assert weights.state(settings, CLIP).downloaded_bytes == 0


def test_a_storage_that_fails_for_a_moment_is_asked_again(hub: Hub, settings: Settings) -> None:
    hub.refuse["/stored/"] = (503, {})
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(bring, settings)
        until(lambda: hub.paths("storage"))
        hub.refuse.clear()
        assert_whole(hub, coming.result(60)[0])


def test_without_a_network_the_two_ways_out_are_named(tmp_path: Path) -> None:
    with nobody() as url:
        settings = made(tmp_path, HF_ENDPOINT=url)
        for asking in (bring, ask):
            with pytest.raises(Unavailable) as away:
                asking(settings, CLIP)
            assert away.value.code == "hub_away"
            assert f"LIMN_MODELS_DIR/{CLIP}" in away.value.detail
            assert "HF_ENDPOINT" in away.value.detail


def test_an_endpoint_that_is_no_address_is_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    for endpoint in ("huggingface.co", "ftp://hub", "http://[", "https://"):
        with pytest.raises(BadSettings, match="HF_ENDPOINT"):
            bring(made(tmp_path, HF_ENDPOINT=endpoint))


def test_a_name_that_limn_does_not_know_is_never_asked_for(hub: Hub, settings: Settings) -> None:
    for name in ("gpt-9", "../../etc", ""):
        with pytest.raises(NotFound, match="limn models list"):
            bring(settings, name)
    assert not hub.seen


def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_canary"
    bring(made(tmp_path, HF_ENDPOINT=hub.url, HF_TOKEN="hf_canary"))
    ours = [seen for seen in hub.seen if seen.port == "hub"]
    theirs = [seen for seen in hub.seen if seen.port == "storage"]
    assert ours
    assert theirs
    assert all(seen.headers["authorization"] == "Bearer hf_canary" for seen in ours)
    assert not [seen for seen in theirs if "authorization" in seen.headers]


def test_a_token_that_is_refused_is_left_away(hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_new"
    folder, _ = bring(made(tmp_path, HF_ENDPOINT=hub.url, HF_TOKEN="hf_old"))
    assert_whole(hub, folder)
    assert len([seen for seen in hub.seen if "authorization" in seen.headers]) == 1


def test_a_token_never_travels_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    """Nothing is sent: the name cannot be reached. What counts is what the client would send with it."""
    for endpoint, kept in (("http://mirror.example", None), ("https://mirror.example", "t"), ("http://[::1]:9", "t")):
        assert Client(endpoint, "t").token == kept
