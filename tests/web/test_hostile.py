"""What people ask and write who wish nobody well, or who only err: nothing breaks, nothing leaves its place."""

from typing import Any

import pytest

from tests.conftest import Twins

YEAR = "mission=haiti-mss&from=2024-01-01&to=2024-12-31&interval=quarter"


class TestSeries:
    @pytest.mark.parametrize("suffix", ["", ".csv"])
    def test_its_rows_can_be_sorted_by_their_day(self, read: Twins, suffix: str) -> None:
        def days(sort: str) -> list[str]:
            answer = read(f"/v1/strength/series{suffix}?{YEAR}&fields=date&sort={sort}")
            assert answer.status_code == 200, answer.text
            if suffix:
                return answer.text.split()[1:]
            return [row["date"] for row in answer.json()["data"]]

        found = days("date")
        assert found == sorted(found) == days("nation")
        assert days("-date") == found[::-1]

    def test_a_day_keeps_the_order_of_its_rows_when_the_days_are_turned_round(self, read: Twins) -> None:
        def rows(sort: str) -> list[Any]:
            return list(read.json(f"/v1/strength/series?{YEAR}&sort={sort}")["data"])

        by_day: dict[str, list[Any]] = {}
        for row in rows("-present"):
            by_day.setdefault(row["date"], []).append(row)
        assert rows("-date,-present") == [row for day in sorted(by_day, reverse=True) for row in by_day[day]]

    def test_its_totals_are_there_where_no_row_is(self, read: Twins) -> None:
        whole = read.json(f"/v1/strength/series?{YEAR}&nation=ISL")
        assert (whole["data"], len(whole["total"])) == ([], 4)
        assert whole["total"] == read.json(f"/v1/strength/series?{YEAR}&nation=ISL&size=10")["total"]
