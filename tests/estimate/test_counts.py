"""How many: the notation of a count, what it refuses, and sums of ranges that never make an unknown
zero in silence.
"""

from typing import Any

import pytest

from app.estimate.counts import (
    FLOOR,
    LIMIT,
    UNKNOWN,
    Addend,
    BadCount,
    Count,
    Sum,
    at_least_zero,
    contribution,
    exactly,
    gather,
    negate,
    parse_count,
)
from tests.builders import arrival


@pytest.mark.parametrize(
    ("words", "low", "best", "high"),
    [
        ("200", 200, 200, 200),
        ("0", 0, 0, 0),
        ("1000000000", 1_000_000_000, 1_000_000_000, 1_000_000_000),
        ("~200", 180, 200, 220),
        ("~5", 4, 5, 6),
        ("~1", 0, 1, 2),
        ("~0", 0, 0, 0),
        ("~11", 9, 11, 13),
        ("~396", 356, 396, 436),
        (">=600", 600, 600, None),
        (">=0", 0, 0, None),
        ("<=2500", 0, None, 2500),
        ("<=0", 0, None, 0),
        ("150..200", 150, 175, 200),
        ("150..201", 150, 175, 201),
        ("0..1", 0, 0, 1),
        ("5..5", 5, 5, 5),
        ("some", 1, None, None),
        ("unknown", 0, None, None),
    ],
)
def test_the_notation_of_a_count(words: str, low: int, best: int | None, high: int | None) -> None:
    assert parse_count(words) == Count(low, best, high)


@pytest.mark.parametrize("number", [0, 1, 396, LIMIT])
def test_a_whole_number_is_a_count_as_integer_and_as_words(number: int) -> None:
    assert (
        parse_count(number)
        == parse_count(str(number))
        == exactly(number)
        == Count(number, number, number)
    )


def test_no_words_are_an_unknown_and_not_a_zero() -> None:
    assert parse_count(None) == UNKNOWN == Count(0, None, None) != parse_count("0")


def test_at_the_limit_a_rounded_range_may_still_fit() -> None:
    assert parse_count("~909090909") == Count(818_181_818, 909_090_909, LIMIT)


REFUSED: dict[str, list[Any]] = {
    "no number at all": [True, False, 200.0, float("nan"), b"200", [200], {"count": 200}],
    "spaces and separators": [
        "",
        " ",
        " 200",
        "200 ",
        "200\n",
        "\t200",
        "20 0",
        "1_000",
        "1,000",
        "1.000",
    ],
    "other numbers": ["200.0", "1e3", "0x10", "inf", "NaN"],
    "signs": ["-5", "+5", "--5", "−5", -1, -(2**63)],
    "other digits": ["２００", "٣", "²", "Ⅷ", "٢٠٠", "2００"],
    "broken ranges": [
        "5..3",
        "150..",
        "..200",
        "150...200",
        "150.200",
        "150..200..250",
        "150 .. 200",
        "150-200",
    ],
    "marks and ranges together": ["~150..200", ">=150..200", "<=150..200", "150..~200"],
    "broken marks": [
        "~",
        ">=",
        "<=",
        "~~200",
        "~ 200",
        "200~",
        ">600",
        "<600",
        "=600",
        "=>600",
        "≥600",
        "≤600",
    ],
    "other words": ["Some", "SOME", "some ", "Unknown", "null", "None", "about 200", "true"],
    "over the limit": [
        "1000000001",
        1_000_000_001,
        "9999999999",
        9_999_999_999,
        "0..1000000001",
        "~909090910",
    ],
    "far over the limit": ["99999999999", 2**63, 2**63 - 1, str(2**63), "9" * 5000],
    "unprintable": ["200\x00", "\x00", "\ud800"],
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_what_is_not_in_the_notation_is_refused(words: list[Any]) -> None:
    for word in words:
        with pytest.raises(BadCount):
            pytest.fail(f"{word!r} was read as {parse_count(word)}")


def test_a_refusal_is_a_value_error_that_repeats_the_words_and_is_short() -> None:
    with pytest.raises(ValueError, match="'about 200'"):
        parse_count("about 200")
    with pytest.raises(BadCount) as refused:
        parse_count("9" * 5000)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("low", "best", "high"),
    [
        (-1, 0, 0),
        (5, 4, 6),
        (5, 7, 6),
        (5, None, 4),
        (0, None, LIMIT + 1),
        (LIMIT + 1, None, None),
        (1, 0, None),
    ],
)
def test_a_range_stands_in_order_and_within_the_limits(
    low: int, best: int | None, high: int | None
) -> None:
    with pytest.raises(BadCount):
        Count(low, best, high)


@pytest.mark.parametrize(
    ("words", "silent", "exact", "point"),
    [
        ("200", False, True, 200),
        ("~200", False, False, 200),
        (">=600", False, False, 600),
        ("<=2500", False, False, 0),
        ("150..200", False, False, 175),
        ("some", False, False, 1),
        ("unknown", True, False, 0),
        ("0", False, True, 0),
    ],
)
def test_only_unknown_is_silent_and_only_one_value_is_exact(
    words: str, silent: bool, exact: bool, point: int
) -> None:
    count = parse_count(words)
    assert (count.silent, count.exact, count.point) == (silent, exact, point)


