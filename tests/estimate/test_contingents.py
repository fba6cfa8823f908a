"""How many of one nation, in one mission, in one category, are there on a day: six methods, each
read like news.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import permutations
from typing import Any

import pytest

from app.estimate.contingents import implied_counts
from app.estimate.entries import Fact, Scope
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.reports import NO_REPORTS, settled_together
from app.estimate.strength import Strength
from tests.builders import arrival, arriving, claim, day, departure, report, reporting, shown, told

KENYA = Scope("haiti-mss", "KEN", "police")
came, went, stood = partial(arrival, "KEN"), partial(departure, "KEN"), partial(report, "KEN")


def present(facts: Iterable[Fact], when: str, ended: dict[str, date] | None = None) -> str:
    return shown(Levels.of(facts, ended or {}).on(KENYA, day(when)))


def days(facts: Iterable[Fact], table: str, ended: dict[str, date] | None = None) -> None:
    """Each line of the table: a day, the method, and low, best and high."""
    found = list(facts)
    lines = [line.split(maxsplit=1) for line in table.strip().splitlines()]
    assert {when: present(found, when, ended) for when, _ in lines} == dict(lines)


def implied(facts: Iterable[Fact]) -> dict[str, int]:
    found = list(facts)
    movements = [fact for fact in found if fact.entry.kind == "movement"]
    (reports,) = settled_together(found).values() or [NO_REPORTS]
    counts = implied_counts(movements, reports)
    assert all(count.exact for count in counts.values())
    return {key: count.low for key, count in counts.items()}


ARTICLE = [
    came("2024-06-25", "some", key="first"),
    came("2024-07-16", 200, key="second"),
    stood("2024-07-16", 396),
]


# ---- the six methods ----


def test_the_article_of_july_2024() -> None:
    days(
        ARTICLE,
        """
        2024-01-01  none 0
        2024-06-24  none 0
        2024-06-25  implied 196
        2024-07-01  implied 196
        2024-07-15  implied 196
        2024-07-16  reported 396
        2024-07-18  reported 396
        2030-01-01  reported 396
        """,
    )
    assert implied(ARTICLE) == {"first": 196}


def test_a_report_is_carried_by_what_moves_after_it() -> None:
    days(
        [*ARTICLE, came("2024-08-01", "~100"), went("2024-09-10", 50)],
        """
        2024-07-31  reported 396
        2024-08-01  carried 486 496 506
        2024-09-09  carried 486 496 506
        2024-09-10  carried 436 446 456
        """,
    )


def test_a_new_report_makes_what_moved_before_it_irrelevant() -> None:
    days(
        [*ARTICLE, came("2024-08-01", "some"), stood("2024-09-27", 382)],
        """
        2024-09-26  carried 397 397 ∞
        2024-09-27  reported 382
        """,
    )


def test_without_any_report_the_movements_are_counted() -> None:
    days(
        [
            came("2024-06-25", 200),
            came("2024-07-16", "150..200"),
            went("2024-08-01", 10),
        ],
        """
        2024-06-24  none 0
        2024-06-25  counted 200
        2024-07-16  counted 350 375 400
        2024-08-01  counted 340 365 390
        """,
    )


def test_implied_is_the_first_report_less_all_that_moved_before_it() -> None:
    days(
        [
            came("2024-06-01", "some", key="a"),
            came("2024-06-10", 50, key="b"),
            went("2024-06-20", 30, key="c"),
            stood("2024-07-01", 120),
            stood("2024-08-01", 999),
        ],
        """
        2024-05-31  none 0
        2024-06-01  implied 100
        2024-06-10  implied 150
        2024-06-20  implied 120
        2024-06-30  implied 120
        2024-07-01  reported 120
        """,
    )


def test_after_the_last_day_of_its_mission_nobody_is_there() -> None:
    days(
        ARTICLE,
        """
        2024-07-01  implied 196
        2024-07-20  reported 396
        2024-07-21  ended 0
        """,
        ended={"haiti-mss": day("2024-07-20")},
    )
    assert present(ARTICLE, "2024-08-01", ended={"another": day("2024-07-20")}) == "reported 396"


def test_before_anything_is_known_there_is_none() -> None:
    assert present([], "2024-07-01") == "none 0"
    assert present([stood("2024-07-16", 396)], "2024-07-15") == "none 0"


# ---- never below zero ----


@pytest.mark.parametrize(
    ("facts", "when", "figure"),
    [
        ([went("2024-07-01", 50)], "2024-07-01", "counted 0"),
        ([came("2024-06-01", 50), went("2024-07-01", 80)], "2024-07-01", "counted 0"),
        ([came("2024-06-01", 50), went("2024-07-01", "40..80")], "2024-07-01", "counted 0 0 10"),
        ([stood("2024-06-01", 50), went("2024-07-01", 80)], "2024-07-01", "carried 0"),
        ([stood("2024-06-01", 50), went("2024-07-01", "some")], "2024-07-01", "carried 0 49 49"),
        ([stood("2024-06-01", 50), went("2024-07-01", "unknown")], "2024-07-01", "carried 0 50 50"),
        (
            [came("2024-06-01", 9), came("2024-06-20", 200), stood("2024-07-01", 100)],
            *("2024-06-10", "implied 0"),
        ),
        (
            [
                came("2024-06-01", 9),
                came("2024-06-20", "90..120"),
                stood("2024-07-01", 100),
            ],
            *("2024-06-10", "implied 0 0 10"),
        ),
    ],
)
def test_nobody_can_be_fewer_than_none(facts: list[Fact], when: str, figure: str) -> None:
    assert present(facts, when) == figure


# ---- unknown counts ----


@pytest.mark.parametrize(
    ("facts", "figure", "unknown_terms"),
    [
        ([stood("2024-07-01", "unknown")], "reported 0 ? ∞", 1),
        ([stood("2024-07-01", "some")], "reported 1 ? ∞", 1),
        ([stood("2024-07-01", "<=400")], "reported 0 ? 400", 1),
        ([came("2024-06-25", "some")], "counted 1 ? ∞", 1),
        ([came("2024-06-25", "some"), came("2024-07-01", "some")], "counted 2 ? ∞", 2),
        ([came("2024-06-25", "some"), came("2024-07-01", 200)], "counted 201 201 ∞", 1),
        ([stood("2024-06-25", "unknown"), came("2024-07-01", 200)], "carried 200 200 ∞", 1),
        # Who left tells nothing of how many were there.
        ([stood("2024-06-25", "<=400"), went("2024-07-01", 1)], "carried 0 ? 399", 1),
        ([came("2024-06-25", "some"), went("2024-07-01", 1)], "counted 0 ? ∞", 1),
        ([stood("2024-06-25", 400), went("2024-07-01", "some")], "carried 0 399 399", 1),
        ([stood("2024-06-25", 396), came("2024-07-01", "unknown")], "carried 396 396 ∞", 1),
        (
            [came("2024-06-25", 9), came("2024-07-05", "some"), stood("2024-07-16", 396)],
            *("implied 9", 0),  # 387 came on 5 July, as the report leaves nothing else
        ),
    ],
)
def test_an_unknown_count_widens_and_is_counted_as_unknown(
    facts: list[Fact], figure: str, unknown_terms: int
) -> None:
    found = Levels.of(facts, {}).on(KENYA, day("2024-07-01"))
    assert (shown(found), found.sum.unknown_terms) == (figure, unknown_terms)


# ---- imprecise days: low counts certain arrivals and possible departures, high the reverse, best
# the settled day ----


def test_an_arrival_some_day_in_july_is_possible_first_and_certain_at_last() -> None:
    days(
        [stood("2024-06-25", 196), came("2024-07", 200)],
        """
        2024-06-30  reported 196
        2024-07-01  carried 196 196 396
        2024-07-30  carried 196 196 396
        2024-07-31  carried 396
        """,
    )


def test_a_departure_some_day_in_july_lowers_the_low_first_and_the_best_at_last() -> None:
    days(
        [stood("2024-06-25", 396), went("2024-07", "40..60")],
        """
        2024-06-30  reported 396
        2024-07-01  carried 336 396 396
        2024-07-31  carried 336 346 356
        """,
    )


def test_without_a_report_a_possible_arrival_is_a_range_from_zero() -> None:
    days(
        [came("2024-07", 200)],
        """
        2024-06-30  none 0
        2024-07-10  counted 0 0 200
        2024-07-31  counted 200
        """,
    )


def test_since_some_day_is_settled_at_once_and_never_certain() -> None:
    days(
        [came("2024-07-17/..", 200)],
        """
        2024-07-16  none 0
        2024-07-17  counted 0 200 200
        2030-01-01  counted 0 200 200
        """,
    )


def test_by_some_day_is_always_possible_and_certain_at_the_end() -> None:
    days(
        [came("../2024-07-17", 200)],
        """
        2020-01-01  counted 0 0 200
        2024-07-16  counted 0 0 200
        2024-07-17  counted 200
        """,
    )


def test_a_movement_around_the_day_of_a_report_may_be_in_it_already() -> None:
    days(
        [stood("2024-07-10", 196), came("2024-07-09/2024-07-12", 200)],
        """
        2024-07-11  carried 196 196 396
        2024-07-12  carried 196 396 396
        2030-01-01  carried 196 396 396
        """,
    )
    days(
        [stood("2024-07-12", 396), came("2024-07-09/2024-07-12", 200)],
        """
        2024-07-12  reported 396
        2024-07-13  reported 396
        """,
    )


def test_a_report_to_come_says_at_most_while_by_the_settled_days_nobody_has_come() -> None:
    levels = Levels.of([came("2024-07", 200), stood("2024-08-01", 396)], {})
    for when, method, low, best in [("2024-06-30", "none", 0, 0), ("2024-07-10", "implied", 0, 0)]:
        figure = levels.on(KENYA, day(when))
        assert (figure.method, figure.sum.low, figure.sum.best) == (method, low, best)
    assert shown(levels.on(KENYA, day("2024-07-31"))) == "implied 396"


def test_what_is_implied_before_a_movement_of_an_uncertain_day() -> None:
    days(
        [came("2024-06-25", "some"), came("2024-07", 200), stood("2024-07-31", 396)],
        """
        2024-06-30  implied 196
        2024-07-10  implied 196 196 396
        2024-07-31  reported 396
        """,
    )


@pytest.mark.parametrize(
    ("date_of_report", "counts_from"),
    [
        ("2024-07-16", "2024-07-16"),
        ("2024-07", "2024-07-31"),
        ("2024-07-16~", "2024-07-17"),
        ("2024-07-14/2024-07-16", "2024-07-16"),
        ("2024-07-17/..", "2024-07-17"),
        ("../2024-07-17", "2024-07-17"),
    ],
)
def test_a_report_counts_the_end_of_its_settled_day(date_of_report: str, counts_from: str) -> None:
    facts = [stood(date_of_report, 396), came(counts_from, 200, key="in-it-already")]
    day_before = day(counts_from).replace(day=day(counts_from).day - 1).isoformat()
    assert present(facts, day_before) == "none 0"
    assert present(facts, counts_from) == "reported 396"


# ---- what counts as moved and as reported ----


@pytest.mark.parametrize("status", ["expected", "cancelled"])
def test_what_did_not_occur_moves_and_reports_nothing(status: str) -> None:
    assert present([came("2024-06-25", 200, status=status)], "2024-07-01") == "none 0"
    assert present([stood("2024-06-25", 200, status=status)], "2024-07-01") == "none 0"
    facts = [
        *ARTICLE,
        stood("2024-07-17", 999, status=status),
        came("2024-07-17", 1, status=status),
    ]
    assert present(facts, "2024-07-18") == "reported 396"


# ---- two reports on one day ----


@pytest.mark.parametrize(
    ("one", "other", "believed"),
    [
        ({"grade": "B2", "count": 396}, {"grade": "C3", "count": 400}, 396),
        (
            {"grade": "B2", "count": 396, "out": "2024-07-17"},
            {"grade": "B2", "count": 400, "out": "2024-07-18"},
            400,
        ),
        (
            {"grade": "B2", "count": 396, "out": "2024-07-17"},
            {"grade": "C3", "count": 400, "out": "2024-07-18"},
            396,
        ),
        (
            {"grade": "B2", "count": 396, "out": "2024-07-17"},
            {"grade": "B2", "count": 400, "out": None},
            396,
        ),
        ({"grade": "B2", "count": 396}, {"grade": "B2", "count": 400}, 396),
    ],
)
def test_of_two_reports_on_one_day_the_better_graded_then_the_later_published_counts(
    one: dict[str, Any], other: dict[str, Any], believed: int
) -> None:
    first = came("2024-06-25", "some", key="first")
    reports = [
        told(reporting("KEN", key=key), claim("2024-07-16", **said))
        for key, said in (("a", one), ("b", other))
    ]
    for order in permutations([first, *reports]):
        assert present(order, "2024-07-16") == f"reported {believed}"
        assert present(order, "2024-07-01") == f"implied {believed}"
        assert implied(order) == {"first": believed}


# ---- the counts that the reports imply ----


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ([came("2024-06-25", "some", key="x"), stood("2024-07-01", 196)], {"x": 196}),
        ([came("2024-06-25", "unknown", key="x"), stood("2024-07-01", 0)], {"x": 0}),
        ([came("2024-06-25", "<=200", key="x"), stood("2024-07-01", 196)], {"x": 196}),
        ([stood("2024-06-25", 196), came("2024-07-01", "some", key="x")], {}),
        (
            [
                stood("2024-06-25", 396),
                went("2024-07-01", "some", key="x"),
                stood("2024-07-02", 350),
            ],
            {"x": 46},
        ),
        (
            [
                stood("2024-06-25", 90),
                went("2024-06-28", 40),
                came("2024-06-29", 9),
                came("2024-06-30", key="x"),
                stood("2024-07-02", 64),
            ],
            {"x": 5},
        ),
        (
            [
                came("2024-06-25", key="x"),
                stood("2024-06-30", 9),
                came("2024-07-01", key="y"),
                stood("2024-07-02", 64),
            ],
            {"x": 9, "y": 55},
        ),
        # One value only where both reports and all else between are exact and certain, and one
        # alone is unknown.
        ([came("2024-06-25", "some"), stood("2024-07-01", "~196")], {}),
        ([came("2024-06-25", "some"), stood("2024-07-01", "unknown")], {}),
        ([stood("2024-06-20", "~9"), came("2024-06-25", "some"), stood("2024-07-01", 196)], {}),
        ([came("2024-06-25", "some"), came("2024-06-26", "some"), stood("2024-07-01", 9)], {}),
        ([came("2024-06-25", "some"), came("2024-06-26", "~5"), stood("2024-07-01", 9)], {}),
        ([came("2024-06-30/2024-07-02", "some"), stood("2024-07-01", 9)], {}),
        (
            [came("2024-06-25", "some"), came("2024-06-30/2024-07-02", 5), stood("2024-07-01", 9)],
            {},
        ),
        # What would contradict what was said of it is not implied.
        ([came("2024-06-25", "some"), stood("2024-07-01", 0)], {}),
        ([came("2024-06-25", "<=100"), stood("2024-07-01", 196)], {}),
        ([came("2024-06-25", 300), came("2024-06-26", "unknown"), stood("2024-07-01", 9)], {}),
        # What was only expected, or called off, hides nobody.
        (
            [
                came("2024-06-25", key="x"),
                came("2024-06-26", status="expected"),
                stood("2024-07-01", 196),
            ],
            {"x": 196},
        ),
        (
            [
                came("2024-06-25", key="x"),
                went("2024-06-26", status="cancelled"),
                stood("2024-07-01", 196),
            ],
            {"x": 196},
        ),
        # A count that is known needs no other.
        ([came("2024-06-25", "~200"), stood("2024-07-01", 196)], {}),
    ],
)
def test_a_count_is_implied_where_the_reports_on_both_sides_leave_one_value(
    facts: list[Fact], counts: dict[str, int]
) -> None:
    assert implied(facts) == implied(facts[::-1]) == counts


# ---- the working ----


def test_a_figure_names_its_newest_evidence_and_whether_its_sources_contradict_each_other() -> None:
    rumour = claim("2024-07-16", 600, by="rumour", grade="C4")
    disputed = told(reporting("KEN"), claim("2024-07-16", 396, by="nation"), rumour)
    levels = Levels.of([ARTICLE[0], ARTICLE[1], disputed, came("2024-08-01", 100)], {})
    for when, newest, contradicted in [
        ("2024-06-24", None, False),
        ("2024-07-01", "2024-07-16", True),
        ("2024-07-20", "2024-07-16", True),
        ("2024-08-05", "2024-08-01", True),
    ]:
        figure = levels.on(KENYA, day(when))
        assert (figure.evidence_date, figure.disputed) == (newest and day(newest), contradicted)
    agreed = Levels.of([*ARTICLE, came("2024-08-01", 100)], {}).on(KENYA, day("2024-08-05"))
    assert not agreed.disputed


def test_zero_that_was_reported_is_evidence_and_zero_before_anything_is_not() -> None:
    levels = Levels.of([stood("2024-07-16", 0)], {"haiti-mss": day("2024-12-31")})
    evidence = {
        when: levels.on(KENYA, day(when)) for when in ("2024-07-15", "2024-07-16", "2025-01-01")
    }
    assert [shown(figure) for figure in evidence.values()] == ["none 0", "reported 0", "ended 0"]
    assert [figure.stands_on_evidence for figure in evidence.values()] == [False, True, False]


def test_a_report_at_odds_with_an_arrival_of_the_same_day_has_the_last_word() -> None:
    entry = arriving("KEN", key="late")
    late = told(
        entry, claim("2024-07-16", 200, by="a", status="expected"), claim("2024-07-17", 200, by="b")
    )
    days([stood("2024-07-16", 396), late], "2024-07-16  reported 396\n2024-07-17  carried 596")


@pytest.mark.parametrize(
    ("told", "since"),
    [
        ([report("KEN", "2017-03-31", "900"), report("JAM", "2024-10-18", "6")], "2017-03-31"),
        ([report("KEN", "2017-03-31", "6"), report("JAM", "2024-10-18", "900")], "2024-10-18"),
        ([report("KEN", "2024-07-16", "396"), departure("KEN", "2024-09-01", "10")], "2024-07-16"),
        ([report("KEN", "2024-07-16", "0")], "2024-07-16"),
        ([], None),
    ],
)
def test_a_figure_knows_since_when_most_of_it_was_told(told: list[Fact], since: str | None) -> None:
    figure = Strength.of(told, {}).table(Question(as_of=day("2024-12-31"))).total.figures["present"]
    assert figure.mostly_since == (day(since) if since else None)


@pytest.mark.parametrize("turned", [False, True])
def test_a_count_that_the_reports_leave_serves_who_is_present_before_they_were_made(
    turned: bool,
) -> None:
    facts = [
        arrival("KEN", "2024-01-06", 131),
        arrival("KEN", "2024-02-20", "unknown"),
        report("KEN", "2024-03-10", 333),
    ]
    found = Levels.of(facts[::-1] if turned else facts, {})
    kenya = Scope("haiti-mss", "KEN", "police")
    assert [shown(found.on(kenya, day(when))) for when in ("2024-01-11", "2024-02-20")] == [
        "implied 131",
        "implied 333",
    ]
