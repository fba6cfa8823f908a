"""Promise against arrival over HTTP: the seeds redone by hand, and the steps that every table
takes.
"""

from typing import Any

import pytest

from app.estimate.outcomes import OUTCOMES
from tests.conftest import Twins

END = "/v1/fulfilment?mission=haiti-mss&as_of=2024-12-31"
BOUNDS = ("_low", "", "_high")


def row(body: Any, nation: str) -> Any:
    """The row of one nation."""
    (found,) = [row for row in body["data"] if row["nation"] == nation]
    return found


def ranged(row: Any, measure: str) -> tuple[Any, Any, Any]:
    """Low, best and high of a measure."""
    low, best, high = (row[measure + end] for end in BOUNDS)
    return low, best, high


class TestTheSeeds:
    @pytest.mark.parametrize(
        ("nation", "outstanding", "state", "since", "last"),
        [
            # 1,000 offered on 29 July 2023; 196 + 200 came, 382 are left of them: 1000 - 396.
            ("KEN", (604, 604, 604), "in_part", "2023-07-29", "2024-07-16"),
            # 170 soldiers and 30 police in March; 24 came, of whom 21 to 27 are there: 200 - 27,
            # 200 - 24, 200 - 24.
            ("JAM", (173, 176, 176), "in_part", "2024-03-31", "2024-09-12"),
            # 1,500 by the notice to the United Nations, graded above the 2,000 of the press; nobody
            # came.
            ("BEN", (1500, 1500, 1500), "open", "2024-02-28", None),
            # 150, of whom six came on 18 October.
            ("BHS", (144, 144, 144), "in_part", "2024-02-29", "2024-10-18"),
            # The article has Belize promise without a number, and grades above those who give one;
            # two came.
            ("BLZ", (0, None, None), "unknown", "2024-07-17", "2024-09-12"),
            # Promised without a number, and nobody came: at least one is owed.
            ("BRB", (1, None, None), "open", "2024-02-29", None),
            ("SLV", (1, None, None), "open", "2024-10-30", None),
        ],
    )
    def test_at_the_end_of_2024(
        self, read: Twins, nation: str, outstanding: Any, state: str, since: str, last: str | None
    ) -> None:
        found = row(read.json(END), nation)
        assert ranged(found, "outstanding") == outstanding
        assert (found["state"], found["pledged_since"], found["last_arrival"]) == (
            state,
            since,
            last,
        )
        assert (found["mission"], found["unallocated"]) == ("haiti-mss", False)

    def test_the_total_is_that_of_strength_and_what_is_outstanding_the_sum_of_the_rows(
        self, read: Twins
    ) -> None:
        body = read.json(END)
        strength = read.json(END.replace("fulfilment", "strength") + "&group_by=mission,nation")
        for measure in ("pledged", "expected", "arrived", "present"):
            assert ranged(body["total"], measure) == ranged(strength["total"], measure)
            for each in body["data"][:-1]:
                assert ranged(each, measure) == ranged(row(strength, each["nation"]), measure)
            assert ranged(body["data"][-1], measure) == ranged(strength["data"][-1], measure)
        # 604 + 173 + 1500 + 144 + 0, and 1 each of the 13 others that gave no number; then the
        # bests, Belize's low of 0 standing in for its own.
        assert len(body["data"]) == 19
        assert ranged(body["total"], "outstanding") == (2434, 2437, None)
        assert (body["total"]["state"], body["total"]["disputed"]) == ("in_part", True)

    def test_on_18_july_kenya_had_sent_396_and_announced_600(self, read: Twins) -> None:
        kenya = row(read.json("/v1/fulfilment?as_of=2024-07-18&nation=Kenya"), "KEN")
        assert ranged(kenya, "expected") == (600, 600, 600)
        assert ranged(kenya, "outstanding") == (604, 604, 604)

    def test_the_pledges_that_name_no_category_stand_in_the_last_row_by_category(
        self, read: Twins
    ) -> None:
        body = read.json(f"{END}&group_by=nation,category")
        last = body["data"][-1]
        assert (last["unallocated"], last["nation"], last["state"]) == (True, None, "unknown")
        # 1500 + 150 + 14 without a number; at most 12 came beyond what their category promised: 6
        # of the Bahamas, 2 of Belize, 4 police of Jamaica.
        assert ranged(last, "pledged") == (1664, 1664, None)
        assert ranged(last, "outstanding") == (1652, None, None)

    def test_what_the_article_knew(self, read_article: Twins) -> None:
        kenya = row(read_article.json("/v1/fulfilment?as_of=2024-07-18"), "KEN")
        assert ranged(kenya, "pledged") == (1, None, None)
        assert (ranged(kenya, "outstanding"), kenya["state"]) == ((0, None, None), "unknown")


