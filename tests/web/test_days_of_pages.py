"""A page that says what was known then is of that day, and so is all that it leads to."""

import html
import re

import pytest

from tests.conftest import Twins

BROWSER = {"Host": "muster.example", "Accept": "text/html"}
THEN = "published_by=2024-09-15"


@pytest.mark.parametrize("place", ["/conflicts", "/promises", "/missions", "/nations", "/compare"])
def test_it_is_of_the_day_of_publication(read: Twins, place: str) -> None:
    page = read(f"{place}?{THEN}", headers=BROWSER).text
    assert "15 September 2024" in page
    days = set()
    for link in re.findall(r'href="(/v1/[^"]*)"', page):
        asked = html.unescape(link).partition("?")[2].split("&")
        if THEN in asked:
            days |= {pair for pair in asked if pair.startswith("as_of=")} or {"today"}
    assert days <= {"as_of=2024-09-15"}


def test_promises_are_those_of_the_api_that_it_leads_to(read: Twins) -> None:
    page = read(f"/promises?{THEN}", headers=BROWSER).text
    found = re.findall(r'href="(/v1/promises\?[^"]*)">All ([0-9,]+), as JSON', page)
    assert found
    for link, number in found:
        assert read.json(html.unescape(link))["page"]["total"] == int(number.replace(",", ""))


def test_the_nearest_name_keeps_the_question(read: Twins) -> None:
    page = read("/missions/haiti-ms?revision=2", headers=BROWSER)
    assert page.status_code == 404
    assert 'href="/missions/haiti-mss?revision=2"' in page.text
