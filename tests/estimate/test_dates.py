"""When: the EDTF that is read, the days each word allows, and every word that would make a false
day.
"""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest

from app.estimate.dates import BadDate, parse_date, parse_day
from tests.builders import day


def bounds(words: str) -> tuple[str | None, str | None]:
    span = parse_date(words)
    earliest, latest = ((bound and str(bound)) or None for bound in (span.earliest, span.latest))
    return earliest, latest


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("2024-07-16", "2024-07-16", "2024-07-16"),
        ("2024-07", "2024-07-01", "2024-07-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
        ("0001-01-01", "0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31", "9999-12-31"),
        ("2024-07-14/2024-07-16", "2024-07-14", "2024-07-16"),
        ("2024-07-16/2024-07-16", "2024-07-16", "2024-07-16"),
        ("2024-06/2024-07", "2024-06-01", "2024-07-31"),
        ("2024/2025-02", "2024-01-01", "2025-02-28"),
        ("2024-07/2024-07-15", "2024-07-01", "2024-07-15"),
        ("2024-07-17/..", "2024-07-17", None),
        ("2024-07/..", "2024-07-01", None),
        ("../2024-07-17", None, "2024-07-17"),
        ("../2024", None, "2024-12-31"),
    ],
)
def test_a_date_allows_the_days_of_its_precision(
    words: str, earliest: str | None, latest: str | None
) -> None:
    assert bounds(words) == (earliest, latest)


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("2024-07-16~", "2024-07-15", "2024-07-17"),
        ("2024-07-01~", "2024-06-30", "2024-07-02"),
        ("2024-07-31~", "2024-07-30", "2024-08-01"),
        ("2024-03-01~", "2024-02-29", "2024-03-02"),
        ("2023-03-01~", "2023-02-28", "2023-03-02"),
        ("2024-02-29~", "2024-02-28", "2024-03-01"),
        ("2024-01-01~", "2023-12-31", "2024-01-02"),
        ("2024-12-31~", "2024-12-30", "2025-01-01"),
        ("2024-07~", "2024-06-01", "2024-08-31"),
        ("2024-01~", "2023-12-01", "2024-02-29"),
        ("2023-01~", "2022-12-01", "2023-02-28"),
        ("2024-03~", "2024-02-01", "2024-04-30"),
        ("2024-12~", "2024-11-01", "2025-01-31"),
        ("2024-11~", "2024-10-01", "2024-12-31"),
        ("2024~", "2023-01-01", "2025-12-31"),
        ("2024-07-14~/2024-07-16", "2024-07-13", "2024-07-16"),
        ("2024-07-14/2024-07-16~", "2024-07-14", "2024-07-17"),
        ("2024-06~/2024-07", "2024-05-01", "2024-07-31"),
        ("2024-07-17~/..", "2024-07-16", None),
        ("../2024-07~", None, "2024-08-31"),
        ("0001-01-02~", "0001-01-01", "0001-01-03"),
        ("0001-02~", "0001-01-01", "0001-03-31"),
        ("0002~", "0001-01-01", "0003-12-31"),
        ("9999-12-30~", "9999-12-29", "9999-12-31"),
        ("9999-10~", "9999-09-01", "9999-11-30"),
        ("9997~", "9996-01-01", "9998-12-31"),
    ],
)
def test_about_widens_by_one_unit_of_its_own_precision(
    words: str, earliest: str | None, latest: str | None
) -> None:
    assert bounds(words) == (earliest, latest)


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("1980-01-XX", "1980-01-01", "1980-01-31"),
        ("2024-02-XX", "2024-02-01", "2024-02-29"),
        ("2024-XX", "2024-01-01", "2024-12-31"),
        ("1980-XX-XX", "1980-01-01", "1980-12-31"),
        ("198X", "1980-01-01", "1989-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("999X", "9990-01-01", "9999-12-31"),
        ("198X?", "1980-01-01", "1989-12-31"),
        ("198X/1992", "1980-01-01", "1992-12-31"),
        ("1980-01-XX/1980-03-XX", "1980-01-01", "1980-03-31"),
        ("198X/..", "1980-01-01", None),
        ("../1980-XX", None, "1980-12-31"),
        ("1980-01-XX~", "1979-12-01", "1980-02-29"),
        ("1980-XX-XX~", "1979-01-01", "1981-12-31"),
        ("198X~", "1970-01-01", "1999-12-31"),
        ("19XX~", "1800-01-01", "2099-12-31"),
    ],
)
def test_digits_that_are_not_known_allow_all_days_they_may_stand_for(
    words: str, earliest: str | None, latest: str | None
) -> None:
    assert bounds(words) == (earliest, latest)
    assert parse_date(words).edtf == words


