"""The series of a page as a table: every step that the series has, and whose word is new."""

import html
import re

from tests.conftest import Twins

HOST = {"Host": "muster.example"}
ASKED = "mission=haiti-mss&as_of=2024-12-31"


def steps(read: Twins) -> list[list[str]]:
    """The rows of the table, the newest first: day, number, range, how, and who is new."""
    page = read(f"/?{ASKED}", headers=HOST).text
    table = page.partition("The series as a table")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", table, re.S)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows)
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def test_it_has_the_steps_of_the_series(read: Twins) -> None:
    series = read.json(
        "/v1/strength/series?mission=haiti-mss&to=2024-12-31&interval=change&group_by=none&size=1000"
    )
    numbers = [f"{row['present']:,}" for row in series["total"] if row["method"] != "none"]
    changes = [n for n, before in zip(numbers, ["", *numbers], strict=False) if n != before]
    shown = [row[1] for row in steps(read) if row[1] != "none yet"][::-1]
    assert [n for n, before in zip(shown, ["", *shown], strict=False) if n != before] == changes


def test_a_step_names_the_sources_that_are_new_at_it(read: Twins) -> None:
    by = {row[0]: row[4] for row in steps(read)}
    assert by["18 October 2024"] == "Royal Bahamas Defence Force"
    assert by["25 June 2024"].startswith("Heed News")
    assert by["16 July 2024"] == ""  # the report stands on what the step before was reckoned from
