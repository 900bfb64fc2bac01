"""Without a mouse: every step by keys alone, with the focus to be seen at each of them."""

import re

from playwright.sync_api import Locator, Page, expect

import pictures
from browser.gallery import Gallery, chosen
from browser.visitor import Visitor

MOST_STOPS = 60
# an outline, or a line that stands only while focus is within; on the element or on the frame that is drawn for it
SHOWS_FOCUS = """() => {
  let element = document.activeElement;
  if (element === document.body || !element.matches(":focus-visible")) return false;
  for (let depth = 0; depth < 4 && element; depth++, element = element.parentElement) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    if (outlined || (element.matches("form") && boxShadow !== "none")) return true;
  }
  return false;
}"""


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab until the target has the focus; every stop on the way must show that it has it."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        stops.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        assert page.evaluate(SHOWS_FOCUS), f"focus is not to be seen on {stops[-1]}"
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"not reached: {stops}")


def test_a_work_is_added_and_opened_by_keys_alone(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    # heard from the start: asked for at the last moment, Playwright hands the dialogue to nobody now and then
    card = chosen("key_stroke.png", pictures.flat("#c02040", 90, 60))
    page.on("filechooser", lambda chooser: chooser.set_files([card]))
    page.goto("/")
    expect(page.get_by_role("heading", name="The wall is empty.")).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    tab_to(page, page.get_by_role("main").get_by_role("link", name="Add a work"))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Add works · Limn")
    expect(page.get_by_text("up to 64 MB")).to_be_visible()
    tab_to(page, page.get_by_label("Drop pictures here"))
    page.keyboard.press("Enter")
    title = page.get_by_role("form", name="Words for key_stroke.png").get_by_label("Title")
    expect(title).to_be_visible()

    tab_to(page, page.get_by_label("Category", exact=True).first)
    page.keyboard.type("Comics")
    tab_to(page, title)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Typed by hand")
    page.keyboard.press("Tab")
    page.keyboard.type("A red card")
    tab_to(page, page.get_by_role("button", name="Publish 1 work"))
    page.keyboard.press("Enter")
    expect(page.locator(".announcer")).to_have_text(re.compile("Limn has looked at Typed by hand"))
    tab_to(page, page.get_by_role("link", name="Open the work"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Typed by hand")).to_be_visible()

    edit = page.get_by_role("button", name="Edit")
    tab_to(page, edit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(edit).to_be_focused()


def test_arrows_walk_along_the_wall(visitor: Visitor, gallery: Gallery) -> None:
    gallery.hang_all((pictures.flat(f"#{n}0a0{n}0", 90, 60), {"title": f"Card {n}"}) for n in range(3))
    page = visitor.page
    page.goto("/?category=illustrations")
    tab_to(page, page.get_by_role("link", name="Card 2"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="Card 1")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Card 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Card 2")).to_be_visible()
