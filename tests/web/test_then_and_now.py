"""A picture of what was thought then, with what is known now under it; on both databases."""

import html
import re

import pytest

from tests.conftest import Twins

HOST = {"Host": "muster.example"}
THEN = "mission=haiti-mss&to=2024-06-30&published_by=2024-06-30&interval=change"
PICTURE = f"/v1/strength/series.svg?{THEN}"


def described(read: Twins, address: str) -> str:
    """What a picture says of itself."""
    answer = read(address, headers=HOST)
    assert answer.status_code == 200, answer.text
    found = re.search("<desc>(.*?)</desc>", answer.text, re.S)
    assert found
    return html.unescape(found[1])


def test_it_says_both_numbers(read: Twins) -> None:
    then, both = described(read, PICTURE), described(read, f"{PICTURE}&now=true")
    assert "2024-06-25: 400" in then
    assert "196" not in then
    assert both.startswith(then)
    assert "As known now: " in both
    assert "2024-06-25: 196" in both.partition("As known now: ")[2]


def test_what_is_known_now_is_a_line_of_its_own(read: Twins) -> None:
    plain, both = (read(f"{PICTURE}{more}", headers=HOST).text for more in ("", "&now=true"))
    assert "Thin grey line: as known now" in both
    assert "grey" not in plain
    assert both.count("mark-line role-mark") == plain.count("mark-line role-mark") + 1


@pytest.mark.parametrize(
    "asked",
    [
        "mission=haiti-mss&now=true",
        "mission=haiti-mss&now=true&published_by=2024-06-30&group_by=nation",
        "mission=haiti-mss&now=yes&published_by=2024-06-30",
    ],
)
def test_where_there_is_no_then_it_is_refused(read: Twins, asked: str) -> None:
    answer = read(f"/v1/strength/series.svg?{asked}", headers=HOST)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "now"


def test_the_page_of_then_shows_it(read: Twins) -> None:
    page = read("/?mission=haiti-mss&published_by=2024-06-30", headers=HOST).text
    sources = re.findall(r'(?:srcset|src)="(/v1/strength/series\.svg[^"]*)"', page)
    assert sources
    assert all("now=true" in each for each in sources)
    assert "now=true" not in read("/?mission=haiti-mss&as_of=2024-06-30", headers=HOST).text
