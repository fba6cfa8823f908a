"""Two strengths side by side: each side is what /v1/strength answers alone, and the claims are what
the figures stand on; on both databases.
"""

from typing import Any

import pytest

from tests.conftest import Twins

HAITI = "mission=haiti-mss"
COMPARE = f"/v1/strength/compare?{HAITI}"
MEASURES = ("present", "arrived", "expected", "pledged", "authorised")


def alone(read: Twins, asked: str) -> Any:
    return read.json(f"/v1/strength?{asked}")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("as_of=2024-07-01", "b_as_of=2024-12-31"),
        ("as_of=2024-12-31", "b_as_of=2024-07-01"),
        ("as_of=2024-06-30&published_by=2024-06-30", "b_published_by=2025-01-01"),
        ("as_of=2024-07-18&revision=1", "b_revision=2"),
        ("as_of=2024-07-18", "b_revision=1"),
        ("as_of=2024-07-18&group_by=category", "b_as_of=2024-10-01"),
        ("as_of=2024-07-18&policy=latest", ""),
    ],
)
@pytest.mark.parametrize("measure", MEASURES)
def test_each_side_is_what_it_is_alone(read: Twins, a: str, b: str, measure: str) -> None:
    found = read.json(f"{COMPARE}&{a}&{b}&measure={measure}")
    given: dict[str, str] = dict(pair.split("=") for pair in a.split("&"))
    other = given | {
        name.removeprefix("b_"): value
        for name, value in (pair.split("=") for pair in b.split("&") if pair)
    }
    sides = {
        "a": alone(read, f"{HAITI}&{a}"),
        "b": alone(read, f"{HAITI}&{'&'.join(f'{k}={v}' for k, v in other.items())}"),
    }
    group = given.get("group_by", "nation")
    rows = {row[group]: row for row in found["data"]}
    for name, side in sides.items():
        for end in ("_low", "", "_high"):
            assert found["total"][f"{name}{end}"] == side["total"][f"{measure}{end}"]
        assert found[name]["as_of"] == side["as_of"]
        for row in side["data"]:
            if not row["unallocated"]:
                assert rows[row[group]][name] == row[measure], row
    one, another = found["total"]["a"], found["total"]["b"]
    if one is not None and another is not None:
        assert found["total"]["difference"] == another - one


def test_the_claims_that_made_the_difference_are_those_of_one_side_alone(read: Twins) -> None:
    asked = f"{COMPARE}&nation=KEN&as_of=2024-07-15&b_as_of=2024-07-18"
    (kenya,) = [row for row in read.json(asked)["data"] if row["nation"] == "KEN"]
    for name, when in (("a", "2024-07-15"), ("b", "2024-07-18")):
        shown = alone(read, f"{HAITI}&nation=KEN&as_of={when}&explain=true")["data"][0]
        stands = {key for term in shown["working"]["present"]["terms"] for key in term["claims"]}
        assert set(kenya[f"only_{name}"]) <= stands
    assert not set(kenya["only_a"]) & set(kenya["only_b"])
    same = read.json(f"{COMPARE}&nation=KEN&as_of=2024-07-18")["total"]
    assert (same["difference"], same["only_a"], same["only_b"]) == (0, [], [])
    assert same["ranges_meet"]


def test_what_was_thought_then_and_is_known_now(read: Twins) -> None:
    asked = "as_of=2024-06-30&published_by=2024-06-30&b_published_by=2026-01-01"
    total = read.json(f"{COMPARE}&{asked}")["total"]
    assert (total["a"], total["b"], total["difference"]) == (400, 196, -204)


def test_two_missions_stand_against_each_other(read_all: Twins) -> None:
    asked = "mission=haiti-mss&as_of=2025-10-01&b_mission=haiti-gsf&b_as_of=2025-10-02"
    found = read_all.json(f"/v1/strength/compare?{asked}")
    assert (found["a"]["mission"], found["b"]["mission"]) == (["haiti-mss"], ["haiti-gsf"])
    # People pass over, and nobody is lost on the way.
    assert (found["total"]["difference"], found["total"]["ranges_meet"]) == (0, True)


def test_a_group_that_one_side_does_not_tell_of_counts_nobody(read: Twins) -> None:
    found = read.json(f"{COMPARE}&as_of=2024-07-18&revision=1&b_revision=2&group_by=nation")
    new = [row for row in found["data"] if row["a_method"] is None]
    assert new
    assert all(row["difference"] == row["b"] for row in new)


def test_no_ceiling_is_no_number(read: Twins) -> None:
    asked = "measure=authorised&group_by=none&as_of=2023-01-01&b_as_of=2024-12-31"
    total = read.json(f"{COMPARE}&{asked}")["total"]
    assert (total["a"], total["b"]) == (None, 2500)
    assert (total["difference"], total["ranges_meet"]) == (None, True)


def test_it_is_known_since_when_strength_says_so(read: Twins) -> None:
    total = read.json(f"{COMPARE}&as_of=2024-12-31&b_as_of=2030-01-01")["total"]
    for name, when in (("a", "2024-12-31"), ("b", "2030-01-01")):
        side = alone(read, f"{HAITI}&as_of={when}")["total"]
        assert total[f"{name}_last_known"] == side["last_known"]
        assert total[f"{name}_age_days"] == side["evidence_age_days"]


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("b_revision=99", "b_revision"),
        ("b_as_of=2024-02-30", "b_as_of"),
        ("b_mission=haiti-ms", "b_mission"),
        ("mission=haiti-ms", "mission"),
        ("measure=presents", "measure"),
        ("as_off=2024-01-01", "as_off"),
    ],
)
def test_a_slip_is_named(read: Twins, asked: str, parameter: str) -> None:
    (error,) = read.problem(f"{COMPARE}&{asked}", 422)["errors"]
    assert error["parameter"] == parameter