@pytest.mark.parametrize(
    ("one", "other", "both_can_be_true"),
    [
        ("200", "200", True),
        ("200", "201", False),
        ("~200", "220", True),
        ("~200", "221", False),
        ("150..200", "200..250", True),
        ("150..200", "201..250", False),
        (">=600", "600", True),
        (">=600", "599", False),
        ("<=2500", "2501", False),
        ("some", "0", False),
        ("some", "1", True),
        ("unknown", "0", True),
        ("some", ">=600", True),
    ],
)
def test_ranges_overlap_when_both_can_be_true(one: str, other: str, both_can_be_true: bool) -> None:
    assert parse_count(one).overlaps(parse_count(other)) is both_can_be_true
    assert parse_count(other).overlaps(parse_count(one)) is both_can_be_true


def addend(words: str, entry: str = "") -> Addend:
    count = parse_count(words)
    return Addend(
        "arrival", entry or words, (), count.low, count.point, count.high, count.best is not None
    )


def total(*words: str) -> tuple[int, int | None, int | None, int]:
    found = Sum.of(gather({addend(word, f"{place}"): 1} for place, word in enumerate(words)))
    return found.low, found.best, found.high, found.unknown_terms


@pytest.mark.parametrize(
    ("words", "low", "best", "high", "unknown_terms"),
    [
        ([], 0, 0, 0, 0),
        (["200", "196"], 396, 396, 396, 0),
        (["~200", "150..200"], 330, 375, 420, 0),
        ([">=600", "200"], 800, 800, None, 0),
        (["200", "some"], 201, 201, None, 1),
        (["200", "unknown"], 200, 200, None, 1),
        (["200", "<=100"], 200, 200, 300, 1),
        (["some"], 1, None, None, 1),
        (["some", "some"], 2, None, None, 2),
        (["unknown", "unknown", "0"], 0, 0, None, 2),
        (["<=100", "<=50"], 0, None, 150, 2),
    ],
)
def test_a_sum_adds_lows_bests_and_highs_and_says_how_many_bests_it_lacked(
    words: list[str], low: int, best: int | None, high: int | None, unknown_terms: int
) -> None:
    assert total(*words) == (low, best, high, unknown_terms)


def test_a_sum_without_any_best_still_has_a_point_for_further_sums() -> None:
    some = {addend("some", "a"): 1, addend("some", "b"): 1}
    assert (Sum.of(some).best, Sum.of(some).point) == (None, 2)


@pytest.mark.parametrize(
    ("words", "times", "low", "best", "high"),
    [
        ("150..200", 1, 150, 175, 200),
        ("150..200", -1, -200, -175, -150),
        ("some", 1, 1, 1, None),
        ("~5", 3, 12, 15, 18),
    ],
)
def test_taken_away_the_high_lowers_the_low(
    words: str, times: int, low: int, best: int, high: int | None
) -> None:
    assert contribution(addend(words), times) == (low, best, high)


def test_what_is_added_and_taken_away_cancels_without_widening() -> None:
    first, second = {addend("~200"): 1}, {addend("some"): 1}
    assert gather([first, second, negate(first)]) == second
    assert gather([first, negate(first)]) == {}
    assert gather([first, first]) == {addend("~200"): 2}


@pytest.mark.parametrize(
    ("there", "leave", "low", "best", "high"),
    [
        ("200", "50", 150, 150, 150),
        ("200", "200", 0, 0, 0),
        ("200", "300", 0, 0, 0),
        ("200", "150..250", 0, 0, 50),
        ("200", "some", 0, 199, 199),
        ("200", "unknown", 0, 200, 200),
        ("some", "unknown", 0, None, None),
        ("<=100", "some", 0, None, 99),
        ("150..200", "50..100", 50, 100, 150),
        ("<=100", "50", 0, None, 50),
    ],
)
def test_a_stock_never_falls_below_zero(
    there: str, leave: str, low: int, best: int | None, high: int | None
) -> None:
    found = Sum.of(
        at_least_zero(gather([{addend(there, "a"): 1}, negate({addend(leave, "b"): 1})]))
    )
    assert (found.low, found.best, found.high) == (low, best, high)


def test_the_floor_is_a_term_of_its_own_and_no_unknown_one() -> None:
    closed = at_least_zero(gather([{addend("200", "a"): 1}, negate({addend("300", "b"): 1})]))
    assert [
        (term.low, term.best, term.high, term.known) for term in closed if term.role == FLOOR
    ] == [(100, 100, 100, None)]


def test_what_has_no_bound_is_not_taken_away_unclosed() -> None:
    with pytest.raises(ValueError, match="upper bound"):
        contribution(addend("some"), -1)


def test_the_builders_of_these_tests_read_the_same_notation() -> None:
    assert arrival("KEN", "2024-06-25", "~200").value.count == parse_count("~200")
