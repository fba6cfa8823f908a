"""Tables that come in late, corrected, cut off, broken, in several series: what the ledger then
says, on both databases.

Tables come in by the command, answers are asked over HTTP; of every answer the rows add up.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.conftest import ROOT
from tests.stories.conftest import Desk, by_nation, table

SAMPLES = ROOT / "tests" / "samples"
UN = ROOT / "seeds" / "mappings" / "un-contributors.yaml"
JULY, AUGUST = (
    (SAMPLES / f"un-contributors-2014{month}.csv").read_text() for month in ("0731", "0831")
)


def people(words: str) -> dict[tuple[str, str], int]:
    """How many a table of the samples tells, by mission and nation, as Python's own reader has
    them.
    """
    rows = csv.DictReader(io.StringIO(words))
    return {(row["Mission"].lower(), row["Contributor_ISO-3"]): int(row["Total"]) for row in rows}


@pytest.mark.parametrize("order", ["in order", "August first"])
def test_two_months_answer_what_they_say_in_whatever_order_they_came(
    desk: Desk, order: str
) -> None:
    august = "".join(line for line in AUGUST.splitlines(keepends=True) if "Yemen" not in line)
    for month in (JULY, august) if order == "in order" else (august, JULY):
        desk.load(UN, month)
    for day, words in (("2014-07-31", JULY), ("2014-08-31", august)):
        body = desk.ask(day, group_by="mission,nation")
        found = {(row["mission"], row["nation"]): row["present"] for row in body["data"]}
        expected = people(words)
        # Yemen in Haiti and Benin in Afghanistan are not in August's table any more.
        assert found == dict.fromkeys(people(JULY), 0) | expected
        assert body["total"]["present"] == sum(expected.values())
        assert body["total"]["disputed"] is False
        minustah = sum(count for (mission, _), count in expected.items() if mission == "minustah")
        assert (
            desk.ask(day, mission="minustah", group_by="category")["total"]["present"] == minustah
        )
    yemen = next(row for row in desk.ask("2014-08-31")["data"] if row["nation"] == "YEM")
    assert (yemen["present"], yemen["method"], yemen["evidence_date"]) == (
        0,
        "reported",
        "2014-08-31",
    )


def test_a_month_that_comes_late_is_taken_back_by_the_complete_month_after_it(desk: Desk) -> None:
    desk.load(by_nation(), table("2014-01-31,Alpha,UGA,50,"), table("2014-03-31,Alpha,UGA,70,"))
    desk.load(by_nation(), table("2014-02-28,Alpha,UGA,60,", "2014-02-28,Alpha,KEN,120,"))
    assert desk.present("2014-01-31") == {"UGA": 50, "KEN": 0, "total": 50}
    assert desk.present("2014-02-28") == {"UGA": 60, "KEN": 120, "total": 180}
    assert desk.present("2014-03-30") == {"UGA": 60, "KEN": 120, "total": 180}
    assert desk.present("2014-03-31") == {"UGA": 70, "KEN": 0, "total": 70}


def test_a_corrected_table_in_which_one_nation_becomes_another_counts_its_people_once(
    desk: Desk,
) -> None:
    desk.load(by_nation(), table("2014-02-28,Alpha,KEN,120,"))
    desk.load(by_nation(), table("2014-02-28,Alpha,UGA,120,"))
    assert desk.present("2014-02-28") == {"UGA": 120, "total": 120}
    first, second = desk.read("/v1/revisions")["data"]
    assert (first["cause"], second["cause"]) == ("new_source", "source_corrected")
    assert second["retracted"]["claims"] == [
        "office-alpha-ken-troops-2014-02-28--office-2014-02-28"
    ]
    assert second["added"]["claims"] == ["office-alpha-uga-troops-2014-02-28--office-2014-02-28"]
    [kenya] = desk.read("/v1/claims", history="true", nation="KEN")["data"]
    assert (kenya["since"], kenya["until"]) == (1, 2)
    assert desk.present("2014-02-28", revision="1") == {"KEN": 120, "total": 120}


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("2014-02-28,Alpha,UG", "line 3 has 3 cells, the header has 5"),
        (
            "2014-02-28,Alpha,UGA,5,1",
            "line 3: Police is the last cell and has no line end after it",
        ),
    ],
)
def test_a_table_cut_off_in_its_last_line_is_refused_and_nothing_is_stored(
    desk: Desk, last: str, said: str
) -> None:
    assert said in desk.refused(by_nation(), table("2014-02-28,Alpha,KEN,120,") + last)
    assert desk.read("/v1/revisions")["data"] == []
    assert desk.read("/v1/missions")["data"] == []


def test_an_error_or_an_unreckoned_formula_of_a_workbook_is_refused_with_its_line_and_column(
    desk: Desk,
) -> None:
    for cell, said in {
        "#N/A": "line 3: Troops is #N/A, an error of the spreadsheet",
        "#REF!": "line 3: Troops is #REF!, an error of the spreadsheet",
        "=100+20": "line 3: Troops is a formula without a stored value",
    }.items():
        book = Workbook()
        for line in (
            ["Day", "Mission", "Nation", "Troops", "Police"],
            ["2014-02-28", "Alpha", "KEN", 120, None],
        ):
            book.active.append(line)
        book.active.append(["2014-02-28", "Alpha", "UGA", cell, 3])
        path: Path = desk.place / "table.xlsx"
        book.save(path)
        assert said in desk.refused(by_nation(), path)


def changed(desk: Desk, number: int) -> set[str]:
    """The claims that a revision added, corrected or retracted."""
    revision = desk.read(f"/v1/revisions/{number}")["data"]
    return {key for how in ("added", "corrected", "retracted") for key in revision[how]["claims"]}


class TestTwoSeriesOfWhichOneNameBeginsTheOther:
    def test_neither_writes_nor_retracts_what_the_other_says(self, desk: Desk) -> None:
        desk.load(by_nation("tr"), table("2014-01-31,Alpha,KEN,120,", "2014-01-31,Alpha,UGA,7,"))
        desk.load(by_nation("tr-b"), table("2014-01-31,Beta,KEN,30,"))
        desk.load(by_nation("tr"), table("2014-02-28,Alpha,KEN,110,"))
        desk.load(by_nation("tr-b"), table("2014-02-28,Beta,UGA,30,"))
        desk.load(by_nation("tr"), table("2014-01-31,Alpha,KEN,121,"))
        for number, prefix in enumerate(
            ["tr-alpha-", "tr-b-beta-", "tr-alpha-", "tr-b-beta-", "tr-alpha-"], start=1
        ):
            assert changed(desk, number)
            assert {key for key in changed(desk, number) if not key.startswith(prefix)} == set()
        assert desk.present("2014-01-31", mission="alpha") == {"KEN": 121, "total": 121}
        assert desk.present("2014-01-31", "mission") == {"alpha": 121, "beta": 30, "total": 151}
        assert desk.present("2014-02-28", "mission") == {"alpha": 110, "beta": 30, "total": 140}
        assert desk.present("2014-02-28", mission="beta") == {"KEN": 0, "UGA": 30, "total": 30}

    def test_where_their_entries_would_have_one_name_the_second_is_refused_and_the_first_stands(
        self, desk: Desk
    ) -> None:
        desk.load(by_nation("tr"), table("2014-01-31,B X,KEN,120,"))
        assert "an entry never changes" in desk.refused(
            by_nation("tr-b"), table("2014-01-31,X,KEN,30,")
        )
        assert desk.present("2014-01-31", "mission") == {"b-x": 120, "total": 120}

    def test_a_series_is_asked_for_alone(self, desk: Desk) -> None:
        desk.load(by_nation("tr"), table("2014-01-31,Alpha,KEN,120,"))
        desk.load(by_nation("tr-b"), table("2014-01-31,Alpha,KEN,100,", "2014-01-31,Alpha,UGA,5,"))
        for series, total, claims in (("tr", 120, 2), ("tr-b", 105, 3)):
            asked = {
                "from": "2014-01-31",
                "to": "2014-02-28",
                "interval": "month",
                "group_by": "none",
            }
            months = desk.read("/v1/strength/series", source=series, **asked)["data"]
            assert [(row["present"], row["disputed"]) for row in months] == [(total, False)] * 2
            told = desk.read("/v1/claims", source=series)["data"]
            assert {claim["source"] for claim in told} == {f"{series}-2014-01-31"}
            assert len(told) == claims
        error = desk.client.get("/v1/claims", params={"source": "tr-c"}).json()["errors"][0]
        assert (error["parameter"], error["did_you_mean"]) == ("source", "tr-b")


class TestAMissionThatIsNotInTheNextMonth:
    def loaded(self, desk: Desk, covers: str) -> None:
        mapping = by_nation(more=f"covers: {covers}\n")
        desk.load(mapping, table("2024-01-31,Alpha,KEN,120,", "2024-01-31,Beta,UGA,50,2"))
        desk.load(by_nation("other"), table("2024-01-31,Gamma,KEN,5,"))
        desk.load(mapping, table("2024-02-29,Beta,UGA,55,"))

    def test_is_over_where_the_table_speaks_for_its_whole_day(self, desk: Desk) -> None:
        self.loaded(desk, "day")
        assert desk.present("2024-02-28", "mission") == {
            "alpha": 120,
            "beta": 52,
            "gamma": 5,
            "total": 177,
        }
        assert desk.present("2024-02-29", "mission") == {
            "alpha": 0,
            "beta": 55,
            "gamma": 5,
            "total": 60,
        }
        for place in [*(body := desk.ask("2024-03-31", mission="alpha"))["data"], body["total"]]:
            assert (place["present"], place["method"], place["evidence_date"]) == (
                0,
                "reported",
                "2024-02-29",
            )
        asked = {
            "from": "2024-01-01",
            "to": "2024-03-31",
            "interval": "month",
            "group_by": "mission",
        }
        alpha = [row["present"] for row in desk.series(**asked) if row["mission"] == "alpha"]
        assert alpha == [120, 0, 0]

    def test_carries_on_where_the_table_speaks_for_its_own_missions_only(self, desk: Desk) -> None:
        self.loaded(desk, "missions")
        assert desk.present("2024-02-29", "mission") == {
            "alpha": 120,
            "beta": 55,
            "gamma": 5,
            "total": 180,
        }
        assert desk.ask("2024-02-29", mission="alpha")["total"]["evidence_date"] == "2024-01-31"


WORLD = """
series: world
source: {publisher: The World, grade: A2}
date: {column: Day}
mission: {column: Mission}
nation: {column: Nation}
counts: [{column: Troops, category: troops}]
"""
OLD = "Day,Mission,Nation,Troops\n1954-06-30,Alpha,KEN,900\n2018-01-31,Beta,UGA,50\n2020-01-31,Gamma,UGA,24\n"


class TestOldEvidence:
    def test_says_how_old_it_is_in_rows_and_in_the_total(self, desk: Desk) -> None:
        desk.load(WORLD, OLD)
        body = desk.ask("2020-02-29", group_by="mission")
        ages = ("evidence_from", "evidence_date", "evidence_age_days")
        told = {row["mission"]: [row[name] for name in ages] for row in body["data"]}
        assert told["alpha"] == ["1954-06-30", "1954-06-30", 23985]
        assert told["beta"] == ["2018-01-31", "2018-01-31", 759]
        assert body["total"]["present"] == 974
        assert [body["total"][name] for name in ages] == ["1954-06-30", "2020-01-31", 23985]

    def test_is_left_out_beyond_an_age_and_the_working_says_so(self, desk: Desk) -> None:
        desk.load(WORLD, OLD)
        body = desk.ask("2020-02-29", group_by="mission", max_age="3650d", explain="true")
        assert {row["mission"]: row["present"] for row in body["data"]} == {"beta": 50, "gamma": 24}
        assert (body["total"]["present"], body["total"]["evidence_from"]) == (74, "2018-01-31")
        aside = {each["claim"]: each["reason"] for each in body["set_aside"]}
        assert (
            aside["world-alpha-ken-troops-1954-06-30--world-1954-06-30"]
            == "too old: it tells of 1954-06-30"
        )
        months = {"from": "1964-05-31", "to": "1964-07-31", "interval": "month", "group_by": "none"}
        told = [row["present"] for row in desk.series(max_age="3650d", **months)]
        assert told == [900, 0, 0]

    @pytest.mark.parametrize("age", ["0", "-1", "x", "999999999d"])
    def test_an_age_that_is_none_is_refused_by_name(self, desk: Desk, age: str) -> None:
        for path in ("/v1/strength", "/v1/strength/series"):
            answer = desk.client.get(path, params={"max_age": age})
            assert answer.status_code == 422
            assert [error["parameter"] for error in answer.json()["errors"]] == ["max_age"]


SAID = """
missions: [{slug: alpha, name: Alpha}]
sources:
  - {slug: echo, publisher: The Echo, published: 2024-01-20, grade: C3}
  - {slug: gazette, publisher: The Gazette, published: 2024-02-20, grade: A2}
