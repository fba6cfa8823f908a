"""What several sources say of the same people: a table and the press, two tables, a total and its
breakdown.

Tables come in by the command, answers are asked over HTTP, on both databases; of every answer the
rows add up.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

import csv
import io

import pytest

from tests.conftest import ROOT, Twins
from tests.stories.conftest import Desk, add_up, by_nation, table

PRESS = """
missions: [{slug: alpha, name: Alpha}]
sources:
  - {slug: echo, publisher: The Echo, published: 2023-12-15, grade: C3}
  - {slug: post, publisher: The Post, published: 2024-02-15, grade: C3}
entries:
  - {key: echo-alpha, kind: strength_report, mission: alpha, claims: [{source: echo, status: occurred, count: ~7000, date: 2023-12-15}]}
  - {key: post-alpha, kind: strength_report, mission: alpha, claims: [{source: post, status: occurred, count: ~7000, date: 2024-02-15}]}
"""
MONTHS = [
    table("2024-01-31,Alpha,IND,5000,1000", "2024-01-31,Alpha,BRA,3000,"),
    table("2024-02-29,Alpha,IND,3000,1000", "2024-02-29,Alpha,BRA,1000,"),
    table("2024-03-31,Alpha,IND,3000,1000", "2024-03-31,Alpha,KEN,2950,5"),
]
TOTALS = {"2024-01-31": 9000, "2024-02-29": 5000, "2024-03-31": 6955}


@pytest.mark.parametrize("first", ["press", "tables"])
def test_press_figures_of_the_whole_leave_later_complete_months_as_their_tables_say(
    desk: Desk, first: str
) -> None:
    if first == "press":
        desk.tell(PRESS)
    desk.load(by_nation(), *MONTHS)
    if first == "tables":
        desk.tell(PRESS)
    for month, total in TOTALS.items():
        for group_by in ("none", "nation", "category", "mission"):
            body = desk.ask(month, group_by=group_by)
            assert (body["total"]["present_low"], body["total"]["present_high"]) == (total, total)
            assert [row for row in [*body["data"], body["total"]] if row["disputed"]] == []
            assert [row for row in body["data"] if row["unallocated"]] == []
    assert desk.present("2024-03-31") == {"BRA": 0, "IND": 4000, "KEN": 2955, "total": 6955}


BREAKDOWN = """
series: yearbook
source: {publisher: The Yearbook, grade: A2}
date: {column: Day}
mission: {column: Mission}
counts:
  - {column: All}
  - {column: Troops, category: troops}
  - {column: Police, category: police}
  - {column: Observers, category: expert}
