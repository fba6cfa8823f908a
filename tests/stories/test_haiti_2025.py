"""The mission in Haiti a year later: who came, which promise was kept, who was lost. On both
databases.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import AFTER, SEEDS, Twins, twins

HAITI = "mission=haiti-mss"


@pytest.fixture(scope="module")
def year(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A server that knows both years."""
    with twins([*SEEDS, AFTER], postgresql, tmp_path_factory.mktemp("after")) as both:
        yield both


def total(read: Twins, when: str, asked: str = "") -> Any:
    return read.json(f"/v1/strength?{HAITI}&as_of={when}{asked}")["total"]


@pytest.mark.parametrize(
    ("when", "come", "lapsed", "outcome"),
    [
        ("2024-11-30", 0, 0, "open"),
        ("2024-12-01", 0, 600, "lapsed"),
        ("2025-01-18", 217, 383, "in_part"),
        ("2025-02-06", 361, 239, "in_part"),
        ("2025-10-02", 361, 239, "in_part"),
    ],
)
def test_the_600_lapse_and_are_kept_in_part_by_later_groups(
    year: Twins, when: str, come: int, lapsed: int, outcome: str
) -> None:
    found = year.json(f"/v1/promises?{HAITI}&kind=movement&nation=KEN&as_of={when}")["data"]
    (further,) = [row for row in found if row["key"] == "haiti-mss-ken-further-600"]
    assert (further["come"], further["lapsed"], further["outcome"]) == (come, lapsed, outcome)
    assert total(year, when, "&nation=KEN")["lapsed"] == lapsed


def test_the_dead_and_the_missing_are_lost_and_not_gone_home(year: Twins) -> None:
    days = ("2025-02-22", "2025-02-23", "2025-03-25", "2025-08-31")
    assert [total(year, when)["lost"] for when in days] == [0, 1, 2, 3]
    lost = year.json(f"/v1/movements?{HAITI}&reason=hostile_act&reason=missing&reason=accident")
    assert [row["count"] for row in lost["data"]] == [1, 1, 1]
    wounded = year.json(f"/v1/events?{HAITI}&event_type=incident")["data"]
    assert [row["count"] for row in wounded] == [8]


def test_who_came_in_january_and_february(year: Twins) -> None:
    rows = year.json(f"/v1/strength?{HAITI}&as_of=2025-02-06&group_by=nation")["data"]
    there = {row["nation"]: row["present"] for row in rows if row["nation"] and row["present"]}
    assert there == {"BHS": 6, "BLZ": 2, "GTM": 150, "JAM": 24, "KEN": 744, "SLV": 78}
    kept = year.json(f"/v1/promises?{HAITI}&kind=pledge&nation=GTM&as_of=2025-02-06")["data"]
    assert [(row["outcome"], row["come"]) for row in kept] == [("on_time", 150)]


def test_what_was_known_before_the_year_stays_what_it_was(year: Twins) -> None:
    before = year.json(f"/v1/strength?{HAITI}&as_of=2024-12-31&revision=2")["total"]
    after = total(year, "2024-12-31")
    for measure in ("present_low", "present", "present_high", "arrived", "expected", "lapsed"):
        assert after[measure] == before[measure], measure