@pytest.mark.parametrize(
    ("words", "earliest", "latest"),
    [
        ("2024-33", "2024-01-01", "2024-03-31"),
        ("2024-34", "2024-04-01", "2024-06-30"),
        ("2024-35", "2024-07-01", "2024-09-30"),
        ("2024-36", "2024-10-01", "2024-12-31"),
        ("2024-37", "2024-01-01", "2024-04-30"),
        ("2024-38", "2024-05-01", "2024-08-31"),
        ("2024-39", "2024-09-01", "2024-12-31"),
        ("2024-40", "2024-01-01", "2024-06-30"),
        ("2024-41", "2024-07-01", "2024-12-31"),
        ("2024-33/2024-34", "2024-01-01", "2024-06-30"),
        ("2023-41/2024-01-15", "2023-07-01", "2024-01-15"),
        ("2024-36/..", "2024-10-01", None),
        ("2024-33?", "2024-01-01", "2024-03-31"),
        ("2024-33~", "2023-10-01", "2024-06-30"),
        ("2024-38~", "2024-01-01", "2024-12-31"),
        ("2024-41~", "2024-01-01", "2025-06-30"),
    ],
)
def test_parts_of_a_year_are_their_months(
    words: str, earliest: str | None, latest: str | None
) -> None:
    assert bounds(words) == (earliest, latest)


@pytest.mark.parametrize("words", ["2024-21", "2024-32", "2024-24/2025", "2024/2024-25~"])
def test_a_season_is_refused_for_what_it_is(words: str) -> None:
    with pytest.raises(BadDate, match="names a season"):
        parse_date(words)


@pytest.mark.parametrize(
    "words",
    [
        *("0001-01-01~", "0001-01~", "0001~", "9999-12-31~", "9999-12~", "9999~"),
        *("0001-33~", "9999-41~", "999X~", "99XX~", "9999-12-XX~"),
    ],
)
def test_about_does_not_widen_over_the_edge_of_the_calendar(words: str) -> None:
    with pytest.raises(BadDate):
        parse_date(words)


@pytest.mark.parametrize("words", ["2024-07-16", "2024-07", "2024", "2024-07-14/2024-07-16"])
def test_doubt_widens_nothing(words: str) -> None:
    doubted = "/".join(f"{end}?" for end in words.split("/"))
    assert bounds(doubted) == bounds(words)
    assert parse_date(doubted).edtf == doubted


