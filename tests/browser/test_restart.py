"""The gallery dies under an open page: the page says so, and goes on by itself when it is back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

import pictures
from browser.gallery import Gallery
from browser.visitor import Visitor
from serving import Server, lasting_port
from uploads import upload_now

AWAY = "net::ERR_CONNECTION_REFUSED GET /api/v1/events"
CUT = "net::ERR_INCOMPLETE_CHUNKED_ENCODING GET /api/v1/events"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with Server(tmp_path_factory.mktemp("gallery") / "data", port=lasting_port()) as server:
        yield Gallery(server)


def test_a_page_outlives_the_server_and_says_so(visit: Callable[..., Visitor], gallery: Gallery) -> None:
    server = gallery.server
    server.stop()
    server.start(LIMN_WORKERS="0")
    with gallery.client as client:
        work = upload_now(client, pictures.flat("#1040b0", 120, 80), title="Waiting").json()
    visitor = visit()
    page = visitor.page
    with page.expect_response("**/api/v1/events*"):
        page.goto(f"/artworks/{work['id']}")
    expect(page.get_by_text("Waiting for Limn to look at the picture")).to_be_visible()

    visitor.expects(CUT, AWAY)
    server.kill()
    expect(page.get_by_text("Limn does not answer at the moment.")).to_be_in_viewport()
    server.start()
    expect(page.get_by_text("Limn is there again.")).to_be_in_viewport()
    expect(page.get_by_role("region", name="Caption by the machine")).to_contain_text("blue")


def test_what_was_typed_survives_a_restart(visitor: Visitor, gallery: Gallery) -> None:
    server = gallery.server
    work = gallery.hang(pictures.flat("#b04010", 120, 80), title="Before")
    page = visitor.page
    page.goto(f"/artworks/{work['id']}")
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("After")

    visitor.expects("net::ERR_CONNECTION_REFUSED PATCH /api/v1/artworks/*")
    server.kill()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Limn cannot be reached.")
    expect(dialog.get_by_label("Title")).to_have_value("After")
    server.start()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("After")
