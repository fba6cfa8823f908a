"""Promises, one by one: what was announced, when it was due, what came of it and how late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.estimate.entries import Entry, Fact, Policy
from app.estimate.outcomes import PARTS, Promised, promises
from app.estimate.questions import Question
from app.estimate.strength import Strength
from tests.builders import arrival, arriving, bounds, claim, day, departure, pledge, told

laws = settings(max_examples=60, deadline=None, derandomize=True, database=None)

# The first Kenyan group, as it was announced and came.
FIRST = told(
    arriving("KEN", key="first"),
    claim("2024-02-20/..", "~200", by="spectator", status="expected", out="2024-02-20", grade="C3"),
    claim("2024-05-23/..", by="telesur", status="expected", out="2024-05-02", grade="B3"),
    claim("2024-05-26/..", by="post", status="expected", out="2024-05-02", grade="B4"),
    claim("2024-05-15/2024-05-31", 500, by="kp", status="expected", out="2024-05-15", grade="C3"),
    claim("2024-05-23", 200, by="sxm", status="expected", out="2024-05-21", grade="C3"),
    claim("2024-06", 200, by="ap", status="expected", out="2024-05-25"),
    claim("../2024-06-15", 1000, by="kp2", status="expected", out="2024-05-25", grade="C4"),
    claim("2024-06-10/2024-06-23", by="kdrtv", status="expected", out="2024-06-09"),
    claim("2024-06-24/..", 400, by="x", status="expected", out="2024-06-24", grade="C3"),
    claim("2024-06-25", "some", by="citizen", out="2024-07-17"),
)
FURTHER = told(
    arriving("KEN", key="further"),
    claim("2024-07-17/..", 600, by="heed", status="expected", out="2024-07-18"),
    claim("2024-11", 600, by="eastafrican", status="expected", out="2024-10-11"),
)


def ask(facts: Sequence[Fact], when: str | date, **asked: Any) -> dict[str, Promised]:
    strength = Strength.of(facts, asked.pop("ended", {}), asked.pop("policy", "graded"))
    kinds = asked.pop("kinds", ())
    as_of = day(when) if isinstance(when, str) else when
    found = promises(strength, Question(as_of, **asked), kinds)
    return {promise.fact.entry.key: promise for promise in found}


def parts(promise: Promised) -> str:
    """promised = come + expected + lapsed + cancelled, as words."""
    return " | ".join(bounds(*promise.parts[name]) for name in PARTS)


def test_the_first_group_was_announced_for_23_may_moved_five_times_and_came_33_days_late() -> None:
    first = ask([FIRST], "2024-12-31")["first"]
    assert first.announced == day("2024-02-20")
    assert first.first_due
    assert first.last_due
    assert (first.first_due.earliest, first.first_due.latest) == (day("2024-05-23"), None)
    assert first.last_due.edtf == "2024-06-10/2024-06-23"
    assert (first.moved, first.came_on) == (5, day("2024-06-25"))
    assert (first.late, first.outcome) == ((0, 33, 33), "late")
    assert parts(first) == "200 | 200 | 0 | 0 | 0"


@pytest.mark.parametrize(
    ("when", "moved", "outcome"),
    [("2024-02-19", None, None), ("2024-05-20", 2, "open"), ("2024-06-24", 5, "open")],
)
def test_before_it_came_it_is_open_as_far_as_it_was_told(
    when: str, moved: int | None, outcome: str | None
) -> None:
    first = ask([FIRST], when).get("first")
    assert (first and first.moved, first and first.outcome) == (moved, outcome)
    assert first is None or (first.came_on, first.late) == (None, None)


def test_what_is_due_in_november_lapses_on_1_december() -> None:
    assert parts(ask([FURTHER], "2024-11-30")["further"]) == "600 | 0 | 600 | 0 | 0"
    lapsed = ask([FURTHER], "2024-12-01")["further"]
    assert parts(lapsed) == "600 | 0 | 0 | 600 | 0"
    assert (lapsed.outcome, lapsed.late, lapsed.moved) == ("lapsed", None, 0)
    total = Strength.of([FURTHER], {}).table(Question(day("2024-12-01"))).total.figures["lapsed"]
    assert bounds(total.sum.low, total.sum.best, total.sum.high) == "600"


def test_a_later_step_fulfils_what_had_lapsed() -> None:
    steps = [
        arrival("KEN", "2024-11-20", 100, fulfils="further", key="s1"),
        arrival("KEN", "2025-01-18", 217, fulfils="further", key="s2"),
    ]
    told_then = {
        "2024-12-01": ("600 | 100 | 0 | 500 | 0", "in_part"),
        "2025-01-18": ("600 | 317 | 0 | 283 | 0", "in_part"),
    }
    for when, (shown, outcome) in told_then.items():
        found = ask([FURTHER, *steps], when)["further"]
        assert (parts(found), found.outcome) == (shown, outcome)
    steps.append(arrival("KEN", "2025-02-06", 300, fulfils="further", key="s3"))
    whole = ask([FURTHER, *steps], "2025-03-01")["further"]
    assert (parts(whole), whole.outcome) == ("600 | 600 | 0 | 0 | 0", "late")
    assert (whole.came_on, whole.late) == (day("2025-02-06"), (68, 68, 97))


def test_a_step_of_a_step_came_of_the_whole() -> None:
    facts = [
        arrival("KEN", "2024-12", 600, status="expected", out="2024-07-18", key="whole"),
        arrival(
            "KEN", "2024-11", 200, status="expected", out="2024-08-01", key="s", fulfils="whole"
        ),
        arrival("KEN", "2024-10-08", 150, key="came", fulfils="s"),
    ]
    found = ask(facts, "2024-10-31")
    assert parts(found["whole"]) == "600 | 150 | 450 | 0 | 0"
    assert parts(found["s"]) == "200 | 150 | 50 | 0 | 0"
    total = Strength.of(facts, {}).table(Question(day("2024-10-31"))).total.figures
    assert total["expected"].sum.best == 450
    later = Strength.of(facts, {}).table(Question(day("2024-12-15"))).total.figures
    assert (later["expected"].sum.best, later["lapsed"].sum.best) == (450, 0)
    over = Strength.of(facts, {}).table(Question(day("2025-01-01"))).total.figures
    assert (over["expected"].sum.best, over["lapsed"].sum.best) == (0, 450)


def test_fewer_came_than_were_announced_and_the_rest_lapsed() -> None:
    story = told(
        arriving("KEN", key="story"),
        claim("2024-05-31", 500, by="a", status="expected", out="2024-01-31"),
        claim("2024-06-25", 200, by="b", out="2024-06-26"),
    )
    assert parts(ask([story], "2024-05-31")["story"]) == "500 | 0 | 500 | 0 | 0"
    assert parts(ask([story], "2024-06-24")["story"]) == "500 | 0 | 200 | 300 | 0"
    found = ask([story], "2024-06-25")["story"]
    assert (parts(found), found.outcome) == ("500 | 200 | 0 | 300 | 0", "in_part")


def test_more_came_than_were_announced() -> None:
    story = told(
        arriving("KEN", key="story"),
        claim("2024-06-30", 200, by="a", status="expected", out="2024-01-31"),
        claim("2024-06-25", 217, by="b", out="2024-06-26"),
    )
    found = ask([story], "2024-06-25")["story"]
    assert (parts(found), found.outcome, found.late) == (
        "200 | 200 | 0 | 0 | 0",
        "on_time",
        (0, 0, 0),
    )


def test_what_was_called_off_is_cancelled_from_that_day() -> None:
    story = told(
        arriving("KEN", key="story"),
        claim("2024-12", 600, by="a", status="expected", out="2024-07-17"),
        claim("2024-08-15", by="b", status="cancelled"),
    )
    assert ask([story], "2024-08-14")["story"].outcome == "open"
    off = ask([story], "2024-08-15")["story"]
    assert (parts(off), off.outcome) == ("600 | 0 | 0 | 0 | 600", "cancelled")
    step = arrival("KEN", "2024-08-01", 50, fulfils="story", key="step")
    some = ask([story, step], "2024-08-15")["story"]
    assert (parts(some), some.outcome) == ("600 | 50 | 0 | 0 | 550", "in_part")


def test_a_mission_that_ended_leaves_what_is_open_lapsed() -> None:
    facts = [arrival("KEN", "2024-12/..", 600, status="expected", out="2024-07-18", key="a")]
    found = ask(facts, "2025-01-02", ended={"haiti-mss": day("2025-01-01")})["a"]
    assert (parts(found), found.outcome) == ("600 | 0 | 0 | 600 | 0", "lapsed")


def test_a_pledge_is_kept_by_arrivals_that_name_it_and_is_due_on_no_day() -> None:
    facts = [
        pledge("KEN", "2023-07-29", 1000, key="promise"),
        arrival("KEN", "2024-06-25", 200, fulfils="promise", key="a"),
        departure("KEN", "2024-06-26", 200, fulfils="promise", key="d"),
    ]
    found = ask(facts, "2024-06-30")["promise"]
    assert (parts(found), found.outcome) == ("1000 | 200 | 800 | 0 | 0", "in_part")
    assert (found.first_due, found.came_on, found.late) == (None, day("2024-06-25"), None)
    facts.append(arrival("KEN", "2024-08-01", 800, fulfils="promise", key="b"))
    assert ask(facts, "2024-08-01")["promise"].outcome == "on_time"
    assert ask(facts, "2024-08-01", kinds=("movement",)) == {}


def test_kit_has_the_same_ladder_as_people() -> None:
    vehicles = Entry("kit", "delivery", "haiti-mss", donor="USA")
    facts = [
        told(vehicles, claim("2024-08", 24, status="expected", out="2024-07-01")),
        told(replace(vehicles, key="lot", fulfils="kit"), claim("2024-08-23", 10, by="b")),
    ]
    found = ask(facts, "2024-08-31")["kit"]
    assert (parts(found), found.outcome) == ("24 | 10 | 14 | 0 | 0", "in_part")
    assert parts(ask(facts, "2024-09-01")["kit"]) == "24 | 10 | 0 | 14 | 0"
    assert set(ask(facts, "2024-09-01", nations=("USA",))) == {"kit"}
    assert ask(facts, "2024-09-01", nations=("KEN",)) == {}
    # Kit is no people: strength has none of it.
    total = Strength.of(facts, {}).table(Question(day("2024-09-01"))).total.figures
    assert total["lapsed"].terms == {}


@pytest.mark.parametrize(
    ("policy", "promised"), [("graded", "200"), ("highest", "1000"), ("lowest", "200")]
)
def test_the_policy_says_what_was_promised(policy: Policy, promised: str) -> None:
    fact = told(FIRST.entry, *(replace(c, key=c.source) for c in FIRST.value.voices), policy=policy)
    found = ask([fact], "2024-12-31", policy=policy)["first"]
    assert bounds(*found.parts["promised"]) == promised


# ---- laws ----

DAYS = [date(2024, 7, 1) + timedelta(n) for n in range(0, 60, 4)]
COUNTS = ("0", "7", "40", "200")


def stories(counts: Sequence[str], dates: Sequence[str]) -> st.SearchStrategy[list[Fact]]:
    """Arrivals with claims of every status, some of them steps of others."""
    said = st.tuples(
        st.sampled_from(("expected", "expected", "occurred", "cancelled")),
        st.sampled_from(counts),
        st.sampled_from(dates),
        st.sampled_from([None, *DAYS[:6]]),
    )
    entry = st.tuples(
        st.sampled_from(("KEN", "JAM")),
        st.integers(-3, 3),
        st.lists(said, min_size=1, max_size=3),
    )
    return st.lists(entry, min_size=1, max_size=5).map(_facts)


def _facts(drawn: Sequence[Any]) -> list[Fact]:
    found = []
    for place, (nation, back, said) in enumerate(drawn):
        fulfils = f"e{place - back}" if 0 < back <= place else None
        claims = [
            claim(when, count, by=f"s{n}", status=status, out=out and out.isoformat())
            for n, (status, count, when, out) in enumerate(said)
        ]
        found.append(told(arriving(nation, key=f"e{place}", fulfils=fulfils), *claims))
    return found


PLAIN = [each.isoformat() for each in DAYS[2:12]]
ROUGH = ["2024-07", "2024-07-10~", "2024-07-12/2024-07-20", "2024-07-16/..", "../2024-07-08"]
VAGUE = ("~40", "20..90", ">=30", "<=60", "some", "unknown")


@laws
@given(stories(COUNTS, PLAIN + ROUGH[:-2]), st.sampled_from(DAYS))
def test_what_was_announced_has_come_is_expected_lapsed_or_was_cancelled(
    facts: list[Fact], when: date
) -> None:
    for promise in ask(facts, when).values():
        whole, *rest = (promise.parts[name][1] for name in PARTS)
        assert None not in (whole, *rest)
        assert whole == sum(part or 0 for part in rest), (promise.fact.entry.key, parts(promise))


@laws
@given(stories((*COUNTS, *VAGUE), PLAIN + ROUGH), st.sampled_from(DAYS))
def test_the_ranges_of_the_parts_reach_the_whole(facts: list[Fact], when: date) -> None:
    for promise in ask(facts, when).values():
        (low, _, high), *rest = (promise.parts[name] for name in PARTS)
        assert sum(part[0] for part in rest) <= (float("inf") if high is None else high)
        highs = [part[2] for part in rest]
        assert None in highs or sum(part or 0 for part in highs) >= low
        for least, best, most in promise.parts.values():
            assert 0 <= least <= (least if best is None else best)
            assert most is None or best is None or best <= most


@laws
@given(stories((*COUNTS, *VAGUE), PLAIN + ROUGH), st.sampled_from(DAYS))
def test_lapsed_adds_up_every_promise_once_and_rows_add_up(facts: list[Fact], when: date) -> None:
    strength = Strength.of(facts, {})
    table = strength.table(Question(when))
    found = ask(facts, when)
    known = {
        key: promise for key, promise in found.items() if promise.fact.value.announced is not None
    }
    roots = [each for each in known.values() if each.fact.entry.fulfils not in known]
    total = table.total.figures["lapsed"].sum
    assert total.low == sum(each.parts["lapsed"][0] for each in roots)
    assert total.point == sum(row.figures["lapsed"].sum.point for row in table.rows)


@laws
@given(stories((*COUNTS, *VAGUE), PLAIN + ROUGH), st.sampled_from(DAYS))
def test_a_figure_of_what_lapsed_changes_only_on_days_that_are_told(
    facts: list[Fact], when: date
) -> None:
    strength = Strength.of(facts, {})
    steps = strength.changes(Question(when))
    before = max((each for each in steps if each <= when), default=date(2024, 1, 1))
    now, then = (
        strength.table(Question(each)).total.figures["lapsed"].sum for each in (when, before)
    )
    assert now == then


def test_a_hundred_steps_of_steps_are_reckoned() -> None:
    """So many in a row the ledger takes; it is the last of them who came."""
    row = [arriving("KEN", key=f"e{n}", fulfils=f"e{n - 1}" if n else None) for n in range(100)]
    out, by = "2024-01-01", "2024-07-01"
    facts = [told(each, claim(by, 9, by="a", status="expected", out=out)) for each in row]
    facts[-1] = told(
        row[-1], claim(by, 9, by="a", status="expected", out=out), claim(by, 7, by="b")
    )
    for when in ("2024-06-30", "2024-07-01", "2024-12-31"):
        assert ask(facts, when)["e0"].outcome in ("open", "in_part")
    figures = Strength.of(facts, {}).table(Question(day("2024-12-31"))).total.figures
    assert {name: figures[name].sum.best for name in ("present", "lapsed")} == {
        "present": 7,
        "lapsed": 2,
    }