REFUSED: dict[str, list[Any]] = {
    "nothing": [
        "",
        " ",
        "0",
        "..",
        "/",
        "../..",
        "/..",
        "../",
        "2024/",
        "/2024",
        "../../2024",
        "2024/../2025",
    ],
    "days that do not exist": [
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024-04-31",
        "2024-07-32",
        "2024-02-30/2024-03",
    ],
    "months that do not exist": [
        "2024-13",
        "2024-13-01",
        "2024-99-99",
        "2024-00",
        "2024-07-00",
        "2024-00-01",
    ],
    "the year nought": ["0000", "0000-01-01"],
    "seasons": [
        "2024-21",
        "2024-22",
        "2024-23",
        "2024-24",
        "2024-25",
        "2024-32",
        "2024-21~",
        "2024-21/2024-22",
    ],
    "digits open in other places": [
        "XXXX",
        "2XXX",
        "2024-1X",
        "2024-07-1X",
        "2024-XX-16",
        "X024",
        "202X-07",
        "20XX-XX",
    ],
    "digits open otherwise": [
        "201x",
        "2024-uu",
        "20??",
        "202X-XX",
        "2024-X",
        "198X-33",
        "2024-33-XX",
        "000X",
        "00XX",
    ],
    "parts of the year that do not exist": ["2024-42", "2024-20", "2024-33-01", "2024-40-01"],
    "clock times": [
        "2024-07-16T10:00",
        "2024-07-16T10:00:00Z",
        "2024-07-16 10:00",
        "2024-07-16T",
        "10:00",
        "2024-07-16Z",
    ],
    "sets": ["{2024-07,2024-08}", "[2024-07..2024-08]", "[2024]", "{2024}", "2024,2025"],
    "spans that end before they begin": [
        "2024-07-16/2024-07-14",
        "2025/2024",
        "2024-08/2024-07",
        "2024-07-16/2024-06",
    ],
    "broken spans": [
        "2024-07-16/2024-07-17/2024-07-18",
        "2024-07-14//2024-07-16",
        "2024-07-14..2024-07-16",
    ],
    "other digits and signs": [
        "２０２４",
        "2024‐07‐16",
        "٢٠٢٤",
        "2024–07",
        "2024-07-１6",
        "2024-07-16～",
    ],
    "other orders and lengths": [
        "20240716",
        "2024/07/16",
        "16-07-2024",
        "16/07/2024",
        "2024-7-1",
        "24-07-16",
        "202",
        "2024-",
    ],
    "years beyond four digits": [
        "-2024",
        "y20240",
        "Y2024",
        "+2024",
        "12024",
        "2024E3",
        "2024S2",
        "02024",
    ],
    "marks in the wrong place": [
        "2024-07-16?~",
        "2024-07-16~?",
        "~2024",
        "?2024-07",
        "2024?-07",
        "2024-~07-16",
        "~",
        "..~",
    ],
    "spaces and the unprintable": [
        " 2024",
        "2024 ",
        "2024\n",
        "2024-07-16\n",
        "2024-07-16\x00",
        "\ud800",
    ],
    "words": ["unknown", "open", "soon", "on Monday", "July 2024", "today", "null"],
    "no text": [None, 2024, 20240716, 2024.0, b"2024", True, date(2024, 7, 16)],
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_what_would_make_a_false_day_is_refused(words: list[Any]) -> None:
    for word in words:
        with pytest.raises(BadDate):
            pytest.fail(f"{word!r} was read as {parse_date(word)}")


def test_a_refusal_is_a_value_error_that_repeats_the_words_and_is_short() -> None:
    with pytest.raises(ValueError, match="'on Monday'"):
        parse_date("on Monday")
    with pytest.raises(BadDate) as refused:
        parse_date("2024" * 5000)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("words", ["2024-07-16", "0001-01-01", "9999-12-31", "2024-02-29"])
def test_a_plain_day_is_read(words: str) -> None:
    assert parse_day(words) == date.fromisoformat(words)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "2024-07",
            "2024",
            "2024-02-30",
            "2024-07-16~",
            "2024-07-16?",
            "2024-07-17/..",
            "0000-01-01",
        ),
        *(
            "20240716",
            "2024-W29-2",
            "2024-07-16T00:00",
            " 2024-07-16",
            "2024-07-16\n",
            "２０２４-07-16",
            "0",
            "",
            "today",
        ),
    ],
)
def test_a_question_takes_a_plain_day_only(words: str) -> None:
    with pytest.raises(BadDate):
        parse_day(words)


