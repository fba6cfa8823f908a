"""Days, months, quarters and years as tables write them, made into EDTF by the order of their
parts.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Literal, get_args

from app.estimate.dates import BadDate, parse_date

Form = Literal[
    "day",
    "edtf",
    "day month year",
    "month day year",
    "year month day",
    "month year",
    "year month",
    "quarter year",
    "year quarter",
    "year",
]
FORMS: tuple[str, ...] = get_args(Form)

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00(?:\.0+)?)?")
_PART = r"[^\W\d_]+|[0-9]+"
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DIGITS = {"year": 4, "month": 2, "day": 2, "quarter": 1}


@lru_cache(maxsize=20_000)
def period(words: str, form: str = "day", months: tuple[str, ...] = ()) -> str:
    """Words as EDTF: `form` says what they give and in what order; BadDate when they give something
    else.

    A day as 2014-07-31, and a date cell of a workbook, is understood by each form, which takes of
    it what it names.
    """
    iso = _ISO.fullmatch(words)
    if iso and form != "edtf":
        return _checked(dict(zip(("year", "month", "day"), iso.groups(), strict=True)), form, words)
    if form == "edtf":
        return parse_date(iso[0][:10] if iso else words).edtf
    if form == "day":
        raise BadDate(
            f"{words!r:.60} is not a day; write it as 2014-07-31, or say in the mapping `as` "
            "what it is"
        )
    order = form.split()
    return _checked(dict(zip(order, _parts(words, form, months), strict=True)), form, words)


def chosen_day(edtf: str, end: Literal["first", "last"]) -> str:
    """The first or the last day of a period; BadDate when it is open there."""
    span = parse_date(edtf)
    day = span.earliest if end == "first" else span.latest
    if day is None:
        raise BadDate(f"{edtf!r} has no {end} day")
    return day.isoformat()


def spanned(start: str, end: str | None) -> str:
    """The span from one date to another (None: open); BadDate when it ends before it begins."""
    if start == end:
        return start
    first, last = start.split("/")[0], "" if end is None else end.split("/")[-1]
    return parse_date(f"{first}/{last or '..'}").edtf


def _parts(words: str, form: str, months: Sequence[str]) -> list[str]:
    """The parts of a date in its order, a month as its number."""
    order = form.split()
    plain = re.sub(r"(?<=[0-9])(st|nd|rd|th)\b", "", words.casefold())
    parts = [
        part for part in re.findall(_PART, plain) if "quarter" not in order or part not in _QUARTER
    ]
    if len(parts) == 1:
        parts = _cut(parts[0], order)
    if (
        len(parts) != len(order)
        or not re.fullmatch(r"[\s./,-]*", re.sub(_PART, "", plain))
        or plain[:1] == "-"
    ):
        raise BadDate(f"{words!r:.60} is not a date given as {form!r}")
    return [
        _month(part, months) if name == "month" else part
        for name, part in zip(order, parts, strict=True)
    ]


_QUARTER = ("q", "qtr", "quarter", "t")


def _cut(digits: str, order: Sequence[str]) -> list[str]:
    """The parts of a date that is written without anything between them, as 20140731; whole where
    it is not so.
    """
    ends = [0, *accumulate(_DIGITS[name] for name in order)]
    if len(digits) != ends[-1]:
        return [digits]
    return [digits[start:end] for start, end in pairwise(ends)]


def _month(words: str, months: Sequence[str]) -> str:
    if words.isdigit():
        return words
    for names in (_MONTHS, [name.casefold() for name in months]):
        found = [
            n
            for n, name in enumerate(names, 1)
            if words in (name, name[:3]) or (words, n) == ("sept", 9)
        ]
        if len(found) == 1:
            return str(found[0])
    raise BadDate(
        f"{words!r:.60} is not the name of a month; name the twelve in the mapping as `months`"
    )


def _checked(parts: dict[str, str], form: str, words: str) -> str:
    """The parts as EDTF, no finer than the form."""
    year, month, day = parts["year"], parts.get("month"), parts.get("day")
    digits = all(part.isdigit() and len(part) <= _DIGITS[name] for name, part in parts.items())
    if not digits or len(year) != 4:
        raise BadDate(f"{words!r:.60} is not a date given as {form!r}; a year has four digits")
    if "quarter" in form:
        quarter = int(parts["quarter"]) if "quarter" in parts else (int(month or 1) + 2) // 3
        return _quarter(year, quarter, words)
    made = year
    if (month and "month" in form) or form == "day":
        made += f"-{int(month or 0):02}"
    if day and "day" in form:
        made += f"-{int(day):02}"
    return parse_date(made).edtf


def _quarter(year: str, quarter: int, words: str) -> str:
    if quarter not in (1, 2, 3, 4):
        raise BadDate(f"{words!r:.60} names a quarter that does not exist")
    return parse_date(f"{year}-{3 * quarter - 2:02}/{year}-{3 * quarter:02}").edtf
