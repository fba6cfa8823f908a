"""The pages in a real browser: narrow and wide, light and dark, with and without scripts.

Screenshots go to a folder of the run: pytest --basetemp=FOLDER says which.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.clients.desktop.conftest import elsewhere

PAGES = [
    "/",
    "/embed?mission=haiti-mss",
    "/entries/haiti-mss-ken-second-group",
    "/sources/heed-2024-07-17",
    "/missions",
    "/missions/haiti-mss",
    "/nations",
    "/nations/KEN",
    "/contingents/haiti-mss-ken-police",
    "/promises",
    "/sources",
    "/revisions/2",
    "/search?q=kenya",
    "/compare?mission=haiti-mss&as_of=2024-06-30&b_as_of=2024-12-31",
]
NAMES = ["home", "embed", "entry", "source", *(one.partition("?")[0][1:] for one in PAGES[4:])]
WIDTHS = [360, 1440]

of_each_page = pytest.mark.parametrize("address", PAGES, ids=NAMES)
of_each_width = pytest.mark.parametrize("width", WIDTHS)
of_each_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])
of_each_script = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


class Seen:
    """What went on while a page was open: where it asked, what it complained of."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on(
            "requestfailed",
            lambda request: self.complaints.append(f"{request.url}: {request.failure}"),
        )
        page.on("response", lambda answer: self._judge(answer.url, answer.status))

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def _judge(self, url: str, status: int) -> None:
        if status >= 400:
            self.complaints.append(f"{url}: {status}")


@contextmanager
def opened(
    browser: Browser, url: str, width: int = 1440, **options: Any
) -> Iterator[tuple[Page, Seen]]:
    """A page, settled, and what went on in it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    seen = Seen(page)
    answer = page.goto(url, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    yield page, seen
    context.close()


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    return tmp_path_factory.mktemp("screens")


@of_each_page
@of_each_width
@of_each_scheme
@of_each_script
def test_a_page_is_whole(
    host: str, browser: Browser, screens: Path, address: str, width: int, scheme: Any, scripts: bool
) -> None:
    with opened(
        browser, host + address, width, color_scheme=scheme, java_script_enabled=scripts
    ) as (page, seen):
        named = address.split("?")[0].strip("/").replace("/", "-") or "home"
        name = f"{named}-{width}-{scheme}{'' if scripts else '-no-scripts'}.png"
        page.screenshot(path=screens / name, full_page=True)
        assert seen.complaints == []
        assert {urlsplit(url).netloc for url in seen.asked if not url.startswith("data:")} == {
            urlsplit(host).netloc
        }
        assert page.title()
        assert page.evaluate("document.documentElement.lang")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (
            "wider than the window"
        )
        if scripts:
            page.evaluate(AXE_SCRIPT)
            found = page.evaluate("axe.run().then(found => found.violations)")
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_picture_is_walked_step_by_step_with_the_keyboard(host: str, browser: Browser) -> None:
    """What is said at each step is a row of the table, the newest first."""
    with opened(browser, f"{host}/?mission=haiti-mss&as_of=2024-12-31") as (page, seen):
        page.locator("summary", has_text="The series as a table").click()
        rows = page.locator("section[aria-labelledby=time] tbody tr").all()
        steps = [[cell.inner_text() for cell in row.locator("th, td").all()] for row in rows]
        range_ = page.locator("#walk")
        range_.focus()
        for day, value, within, how, *_ in steps:
            text = range_.get_attribute("aria-valuetext") or ""
            assert text == page.locator(".walk output").inner_text()
            assert text.startswith(f"From {day}: {value}{f' ({within})' if within else ''}, {how}")
            page.keyboard.press("ArrowLeft")
        assert len(steps) > 5
        assert "Heed News" in "".join(steps[-1]) + "".join(step[-1] for step in steps)
        assert seen.complaints == []


def test_the_documentation_opens_under_its_policy(host: str, browser: Browser) -> None:
    with opened(browser, f"{host}/docs") as (page, seen):
        page.wait_for_selector(".opblock", timeout=60_000)
        assert page.locator(".opblock").count() > 100
        assert seen.complaints == []
        assert {urlsplit(url).netloc for url in seen.asked if not url.startswith("data:")} == {
            urlsplit(host).netloc
        }


# Every control of a page in the order of the document, numbered; one radio of a group stands for
# all of it.
NUMBER_CONTROLS = """() => {
  const wanted = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const shown = one =>
    one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && one.type !== 'hidden';
  const first = one => one.type !== 'radio' || one.checked;
  const found = [...document.querySelectorAll(wanted)].filter(one => shown(one) && first(one));
  found.forEach((one, number) => one.setAttribute('data-number', number));
  return found.map(one => one.outerHTML.slice(0, 200));
}"""
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  return {number: Number(one.getAttribute('data-number') ?? -1), seen};
}"""


@of_each_page
@of_each_width
def test_every_control_is_reached_with_the_keyboard_and_shows_it(
    host: str, browser: Browser, address: str, width: int
) -> None:
    with opened(browser, host + address, width) as (page, _):
        controls = page.evaluate(NUMBER_CONTROLS)
        reached: dict[int, bool] = {}
        # A day has several parts, each with a stop of its own.
        for _step in range(2 * len(controls) + 10):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            reached[focus["number"]] = reached.get(focus["number"], False) or focus["seen"]
            if all(reached.get(number) for number in range(len(controls))):
                break
        assert [one for number, one in enumerate(controls) if number not in reached] == []
        assert [one for number, one in enumerate(controls) if not reached[number]] == []


def test_the_home_page_tells_the_number_without_scripts(host: str, browser: Browser) -> None:
    with opened(
        browser, f"{host}/?mission=haiti-mss&as_of=2024-12-31", java_script_enabled=False
    ) as (page, _):
        assert "438" in page.inner_text("body")


def test_another_site_may_frame_the_embed_and_nothing_else(host: str, browser: Browser) -> None:
    framing = (
        "<!doctype html><html lang=en><title>Elsewhere</title>"
        f'<iframe src="{host}/embed?mission=haiti-mss"></iframe>'
    )
    with elsewhere(framing.encode()) as origin, opened(browser, origin) as (page, seen):
        frame = page.frames[1]
        assert frame.url.startswith(f"{host}/embed")
        assert frame.inner_text("body").strip()
        assert seen.complaints == []
