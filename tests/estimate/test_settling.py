"""Who is believed: standing first, then the policy; what is disputed, what is set aside, what the
cut-offs admit.
"""

from itertools import permutations

import pytest

from app.estimate.entries import POLICIES, Claim, Policy, Status
from app.estimate.settling import admitted, origins, settle
from tests.builders import arriving, claim, day, pledging, told


def settled(
    *claims: Claim, policy: Policy = "graded"
) -> tuple[str, int, int | None, int | None, str]:
    """Status, low, best, high and the source believed."""
    value = told(arriving("KEN"), *claims, policy=policy).value
    return value.status, value.count.low, value.count.best, value.count.high, value.counted.source


def test_no_claims_settle_to_nothing() -> None:
    assert settle([]) is None


def test_one_claim_is_the_value() -> None:
    value = told(arriving("KEN"), claim("2024-07-16", "~200", by="ap")).value
    assert (value.status, value.day, value.count.low, value.count.best, value.count.high) == (
        *("occurred", day("2024-07-16")),
        *(180, 200, 220),
    )
    assert (value.disputed, value.spread, value.origins, value.claims) == (False, (180, 220), 1, 1)
    assert (value.set_aside, value.uncancelled, value.announced) == ((), None, day("2024-07-16"))


# ---- standing: occurred or cancelled beats expected, whatever the policy ----


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("happened", ["occurred", "cancelled"])
def test_what_happened_beats_what_was_expected_whatever_the_policy(
    policy: Policy, happened: Status
) -> None:
    expected = [
        claim(
            "2024-05-31",
            number,
            by=f"x{number}",
            status="expected",
            grade="A1",
            out="2024-12-31",
            recorded=9,
        )
        for number in (1, 500)
    ]
    known = claim("2024-06-25", 200, by="z", status=happened, grade="F6", out="2024-06-26")
    assert settled(*expected, known, policy=policy) == (happened, 200, 200, 200, "z")


def test_the_whole_story_of_one_group_settles_to_its_arrival() -> None:
    value = told(
        arriving("KEN"),
        claim("../2024-05-31", 500, by="january", status="expected", out="2024-01-31"),
        claim("2024-06-20", 200, by="june", status="expected", out="2024-06-17"),
        claim("2024-06-25", 200, by="arrived", out="2024-06-26"),
    ).value
    assert (value.status, value.count.best, value.day) == ("occurred", 200, day("2024-06-25"))
    assert value.announced == day("2024-01-31")
    assert (value.claims, value.origins, value.spread) == (3, 1, (200, 200))
    assert [aside.claim.source for aside in value.set_aside] == ["january", "june"]
    assert all(
        "arrived" in aside.reason and "occurred" in aside.reason for aside in value.set_aside
    )


# ---- the four policies, each with its ties: (source, count, grade, out by, recorded) ----

TOLD = {
    "good-old": ("~200", "A1", "2024-07-10", 1),
    "good-new": ("190", "A1", "2024-07-12", 1),
    "poor-new": ("100", "D4", "2024-07-20", 1),
    "poor-old": ("300", "D4", "2024-07-01", 1),
    "undated": ("250", "B2", None, 1),
}


def tell(*names: str) -> list[Claim]:
    rows = [(name, *TOLD[name]) for name in names]
    return [claim("2024-07-16", c, by=n, grade=g, out=out, recorded=r) for n, c, g, out, r in rows]


@pytest.mark.parametrize(
    ("policy", "names", "believed"),
    [
        ("graded", ["good-old", "good-new", "poor-new", "poor-old", "undated"], "good-new"),
        ("graded", ["good-old", "poor-new", "poor-old", "undated"], "good-old"),
        ("graded", ["poor-new", "poor-old", "undated"], "undated"),
        ("graded", ["poor-new", "poor-old"], "poor-new"),
        ("latest", ["good-old", "good-new", "poor-new", "poor-old", "undated"], "poor-new"),
        ("latest", ["good-old", "poor-old", "undated"], "good-old"),
        ("latest", ["poor-old", "undated"], "poor-old"),
        ("lowest", ["good-old", "good-new", "poor-new", "poor-old", "undated"], "poor-new"),
        ("lowest", ["good-old", "good-new"], "good-new"),
        ("highest", ["good-old", "good-new", "poor-new", "poor-old", "undated"], "poor-old"),
        ("highest", ["good-old", "good-new", "undated"], "undated"),
    ],
)
def test_each_policy_believes_its_own(policy: Policy, names: list[str], believed: str) -> None:
    for order in permutations(tell(*names)):
        assert settled(*order, policy=policy)[-1] == believed


