"""A mission that goes on under another name: 991 in June, a new force from 2 October 2025, 230 who
come for it, and 980 in all on the day they come. Asked over HTTP, of both databases.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Twins, twins

MSS, GSF = "haiti-mss", "haiti-gsf"


def entry(key: str, kind: str, mission: str, source: str, date: str, **said: Any) -> dict[str, Any]:
    """An entry with one claim; what is no part of a claim is about the entry."""
    claim = {"source": source, "status": said.pop("status", "occurred"), "date": date}
    if "count" in said:
        claim["count"] = said.pop("count")
    return {"key": key, "kind": kind, "mission": mission, **said, "claims": [claim]}


def source(slug: str, grade: str) -> dict[str, Any]:
    """A publication of the day its name ends in."""
    return {"slug": slug, "publisher": "The Gazette", "published": slug[-10:], "grade": grade}


DOCUMENT: dict[str, Any] = {
    "missions": [
        {"slug": MSS, "name": "Support Mission", "host_country": "HTI", "started": "2024-06-25"},
        {"slug": GSF, "name": "Suppression Force", "host_country": "HTI", "ended": None},
        {"slug": "alone", "name": "Alone"},
    ],
    "sources": [
        source("letter-2025-06-20", "A2"),
        source("council-2025-09-30", "A1"),
        source("gazette-2025-10-03", "B2"),
        source("gazette-2025-12-09", "B2"),
    ],
    "entries": [
        entry("june", "strength_report", MSS, "letter-2025-06-20", "2025-06-15", count=991),
        entry(
            "promise", "pledge", MSS, "letter-2025-06-20", "2025-06-10", nation="BEN", count=1500
        ),
        entry(
            "follows", "succession", GSF, "gazette-2025-10-03", "2025-10-02",
            predecessor=MSS, mode="continues",
        ),
        entry(
            "new-group", "movement", GSF, "gazette-2025-12-09", "2025-12-08",
            nation="KEN", category="police", direction="arrival", count=230,
        ),
        entry("in-all", "strength_report", GSF, "gazette-2025-12-09", "2025-12-08", count=980),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The two ledgers with the document."""
    place = tmp_path_factory.mktemp("follow")
    document = place / "follow.json"
    document.write_text(json.dumps(DOCUMENT))
    with twins([document], postgresql, place) as both:
        yield both


def present(asked: Twins, question: str) -> tuple[str, Any]:
    """The method and the figure of a total."""
    total = asked.json(f"/v1/strength?{question}")["total"]
    return total["method"], total["present"]


@pytest.mark.parametrize("slug", [MSS, GSF])
def test_the_line_is_one_whichever_of_its_missions_is_asked_for(asked: Twins, slug: str) -> None:
    line = f"mission={slug}&lineage=true&as_of="
    assert present(asked, line + "2025-10-01") == ("reported", 991)
    assert present(asked, line + "2025-11-01") == ("continued", 991)
    assert present(asked, line + "2025-12-09") == ("reported", 980)


def test_each_mission_alone(asked: Twins) -> None:
    assert present(asked, f"mission={GSF}&as_of=2025-12-09") == ("reported", 980)
    assert present(asked, f"mission={MSS}&as_of=2025-12-09") == ("passed_on", 0)
    assert present(asked, f"mission={GSF}&as_of=2025-10-01")[1] == 0
    assert present(asked, "as_of=2025-11-01") == ("continued", 991)


def test_a_mission_that_follows_none_is_itself_alone(asked: Twins) -> None:
    answers = [asked.json(f"/v1/strength?mission=alone{more}") for more in ("", "&lineage=true")]
    assert answers[0]["total"] == answers[1]["total"]
    assert asked.problem("/v1/strength?mission=alone&lineage=perhaps", 422)["errors"]


def test_a_contingent_is_followed_through_its_line(asked: Twins) -> None:
    new = f"contingent={GSF}-ken-police&as_of=2025-12-31"
    assert present(asked, new) == ("counted", 230)
    assert present(asked, f"{new}&lineage=true") == ("counted", 230)


def test_the_working_names_what_it_rests_on(asked: Twins) -> None:
    answer = asked.json(f"/v1/strength?mission={GSF}&as_of=2025-11-01&explain=true")
    terms = answer["total"]["working"]["present"]["terms"]
    assert {term["entry"] for term in terms} == {"june", "follows"}


