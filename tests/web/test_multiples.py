"""A picture by group: small ones on one scale, at most twelve, the rest told in words."""

import json
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from app.web.formats import multiples
from tests.conftest import Twins

SVG = "{http://www.w3.org/2000/svg}"
ASKED = "/v1/strength/series.svg?mission=haiti-mss&from=2024-06-01&to=2024-12-31"
LAST = date(2024, 12, 31)


def row(present: int) -> dict[str, Any]:
    measures = {"present_low": present, "present": present, "present_high": present}
    none = {"arrived": present, "departed": 0, "expected": 0, "expected_high": 0}
    return {"date": date(2024, 7, 1), "method": "counted", **measures, **none}


def spec(groups: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        multiples.multiples(groups, LAST, "A mission", "light", 760).spec
    )
    return found


def test_at_most_twelve_are_drawn_and_the_rest_is_told_in_words() -> None:
    groups = {f"Nation {n:02}": [row(n)] for n in range(1, 16)}
    found = spec(groups)
    titles = ["".join(each["title"]["text"]) for each in found["concat"]]
    assert titles == [f"Nation {n:02}" for n in range(4, 16)]
    told = " ".join(found["title"]["subtitle"])
    assert "Not drawn, with fewer people: Nation 01 1, Nation 02 2, Nation 03 3" in told
    assert "Nation 03 3" in multiples.multiples(groups, LAST, "A", "light", 760).words


def test_all_stand_on_one_scale() -> None:
    found = spec({"Kenya": [row(400)], "Jamaica": [row(24)]})
    scales = {
        json.dumps(layer["encoding"]["y"]["scale"])
        for each in found["concat"]
        for layer in each["layer"]
    }
    assert scales == {'{"zero": true, "domain": [0, 441]}'}


def words(read: Twins, address: str) -> str:
    answer = read(address)
    assert answer.status_code == 200, answer.text
    picture = ElementTree.fromstring(answer.text)
    return " ".join("".join(text.itertext()) for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("group_by", ["nation", "category", "mission,nation"])
def test_a_grouping_is_never_ignored(read: Twins, group_by: str) -> None:
    told = words(read, f"{ASKED}&group_by={group_by}")
    assert "on one scale" in told
    assert all(name in told for name in ("police",) if group_by == "category")
    assert all(name in told for name in ("Kenya", "Jamaica") if "nation" in group_by)
    assert "on one scale" not in words(read, ASKED)


def test_a_wrong_grouping_is_refused(read: Twins) -> None:
    problem = read.problem(f"{ASKED}&group_by=nations", 422)
    assert problem["errors"][0]["parameter"] == "group_by"
