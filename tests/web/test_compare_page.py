"""The page of comparisons says what /v1/strength/compare answers, in words, on both databases."""

import html
import re

import pytest

from tests.conftest import Twins

BROWSER = {"Host": "muster.example", "Accept": "text/html"}
THEN = "mission=haiti-mss&as_of=2024-06-30&published_by=2024-06-30"


def words(read: Twins, asked: str) -> str:
    answer = read(f"/compare?{asked}", headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_what_was_thought_then_against_what_is_known_now(read: Twins) -> None:
    asked = f"{THEN}&b_published_by=2024-12-31"
    page = words(read, asked)
    total = read.json(f"/v1/strength/compare?{asked}")["total"]
    assert (total["a"], total["b"]) == (400, 196)
    assert "A: 30 June 2024, as published by 30 June 2024 400" in page
    assert "B: 30 June 2024, as published by 31 December 2024 196" in page
    assert "Difference 204 fewer" in page
    assert "Kenya 400 196 204 fewer" in page
    assert "Of 17 more there is nothing on either side." in page


def test_the_claims_that_made_it_are_named_with_their_sources(read: Twins) -> None:
    asked = "mission=haiti-mss&nation=KEN&as_of=2024-06-30&b_as_of=2024-07-18"
    answer = read(f"/compare?{asked}", headers=BROWSER)
    total = read.json(f"/v1/strength/compare?{asked}")["total"]
    assert total["only_a"]
    for key in (*total["only_a"][:12], *total["only_b"][:12]):
        assert f"/entries/{key.partition('--')[0]}" in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        "mission=haiti-mss&as_of=2024-07-18",
        "as_of=2024-07-18&group_by=none&b_as_of=2024-12-31",
        "as_of=2024-07-18&measure=pledged&group_by=category",
        "mission=haiti-mss&nation=KEN&b_revision=1&as_of=2024-07-18",
        "mission=haiti-mss&as_of=2024-07-18&b_as_of=&b_mission=&measure=&utm_source=x",
    ],
)
def test_every_comparison_has_a_page_with_its_figures(read: Twins, asked: str) -> None:
    page = words(read, asked)
    plain = "&".join(
        pair for pair in asked.split("&") if pair.split("=")[1] and not pair.startswith("utm")
    )
    total = read.json(f"/v1/strength/compare?{plain}")["total"]
    for side in "ab":
        assert f"{total[side]:,}" in page
    if "b_" not in plain:
        assert "Choose below what to hold it against" in page


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("b_mission=haiti-ms", "haiti-mss"),
        ("b_revision=999", "b_revision"),
        ("measure=presnt", "present"),
        ("b_asof=2024-07-18", "b_as_of"),
    ],
)
def test_a_slip_is_named_with_the_nearest_word(read: Twins, asked: str, says: str) -> None:
    answer = read(f"/compare?{asked}", headers=BROWSER)
    assert answer.status_code == 422
    assert says in answer.text


def test_the_front_page_leads_to_it_with_its_question(read: Twins) -> None:
    front = read(f"/?{THEN}", headers=BROWSER).text
    (link,) = set(re.findall(r'href="(/compare[^"]*)"', front))
    assert "as_of=2024-06-30" in link
    assert "400" in words(read, html.unescape(link.partition("?")[2]))
