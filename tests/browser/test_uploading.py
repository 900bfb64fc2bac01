"""Adding works: several files at once, good ones and bad ones, and the answer on the row."""

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

import pictures
from browser.gallery import Gallery, chosen
from browser.visitor import Visitor

SLOW_BYTES_A_SECOND = 100_000


def row(page: Page, text: str) -> Locator:
    return page.locator("upload-row").filter(has_text=text)


def choose(page: Page, *files: FilePayload) -> None:
    page.get_by_label("Drop pictures here").set_input_files(list(files))


def test_several_files_at_once_each_end_on_their_own_row(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/upload")
    expect(page.get_by_text("JPEG, PNG or WebP, up to 64 MB")).to_be_visible()  # limits are told beforehand
    page.evaluate("window.sameDocument = true")
    choose(
        page,
        chosen("crimson_field.png", pictures.flat("#c01020", 96, 96)),
        chosen("meadow.jpg", pictures.jpeg(320, 200, seed=5), "image/jpeg"),
        chosen("torn.jpg", pictures.jpeg(320, 200, seed=6)[:4000], "image/jpeg"),
        chosen("letter.pdf", pictures.foreign("pdf"), "application/pdf"),
        chosen("disguised.png", pictures.foreign("html")),
    )
    assert page.locator("upload-row").count() == 5
    refused = row(page, "letter.pdf")
    expect(refused).to_contain_text("This kind of file is not supported. Limn takes")

    red = page.get_by_role("form", name="Words for crimson_field.png")
    expect(red.get_by_label("Title")).to_have_value("crimson field")
    red.get_by_label("Description").fill("A red square, a marble statue")
    visitor.expects("422 POST /api/v1/artworks", "415 POST /api/v1/artworks")
    page.get_by_label("Category", exact=True).first.select_option(label="General Illustrations")
    page.get_by_role("button", name="Publish 4 works").click()

    expect(row(page, "torn.jpg")).to_contain_text("The picture cannot be read.")
    expect(row(page, "disguised.png")).to_contain_text("This kind of file is not supported.")
    expect(row(page, "torn.jpg").get_by_role("button", name="Remove torn.jpg")).to_be_visible()
    answer = row(page, "crimson field")
    expect(answer.get_by_role("region", name="Caption by the machine")).to_contain_text("red")
    expect(answer.get_by_role("region", name="Caption by the machine")).to_contain_text("Measured by Limn")
    phrases = answer.get_by_role("list", name="Phrases of the description")
    expect(phrases.get_by_role("listitem").filter(has_text="red")).to_contain_text("recognised")
    expect(answer.get_by_role("button", name=re.compile("Copy .*red"))).to_be_visible()
    expect(row(page, "meadow").get_by_role("list", name="Colours")).to_be_visible()
    expect(page.get_by_text("2 works on the wall")).to_be_visible()
    assert page.evaluate("window.sameDocument"), "the answer came without reloading"

    answer.get_by_role("link", name="Open the work").click()
    expect(page.get_by_role("heading", level=1, name="crimson field")).to_be_visible()


def test_progress_is_shown_while_a_large_file_is_on_its_way(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/upload")
    choose(page, chosen("large.png", pictures.noise_png(700, 500)))
    page.get_by_label("Category", exact=True).first.select_option(label="Comics")
    network = visitor.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_A_SECOND}
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Publish 1 work").click()
    progress = page.get_by_role("progressbar", name="Sending large.png")
    expect(progress).to_be_visible()
    page.wait_for_function("(bar) => bar.value > 0.1 && bar.value < 1", arg=progress.element_handle())
    expect(page.get_by_text(re.compile(r"^\d+ % of 1 MB sent$"))).to_be_visible()
    network.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    expect(page.get_by_role("link", name="Open the work")).to_be_visible()


def test_what_the_network_lost_is_sent_again_on_a_press(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto("/upload")
    choose(page, chosen("lost at sea.png", pictures.flat("#104080", 80, 60)))
    page.get_by_label("Category", exact=True).first.select_option(label="Portraits")
    visitor.expects("net::ERR_INTERNET_DISCONNECTED POST /api/v1/artworks")
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Publish 1 work").click()
    expect(row(page, "lost at sea")).to_contain_text("Limn cannot be reached.")
    visitor.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(row(page, "lost at sea").get_by_role("region", name="Caption by the machine")).to_be_visible()
    with gallery.client as client:
        titles = [work["title"] for work in client.get("/artworks", params={"category": "portraits"}).json()["items"]]
    assert titles == ["lost at sea"]


def test_the_same_picture_again_leads_to_the_work_that_has_it(visitor: Visitor, gallery: Gallery) -> None:
    data = pictures.flat("#20a060", 70, 50)
    gallery.hang(data, title="First of its kind")
    page = visitor.page
    page.goto("/upload")
    choose(page, chosen("copy.png", data))
    page.get_by_label("Category", exact=True).first.select_option(label="Comics")
    visitor.expects("409 POST /api/v1/artworks")
    page.get_by_role("button", name="Publish 1 work").click()
    expect(row(page, "copy.png")).to_contain_text("You have already uploaded this picture.")
    page.get_by_role("link", name="Open the work you have").click()
    expect(page.get_by_role("heading", level=1, name="First of its kind")).to_be_visible()


def test_nothing_is_sent_before_it_has_a_category_and_a_title(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto("/upload")
    choose(page, chosen("nameless.png", pictures.flat("#777777", 40, 40)))
    page.get_by_role("button", name="Publish 1 work").click()
    category = page.get_by_label("Category", exact=True).first
    expect(category).to_be_focused()
    category.select_option(label="Comics")
    title = page.get_by_role("form", name="Words for nameless.png").get_by_label("Title")
    title.fill("  ")
    title.fill("")
    page.get_by_role("button", name="Publish 1 work").click()
    expect(title).to_be_focused()
    with gallery.client as client:
        found = client.get("/search", params={"q": "nameless"}).json()
    assert found["items"] == []
