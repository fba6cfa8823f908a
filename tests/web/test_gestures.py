"""Ordinary gestures on the page, and that none of them misleads."""

import html
import re
from typing import Any

import pytest

from tests.conftest import Twins
from tests.web.test_pages import BROWSER, page

HAITI = "mission=haiti-mss"


def lead(read: Twins, asked: str) -> str:
    """What stands before the controls, as text."""
    answer = read(f"/?{asked}", headers=BROWSER).text
    found = re.search(r'<article class="lead">.*?</article>', answer, re.DOTALL)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[0])).split())


def test_the_slider_moves_the_day_and_the_knowledge_together(read: Twins) -> None:
    said = lead(read, f"{HAITI}&published_by=2024-06-30")
    assert "400 police officers" in said
    assert "At the end of 30 June 2024" in said
    assert "Known now of the same day: 196, 204 fewer." in said


def test_a_day_that_is_pinned_stays(read: Twins) -> None:
    said = lead(read, f"{HAITI}&published_by=2024-06-30&as_of=2024-07-18")
    assert "At the end of 18 July 2024" in said


@pytest.mark.parametrize("name", ["api", "api-fixed"])
def test_what_is_copied_then_is_of_that_day(read: Twins, name: str) -> None:
    answer = read(f"/?{HAITI}&published_by=2024-06-30", headers=BROWSER).text
    found = re.search(rf'<pre id="{name}".*?<code>http://[^/]*([^<]*)</code>', answer)
    assert found
    body: Any = read.json(html.unescape(found[1]))
    assert (body["as_of"], body["total"]["present"]) == ("2024-06-30", 400)


def test_a_form_that_is_sent_on_does_not_pin_the_day(read: Twins) -> None:
    shown = page(read, f"/?{HAITI}&published_by=2024-06-30")
    (day,) = [field for field in shown.all("input") if field.get("name") == "as_of"]
    assert day["value"] == ""


def test_a_nation_that_sent_things_and_nobody_is_told_so(read: Twins) -> None:
    said = lead(read, f"{HAITI}&as_of=2024-12-31&nation=USA")
    deliveries = read.json(f"/v1/deliveries?{HAITI}&nation=USA")["page"]["total"]
    assert f"listed below: {deliveries} deliveries" in said
    assert "listed below" not in lead(read, f"{HAITI}&as_of=2024-12-31&nation=KEN")


def test_a_number_that_no_source_gives_is_one_number_with_how_it_is_known(read: Twins) -> None:
    said = page(read, "/entries/haiti-mss-ken-first-group?revision=1").text
    assert "196 people, occurred 25 June 2024" in said
    assert "No source gives this number: it is what the reports around it leave." in said
    assert "Told is at least 1." in said
    # One that a source gives is left as it is.
    assert "No source gives" not in page(read, "/entries/haiti-mss-ken-second-group").text


def test_promises_of_unknown_size_are_no_number(read: Twins) -> None:
    total = read.json(f"/v1/strength?{HAITI}&as_of=2024-12-31&explain=true")["total"]
    terms = total["working"]["pledged"]["terms"]
    by_number = sum(term["best"] for term in terms if term["known"])
    unknown = sum(term["known"] is False for term in terms)
    assert (total["pledged"], by_number, unknown) == (2864, 2850, 14)
    said = page(read, f"/?{HAITI}&as_of=2024-12-31").text
    assert "Pledged 2,850 and 14 more of unknown size" in said
