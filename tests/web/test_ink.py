"""A picture has ink on a day if and only if there is a figure on it: read from the specification
that is drawn, line by line.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.estimate.last_known import Age
from app.web.formats import pictures

FIRST = date(2024, 1, 1)
DAYS = 40


def total(day: date, present: int | None, expected: int | None, method: str) -> dict[str, Any]:
    """A total of a series: present is not known where it is None, and nobody speaks of it before
    and after.
    """
    silent = method in ("none", "ended")
    high = 0 if silent else present
    there = {"present_low": present or 0, "present": 0 if silent else present, "present_high": high}
    to_come = {"expected": expected or 0, "expected_high": expected or 0}
    return {"date": day, "method": method, "arrived": 0, "departed": 0, **there, **to_come}


def told(series: Sequence[tuple[int, tuple[int | None, int | None, str]]]) -> list[dict[str, Any]]:
    at = dict(series)
    return [total(FIRST + timedelta(day), *said) for day, said in sorted(at.items())]


def standing(totals: Sequence[dict[str, Any]], day: date) -> dict[str, Any]:
    return [each for each in totals if each["date"] <= day][-1]


def days_of_ink(values: Iterable[dict[str, Any]], name: str) -> set[date]:
    """The days over which a step line goes: from each point to the next, unless either has no
    value.
    """
    points = [(date.fromisoformat(each["date"]), each[name]) for each in values]
    inked: set[date] = set()
    for (start, value), (end, after) in pairwise(points):
        if value is not None and after is not None:
            inked |= {start + timedelta(n) for n in range((end - start).days)}
    return inked


def layers(totals: Sequence[dict[str, Any]], last: date, since: date) -> list[dict[str, Any]]:
    spec = json.loads(
        pictures.picture(totals, last, Age(since, stale=False), "A mission", "light", 760).spec
    )
    found: list[dict[str, Any]] = spec["layer"]
    return found


def inked(drawn: Sequence[dict[str, Any]], colour: str, name: str, sort: str) -> set[date]:
    found: set[date] = set()
    for layer in drawn:
        mark = layer.get("mark", {})
        if mark.get("type") == sort and mark.get("color") == colour:
            found |= days_of_ink(layer["data"]["values"], name)
    return found


SAID = st.one_of(
    st.tuples(st.integers(50, 90), st.one_of(st.none(), st.integers(50, 90)), st.just("counted")),
    st.tuples(st.none(), st.none(), st.just("reported")),
    st.tuples(st.just(0), st.one_of(st.none(), st.integers(50, 90)), st.just("none")),
    st.tuples(st.just(0), st.none(), st.just("ended")),
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(st.integers(0, DAYS), SAID), min_size=1, max_size=8),
    st.integers(0, DAYS),
)
def test_ink_is_there_if_and_only_if_a_figure_is(series: Any, carried: int) -> None:
    totals, last = told(series), FIRST + timedelta(DAYS)
    drawn = layers(totals, last, FIRST + timedelta(carried))
    ink = pictures.COLOURS["light"]
    best = inked(drawn, ink["present"], "best", "line")
    to_come = inked(drawn, ink["expected"], "best", "line")
    for n in range((totals[0]["date"] - FIRST).days, DAYS + 1):
        day = FIRST + timedelta(n)
        at = standing(totals, day)
        known = at["method"] not in ("none", "ended") and at["present"] is not None
        # The line ends on the last day, unless what it shows begins there.
        if day < last or at["date"] == last:
            assert (day in best) == known, day
            assert (day in to_come) == (at["expected"] > 0), day


@pytest.mark.parametrize("after", [(None, None, "reported"), (0, None, "ended")])
def test_what_was_known_before_a_break_is_drawn_until_the_break(after: Any) -> None:
    totals = told([(0, (60, 60, "counted")), (10, (70, None, "counted")), (30, after)])
    drawn = layers(totals, FIRST + timedelta(DAYS), FIRST + timedelta(DAYS))
    ink = pictures.COLOURS["light"]
    present = inked(drawn, ink["present"], "best", "line")
    assert max(present) == FIRST + timedelta(29)
    assert max(inked(drawn, ink["present"], "low", "area")) >= FIRST + timedelta(29)
    assert max(inked(drawn, ink["expected"], "best", "line")) == FIRST + timedelta(9)


def test_one_stretch_without_a_figure_is_named_once() -> None:
    nothing = (None, None, "reported")
    totals = told([(0, (60, None, "counted")), (5, nothing), (9, nothing), (20, (70, None, "c"))])
    spec = pictures.picture(
        totals, FIRST + timedelta(DAYS), Age(FIRST, stale=False), "A mission", "light", 760
    ).spec
    assert spec.count('"not known"') == 1
    assert '"from": "2024-01-06", "until": "2024-01-21"' in spec