entries:
  - {key: e1, kind: strength_report, mission: alpha, nation: KEN, category: troops, claims: [{source: echo, status: occurred, count: 30, date: 2024-01-15}]}
  - {key: e2, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: echo, status: occurred, count: 20, date: 2024-01-15}]}
  - {key: e3, kind: strength_report, mission: alpha, nation: UGA, category: police, claims: [{source: echo, status: occurred, count: 9, date: 2024-01-15}]}
"""


def report(key: str, nation: str, date: str, **more: Any) -> dict[str, Any]:
    """A strength report with a claim of the gazette's, as it is sent."""
    said = {"source": "gazette", "status": "occurred", "count": 25, "date": date}
    category = {} if "complete" in more else {"category": "police"}
    return {"key": key, "mission": "alpha", "nation": nation, **category, "claims": [said | more]}


class TestWrittenOverHTTP:
    def test_a_complete_report_of_a_nation_lists_its_categories_and_no_other_nation(
        self, desk: Desk
    ) -> None:
        desk.tell(SAID)
        desk.write(
            "POST", "/v1/strength-reports", report("g1", "KEN", "2024-02-15", complete=True), 201
        )
        desk.write("POST", "/v1/strength-reports", report("g2", "KEN", "2024-02-15"), 201)
        found = desk.ask("2024-02-15", group_by="nation,category")["data"]
        told = {(row["nation"], row["category"]): row["present"] for row in found}
        assert told == {("KEN", "police"): 25, ("KEN", "troops"): 0, ("UGA", "police"): 9}
        assert desk.present("2024-02-15") == {"KEN": 25, "UGA": 9, "total": 34}
        assert desk.present("2024-02-14") == {"KEN": 50, "UGA": 9, "total": 59}

    def test_a_movement_is_no_list_of_anybody_and_the_refusal_says_so(self, desk: Desk) -> None:
        desk.tell(SAID)
        moved = {"direction": "arrival", "category": "police"}
        sent = report("m1", "KEN", "2024-02-15", complete=True) | moved
        problem = desk.write("POST", "/v1/movements", sent, 422)
        assert (
            problem["errors"][0]["detail"]
            == "only a claim of a strength_report can be complete, and this is of kind movement"
        )
        assert desk.read("/v1/movements")["data"] == []

    def test_states_that_are_no_more_and_parts_of_years_and_decades_are_taken(
        self, desk: Desk
    ) -> None:
        desk.tell(SAID)
        bounds = {
            "198X": ("Soviet Union", "1980-01-01", "1989-12-31"),
            "1988-33": ("Yugoslavia", "1988-01-01", "1988-03-31"),
            "2024-33": ("Kenya", "2024-01-01", "2024-03-31"),
        }
        for number, (date, (nation, *_)) in enumerate(bounds.items()):
            desk.write("POST", "/v1/strength-reports", report(f"old-{number}", nation, date), 201)
        told = {claim["date"]: claim for claim in desk.read("/v1/claims", source="gazette")["data"]}
        found = {
            date: (claim["date_earliest"], claim["date_latest"]) for date, claim in told.items()
        }
        assert found == {date: (first, last) for date, (_, first, last) in bounds.items()}
        assert desk.present("1990-01-01", nation=["Soviet Union", "YUG"]) == {
            "SUN": 25,
            "YUG": 25,
            "total": 50,
        }

    def test_an_organisation_gives_as_a_nation_does(self, desk: Desk) -> None:
        desk.tell(SAID)
        claim = {"source": "gazette", "status": "occurred", "date": "2024-33"}
        gift = {
            "key": "d1",
            "mission": "alpha",
            "donor": "European Union",
            "item": "funds",
            "recipient": "mission",
        }
        desk.write("POST", "/v1/deliveries", gift | {"claims": [claim]}, 201)
        [found] = desk.read("/v1/deliveries", nation="European Union")["data"]
        assert (found["key"], found["donor"]) == ("d1", "XEU")

    def test_a_season_is_refused_because_it_is_not_the_same_days_everywhere(
        self, desk: Desk
    ) -> None:
        desk.tell(SAID)
        problem = desk.write("POST", "/v1/strength-reports", report("s", "KEN", "2024-21"), 422)
        [error] = problem["errors"]
        assert error["pointer"] == "/claims/0/date"
        assert "names a season, which is not the same days everywhere" in error["detail"]
