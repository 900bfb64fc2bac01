"""A person comes over HTTPS, through nginx or Caddy with the shipped configuration, and with a password."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

import pictures
import proxies
from browser.gallery import chosen
from browser.visitor import Visitor
from serving import Server


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("behind") / "data", FORWARDED_ALLOW_IPS="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module", params=proxies.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return proxies.here(request.param)


@pytest.fixture(scope="module")
def proxy(kind: str, behind: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[proxies.Proxy]:
    with proxies.KINDS[kind](tmp_path_factory.mktemp(kind), behind.url.removeprefix("http://")) as found:
        yield found


def test_a_work_is_added_and_its_answer_comes_by_itself(browser: Browser, proxy: proxies.Proxy, kind: str) -> None:
    name, password = proxies.PERSON
    known = {"username": name, "password": password}
    visitor = Visitor(browser, f"https://127.0.0.1:{proxy.port}", http_credentials=known, ignore_https_errors=True)
    page = visitor.page
    picture = pictures.flat({"nginx": "#c01020", "caddy": "#c81018"}[kind])  # the same file twice is one work
    page.goto("/upload")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    page.get_by_label("Drop pictures here").set_input_files([chosen("field.png", picture)])
    page.get_by_label("Category", exact=True).first.select_option(label="General Illustrations")
    page.get_by_role("button", name="Publish").click()
    row = page.locator("upload-row").filter(has_text="field")
    expect(row.get_by_role("region", name="Caption by the machine")).to_contain_text("red")
    row.get_by_role("link", name="Open the work").click()
    expect(page.get_by_role("heading", level=1, name="field")).to_be_visible()
    visitor.leave()
