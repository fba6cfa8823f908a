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


@pytest.mark.parametrize(
    "asked",
    [
        "mission=haiti-mss&revision=1&b_revision=2&as_of=2024-12-31",
        "mission=haiti-mss&b_revision=1&as_of=2024-12-31",
        "mission=haiti-mss&known_at=2026-11-24&b_as_of=2024-07-01&as_of=2024-12-31",
    ],
)
def test_the_claims_of_each_side_are_there_where_their_links_lead(read: Twins, asked: str) -> None:
    page = read(f"/compare?{asked}", headers=BROWSER).text
    made = page.partition('id="made"')[2].partition("</section>")[0]
    links = set(re.findall(r'href="(/(?:entries|sources)/[^"]*)"', made))
    assert links
    for link in links:
        assert read(html.unescape(link), headers=BROWSER).status_code == 200, link


def test_the_form_asks_again_what_was_asked(read: Twins) -> None:
    """Without a field that was changed, the same comparison."""
    asked = (
        "mission=haiti-mss&as_of=2024-12-31&policy=latest&min_grade=C6&lineage=true&nation=KEN"
        "&b_as_of=2024-07-18&measure=arrived"
    )
    page = read(f"/compare?{asked}", headers=BROWSER).text
    form = page.partition('action="/compare"')[2].partition("</form>")[0]
    given: dict[str, str] = {}
    for element in re.findall(r"<input[^>]*>", form):
        pair = dict(re.findall(r'(name|value)="([^"]*)"', element))
        given[pair["name"]] = pair.get("value", "")
    for select, options in re.findall(r'<select id="c-([a-z_]+)"[^>]*>(.*?)</select>', form, re.S):
        given[select] = "".join(re.findall(r'value="([^"]*)" selected', options))
    wanted = dict(pair.split("=") for pair in asked.split("&")) | {"group_by": "nation"}
    assert {name: value for name, value in given.items() if value} == wanted


def test_what_was_known_then_is_of_that_day(read: Twins) -> None:
    page = words(read, "mission=haiti-mss&published_by=2024-06-30")
    assert "A: 30 June 2024, as published by 30 June 2024 400" in page
    whole = read("/compare?mission=haiti-mss&published_by=2024-06-30", headers=BROWSER).text
    (link,) = set(re.findall(r'href="(/v1/strength/compare\?[^"]*)" title', whole))
    assert read.json(html.unescape(link))["total"]["a"] == 400


def test_no_ceiling_is_not_nobody(read: Twins) -> None:
    page = words(read, "mission=haiti-mss&as_of=2023-01-01&b_as_of=2024-12-31&measure=authorised")
    assert "counts nobody there" not in page
    assert "Difference not known" in page
