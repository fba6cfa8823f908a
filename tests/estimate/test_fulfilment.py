"""Promise against arrival: examples that read like the news, and laws that hold for every
ledger.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given

from app.estimate.entries import Fact
from app.estimate.fulfilment import Promise, Promises, added, fulfilment
from app.estimate.questions import Question
from app.estimate.strength import Strength
from tests.builders import arrival, bounds, day, departure, ledger, pledge, report
from tests.estimate.test_laws import INFINITE, Said, days, groupings, kenyans, laws, ledgers, table

PLEDGE = pledge("KEN", "2024-01-01", 1000)


def stood(
    *facts: Fact, on: str = "2024-12-31", group_by: tuple[str, ...] = ("nation",)
) -> Promises:
    """Promise against arrival at the end of a day."""
    return fulfilment(
        Strength.of(ledger(*facts), {}).table(Question(as_of=day(on), group_by=group_by))
    )


def told(promise: Promise) -> str:
    """How a promise stands, as words: `in_part 604`."""
    return f"{promise.state} {bounds(*promise.outstanding)}"


def one(*facts: Fact, **asked: Any) -> str:
    """How the promise of the only row stands."""
    (row,) = stood(*facts, **asked).rows
    return told(row)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([PLEDGE], "open 1000"),
        ([PLEDGE, arrival("KEN", "2024-06-25", 200)], "in_part 800"),
        ([PLEDGE, arrival("KEN", "2024-06-25", 200), arrival("KEN", "2024-07-16", 800)], "kept 0"),
        ([PLEDGE, arrival("KEN", "2024-06-25", 1200)], "kept 0"),
        ([arrival("KEN", "2024-06-25", 200)], "none_pledged 0"),
        ([arrival("KEN", "2025-06-25", 200, status="expected", out="2024-01-01")], "none_pledged 0"),
        ([PLEDGE, arrival("KEN", "2025-06-25", 200, status="expected", out="2024-01-01")], "open 1000"),
        # Reports alone say who is there, and who is there has come.
        ([PLEDGE, report("KEN", "2024-07-16", 396)], "in_part 604"),
        ([report("KEN", "2024-07-16", 396)], "none_pledged 0"),
        # Who came and went again came: a promise kept is not undone.
        ([PLEDGE, arrival("KEN", "2024-06-25", 1000), departure("KEN", "2024-09-01", 900)], "kept 0"),
        ([PLEDGE, arrival("KEN", "2024-06-25", 200), report("KEN", "2024-07-16", 396)], "in_part 604"),
        # Ranges: the least that is outstanding goes by the most that came.
        ([pledge("KEN", "2024-01-01", "900..1100"), arrival("KEN", "2024-06-25", "~200")], "in_part 680 800 920"),
        ([PLEDGE, arrival("KEN", "2024-06-25", ">=600")], "in_part 0 400 400"),
        ([pledge("KEN", "2024-01-01", ">=600"), arrival("KEN", "2024-06-25", 200)], "in_part 400 400 ∞"),
        # What has no best figure is not known, but for what nobody kept or all of which came.
        ([pledge("KEN", "2024-01-01", "some")], "open 1 ? ∞"),
        ([pledge("KEN", "2024-01-01", "some"), arrival("KEN", "2024-06-25", 2)], "unknown 0 ? ∞"),
        ([PLEDGE, arrival("KEN", "2024-06-25", "some")], "unknown 0 ? 999"),
        ([PLEDGE, arrival("KEN", "2024-06-25", "some"), report("KEN", "2024-07-16", "<=50")], "unknown 0 ? 999"),
        ([pledge("KEN", "2024-01-01", "<=50"), arrival("KEN", "2024-06-25", 50)], "kept 0"),
        # That nobody is known to have come is not that nobody came.
        ([PLEDGE, report("KEN", "2024-07-16", "<=60")], "unknown 940 ? 1000"),
        ([PLEDGE, report("KEN", "2024-07-16", "unknown")], "unknown 0 ? 1000"),
        ([PLEDGE, arrival("KEN", "2024-07-16", "unknown")], "unknown 0 ? 1000"),
        # And that nobody can have come is.
        ([PLEDGE, departure("KEN", "2024-07-16", "unknown")], "open 1000"),
        # A report knows better than an arrival without a number, and an arrival than a report that
        # knows less.
        ([PLEDGE, arrival("KEN", "2024-06-25", "<=30"), report("KEN", "2024-07-16", 30)], "in_part 970"),
        # An arrival that may have been too late: nobody came for certain, by the best figure
        # nobody.
        ([PLEDGE, arrival("KEN", "2024-12-20/2025-01-20", 200)], "open 800 1000 1000"),
        ([pledge("KEN", "2024-01-01", 1000, status="cancelled"), arrival("KEN", "2024-06-25", 2)], "none_pledged 0"),
    ],
)  # fmt: skip
def test_what_is_outstanding(facts: list[Fact], expected: str) -> None:
    assert one(*facts) == expected


def test_a_promise_withdrawn_is_none_and_one_of_tomorrow_not_yet() -> None:
    assert stood(pledge("KEN", "2024-01-01", 1000, status="cancelled")).rows == []
    assert stood(PLEDGE, on="2023-12-31").rows == []


def test_surplus_keeps_nobody_elses_promise() -> None:
    found = stood(
        PLEDGE,
        arrival("KEN", "2024-06-25", 1500),
        pledge("JAM", "2024-03-01", 200),
        arrival("BLZ", "2024-09-12", 2),
    )
    assert [(row.group["nation"], told(row)) for row in found.rows] == [
        ("BLZ", "none_pledged 0"),
        ("JAM", "open 200"),
        ("KEN", "kept 0"),
    ]
    assert told(found.total) == "in_part 200"
    assert found.total.figures["pledged"] == (1200, 1200, 1200)
    assert found.total.figures["arrived"] == (1502, 1502, 1502)


def test_the_days_are_those_of_the_first_pledge_and_the_newest_arrival() -> None:
    more = pledge("KEN", "2024-05-01", 600)
    came = [arrival("KEN", "2024-06-25", 200), arrival("KEN", "2024-07-14/2024-07-16", 200)]
    (row,) = stood(PLEDGE, more, *came, arrival("KEN", "2025-01-18", 217)).rows
    assert (row.pledged_since, row.last_arrival) == (day("2024-01-01"), day("2024-07-16"))
    (row,) = stood(PLEDGE).rows
    assert row.last_arrival is None


def test_a_pledge_that_names_no_category_stands_in_no_category_and_may_be_kept_by_any() -> None:
    open_pledge = pledge("KEN", "2024-01-01", 1000, category=None)
    came = arrival("KEN", "2024-06-25", 400)
    found = stood(open_pledge, came, group_by=("nation", "category"))
    assert [told(row) for row in found.rows] == ["none_pledged 0"]
    assert found.unallocated is not None
    assert told(found.unallocated) == "unknown 600 ? 1000"
    assert told(found.total) == "unknown 600 ? 1000"
    assert one(open_pledge, came) == "in_part 600"


def test_a_promise_that_no_row_holds_has_no_bound_beside_one_without() -> None:
    unnamed = pledge("JAM", "2024-01-01", ">=100", category=None)
    found = stood(pledge("KEN", "2024-01-01", ">=600"), unnamed, group_by=("category",))
    assert found.unallocated is not None
    assert [told(part) for part in (*found.rows, found.unallocated)] == [
        "open 600 600 ∞",
        "unknown 100 ? ∞",
    ]


def test_sums_let_the_low_stand_in_for_a_best_unless_none_is_known() -> None:
    assert added([]) == (0, 0, 0)
    assert added([(1, None, None), (200, 200, 200)]) == (201, 201, None)
    assert added([(1, None, 4), (2, None, 5)]) == (3, None, 9)


PLEDGED, LEFT, PERHAPS = kenyans(
    ("pledge", "2024-07-01", "7"),
    ("departure", "2024-07-01", "unknown"),
    ("report", "2024-07-01", "<=60"),
)


@laws
@given(ledgers, days, groupings)
def test_what_is_outstanding_is_an_ordered_range_and_nothing_where_all_came(
    ledger: list[Said], when: date, group_by: tuple[str, ...]
) -> None:
    for row in fulfilment(table(ledger, when, group_by)).rows:
        low, best, high = row.outstanding
        assert 0 <= low <= (low if best is None else best)
        assert high is None or (low if best is None else best) <= high
        pledged, arrived, present = (
            row.figures[name] for name in ("pledged", "arrived", "present")
        )
        least = max(arrived[0], present[0])
        if pledged[2] is not None and least >= pledged[2]:
            assert row.outstanding == (0, 0, 0)
        if pledged[1] is not None and arrived[1] is not None and present[1] is not None:
            assert best == max(0, pledged[1] - max(arrived[1], present[1]))
        most = max(INFINITE if found[2] is None else found[2] for found in (arrived, present))
        assert low == max(0, pledged[0] - most) or (high == 0 == low)


@laws
@given(ledgers, days, groupings)
def test_rows_and_the_rest_add_up_to_the_total(
    ledger: list[Said], when: date, group_by: tuple[str, ...]
) -> None:
    found = fulfilment(table(ledger, when, group_by))
    parts = [*found.rows, *([found.unallocated] if found.unallocated else [])]
    assert sum(row.outstanding[0] for row in parts) == found.total.outstanding[0]
    ends = [row.outstanding[2] for row in parts if row.state != "none_pledged"]
    highs = [high for high in ends if high is not None]
    assert found.total.outstanding[2] == (sum(highs) if len(highs) == len(ends) else None)
    bests = [row.outstanding for row in parts if row.state != "none_pledged"]
    if any(best is not None for _, best, _ in bests):
        assert found.total.outstanding[1] == sum(
            low if best is None else best for low, best, _ in bests
        )
    for measure in ("pledged", "expected", "arrived", "present"):
        assert sum(row.figures[measure][0] for row in parts) == found.total.figures[measure][0]


@laws
@example([PLEDGED, LEFT], day("2024-07-02"))
@example([PLEDGED, PERHAPS], day("2024-07-02"))
@given(ledgers, days)
def test_the_state_goes_by_the_best_figures(ledger: list[Said], when: date) -> None:
    for row in fulfilment(table(ledger, when, ("mission", "nation"))).rows:
        _, best, high = row.outstanding
        allowed = {
            "none_pledged": row.figures["pledged"][0] == 0 and high == 0,
            "open": all(
                row.figures[name][1] == 0 or row.figures[name][2] == 0
                for name in ("arrived", "present")
            ),
            "in_part": bool(best),
            "kept": best == 0,
            "unknown": best is None,
        }
        assert allowed[row.state], row
        assert row.pledged_since is None or row.pledged_since <= when
        assert row.last_arrival is None or row.last_arrival <= when
