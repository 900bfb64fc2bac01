"""The operator's page: eyes are given by one button, from a hub; what goes wrong is told in words."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import pictures
from browser.gallery import Gallery
from browser.looks import inaccessible, overlaps, settle, sideways
from browser.test_keyboard import tab_to
from browser.visitor import Visitor
from graphs import write_captioner, write_clip
from hub_server import Hub
from inference_server import CHAT, Answer, InferenceServer
from patience import wait_until
from serving import Server
from uploads import wait_until_analysed

GRAPH = "vision_model_quantized.onnx"  # where a hub that holds back waits


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as served:
        yield served


@pytest.fixture
def gallery(hub: Hub, tmp_path: Path) -> Iterator[Gallery]:
    """Nothing but measured eyes, and a hub that has tiny models for it."""
    clip, captioner = write_clip(tmp_path / "clip"), write_captioner(tmp_path / "captioner")
    hub.files = {"Xenova/clip-vit-base-patch32": files_of(clip), "Mozilla/distilvit": files_of(captioner)}
    with Server(tmp_path / "data", HF_ENDPOINT=hub.url) as server:
        yield Gallery(server)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def open_eyes(page: Page) -> Locator:
    """The page, and on it the button of the offer."""
    page.goto("/admin")
    expect(page.get_by_role("region", name="Who looks")).to_be_visible()
    return page.get_by_role("region", name="Models for this machine").get_by_role("button")


def answerer(page: Page, title: str) -> Locator:
    """Who answers now, of those that are asked for one thing."""
    row = page.locator("eyes-report dl > div").filter(has_text=title)
    return row.locator("li.answers")


def assert_looks_well(visitor: Visitor) -> None:
    page = visitor.page
    for width, scheme in ((360, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        settle(page)
        assert sideways(page) <= 0
        assert overlaps(page) == []
        with visitor.unheard(page):
            assert inaccessible(page) == []


def test_one_button_gives_eyes_and_the_works_are_looked_at_again(visitor: Visitor, gallery: Gallery, hub: Hub) -> None:
    work = gallery.hang(pictures.flat("#d01010", 200, 150), title="Red", description="a red picture")
    assert work["analysis"]["match"]["method"] == "measured"
    hub.hold_after[GRAPH] = 100
    page = visitor.page
    button = open_eyes(page)
    expect(answerer(page, "Compares words")).to_have_text(re.compile("^measuring eyes"))
    expect(page.get_by_text("No picture leaves this machine.")).to_be_visible()
    page.evaluate("window.sameDocument = true")

    expect(button).to_have_text(re.compile(r"^Give Limn eyes: \d+ MB$"))
    button.click()
    coming = page.get_by_role("region", name="Models that are coming")
    expect(coming.get_by_role("progressbar", name="clip-vit-base-patch32")).to_be_visible()
    expect(coming).to_contain_text("waits for its turn")
    assert_looks_well(visitor)
    hub.go.set()
    expect(page.locator(".announcer")).to_have_text("The models have come.")
    expect(answerer(page, "Compares words")).to_have_text("CLIP clip-vit-base-patch32 on this machine")
    expect(answerer(page, "Writes the caption")).to_have_text(re.compile("distilvit on this machine"))
    expect(page.get_by_text("All models that the settings name are there.")).to_be_visible()
    assert page.evaluate("window.sameDocument")

    with gallery.client as client:
        wait_until(lambda: client.get("/admin/models").json()["space"]["behind"] == 0)
        seen = wait_until_analysed(client, work["id"])
    assert seen["analysis"]["match"]["method"] == "clip"
    page.goto(f"/artworks/{work['id']}")
    expect(page.get_by_role("region", name="Caption by the machine")).to_contain_text("By distilvit")


def test_a_download_is_stopped_and_goes_on_by_keys(visitor: Visitor, gallery: Gallery, hub: Hub) -> None:
    hub.hold_after[GRAPH] = 100
    page = visitor.page
    button = open_eyes(page)
    tab_to(page, button)
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    expect(page.get_by_text(re.compile("of 156 MB"))).to_be_visible()  # something has come
    page.keyboard.press("Enter")
    expect(page.locator(".announcer")).to_have_text("Stopped. What has come is kept.")
    expect(button).to_have_text(re.compile("^Go on: .* of 345 MB are here$"))
    expect(page.locator("eyes-report .wrong")).to_have_count(0)  # as it was wished
    expect(button).to_be_focused()
    hub.go.set()
    page.keyboard.press("Enter")
    expect(answerer(page, "Names what is there")).to_have_text("CLIP clip-vit-base-patch32 on this machine")


def test_a_hub_that_refuses_is_told_in_words_where_it_was_asked(visitor: Visitor, gallery: Gallery, hub: Hub) -> None:
    hub.refuse["/api/models"] = (403, {})
    page = visitor.page
    open_eyes(page).click()
    expect(page.locator(".announcer")).to_have_text(re.compile("^The download ended. .*403"))
    offer = page.get_by_role("region", name="Models for this machine")
    expect(offer).to_contain_text("403")
    expect(offer.get_by_role("button", name="Give Limn eyes")).to_be_enabled()
    expect(answerer(page, "Compares words")).to_have_text(re.compile("^measuring eyes"))
    assert_looks_well(visitor)


def test_models_elsewhere_are_named_with_their_host_before_a_picture_leaves(browser: Browser, tmp_path: Path) -> None:
    with (
        InferenceServer() as there,
        Server(tmp_path / "data", HF_TOKEN="hf_test", LIMN_HF_ROUTER_URL=there.url) as server,
    ):
        visitor = Visitor(browser, server.url, viewport={"width": 1280, "height": 800})
        page = visitor.page
        page.goto("/upload")
        expect(page.locator(".elsewhere")).to_contain_text(f"a small copy of each picture is sent to {there.host}.")
        expect(page.locator(".elsewhere")).to_contain_text("Private works stay on this machine.")
        assert there.asked == []

        opinion = Gallery(server).hang(pictures.flat("#204080", 200, 150), title="Sea", description="a lighthouse")
        page.goto(f"/artworks/{opinion['id']}")
        match = page.get_by_role("region", name="Match between description and picture")
        expect(match).to_contain_text("Opinion 80 of 100")
        expect(match).to_contain_text(re.compile("An opinion of .*; nothing was measured"))
        expect(match).not_to_contain_text("rough")

        page.goto("/admin")
        expect(answerer(page, "Writes the caption")).to_have_text(
            re.compile(f"^a vision-language model .* at {there.host}")
        )
        expect(page.get_by_text(f"pictures and words are sent to {there.host}.")).to_be_visible()
        expect(page.get_by_text("No picture leaves")).to_have_count(0)

        with server.client() as client:
            wait_until(lambda: searches_by_meaning(client))
        there.always("/", Answer(402, {"error": "You have exceeded your monthly included credits"}))
        page.goto("/search?q=a+stormy+coast")
        expect(page.get_by_role("main")).to_contain_text("The model that searches by meaning is away at the moment")
        visitor.leave()


def searches_by_meaning(client: httpx2.Client) -> bool:
    """The space was made active, and the index of this server has it."""
    space = client.get("/admin/models").json()["space"]
    answer = client.get("/search", params={"q": "a quiet harbour"}).json()
    return space["active"] == space["target"] is not None and space["target"] in answer["spaces"]


def test_a_work_says_when_a_model_that_is_away_is_asked_again(browser: Browser, tmp_path: Path) -> None:
    with InferenceServer() as there:
        there.always("/", Answer(402, {"error": "You have exceeded your monthly included credits"}))
        with Server(tmp_path / "data", LIMN_HF_CHAT_URL=there.url + CHAT, LIMN_HF_CHAT_MODEL="m") as server:
            work = Gallery(server).hang(pictures.flat("#204080", 200, 150), title="Sea", description="a lighthouse")
            assert work["analysis"]["look_at"]
            visitor = Visitor(browser, server.url, viewport={"width": 360, "height": 740})
            page = visitor.page
            page.clock.install()
            page.goto(f"/artworks/{work['id']}")
            reason = page.locator("analysis-report .reason")
            expect(reason).to_have_count(1)  # the same for all it would have said
            expect(reason).to_have_text(
                re.compile(r"^No caption, match score or tags by a model yet\. .*Limn asks again (at|in|on) ")
            )
            expect(reason).not_to_contain_text("UTC")
            assert_looks_well(visitor)

            with server.client() as client:
                client.patch(f"/artworks/{work['id']}", json={"alt_text": "Seen meanwhile"}).raise_for_status()
            page.clock.fast_forward("24:00:00")  # the page comes back to it by itself
            expect(page.get_by_role("region", name="Facts")).to_contain_text("Seen meanwhile")
            visitor.leave()
