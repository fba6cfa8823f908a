"""The mission in Haiti and the force that follows it are one line, over all the seeds. On both
databases.
"""

from typing import Any

import pytest

from tests.conftest import Twins

LINE = "mission=haiti-gsf&lineage=true"
BOTH = "mission=haiti-mss&mission=haiti-gsf"
MEASURES = ("present_low", "present", "present_high", "lapsed", "expected", "expected_departures")


def total(read: Twins, asked: str, when: str) -> Any:
    return read.json(f"/v1/strength?{asked}&as_of={when}")["total"]


def test_on_the_day_of_the_succession_nobody_comes_and_nobody_goes(read_all: Twins) -> None:
    before, after = (total(read_all, BOTH, f"2025-10-{nth:02}") for nth in (1, 2))
    assert [before[name] for name in MEASURES] == [after[name] for name in MEASURES]
    # 994 by nation, and 24 police of no nation; "nearly 1,000" is said of the whole.
    assert (before["present_low"], before["present"], before["present_high"]) == (977, 1018, 1059)
    assert (before["disputed"], after["disputed"], after["method"]) == (True, True, "continued")
    left = total(read_all, "mission=haiti-mss", "2025-10-02")
    assert (left["present_high"], left["method"]) == (0, "passed_on")


@pytest.mark.parametrize(
    "when", ["2024-06-25", "2025-02-06", "2025-10-01", "2025-10-02", "2025-12-08"]
)
def test_the_line_holds_nobody_twice(read_all: Twins, when: str) -> None:
    line, both = total(read_all, LINE, when), total(read_all, BOTH, when)
    assert [line[name] for name in MEASURES] == [both[name] for name in MEASURES]


def test_each_contingent_passes_on_as_it_was_last_told(read_all: Twins) -> None:
    asked = "/v1/strength?mission=haiti-gsf&as_of=2025-10-03&group_by=nation"
    there = {row["nation"]: row for row in read_all.json(asked)["data"] if row["present"]}
    assert (there["KEN"]["present"], there["KEN"]["method"]) == (735, "continued")
    assert (there["GTM"]["present"], there["SLV"]["present"]) == (150, 78)


def test_the_report_of_the_force_counts_all_who_are_there(read_all: Twins) -> None:
    assert [total(read_all, LINE, f"2025-12-{nth:02}")["present"] for nth in (7, 8, 9)] == [
        1018,
        980,
        980,
    ]
    kenyans = total(read_all, f"{LINE}&nation=KEN", "2025-12-08")
    assert kenyans["arrived"] >= 230


def test_a_line_of_a_picture_goes_on_over_the_join(read_all: Twins) -> None:
    asked = f"/v1/strength/series?{LINE}&group_by=none&interval=day&from=2025-09-29&to=2025-10-04"
    found = [(row["date"], row["present_high"]) for row in read_all.json(asked)["data"]]
    assert found[-4:] == [
        ("2025-10-01", 1059),
        ("2025-10-02", 1059),
        ("2025-10-03", 1059),
        ("2025-10-04", 1059),
    ]


def test_who_is_expected_to_leave_is_a_number(read_all: Twins) -> None:
    assert total(read_all, LINE, "2025-12-09")["expected_departures"] == 100


@pytest.mark.parametrize(
    ("published_by", "method"), [("2025-10-01", "summed"), ("2025-12-08", "continued")]
)
def test_nobody_passes_over_before_it_was_told(
    read_all: Twins, published_by: str, method: str
) -> None:
    then = total(read_all, f"{BOTH}&published_by={published_by}", "2025-12-08")
    assert then["method"] == method


def test_as_published_a_year_later_it_is_what_is_known_now(read_all: Twins) -> None:
    then = total(read_all, f"{LINE}&published_by=2026-11-28", "2025-12-31")
    assert [then[name] for name in MEASURES] == [
        total(read_all, LINE, "2025-12-31")[name] for name in MEASURES
    ]
    assert then["present"] == 980


def test_missions_name_who_follows_and_whom(read_all: Twins) -> None:
    found = read_all.json("/v1/missions?fields=slug,follows,followed_by")["data"]
    assert found == [
        {"slug": "haiti-gsf", "follows": "haiti-mss", "followed_by": None},
        {"slug": "haiti-mss", "follows": None, "followed_by": "haiti-gsf"},
    ]