"""


def years(troops: int) -> str:
    """A yearbook that tells a total until 1991, and a breakdown of 1992."""
    lines = [
        "1990-12-31,Alpha,15000,,,",
        "1991-12-31,Alpha,15300,,,",
        f"1992-12-31,Alpha,,{troops},5154,600",
    ]
    return "Day,Mission,All,Troops,Police,Observers\n" + "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(("parents", "troops"), [("whole", 470), ("rest", 47000)])
def test_a_breakdown_after_a_total_answers_and_not_the_total_carried_on(
    desk: Desk, parents: str, troops: int
) -> None:
    desk.load(f"{BREAKDOWN}complete: true\nparents: {{all: {parents}}}\n", years(troops))
    assert desk.present("1991-12-31", "mission") == {"alpha": 15300, "total": 15300}
    found = desk.present("1992-12-31", "category")
    assert found == {"troops": troops, "police": 5154, "expert": 600, "total": troops + 5754}
    assert desk.ask("1992-12-31")["total"]["disputed"] is False


def test_a_breakdown_that_is_no_complete_list_contradicts_a_lower_total_and_wins_as_newer(
    desk: Desk,
) -> None:
    desk.load(f"{BREAKDOWN}parents: {{all: whole}}\n", years(47000))
    total = desk.ask("1992-12-31", group_by="category")["total"]
    assert (total["present"], total["disputed"]) == (52754, True)
    assert (total["spread_low"], total["spread_high"]) == (15300, 52754)


def test_a_total_beside_its_breakdown_is_refused_until_the_mapping_says_what_it_is(
    desk: Desk,
) -> None:
    said = desk.refused(BREAKDOWN, years(470))
    assert "parents: {all: whole} if its figure includes them, {all: rest} if it does not" in said


class TestTwoPublishers:
    def loaded(self, desk: Desk, grade: str) -> None:
        """One publisher's 10,560 and another's 11,571 of the same people and day."""
        kenya = "2009-06-30,Alpha,KEN,500,"
        desk.load(
            by_nation("one", "A2", "2009-07-10"), table("2009-06-30,Alpha,IND,10000,60", kenya)
        )
        desk.load(
            by_nation("two", grade, "2009-07-20"), table("2009-06-30,Alpha,IND,11011,60", kenya)
        )

    def reason(self, desk: Desk, policy: str, loser: str) -> str:
        """Why the troops of India as one of them tells them were set aside."""
        aside = desk.ask("2009-07-15", policy=policy, explain="true")["set_aside"]
        key = f"{loser}-alpha-ind-troops-2009-06-30--{loser}-2009-06-30"
        found: str
        [found] = [each["reason"] for each in aside if each["claim"] == key]
        return found.partition(" is preferred: ")[2]

    @pytest.mark.parametrize(
        ("grade", "by_policy"),
        [
            ("B2", {"graded": 10560, "latest": 11571, "lowest": 10560, "highest": 11571}),
            ("A2", {"graded": 11571, "latest": 11571, "lowest": 10560, "highest": 11571}),
        ],
    )
    def test_the_policy_chooses_and_both_numbers_are_the_spread(
        self, desk: Desk, grade: str, by_policy: dict[str, int]
    ) -> None:
        self.loaded(desk, grade)
        # How many fewer than in all are in the row whose figure is disputed.
        rows = {"nation": ("IND", 500), "mission": ("alpha", 0), "category": ("troops", 60)}
        for policy, total in by_policy.items():
            for group_by, (disputed, fewer) in rows.items():
                body = desk.ask("2009-07-15", group_by=group_by, policy=policy)
                [row] = [row for row in body["data"] if row["disputed"]]
                assert row[group_by] == disputed
                told = [row["present"], row["spread_low"], row["spread_high"]]
                assert told == [total - fewer, 10560 - fewer, 11571 - fewer]
                whole = body["total"]
                assert (whole["present"], whole["spread_low"], whole["spread_high"]) == (
                    total,
                    10560,
                    11571,
                )
                assert whole["disputed"] is True

    def test_of_two_grades_the_working_says_why_one_is_set_aside(self, desk: Desk) -> None:
        self.loaded(desk, "B2")
        assert self.reason(desk, "graded", "two") == "graded A2 before B2"
        assert self.reason(desk, "latest", "one") == "published later"
        assert self.reason(desk, "lowest", "two") == "the lowest count"

    def test_of_equal_grades_the_working_says_why_one_is_set_aside(self, desk: Desk) -> None:
        self.loaded(desk, "A2")
        assert self.reason(desk, "graded", "one") == "published later"
        assert self.reason(desk, "highest", "one") == "the highest count"

    def test_the_series_says_so_for_as_long_as_nothing_newer_is_told(self, desk: Desk) -> None:
        self.loaded(desk, "B2")
        asked = {
            "from": "2009-05-01",
            "to": "2009-08-31",
            "interval": "month",
            "group_by": "mission",
        }
        told = [
            (row["date"], row["present"], row["spread_low"], row["spread_high"], row["disputed"])
            for row in desk.series(**asked)
        ]
        assert told == [
            ("2009-05-31", 0, 0, 0, False),
            *(
                (day, 10560, 10560, 11571, True)
                for day in ("2009-06-30", "2009-07-31", "2009-08-31")
            ),
        ]


def test_five_cells_altered_in_a_copy_of_a_table_are_the_five_disputed_figures(desk: Desk) -> None:
    original = (ROOT / "tests" / "samples" / "un-missions.csv").read_text()
    mapping = (ROOT / "seeds" / "mappings" / "un-missions.yaml").read_text()
    altered = {
        ("2011-09-30", "MINUSTAH", "Troops"): 11,
        ("2011-10-31", "MINUSTAH", "Police"): -7,
        ("2014-07-31", "UNAMA", "Observers"): 3,
        ("2014-08-31", "MINUSTAH", "Police"): 1,
        ("2014-09-30", "UNAMA", "Police"): -2,
    }
    rows, expected = list(csv.DictReader(io.StringIO(original))), {}
    category = {"Troops": "troops", "Police": "police", "Observers": "expert"}
    for row in rows:
        for (day, mission, column), more in altered.items():
            if (row["Date"], row["Mission"]) == (day, mission):
                both = sorted((int(row[column]), int(row[column]) + more))
                row[column], row["Total"] = (
                    str(int(row[column]) + more),
                    str(int(row["Total"]) + more),
                )
                expected[mission.lower(), category[column], day] = both
    copy = io.StringIO()
    writer = csv.DictWriter(copy, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    desk.load(mapping, original)
    desk.load(mapping.replace("series: un-missions", "series: copied"), copy.getvalue())
    asked = {
        "from": "2011-09-01",
        "to": "2014-09-30",
        "interval": "month",
        "group_by": "mission,category",
    }
    days = {row["Date"] for row in rows}
    found = {
        (row["mission"], row["category"], row["date"]): [row["spread_low"], row["spread_high"]]
        for row in desk.series(**asked)
        if row["disputed"] and row["date"] in days
    }
    assert found == expected
    assert len(found) == 5


def test_at_the_end_of_2024_the_whole_of_haiti_is_not_below_its_police(read: Twins) -> None:
    body = read.json(
        "/v1/strength?mission=haiti-mss&as_of=2024-12-31&group_by=category&explain=true"
    )
    add_up(body["data"], body["total"])
    police = next(row for row in body["data"] if row["category"] == "police")
    assert (body["total"]["present"], police["present"]) == (438, 410)
    assert body["total"]["disputed"] is True
    aside = {each["claim"]: each["reason"] for each in body["set_aside"]}
    reason = aside["haiti-mss-strength-2024-09-30--theparknews-afp-2024-10-01"]
    assert reason.startswith("the whole is told as 406, less than its parts, which make 438")


def test_no_day_of_haiti_has_a_total_below_a_category_unless_it_is_disputed(read: Twins) -> None:
    asked = "/v1/strength/series?mission=haiti-mss&group_by=category&interval=change&to=2025-06-30"
    body = read.json(asked)
    for whole in body["total"]:
        rows = [row for row in body["data"] if row["date"] == whole["date"]]
        add_up(rows, whole)
        assert whole["disputed"] or all(
            row["present_low"] <= (whole["present"] or 0) for row in rows if not row["unallocated"]
        ), whole["date"]


class TestNotKnownIsNotZero:
    def test_a_cell_that_says_unknown_in_a_complete_table_lets_the_old_figure_stand(
        self, desk: Desk
    ) -> None:
        january = table(
            "2024-01-31,Alpha,KEN,120,", "2024-01-31,Alpha,UGA,50,", "2024-01-31,Alpha,JAM,7,"
        )
        desk.load(
            by_nation(), january, table("2024-02-29,Alpha,KEN,n/k,", "2024-02-29,Alpha,UGA,60,")
        )
        body = desk.ask("2024-02-29")
        assert {row["nation"]: row["present"] for row in body["data"]} == {
            "JAM": 0,
            "KEN": 120,
            "UGA": 60,
        }
        assert (body["total"]["present"], body["total"]["disputed"]) == (180, False)

    def test_a_nation_first_told_as_unknown_is_there_and_nobody_knows_how_many(
        self, desk: Desk
    ) -> None:
        desk.load(by_nation(), table("2024-02-29,Alpha,KEN,n/k,", "2024-02-29,Alpha,UGA,60,"))
        body = desk.ask("2024-02-29")
        kenya = body["data"][0]
        assert (kenya["present_low"], kenya["present"], kenya["present_high"]) == (0, None, None)
        assert (body["total"]["present_low"], body["total"]["present_high"]) == (60, None)

    def test_a_sum_with_a_missing_part_is_at_least_the_other(self, desk: Desk) -> None:
        women_and_men = (
            by_nation()
            .replace("column: Troops", "sum: [F, M]")
            .replace("column: Police", "column: P")
        )
        desk.load(
            women_and_men,
            "Day,Mission,Nation,F,M,P\n2024-01-31,Alpha,KEN,,50,\n2024-01-31,Alpha,UGA,20,180,\n",
        )
        body = desk.ask("2024-01-31")
        found = {row["nation"]: (row["present_low"], row["present_high"]) for row in body["data"]}
        assert found == {"KEN": (50, None), "UGA": (200, 200)}
        assert (body["total"]["present_low"], body["total"]["present_high"]) == (250, None)


class TestTroopsBesideMilitary:
    MAPPING = by_nation().replace("category: police", "category: military")
    SENT = table(
        "2024-01-31,Alpha,KEN,120,150", "2024-01-31,Alpha,UGA,,15", "2024-01-31,Alpha,JAM,7,"
    )

    def test_is_refused_until_the_mapping_says_what_the_wider_one_is(self, desk: Desk) -> None:
        said = desk.refused(self.MAPPING, self.SENT)
        assert (
            "military is counted beside troops, which lie under it: say parents: {military: whole}"
            in said
        )
        assert "{military: rest} if it does not" in said

    @pytest.mark.parametrize(
        ("parents", "nations"),
        [("whole", {"KEN": 150, "UGA": 15, "JAM": 7}), ("rest", {"KEN": 270, "UGA": 15, "JAM": 7})],
    )
    def test_counts_nobody_twice_and_loses_nobody(
        self, desk: Desk, parents: str, nations: dict[str, int]
    ) -> None:
        desk.load(f"{self.MAPPING}parents: {{military: {parents}}}\n", self.SENT)
        total = sum(nations.values())
        assert desk.present("2024-01-31") == nations | {"total": total}
        assert desk.present("2024-01-31", "category") == {"military": total, "total": total}
        assert desk.present("2024-01-31", category="troops") == {"KEN": 120, "JAM": 7, "total": 127}