def test_what_was_not_known_passes_nothing_on(asked: Twins) -> None:
    then = "as_of=2025-11-01&published_by=2025-10-01"
    assert present(asked, f"mission={MSS}&{then}") == ("reported", 991)
    assert present(asked, f"mission={GSF}&{then}")[1] == 0
    assert present(asked, f"mission={MSS}&as_of=2025-11-01&min_grade=A6") == ("reported", 991)


def test_a_series_and_its_picture_are_one_line(asked: Twins) -> None:
    line = f"mission={MSS}&lineage=true&group_by=none&to=2025-12-31"
    series = asked.json(f"/v1/strength/series?{line}&from=2025-06-15&interval=change")
    steps = [(row["date"], row["present"], row["method"]) for row in series["total"]]
    assert steps == [
        ("2025-06-15", 991, "reported"),
        ("2025-10-02", 991, "continued"),
        ("2025-12-08", 980, "reported"),
    ]
    for form in ("svg", "png"):
        assert asked(f"/v1/strength/series.{form}?{line}").status_code == 200


def test_promises_pass_over_and_are_held_against_the_whole_line(asked: Twins) -> None:
    after = asked.json(f"/v1/fulfilment?mission={MSS}&lineage=true&as_of=2025-11-01")
    (benin,) = [row for row in after["data"] if row["nation"] == "BEN"]
    assert (benin["pledged"], benin["outstanding"], benin["state"]) == (1500, 1500, "open")
    assert after["group_by"] == ["nation"]
    alone = asked.json(f"/v1/fulfilment?mission={MSS}&as_of=2025-11-01&group_by=none")
    assert alone["total"]["pledged"] == 0
    new = asked.json(f"/v1/fulfilment?mission={GSF}&as_of=2025-11-01&group_by=none")
    assert new["total"]["pledged"] == 1500


def test_a_report_is_held_against_the_last_one_of_the_line(asked: Twins) -> None:
    rows = asked.json(f"/v1/reconciliation?mission={MSS}&lineage=true&as_of=2025-12-31")["data"]
    found = {row["report"]: row for row in rows}
    assert found.keys() == {"june", "in-all"}
    step = found["in-all"]
    assert (step["from_date"], step["before"], step["moved"]) == ("2025-06-15", 991, 230)
    assert (step["reckoned"], step["difference"]) == (1221, -241)


def test_the_timeline_and_the_list_show_both_ways(asked: Twins) -> None:
    timeline = asked.json(f"/v1/timeline?mission={MSS}&lineage=true")
    assert [row["key"] for row in timeline["data"]] == [
        "promise", "june", "follows", "in-all", "new-group",
    ]  # fmt: skip
    assert asked.json(f"/v1/timeline?mission={MSS}")["page"]["total"] == 2
    for slug in (MSS, GSF):
        (row,) = asked.json(f"/v1/successions?mission={slug}")["data"]
        assert (row["mission"], row["predecessor"], row["mode"]) == (GSF, MSS, "continues")
    columns = asked("/v1/successions.csv").text.splitlines()[0].split(",")
    assert columns[:6] == ["key", "kind", "mission", "predecessor", "mode", "replaces"]
    missions = {row["slug"]: row for row in asked.json("/v1/missions")["data"]}
    assert (missions[GSF]["follows"], missions[MSS]["followed_by"]) == (MSS, GSF)


def shown(asked: Twins, question: str) -> str:
    """The page of figures."""
    return asked(f"/?{question}", headers={"Host": "muster.example", "Accept": "text/html"}).text


def test_the_page_offers_the_line_and_says_what_came_before(asked: Twins) -> None:
    page = shown(asked, f"mission={GSF}&as_of=2025-11-01")
    assert "continues Support Mission, from 2 October 2025" in page.replace(
        "Continues", "continues"
    )
    assert 'name="lineage" value="true"' in page
    line = shown(asked, f"mission={MSS}&as_of=2025-11-01&lineage=true")
    assert "with what came before and after" in line
    assert 'value="true" checked' in line
    assert ">991<" in line
    gone = shown(asked, f"mission={MSS}&as_of=2025-11-01")
    assert "they had passed over to the mission that continues it" in gone
    assert 'name="lineage"' not in shown(asked, "mission=alone")
