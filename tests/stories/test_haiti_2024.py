"""What Muster must answer about its first case, over HTTP, on both databases: first from one
article, then from the press.
"""

from typing import Any

import pytest

from tests.conftest import Twins

KENYA = "/v1/strength?mission=haiti-mss&nation=KEN"
OTHERS_PLEDGED = [
    "ATG",
    "BEN",
    "BGD",
    "BHS",
    "BLZ",
    "BRB",
    "CAN",
    "DEU",
    "DZA",
    "ESP",
    "FRA",
    "GBR",
    "TTO",
    "TUR",
]


def row(body: Any, nation: str) -> Any:
    """The row of one nation."""
    found = [row for row in body["data"] if row["nation"] == nation]
    assert len(found) == 1, nation
    return found[0]


def ranged(row: Any, measure: str) -> tuple[Any, Any, Any]:
    """Low, best and high of a measure."""
    return row[f"{measure}_low"], row[measure], row[f"{measure}_high"]


class TestFromTheArticleAlone:
    @pytest.mark.parametrize("name", ["KEN", "ken", "kenya", "Kenya", "Republic of Kenya"])
    def test_kenya_has_396_on_18_july_by_report(self, read_article: Twins, name: str) -> None:
        body = read_article.json("/v1/strength", params={"nation": name, "as_of": "2024-07-18"})
        for place in (row(body, "KEN"), body["total"]):
            assert ranged(place, "present") == (396, 396, 396)
            assert ranged(place, "arrived") == (396, 396, 396)
            assert ranged(place, "expected") == (600, 600, 600)
            assert place["method"] == "reported"
            assert place["evidence_date"] == "2024-07-16"
            assert place["evidence_age_days"] == 2
            assert place["disputed"] is False

    def test_on_1_july_196_are_implied_by_the_later_report(self, read_article: Twins) -> None:
        kenya = row(read_article.json(f"{KENYA}&as_of=2024-07-01"), "KEN")
        assert ranged(kenya, "present") == (196, 196, 196)
        assert kenya["method"] == "implied"
        assert kenya["evidence_age_days"] == -15

    def test_before_the_first_arrival_there_is_nobody(self, read_article: Twins) -> None:
        kenya = row(read_article.json(f"{KENYA}&as_of=2024-06-24"), "KEN")
        assert ranged(kenya, "present") == (0, 0, 0)
        assert kenya["method"] == "none"

    def test_before_the_article_was_out_nothing_was_known(self, read_article: Twins) -> None:
        body = read_article.json("/v1/strength?as_of=2024-07-16&published_by=2024-07-01")
        assert body["data"] == []
        assert ranged(body["total"], "present") == (0, 0, 0)
        assert body["total"]["method"] == "none"

    def test_sixteen_nations_pledged_and_none_said_how_many(self, read_article: Twins) -> None:
        body = read_article.json("/v1/strength?mission=haiti-mss&as_of=2024-07-18")
        pledged = [each for each in body["data"] if each["pledged_low"]]
        assert sorted(each["nation"] for each in pledged) == sorted([*OTHERS_PLEDGED, "JAM", "KEN"])
        assert {ranged(each, "pledged") for each in pledged} == {(1, None, None)}
        assert {each["present"] for each in pledged if each["nation"] != "KEN"} == {0}
        assert ranged(body["total"], "pledged") == (16, None, None)
        assert body["total"]["present"] == 396

    def test_jamaica_came_to_look_and_is_not_there(self, read_article: Twins) -> None:
        jamaica = row(read_article.json("/v1/strength?nation=Jamaica&as_of=2024-07-18"), "JAM")
        assert ranged(jamaica, "present") == (0, 0, 0)
        visits = read_article.json("/v1/events?event_type=visit&nation=JAM")["data"]
        assert [(visit["count"], visit["date"]) for visit in visits] == [(6, "2024-07-15")]

    def test_two_deliveries_of_carriers_came_and_one_is_expected(self, read_article: Twins) -> None:
        found = read_article.json("/v1/deliveries?mission=haiti-mss&sort=date_earliest")["data"]
        told = [
            (each["status"], each["count_low"], each["count"], each["count_high"], each["date"])
            for each in found
        ]
        assert told == [
            ("occurred", 1, None, None, "2024-07-07/.."),
            ("occurred", 1, None, None, "2024-07-14"),
            ("expected", 1, None, None, "2024-07-17/2024-07-27"),
        ]
        assert [each["item"] for each in found[:2]] == ["apc", "apc"]
        assert [(each["donor"], each["recipient"], each["nation"]) for each in found] == [
            ("USA", "contingent", "KEN"),
            (None, "mission", None),
            (None, "mission", None),
        ]

    @pytest.mark.parametrize("day", ["2024-06-24", "2024-07-01", "2024-07-18"])
    def test_the_terms_of_every_figure_add_up_to_it(self, read_article: Twins, day: str) -> None:
        body = read_article.json(f"/v1/strength?as_of={day}&explain=true")
        for place in [*body["data"], body["total"]]:
            for measure, working in place["working"].items():
                terms = working["terms"]
                assert sum(term["low"] for term in terms) == place[f"{measure}_low"]
                if place[measure] is not None:
                    assert sum(term["best"] for term in terms) == place[measure]
                if place[f"{measure}_high"] is not None:
                    assert sum(term["high"] for term in terms) == place[f"{measure}_high"]

    def test_the_working_names_the_claims_used_and_the_ones_set_aside(
        self, read_article: Twins
    ) -> None:
        body = read_article.json(f"{KENYA}&as_of=2024-07-01&explain=true")
        terms = row(body, "KEN")["working"]["present"]["terms"]
        assert [(term["role"], term["best"], term["claims"]) for term in terms] == [
            ("report", 396, ["haiti-mss-ken-strength-2024-07-16--heed-2024-07-17"]),
            ("arrival", -200, ["haiti-mss-ken-second-group--heed-2024-07-17"]),
        ]
        aside = {each["claim"]: each["reason"] for each in body["set_aside"]}
        assert "not yet announced" in aside["haiti-mss-ken-further-600--heed-2024-07-17"]