class TestTheTable:
    def test_it_says_what_it_was_asked(self, read: Twins) -> None:
        body = read.json(f"{END}&policy=highest")
        assert (body["as_of"], body["policy"], body["group_by"]) == (
            "2024-12-31",
            "highest",
            ["mission", "nation"],
        )
        assert set(body) == {
            *("data", "total", "as_of", "policy", "group_by"),
            *("revision", "recorded_at", "permalink", "page"),
        }
        assert body["permalink"] == f"{END}&policy=highest&revision=2"
        assert body["page"] == {"size": 1000, "next": None, "total": len(body["data"])}
        assert row(body, "BEN")["outstanding"] == 2000

    def test_columns_stand_in_their_order_and_rows_in_that_of_their_group(
        self, read: Twins
    ) -> None:
        body = read.json(END)
        group = ["mission", "mission_name", "nation", "nation_name", "unallocated"]
        figures = [
            f"{name}{end}"
            for name in ("pledged", "expected", "lapsed", "arrived", "present", "outstanding")
            for end in BOUNDS
        ]
        tally = [f"promises_{outcome}" for outcome in OUTCOMES]
        stands = ["state", "pledged_since", "last_arrival", *tally, "disputed"]
        assert {tuple(each) for each in body["data"]} == {(*group, *figures, *stands)}
        assert list(body["total"]) == [*figures, *stands]
        nations = [each["nation"] for each in body["data"][:-1]]
        assert nations == sorted(nations)

    def test_pages_visit_every_row_once_with_the_one_total(self, read: Twins) -> None:
        whole, rows, cursor = read.json(f"{END}&sort=-outstanding"), [], ""
        while True:
            body = read.json(f"{END}&sort=-outstanding&size=4{cursor}")
            rows += body["data"]
            assert body["total"] == whole["total"]
            if body["page"]["next"] is None:
                break
            cursor = f"&cursor={body['page']['next']}"
        assert rows == whole["data"]
        assert [each["nation"] for each in rows[:4]] == ["BEN", "KEN", "JAM", "BHS"]
        assert rows[-1]["unallocated"] is True

    def test_a_table_holds_the_rows(self, read: Twins) -> None:
        asked = "&nation=KEN&nation=BEN&fields=nation,outstanding,state,last_arrival"
        assert read(END.replace("?", ".csv?") + asked).text.split() == [
            "nation,outstanding,state,last_arrival",
            "BEN,1500,open,",
            "KEN,604,in_part,2024-07-16",
        ]
        assert len(read(END.replace("?", ".ndjson?") + asked).text.splitlines()) == 2

    @pytest.mark.parametrize(
        ("asked", "near"),
        [
            ("explain=true", None),
            ("group_by=nations", "nation"),
            ("sort=outstandin", "outstanding"),
            ("fields=method", None),
        ],
    )
    def test_what_it_does_not_take_is_refused(
        self, read: Twins, asked: str, near: str | None
    ) -> None:
        found = read.problem(f"/v1/fulfilment?{asked}", 422)["errors"][0]
        assert near is None or found["did_you_mean"] == near