@pytest.mark.parametrize("policy", POLICIES)
def test_equal_claims_are_told_apart_by_the_later_record(policy: Policy) -> None:
    early = claim("2024-07-16", 200, by="a", recorded=3)
    late = claim("2024-07-16", 200, by="b", recorded=4)
    assert settled(early, late, policy=policy)[-1] == settled(late, early, policy=policy)[-1] == "b"


@pytest.mark.parametrize("policy", POLICIES)
def test_claims_alike_in_everything_still_settle_in_one_way(policy: Policy) -> None:
    alike = [claim("2024-07-16", 200, by=name) for name in ("c", "a", "b")]
    assert {settled(*order, policy=policy) for order in permutations(alike)} == {
        ("occurred", 200, 200, 200, "a")
    }


@pytest.mark.parametrize("policy", ["lowest", "highest"])
def test_of_equal_numbers_the_better_grade_is_believed(policy: Policy) -> None:
    told_twice = (
        claim("2024-07-16", 200, by="a", grade="C3"),
        claim("2024-07-16", 200, by="b", grade="B2"),
    )
    assert settled(*told_twice, policy=policy)[-1] == "b"


def test_ungraded_is_the_worst_grade() -> None:
    assert (
        settled(
            claim("2024-07-16", 1, by="a", grade="F6"), claim("2024-07-16", 2, by="b", grade="F5")
        )[-1]
        == "b"
    )


@pytest.mark.parametrize(
    ("policy", "counts", "believed"),
    [
        ("lowest", ["~200", "185"], "185"),
        ("lowest", ["<=2500", "100"], "<=2500"),
        ("lowest", ["some", "100"], "some"),
        ("lowest", ["unknown", "100"], "100"),
        ("highest", ["~200", "210"], "210"),
        ("highest", ["<=2500", "2000"], "<=2500"),
        ("highest", ["<=2500", "2600"], "2600"),
        ("lowest", [">=600", "599"], "599"),
        ("highest", [">=600", "601"], "601"),
        ("highest", ["unknown", "100"], "100"),
    ],
)
def test_lowest_and_highest_go_by_the_best_or_else_by_the_bound(
    policy: Policy, counts: list[str], believed: str
) -> None:
    claims = [claim("2024-07-16", count, by=count) for count in counts]
    assert settled(*claims, policy=policy)[-1] == believed


# ---- silent claims ----


def test_a_silent_claim_settles_the_day_but_not_the_number() -> None:
    value = told(
        arriving("KEN"),
        claim("2024-06-25", "unknown", by="best", grade="A1"),
        claim("2024-06-24", 200, by="worse", grade="C3"),
        claim("2024-06-25", 210, by="worst", grade="D4"),
    ).value
    assert (value.day, value.count.best) == (day("2024-06-25"), 200)
    assert (value.claim.source, value.counted.source) == ("best", "worse")
    assert value.claim_keys == (value.claim.key, value.counted.key)
    assert [aside.claim.source for aside in value.set_aside] == ["worst"]


def test_some_says_a_number_and_unknown_does_not() -> None:
    assert settled(
        claim("2024-06-25", "some", by="a", grade="A1"), claim("2024-06-25", 200, by="b")
    )[1:] == (
        *(1, None, None),
        "a",
    )
    assert (
        settled(
            claim("2024-06-25", "unknown", by="a", grade="A1"), claim("2024-06-25", 200, by="b")
        )[-1]
        == "b"
    )


def test_where_all_are_silent_the_number_stays_unknown() -> None:
    value = told(
        arriving("KEN"), claim("2024-06-25", by="a"), claim("2024-06-25", by="b", grade="A1")
    ).value
    assert (value.count.low, value.count.best, value.count.high) == (0, None, None)
    assert (value.spread, value.counted.source, value.claim_keys) == (
        (0, None),
        "b",
        (value.claim.key,),
    )


def test_a_silent_claim_of_better_standing_does_not_borrow_the_expected_number() -> None:
    found = settled(
        claim("2024-06-25", by="a"), claim("2024-06-20", 500, by="b", status="expected")
    )
    assert found == ("occurred", 0, None, None, "a")


