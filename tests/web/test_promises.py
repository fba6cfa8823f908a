"""Promises over HTTP: the seeds, as known now and as the press knew them, and the page in words."""

from typing import Any

import pytest

from tests.conftest import Twins
from tests.web.test_pages import BROWSER

PROMISES = "/v1/promises?mission=haiti-mss"
PARTS = ("come", "expected", "lapsed", "cancelled")


def rows(read: Twins, asked: str) -> dict[str, Any]:
    """The promises by their keys, without the name of the mission."""
    found = read.json(f"{PROMISES}&{asked}&size=1000")["data"]
    return {row["key"].removeprefix("haiti-mss-"): row for row in found}


class TestTheSeeds:
    def test_the_first_group_came_33_days_after_its_first_date(self, read: Twins) -> None:
        first = rows(read, "kind=movement&as_of=2024-12-31")["ken-first-group"]
        assert first["first_announced"] == "2024-02-20"
        assert (first["first_due_earliest"], first["first_due_latest"]) == ("2024-05-23", None)
        assert (first["last_due_earliest"], first["last_due_latest"]) == (
            "2024-06-10",
            "2024-06-23",
        )
        assert (first["times_moved"], first["came_on"]) == (5, "2024-06-25")
        assert (first["late_days"], first["late_days_high"], first["outcome"]) == (33, 33, "late")

    @pytest.mark.parametrize(
        ("when", "outcome", "expected", "lapsed"),
        [("2024-11-30", "open", 600, 0), ("2024-12-01", "lapsed", 0, 600)],
    )
    def test_the_600_lapse_on_1_december(
        self, read: Twins, when: str, outcome: str, expected: int, lapsed: int
    ) -> None:
        further = rows(read, f"as_of={when}")["ken-further-600"]
        assert (further["outcome"], further["expected"], further["lapsed"]) == (
            outcome,
            expected,
            lapsed,
        )
        kenya = read.json(f"/v1/strength?mission=haiti-mss&nation=KEN&as_of={when}")["total"]
        assert [kenya[f"lapsed{end}"] for end in ("_low", "", "_high")] == [lapsed] * 3
        promise = read.json(f"/v1/fulfilment?mission=haiti-mss&nation=KEN&as_of={when}")["total"]
        assert (promise["lapsed"], promise["promises_lapsed"]) == (lapsed, int(lapsed > 0))

    def test_what_was_overdue_as_the_press_knew_it_then(self, read: Twins) -> None:
        known = "as_of=2024-06-24&published_by=2024-06-24&kind=movement&nation=Kenya"
        then = rows(read, known)["ken-first-group"]
        assert (then["outcome"], then["lapsed"], then["came_on"]) == ("lapsed", 200, None)
        assert set(rows(read, known + "&outcome=lapsed")) == {"ken-first-group"}
        assert rows(read, known + "&outcome=late") == {}

    def test_every_promise_is_the_sum_of_what_became_of_it(self, read: Twins) -> None:
        for when in ("2024-05-20", "2024-07-01", "2024-10-01", "2024-12-31"):
            for key, row in rows(read, f"as_of={when}").items():
                if None not in (row["promised"], *(row[part] for part in PARTS)):
                    assert row["promised"] == sum(row[part] for part in PARTS), (when, key)

    def test_a_past_revision_knows_only_what_was_recorded(self, read: Twins) -> None:
        found = rows(read, "as_of=2024-12-31&revision=1&kind=movement")
        assert set(found) == {"ken-further-600", "jam-first-group-military"}
        assert found["ken-further-600"]["outcome"] == "open"

    def test_kit_is_found_by_who_gives_it(self, read: Twins) -> None:
        found = rows(read, "as_of=2024-12-31&kind=delivery&nation=USA")
        assert {row["donor_name"] for row in found.values()} == {"United States"}
        assert found["usa-mraps-2024-08-23"]["outcome"] == "on_time"

    def test_all_of_lapsed_is_that_of_its_rows(self, read: Twins) -> None:
        found = rows(read, "as_of=2024-12-31&kind=movement").values()
        total = read.json("/v1/strength?mission=haiti-mss&as_of=2024-12-31")["total"]
        assert sum(row["lapsed_low"] for row in found) == total["lapsed_low"] > 600


class TestWrong:
    @pytest.mark.parametrize(
        ("asked", "parameter", "near"),
        [
            ("outcome=lapst", "outcome", "lapsed"),
            ("kind=mandate", "kind", None),
            ("outcom=late", "outcom", "outcome"),
        ],
    )
    def test_is_refused_with_what_there_is(
        self, read: Twins, asked: str, parameter: str, near: str | None
    ) -> None:
        answer = read(f"{PROMISES}&{asked}")
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["parameter"]) == (422, parameter)
        assert near is None or error["did_you_mean"] == near


def test_the_page_says_promises_in_words(read: Twins) -> None:
    page = read("/?mission=haiti-mss&as_of=2024-12-31", headers=BROWSER).text
    assert "Announced for 23 May 2024 or later, moved five times, came 33 days late" in page
    assert "Announced for November 2024, did not come" in page