class TestWithThePress:
    def test_kenya_still_has_396_and_it_is_disputed(self, read: Twins) -> None:
        body = read.json(f"{KENYA}&as_of=2024-07-18")
        for place in (row(body, "KEN"), body["total"]):
            assert ranged(place, "present") == (396, 396, 396)
            assert place["method"] == "reported"
            assert place["disputed"] is True
        report = read.json("/v1/strength-reports/haiti-mss-ken-strength-2024-07-16")["data"]
        assert (report["spread_low"], report["spread_high"]) == (396, 600)
        assert report["disputed"] is True

    def test_what_the_press_believed_at_the_end_of_june(self, read: Twins) -> None:
        believed = read.json(f"{KENYA}&as_of=2024-06-30&published_by=2024-06-30")["total"]
        assert (ranged(believed, "present"), believed["method"]) == ((400, 400, 400), "counted")
        known_since = read.json(f"{KENYA}&as_of=2024-06-30")["total"]
        assert (known_since["present"], known_since["method"]) == (196, "implied")

    def test_the_end_of_2024_by_nation_adds_up_to_the_total(self, read: Twins) -> None:
        body = read.json("/v1/strength?mission=haiti-mss&as_of=2024-12-31")
        assert {n: row(body, n)["present"] for n in ("KEN", "JAM", "BLZ", "BHS")} == {
            "KEN": 382,
            "JAM": 24,
            "BLZ": 2,
            "BHS": 6,
        }
        for column in ("present_low", "present", "present_high", "arrived", "departed", "expected"):
            assert sum(each[column] for each in body["data"]) == body["total"][column], column
        assert body["data"][-1]["unallocated"] is True
        assert ranged(body["total"], "authorised") == (2500, 2500, 2500)

    def test_the_revision_before_the_press_still_answers_as_it_did(
        self, read: Twins, read_article: Twins
    ) -> None:
        asked = f"{KENYA}&as_of=2024-07-18"
        then = read.json(f"{asked}&revision=1")
        assert then["data"] == read_article.json(asked)["data"]
        assert then["total"]["disputed"] is False

    @pytest.mark.parametrize(
        ("policy", "present"), [("graded", 396), ("latest", 400), ("lowest", 396), ("highest", 600)]
    )
    def test_each_policy_believes_another_source(
        self, read: Twins, policy: str, present: int
    ) -> None:
        assert read.json(f"{KENYA}&as_of=2024-07-18&policy={policy}")["total"]["present"] == present

    def test_every_key_in_a_row_leads_to_a_route_that_shows_it(self, read: Twins) -> None:
        plural = {
            "movement": "movements",
            "strength_report": "strength-reports",
            "pledge": "pledges",
        }
        plural |= {"delivery": "deliveries", "mandate": "mandates", "event": "events"}
        body = read.json("/v1/strength?as_of=2024-12-31&explain=true&group_by=mission,nation")
        for each in body["data"][:-1]:
            assert read.json(f"/v1/missions/{each['mission']}")["data"]["slug"] == each["mission"]
            assert read.json(f"/v1/nations/{each['nation']}")["data"]["code"] == each["nation"]
        for claim in {
            key
            for each in body["data"]
            for t in each.get("working", {}).values()
            for term in t["terms"]
            for key in term["claims"]
        }:
            told = read.json(f"/v1/claims/{claim}")["data"]
            assert (
                read.json(f"/v1/{plural[told['kind']]}/{told['entry']}")["data"]["key"]
                == told["entry"]
            )
            assert read.json(f"/v1/sources/{told['source']}")["data"]["slug"] == told["source"]