def test_a_silent_claim_set_aside_says_that_it_gives_no_number() -> None:
    value = told(
        arriving("KEN"), claim("2024-06-25", 200, by="a"), claim("2024-06-25", by="b", grade="C3")
    ).value
    assert [(aside.claim.source, "no number" in aside.reason) for aside in value.set_aside] == [
        ("b", True)
    ]


# ---- disputed, spread, origins ----


@pytest.mark.parametrize(
    ("one", "other", "disputed"),
    [
        (("2024-07-16", "396"), ("2024-07-16", "396"), False),
        (("2024-07-16", "396"), ("2024-07-16", "400"), True),
        (("2024-07-16", "396"), ("2024-07-16", "~400"), False),
        (("2024-07-16", "396"), ("2024-07-16", "unknown"), False),
        (("2024-07-16", "396"), ("2024-07-16", "some"), False),
        (("2024-07-16", "396"), ("2024-07-16", ">=397"), True),
        (("2024-07-16", "396"), ("2024-07-16", "<=395"), True),
        (("2024-07-16", "396"), ("2024-07-17", "396"), True),
        (("2024-07-16", "396"), ("2024-07-17~", "396"), False),
        (("2024-07-16", "396"), ("2024-07", "396"), False),
        (("2024-07-16", "unknown"), ("2024-07-17", "unknown"), True),
        (("2024-07-16/..", "396"), ("../2024-07-15", "396"), True),
    ],
)
def test_disputed_when_independent_numbers_or_days_do_not_overlap(
    one: tuple[str, str], other: tuple[str, str], disputed: bool
) -> None:
    independent = told(arriving("KEN"), claim(*one, by="a"), claim(*other, by="b")).value
    assert (independent.disputed, independent.origins) == (disputed, 2)
    copied = told(arriving("KEN"), claim(*one, by="a"), claim(*other, by="b", repeats="a")).value
    assert (copied.disputed, copied.origins) == (False, 1)


def test_two_copies_of_one_witness_are_one_and_a_third_voice_disputes_both() -> None:
    value = told(
        arriving("KEN"),
        claim("2024-07-16", 400, by="ap", grade="A1"),
        claim("2024-07-16", 400, by="copy", repeats="ap"),
        claim("2024-07-16", 396, by="nation"),
    ).value
    assert (value.disputed, value.origins, value.claims, value.spread) == (True, 2, 3, (396, 400))


def test_what_was_expected_does_not_dispute_what_occurred() -> None:
    value = told(
        arriving("KEN"),
        claim("2024-05-31", 500, by="a", status="expected"),
        claim("2024-06-25", 200, by="b"),
    ).value
    assert (value.disputed, value.spread, value.origins) == (False, (200, 200), 1)


def test_one_says_it_occurred_and_another_that_it_was_called_off() -> None:
    value = told(
        arriving("BLZ"),
        claim("2024-09-12", 2, by="ap", grade="B2"),
        claim("2024-09-12", 2, by="heed", grade="C4", status="cancelled"),
    ).value
    assert (value.status, value.disputed, value.uncancelled) == ("occurred", True, None)


@pytest.mark.parametrize(
    ("counts", "spread"),
    [
        (["200", "~200", "150..200"], (150, 220)),
        (["200", ">=600"], (200, None)),
        (["200", "some"], (1, None)),
        (["200", "unknown"], (200, 200)),
        (["<=2500", "200"], (0, 2500)),
    ],
)
def test_the_spread_is_the_lowest_low_and_the_highest_high(
    counts: list[str], spread: tuple[int, int | None]
) -> None:
    for order in permutations(counts):
        assert (
            told(arriving("KEN"), *(claim("2024-07-16", c, by=c) for c in order)).value.spread
            == spread
        )


def test_announced_is_the_first_day_any_source_was_certainly_out() -> None:
    value = told(
        arriving("KEN"),
        claim("2024-08", 600, by="a", status="expected", out=None),
        claim("2024-08", 600, by="b", status="expected", out="2024-07-18"),
        claim("2024-08", 600, by="c", status="expected", out="2024-07-17", grade="F6"),
    ).value
    assert value.announced == day("2024-07-17")
    assert (
        told(arriving("KEN"), claim("2024-08", 600, status="expected", out=None)).value.announced
        is None
    )


# ---- cancelled ----


