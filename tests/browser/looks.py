"""What is looked at on a page: whether it scrolls sideways, whether things lie over each other, what axe-core finds."""

from typing import Any

from playwright.sync_api import Page

from checkout import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # of what passes one example each is enough
    "preload": False,  # no rule here asks for the stylesheets once more
}
_SETTLE = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_ENDED = "() => Promise.allSettled(document.getAnimations().filter((a) => a.effect.getTiming().iterations === 1).map((a) => a.finished))"
# what a person reads or presses; what is pinned over the page on purpose is left out with all that is in it
_OVERLAPS = """() => {
  const kinds = "a, button, input, select, textarea, h1, h2, h3, p, dt, dd, figure, label, meter, progress, li, summary, pre";
  const pinned = (e) => { for (let p = e; p; p = p.parentElement)
    if (["fixed", "sticky", "absolute"].includes(getComputedStyle(p).position)) return true; };
  const root = document.querySelector("dialog[open]") ?? document.body;
  const seen = [...root.querySelectorAll(kinds)].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !pinned(e));
  const things = seen.map((e) => ({ e, box: e.getBoundingClientRect() })).sort((a, b) => a.box.top - b.box.top);
  const found = [];
  for (let i = 0; i < things.length; i++) for (let j = i + 1; j < things.length; j++) {
    const [{ e: one, box: a }, { e: other, box: b }] = [things[i], things[j]];
    if (b.top >= a.bottom) break;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 2 && !one.contains(other) && !other.contains(one))
      found.push(`${one.outerHTML.slice(0, 90)} × ${other.outerHTML.slice(0, 90)}`);
  }
  return found;
}"""


def settle(page: Page) -> None:
    """Wait until the page has drawn itself anew and what moves once has moved."""
    page.evaluate(_SETTLE)
    page.evaluate(_ENDED)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def overlaps(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_OVERLAPS)
    return found


def inaccessible(page: Page) -> list[str]:
    """What axe-core calls serious or critical. Evaluated, as the page's policy refuses a script that is added to it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("(rules) => axe.run(document, rules)", _RULES)
    assert len(result["passes"]) > 5, "axe has looked at nothing"
    return [
        f"{one['impact']} {one['id']}: {node['html'][:160]} — {node['failureSummary'][:300]}"
        for one in result["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
