"""The recipes that need R, LibreOffice or a browser, run as they stand."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.clients.desktop.conftest import elsewhere
from tests.clients.desktop.test_pages import opened
from tests.clients.desktop.test_r import said
from tests.clients.desktop.test_spreadsheet import Office
from tests.clients.recipes import promised, recipes


def test_r(host: str, rscript: str) -> None:
    (recipe,) = recipes("r", host)
    assert [line.rstrip() for line in said(rscript, recipe)] == promised(recipe)


def test_a_cell(host: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    (recipe,) = recipes("excel", host)
    # The name under which the function is kept in an OpenDocument sheet; in the cell it is called
    # as on the page.
    office = Office(tmp_path_factory.mktemp("office"))
    assert office.recalculated(
        recipe.strip().replace("WEBSERVICE", "COM.MICROSOFT.WEBSERVICE")
    ) == ["438"]


@pytest.mark.parametrize("number", range(len(recipes("html"))))
def test_a_web_page(host: str, browser: Browser, number: int) -> None:
    recipe = recipes("html", host)[number]
    page_of_another = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Elsewhere</title>{recipe}"
    )
    with elsewhere(page_of_another.encode()) as origin, opened(browser, origin) as (page, seen):
        assert seen.complaints == []
        assert {urlsplit(url).netloc for url in seen.asked} == {
            urlsplit(url).netloc for url in (host, origin)
        }
        tag = re.match(r"<(\w+)", recipe)
        assert tag
        if tag[1] == "img":
            assert page.evaluate("document.querySelector('img').naturalWidth") > 100
        elif tag[1] == "iframe":
            assert "438" in page.frames[1].inner_text("body")
        else:
            assert page.inner_text("p") == "Present: 438"