def test_what_was_cancelled_remembers_what_stood_before() -> None:
    value = told(
        pledging("BEN"),
        claim("2024-03-01", 2000, by="minister"),
        claim("2024-02-01", 1500, by="rumour", status="expected", grade="A1"),
        claim("2024-09-01", 2000, by="withdrawal", status="cancelled"),
    ).value
    before = value.uncancelled
    assert (value.status, value.day) == ("cancelled", day("2024-09-01"))
    assert before is not None
    assert (before.status, before.count.best, before.day) == ("occurred", 2000, day("2024-03-01"))
    assert (before.claims, before.disputed, before.uncancelled) == (2, False, None)


def test_what_was_only_expected_and_then_cancelled_stood_as_expected() -> None:
    value = told(
        arriving("KEN"),
        claim("2024-08", 600, by="a", status="expected", out="2024-07-17"),
        claim("2024-08-10", by="b", status="cancelled"),
    ).value
    assert value.status == "cancelled"
    assert value.uncancelled is not None
    assert (value.uncancelled.status, value.uncancelled.count.best) == ("expected", 600)


def test_what_nobody_ever_said_otherwise_of_is_cancelled_and_was_nothing() -> None:
    value = told(arriving("KEN"), claim("2024-08-10", by="b", status="cancelled")).value
    assert (value.status, value.uncancelled) == ("cancelled", None)


# ---- evidence cut-offs ----

OUT = {"early": ("2024-07-16", "C3"), "late": ("2024-07-18", "A1"), "never-dated": (None, "A2")}


@pytest.mark.parametrize(
    ("published_by", "min_grade", "kept"),
    [
        (None, None, ["early", "late", "never-dated"]),
        ("2024-07-16", None, ["early"]),
        ("2024-07-17", None, ["early"]),
        ("2024-07-18", None, ["early", "late"]),
        ("2024-07-15", None, []),
        (None, "C3", ["early", "late", "never-dated"]),
        (None, "B6", ["late", "never-dated"]),
        (None, "A1", ["late"]),
        ("2024-07-17", "A1", []),
        ("2030-01-01", "F6", ["early", "late"]),
    ],
)
def test_the_cut_offs_admit_what_was_certainly_out_and_well_enough_graded(
    published_by: str | None, min_grade: str | None, kept: list[str]
) -> None:
    claims = [
        claim("2024-07-16", 200, by=by, out=out, grade=grade) for by, (out, grade) in OUT.items()
    ]
    inside, outside = admitted(claims, day(published_by) if published_by else None, min_grade)
    assert [c.source for c in inside] == kept
    assert [aside.claim.source for aside in outside] == [by for by in OUT if by not in kept]
    assert all(aside.reason for aside in outside)


def test_the_reason_names_the_cut_off() -> None:
    poor = claim("2024-07-16", 200, by="a", grade="D4")
    assert "D4" in admitted([poor], min_grade="B2")[1][0].reason
    late = claim("2024-07-16", 200, by="a", out="2024-08-01")
    assert "2024-08-01" in admitted([late], published_by=day("2024-07-31"))[1][0].reason


# ---- who repeats whom ----


@pytest.mark.parametrize(
    ("derived_from", "roots"),
    [
        ({}, {}),
        ({"ap": None}, {"ap": "ap"}),
        ({"copy": "ap", "ap": None}, {"copy": "ap", "ap": "ap"}),
        ({"c": "b", "b": "a", "a": None}, {"c": "a", "b": "a", "a": "a"}),
        ({"copy": "not-in-the-ledger"}, {"copy": "not-in-the-ledger"}),
        ({"b": "a", "a": "b"}, {"a": "a", "b": "a"}),
        ({"a": "a"}, {"a": "a"}),
        ({"z": "y", "y": "x", "x": "y"}, {"z": "x", "y": "x", "x": "x"}),
        ({"a": "c", "c": "b", "b": "c"}, {"a": "b", "c": "b", "b": "b"}),
        (
            {"one": "ap", "two": "ap", "ap": None, "own": None},
            {"one": "ap", "two": "ap", "ap": "ap", "own": "own"},
        ),
    ],
)
def test_the_origin_is_the_root_of_what_is_repeated_and_a_loop_has_one(
    derived_from: dict[str, str | None], roots: dict[str, str]
) -> None:
    assert origins(derived_from) == roots


def test_a_long_chain_is_one_origin() -> None:
    chain = {f"s{n:04}": f"s{n + 1:04}" if n < 400 else None for n in range(401)}
    assert set(origins(chain).values()) == {"s0400"}
