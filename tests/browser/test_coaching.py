"""What the machine proposes is taken by one click, refused by one, and nothing of it happens by itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import pictures
from browser.gallery import Gallery, chosen
from browser.looks import inaccessible, overlaps, settle, sideways
from browser.visitor import Visitor
from graphs import write_captioner, write_clip
from serving import Server

Work = dict[str, Any]
WORDS = ("title", "description", "alt_text", "rejected_tags", "intended")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """With tiny local models: the CLIP finds "fire" and "rose" in whatever is red."""
    data = tmp_path_factory.mktemp("gallery") / "data"
    write_clip(data / "models" / "clip-vit-base-patch32")
    write_captioner(data / "models" / "distilvit")
    with Server(data) as server:
        yield Gallery(server)


@pytest.fixture
def work(gallery: Gallery, request: pytest.FixtureRequest) -> Work:
    """Another red picture for each story; of its description one phrase is recognised, and one not."""
    side = 150 + sum(map(ord, request.node.name)) % 200
    said = "a red picture, my grandmother's secret"
    return gallery.hang(pictures.flat("#d01010", 200, side), title="Untold", description=said, tags="calm")


def open_work(page: Page, work: Work) -> None:
    page.goto(f"/artworks/{work['id']}")
    expect(page.get_by_role("heading", level=1, name=work["title"])).to_be_visible()


def artists_tags(page: Page) -> Locator:
    return page.get_by_role("list", name="Tags by the artist").get_by_role("link")


def machines_tag(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Tags seen by Limn").get_by_role("link", name=name, exact=True)


def words_of(gallery: Gallery, work: Work) -> dict[str, Any]:
    """What the artist has said, as the server has it."""
    with gallery.client as client:
        told = client.get(f"/artworks/{work['id']}").json()
    own = [tag["name"] for tag in told["tags"] if tag["source"] == "artist"]
    return {**{name: told[name] for name in WORDS}, "tags": own}


def test_a_proposed_tag_is_the_artists_by_one_click_and_nothing_else_changes(
    visitor: Visitor, gallery: Gallery, work: Work
) -> None:
    page = visitor.page
    before = words_of(gallery, work)
    open_work(page, work)
    proposed = page.get_by_role("region", name="In the picture, not in your words")
    proposed.get_by_role("button", name="rose", exact=True).click()
    expect(page.locator(".announcer")).to_have_text("“rose” is your tag now.")
    expect(artists_tags(page)).to_have_text(["calm", "rose"])
    expect(proposed.get_by_role("button", name="rose", exact=True)).to_have_count(0)
    expect(proposed.get_by_role("button", name="fire", exact=True)).to_be_visible()
    page.get_by_role("button", name="Keep red as your tag").click()
    expect(artists_tags(page)).to_have_text(["calm", "rose", "red"])
    assert words_of(gallery, work) == before | {"tags": ["calm", "rose", "red"]}


def test_a_refused_tag_is_gone_and_does_not_come_back(visitor: Visitor, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    expect(machines_tag(page, "fire")).to_be_visible()
    page.get_by_role("button", name="Refuse the tag fire", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".announcer")).to_have_text("“fire” is gone, and Limn will not propose it again.")
    expect(machines_tag(page, "fire")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Refuse the tag"), exact=True).first).to_be_focused()
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".announcer")).to_have_text(re.compile("Limn has looked at the picture"))
    expect(machines_tag(page, "rose")).to_be_visible()
    expect(machines_tag(page, "fire")).to_have_count(0)
    expect(page.locator("word-coach").get_by_role("button", name="fire", exact=True)).to_have_count(0)


def test_two_clicks_in_a_row_both_count(visitor: Visitor, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    coach = page.locator("word-coach")
    expect(coach.get_by_role("button", name="rose", exact=True)).to_be_visible()
    coach.evaluate("(coach) => { for (const b of [...coach.querySelectorAll('[name=tag]')].slice(0, 2)) b.click(); }")
    expect(artists_tags(page)).to_have_count(3)


def test_the_draft_becomes_the_alt_text_by_one_click(visitor: Visitor, gallery: Gallery, work: Work) -> None:
    page = visitor.page
    before = words_of(gallery, work)
    open_work(page, work)
    draft = page.get_by_role("region", name="A draft of the alt text")
    expect(draft).to_contain_text("A mostly red picture.")
    expect(page.get_by_role("region", name="Facts")).to_contain_text("None yet")
    draft.get_by_role("button", name="Use it as alt text").click()
    expect(draft).to_have_count(0)
    expect(page.get_by_role("region", name="Facts")).to_contain_text("A mostly red picture.")
    assert words_of(gallery, work) == before | {"alt_text": "A mostly red picture."}


def test_who_means_it_so_is_left_alone_until_asked_again(visitor: Visitor, gallery: Gallery, work: Work) -> None:
    page = visitor.page
    open_work(page, work)
    meant = page.get_by_role("region", name="Meant as it is")
    expect(meant).to_contain_text("Limn does not find “grandmother's secret”; it may well be there.")
    meant.get_by_role("button", name="I mean it so").click()
    expect(meant).to_contain_text("You mean these words as they are")
    expect(meant).not_to_contain_text("does not find")
    assert words_of(gallery, work)["intended"] is True
    page.reload()
    meant.get_by_role("button", name="Let Limn judge them").click()
    expect(meant).to_contain_text("does not find “grandmother's secret”")
    assert words_of(gallery, work)["intended"] is False


def test_looking_changes_nothing(visitor: Visitor, gallery: Gallery, work: Work) -> None:
    page = visitor.page
    methods: set[str] = set()
    page.on("request", lambda request: methods.add(request.method))
    before = words_of(gallery, work)
    open_work(page, work)
    expect(page.get_by_role("region", name="A draft of the alt text")).to_be_visible()
    for width, scheme in ((360, "dark"), (1280, "light"), (2560, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        settle(page)
        assert sideways(page) <= 0
        assert overlaps(page) == []
        with visitor.unheard(page):
            assert inaccessible(page) == []
    assert methods == {"GET"}
    assert words_of(gallery, work) == before


def test_the_answer_on_the_row_names_score_phrases_and_who_spoke(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto("/upload")
    expect(page.get_by_text("up to 64 MB")).to_be_visible()
    expect(page.locator(".elsewhere")).to_be_empty()  # nothing leaves this machine
    page.get_by_label("Drop pictures here").set_input_files([chosen("card.png", pictures.flat("#d01010", 210, 90))])
    page.get_by_label("Category", exact=True).first.select_option(label="Comics")
    page.get_by_role("form", name="Words for card.png").get_by_label("Description").fill("a red picture, melancholy")
    page.get_by_role("button", name="Publish 1 work").click()

    row = page.locator("upload-row")
    match = row.get_by_role("region", name="Match between description and picture")
    expect(match).to_contain_text(re.compile(r"Match \d+ of 100 rough"))
    phrases = match.get_by_role("list", name="Phrases of the description").get_by_role("listitem")
    expect(phrases).to_have_text([re.compile("red picture recognised"), re.compile("melancholy not recognised")])
    expect(match).to_contain_text(
        "Compared by clip-vit-base-patch32. Rough: its scale is not yet fitted to this gallery"
    )
    expect(row.get_by_role("region", name="Caption by the machine")).to_contain_text("By distilvit")
    row.locator("word-coach").get_by_role("button", name="rose", exact=True).click()
    expect(row.get_by_role("list", name="Tags by the artist").get_by_role("link")).to_have_text(["rose"])
