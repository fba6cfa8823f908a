"""Evidence that grows too old, and the days on which an answer may change."""

from datetime import date
from typing import Any

from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.estimate.working import set_aside
from tests.builders import arrival, claim, day, mandate, report, reporting, shown, told

LAST = date.max


def present(strength: Strength, when: str, max_age: int | None) -> str:
    table = strength.table(Question(day(when), max_age=max_age))
    return shown(table.total.figures["present"])


def changes(facts: list[Fact], ended: dict[str, date] | None = None, **asked: object) -> list[str]:
    """The days on which an answer may change, in words."""
    asked = {"as_of": day("2024-01-01")} | asked
    found = Strength.of(facts, ended or {}).changes(Question(**asked))  # type: ignore[arg-type]
    return [str(each) for each in found]


# ---- too old ----


def test_a_report_counts_up_to_its_last_day_of_age_and_no_longer() -> None:
    """Whoever asks for two days of one ledger is told of each, though nothing was said between."""
    strength = Strength.of([report("KEN", "2024-07-10", 400)], {})
    assert [present(strength, when, 5) for when in ("2024-07-10", "2024-07-15", "2024-07-16")] == [
        *("reported 400", "reported 400", "none 0")
    ]


def test_an_age_beyond_the_calendar_leaves_everything_in() -> None:
    strength = Strength.of([report("KEN", "1994-01-31", 400)], {})
    assert present(strength, "2024-07-10", 10_000_000) == "reported 400"


def test_where_one_source_is_too_old_the_other_is_believed() -> None:
    both = told(
        reporting("KEN"),
        claim("2024-06-01", 300, by="june", grade="A1"),
        claim("2024-07-10", 400, by="july", grade="C3"),
    )
    strength = Strength.of([both], {})
    table = strength.table(Question(day("2024-07-12"), max_age=30))
    assert shown(table.total.figures["present"]) == "reported 400"
    assert [(aside.claim.source, aside.reason) for aside in set_aside(strength, table)] == [
        ("june", "too old: it tells of 2024-06-01")
    ]


def test_a_mandate_does_not_grow_old() -> None:
    strength = Strength.of([mandate("2010-01-01", 2500)], {})
    total = strength.table(Question(day("2024-07-12"), max_age=30)).total
    assert shown(total.figures["authorised"]) == "mandate 2500"


def test_a_series_weighs_what_must_be_laid_out_anew() -> None:
    """Once for each set of claims that are young enough, and not at all where none grows old."""
    facts = [report("KEN", "2024-07-01", 400), report("JAM", "2024-07-10", 24)]
    days = [day("2024-07-12"), day("2024-07-13"), day("2024-07-14"), day("2024-07-20")]
    strength = Strength.of(facts, {})
    assert strength.weight_of(Question(days[0]), days) == 0
    assert strength.weight_of(Question(days[0], max_age=12), days) == 2 * len(facts)
    assert strength.weight_of(Question(days[0], max_age=1000), days) == len(facts)


# ---- the days of change ----


def test_an_answer_changes_with_what_is_told_of_those_it_asks_for() -> None:
    facts = [
        report("KEN", "2024-07-10", 400),
        report("JAM", "2024-08-10", 24),
        report("KEN", "2024-09-10", 50, mission="other"),
    ]
    asked: dict[str, Any] = {"missions": ("haiti-mss",), "nations": ("KEN",)}
    assert changes(facts, **asked) == ["2024-07-10", "2024-07-11"]
    assert changes(facts, nations=("JAM",)) == ["2024-08-10", "2024-08-11"]


def test_an_answer_changes_on_the_day_after_the_end_of_a_mission_it_asks_for() -> None:
    facts = [arrival("KEN", "2024-07-10", 400), arrival("KEN", "2024-07-10", 5, mission="other")]
    ended = {"haiti-mss": day("2025-12-31"), "other": day("2026-12-31")}
    assert changes(facts, ended, missions=("haiti-mss",))[-1] == "2026-01-01"
    assert changes(facts, ended, missions=("other",))[-1] == "2027-01-01"


def test_an_answer_changes_on_the_first_day_on_which_a_claim_is_too_old() -> None:
    facts = [report("KEN", "2024-07-10", 400)]
    assert changes(facts, max_age=5) == ["2024-07-10", "2024-07-11", "2024-07-16"]
    to_the_last = (LAST - day("2024-07-10")).days
    assert changes(facts, max_age=to_the_last - 1)[-1] == str(LAST)
    assert changes(facts, max_age=to_the_last)[-1] == "2024-07-11"


def test_nothing_changes_after_the_last_day_of_the_calendar() -> None:
    facts = [arrival("KEN", "9999-12-31", 400)]
    assert changes(facts, {"haiti-mss": LAST}) == ["9999-12-31"]
