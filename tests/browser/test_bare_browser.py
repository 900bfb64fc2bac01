"""What a browser asks for by itself, and what it shows where scripts are off or nothing hangs."""

from collections.abc import Callable

from playwright.sync_api import expect

from browser.visitor import Visitor

PAGES = ("/", "/search", "/upload", "/artworks/none", "/api/docs")


def test_every_page_has_its_icon(visitor: Visitor) -> None:
    page = visitor.page
    visitor.expects("404 GET /api/v1/artworks/none")
    for address in PAGES:
        page.goto(address)
        icon = page.locator("link[rel=icon]").get_attribute("href")
        assert icon
        assert "image/svg" in page.request.get(icon).headers["content-type"]
        # drawn and not only sent
        size = (
            "(src) => { const i = Object.assign(new Image(), { src }); return i.decode().then(() => i.naturalWidth); }"
        )
        assert page.evaluate(size, icon) > 0
    assert page.request.get("/favicon.ico").ok


def test_without_scripts_every_page_says_that_it_needs_them(visit: Callable[..., Visitor]) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.expects("csp GET /static/*.js")  # scripts that are off count as refused by a policy
    page = visitor.page
    for address in PAGES:
        page.goto(address)
        # Playwright's own selectors pass a noscript over
        assert "Limn needs scripts in your browser" in page.locator("body").inner_text()


def test_an_address_where_nothing_is_says_so(visitor: Visitor) -> None:
    visitor.expects("404 GET /no/such/page")
    visitor.page.goto("/no/such/page")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.get_by_role("main").get_by_role("link").first).to_be_visible()
