"""Totals over time: what the addresses answer, and that every row is what /v1/strength says of that
day.
"""

from itertools import pairwise
from typing import Any

import pytest

from tests.conftest import Twins

HAITI = "mission=haiti-mss"
YEAR = f"{HAITI}&from=2024-06-01&to=2024-12-31"


def rows(read: Twins, asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read.json(f"/v1/strength/series?{asked}")["data"]
    return found


def presents(read: Twins, asked: str) -> dict[str, Any]:
    return {row["date"]: row["present"] for row in rows(read, asked)}


class TestWhatItAnswers:
    def test_kenya_month_by_month(self, read: Twins) -> None:
        found = presents(read, f"{YEAR}&nation=KEN&interval=month")
        assert (found["2024-06-30"], found["2024-07-31"]) == (196, 396)
        assert list(found)[-1] == "2024-12-31"
        assert found["2024-12-31"] == 382
        assert len(found) == 7

    def test_what_was_believed_at_the_end_of_june(self, read: Twins) -> None:
        found = presents(read, f"{YEAR}&nation=KEN&interval=month&published_by=2024-06-30")
        assert found["2024-06-30"] == 400

    def test_it_says_that_it_is_the_last_value_and_never_a_sum(self, read: Twins) -> None:
        answer = read.json(f"/v1/strength/series?{YEAR}&interval=quarter&group_by=none")
        assert answer["aggregation"] == "last"
        assert (answer["from"], answer["to"], answer["interval"]) == (
            "2024-06-01",
            "2024-12-31",
            "quarter",
        )
        assert [(row["date"], row["present"]) for row in answer["data"]] == [
            ("2024-06-30", 196),
            ("2024-09-30", 432),
            ("2024-12-31", 438),
        ]

    def test_change_gives_the_days_on_which_something_changed_and_the_first(
        self, read: Twins
    ) -> None:
        found = rows(read, f"{YEAR}&nation=KEN&interval=change")
        assert found[0]["date"] == "2024-06-01"
        shown = [
            {
                name: value
                for name, value in row.items()
                if name not in ("date", "evidence_age_days", "stale")
            }
            for row in found
        ]
        assert all(one != other for one, other in pairwise(shown))
        assert {"2024-06-25", "2024-07-16"} <= {row["date"] for row in found}

    def test_a_gap_is_filled_with_what_stood(self, read: Twins) -> None:
        found = presents(read, f"{HAITI}&nation=KEN&from=2024-08-01&to=2024-08-05&interval=day")
        assert list(found.values()) == [396] * 5

    @pytest.mark.parametrize(
        "more",
        [
            "nation=KEN",
            "group_by=nation",
            "group_by=mission",
            "group_by=none",
            "group_by=nation,category",
            "group_by=category&category=police",
            "published_by=2024-07-31",
            "policy=highest",
            "min_grade=B2&group_by=none",
            "contingent=haiti-mss-ken-police",
            "source=citizen-tz-2024-07-17",
            "nation=JAM&nation=BHS&sort=-present",
        ],
    )
    def test_every_row_is_what_strength_says_of_that_day(self, read: Twins, more: str) -> None:
        answer = read.json(f"/v1/strength/series?{YEAR}&interval=month&{more}")
        days: dict[str, list[Any]] = {}
        for row in answer["data"]:
            days.setdefault(row.pop("date"), []).append(row)
        totals = {total.pop("date"): total for total in answer["total"]}
        assert len(totals) == 7
        for day, total in totals.items():
            alone = read.json(f"/v1/strength?{HAITI}&as_of={day}&{more}")
            assert days.get(day, []) == alone["data"], day
            assert total == alone["total"], day

    def test_the_rows_of_a_day_add_up_to_its_total(self, read: Twins) -> None:
        answer = read.json(f"/v1/strength/series?{YEAR}&interval=week")
        for total in answer["total"]:
            of_day = [row for row in answer["data"] if row["date"] == total["date"]]
            assert sum(row["present"] for row in of_day) == total["present"]

    def test_the_whole_series_comes_in_one_piece_or_in_the_pages_asked_for(
        self, read: Twins
    ) -> None:
        address = f"/v1/strength/series?{YEAR}&interval=week"
        whole = read.json(address)
        assert whole["page"] == {"size": 1000, "next": None, "total": len(whole["data"])}
        got: list[Any] = []
        cursor = ""
        while True:
            page = read.json(f"{address}&size=40{cursor}")
            got += page["data"]
            if not page["page"]["next"]:
                break
            cursor = f"&cursor={page['page']['next']}"
        assert got == whole["data"]

    def test_a_filter_that_matches_nothing_is_an_empty_table_with_its_header(
        self, read: Twins
    ) -> None:
        answer = read(f"/v1/strength/series.csv?{YEAR}&nation=ISL&interval=year")
        assert answer.text.startswith("date,nation,nation_name,unallocated,present_low,")
        assert answer.text.count("\r\n") == 1

    def test_the_columns_stand_in_a_fixed_order(self, read: Twins) -> None:
        header = read(f"/v1/strength/series.csv?{YEAR}&group_by=mission,category").text.split(
            "\r\n"
        )[0]
        assert header.startswith(
            "date,mission,mission_name,category,unallocated,present_low,present,present_high,arrived"
        )


class TestDays:
    def test_a_time_stands_for_its_day(self, read: Twins) -> None:
        one = rows(
            read,
            f"{HAITI}&from=2024-06-01T00:00:00.000Z&to=2024-12-31T23:59:59%2B02:00&interval=month",
        )
        assert one == rows(read, f"{YEAR}&interval=month")

    @pytest.mark.parametrize("word", ["today", "today-30d", "today-0d"])
    def test_today_is_written_into_the_permalink_as_a_day(self, read: Twins, word: str) -> None:
        answer = read.json(f"/v1/strength?{HAITI}&as_of={word}&published_by={word}")
        assert "today" not in answer["permalink"]
        assert {f"as_of={answer['as_of']}", f"published_by={answer['as_of']}"} <= set(
            answer["permalink"].split("&")
        )
        again = read.json(answer["permalink"])
        assert again["data"] == answer["data"]
        assert (
            read(f"/v1/strength?revision=2&as_of={word}").headers["cache-control"]
            == "public, no-cache"
        )

    def test_what_was_left_out_is_filled_in(self, read: Twins) -> None:
        answer = read.json(f"/v1/strength/series?{HAITI}&interval=year")
        assert answer["from"] == "2023-07-29"
        assert f"from={answer['from']}&to={answer['to']}" in answer["permalink"]
        assert read.json(answer["permalink"])["data"] == answer["data"]

    def test_paging_goes_on_with_the_days_of_the_first_page(self, read: Twins) -> None:
        answer = read(f"/v1/strength/series?{HAITI}&to=today-30d&size=3&interval=month")
        link = answer.headers["link"].split(", <")[1].split(">")[0]
        assert "today" not in link
        assert len(read.json(link)["data"]) == 3


class TestWrongQuestions:
    @pytest.mark.parametrize(
        ("asked", "parameter", "near"),
        [
            ("from=2024-07-02&to=2024-07-01", "to", None),
            ("from=0001-01-01&to=2024-07-01&interval=day", "interval", "month"),
            ("from=2020-01-01&to=2024-07-01&interval=days", "interval", "day"),
            ("interval=hour", "interval", None),
            ("form=2024-07-02", "form", "from"),
            ("as_of=2024-07-02", "as_of", None),
            ("first=2024-07-02", "first", None),
            ("to=soon", "to", None),
            ("from=today-99999999d", "from", None),
            ("group_by=nations", "group_by", "nation"),
            ("group_by=none,nation", "group_by", "none"),
            ("theme=dark", "theme", None),
        ],
    )
    def test_it_names_the_parameter_and_the_mend(
        self, read: Twins, asked: str, parameter: str, near: str | None
    ) -> None:
        fault = read.problem(f"/v1/strength/series?{HAITI}&{asked}", 422)["errors"][0]
        assert fault["parameter"] == parameter
        assert near is None or fault["did_you_mean"] == near

    @pytest.mark.parametrize("suffix", ["", ".csv"])
    def test_days_and_groups_together_may_be_too_many(self, read: Twins, suffix: str) -> None:
        asked = "from=1990-01-01&to=2024-12-31&interval=day"
        read.problem(f"/v1/strength/series{suffix}?{HAITI}&{asked}&group_by=nation", 422)

    def test_a_picture_of_too_many_points_is_not_begun(self, read: Twins) -> None:
        asked = "mission=haiti-mss&group_by=none&from=2000-01-01&to=2014-12-31&interval=day"
        fault = read.problem(f"/v1/strength/series.svg?{asked}", 422)["errors"][0]
        assert fault["parameter"] == "interval"
        assert "points" in fault["detail"]
        assert read.json(f"/v1/strength/series?{asked}")["page"]["total"] == 5479

    def test_too_many_rows_says_how_to_narrow_it(self, read: Twins) -> None:
        detail = read.problem(
            "/v1/strength/series?from=1900-01-01&to=2200-01-01&interval=day", 422
        )["detail"]
        assert "longer interval" in detail
        assert "from, to" in detail


class TestBareNumber:
    def test_it_is_digits_and_nothing_else(self, read: Twins) -> None:
        answer = read(f"/v1/strength.txt?{HAITI}&as_of=2024-12-31")
        assert answer.text == "438"
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-length"] == "3"
        assert read(f"/v1/strength.txt?{HAITI}&as_of=2024-12-31&measure=present_high").text == "482"

    def test_what_is_not_known_is_empty_and_not_zero(self, read: Twins) -> None:
        assert read(f"/v1/strength.txt?{HAITI}&as_of=2024-02-20&measure=expected").text == ""
        assert read(f"/v1/strength.txt?{HAITI}&as_of=2024-02-20&measure=arrived").text == "0"

    def test_a_wrong_measure_offers_the_near_one(self, read: Twins) -> None:
        fault = read.problem("/v1/strength.txt?measure=presnt", 422)["errors"][0]
        assert (fault["parameter"], fault["did_you_mean"]) == ("measure", "present")