@pytest.mark.parametrize(
    ("words", "occurred", "expected"),
    [
        ("2024-07-16", "2024-07-16", "2024-07-16"),
        ("2024-07", "2024-07-31", "2024-07-31"),
        ("2024-07-16~", "2024-07-17", "2024-07-17"),
        ("2024-07-14/2024-07-16", "2024-07-16", "2024-07-16"),
        ("../2024-07-16", "2024-07-16", "2024-07-16"),
        ("2024-07-17/..", "2024-07-17", None),
    ],
)
def test_the_settled_day_is_the_later_bound_or_the_earlier_of_what_occurred(
    words: str, occurred: str, expected: str | None
) -> None:
    span = parse_date(words)
    assert span.settled_day(occurred=True) == day(occurred)
    assert span.settled_day(occurred=False) == (expected and day(expected))


@pytest.mark.parametrize(
    ("words", "after", "until", "certainly", "possibly"),
    [
        # after d, up to D
        ("2024-07-16", "2024-07-15", "2024-07-16", True, True),
        ("2024-07-16", "2024-07-16", "2024-07-20", False, False),
        ("2024-07-16", "2024-07-10", "2024-07-15", False, False),
        ("2024-07-16", None, "2024-07-16", True, True),
        ("2024-07", "2024-06-30", "2024-07-31", True, True),
        ("2024-07", "2024-07-01", "2024-07-31", False, True),
        ("2024-07", "2024-06-30", "2024-07-30", False, True),
        ("2024-07", "2024-07-30", "2024-08-31", False, True),
        ("2024-07", "2024-07-31", "2024-08-31", False, False),
        ("2024-07", None, "2024-07-01", False, True),
        ("2024-07", None, "2024-06-30", False, False),
        ("2024-07-17/..", None, "2024-07-17", False, True),
        ("2024-07-17/..", "2024-08-01", "2024-08-02", False, True),
        ("2024-07-17/..", None, "2024-07-16", False, False),
        ("../2024-07-17", None, "2024-07-17", True, True),
        ("../2024-07-17", "2024-07-01", "2024-07-17", False, True),
        ("../2024-07-17", "2024-07-17", "2024-08-17", False, False),
        ("../2024-07-17", None, "2024-01-01", False, True),
    ],
)
def test_certainly_between_when_every_day_is_and_possibly_when_some_day_is(
    words: str, after: str | None, until: str, certainly: bool, possibly: bool
) -> None:
    span = parse_date(words)
    since = day(after) if after else None
    assert span.certainly_between(since, day(until)) is certainly
    assert span.possibly_between(since, day(until)) is possibly


@pytest.mark.parametrize(
    "words",
    ["2024-07-05", "2024-07-03~", "2024-07-03/2024-07-06", "../2024-07-04", "2024-07-04/.."],
)
def test_certain_and_possible_agree_with_looking_at_each_day(words: str) -> None:
    days = [day("2024-07-01") + timedelta(n) for n in range(10)]
    span, long_ago, far_off = parse_date(words), day("1000-01-01"), day("3000-01-01")
    allowed = [
        d for d in [long_ago, *days, far_off] if (span.earliest or d) <= d <= (span.latest or d)
    ]
    for since, until in [(None, until) for until in days] + list(combinations(days, 2)):
        inside = [(since is None or d > since) and d <= until for d in allowed]
        assert span.certainly_between(since, until) is all(inside), (since, until)
        assert span.possibly_between(since, until) is any(inside), (since, until)


@pytest.mark.parametrize(
    ("one", "other", "both_can_be_true"),
    [
        ("2024-07-16", "2024-07-16", True),
        ("2024-07-16", "2024-07-17", False),
        ("2024-07-16~", "2024-07-17", True),
        ("2024-07", "2024-07-31", True),
        ("2024-07", "2024-08-01", False),
        ("2024-07-17/..", "2030", True),
        ("2024-07-17/..", "2024-07-16", False),
        ("../2024-07-17", "2024-07-18/..", False),
        ("../2024-07-17", "2024-07-17/..", True),
    ],
)
def test_dates_overlap_when_some_day_is_allowed_by_both(
    one: str, other: str, both_can_be_true: bool
) -> None:
    assert parse_date(one).overlaps(parse_date(other)) is both_can_be_true
    assert parse_date(other).overlaps(parse_date(one)) is both_can_be_true
