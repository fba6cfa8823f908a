"""Dates in EDTF (ISO 8601-2), as the interval of days that each allows. A day is the whole local
day.

Digits may be left open from the right: `1980-01-XX`, `1980-XX`, `198X` and `19XX` allow the same
days as the month, the year, the ten and the hundred years they stand in. Quarters (33 to 36),
thirds (37 to 39) and halves (40, 41) of a year are spans of months. Refused, because they would
make a false day of a vague word: clock times, seasons, sets, years beyond four digits. `~` widens a
date by one unit of its own precision on either side (a quarter by a quarter, `198X` by ten years, a
day left open by its month); `?` widens nothing.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

NOTATION = (
    "2024-07-16, 2024-07, 2024, 2024-07-XX, 202X (digits not known), 2024-33 (quarters 33 to 36, "
    "halves 40, 41), "
    "2024-07-16~ (about), 2024-07-16? (doubted), 2024-07-14/2024-07-16, 2024-07-17/.."
)

_END = r"(?:\d{4}(?:-\d{2}){0,2}|\d{4}-[01]\d-XX|\d{4}-XX(?:-XX)?|\d{3}X|\d{2}XX)[~?%]?"
_SHAPE = re.compile(rf"{_END}|(?:{_END}|\.\.)/(?:{_END}|\.\.)")
# What stands in the place of a month and is none: the first month of each part of a year, and how
# many it has.
_PARTS = {
    **{33 + part: (1 + 3 * part, 3) for part in range(4)},
    **{37 + part: (1 + 4 * part, 4) for part in range(3)},
    **{40 + part: (1 + 6 * part, 6) for part in range(2)},
}
_SEASONS = range(21, 33)


class BadDate(ValueError):
    """The words given for a date are not in the part of EDTF that is used here."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days a date allows: from `earliest` to `latest`, either None where it is open."""

    edtf: str
    earliest: date | None
    latest: date | None

    @property
    def exact(self) -> bool:
        """One day only."""
        return self.earliest is not None and self.earliest == self.latest

    def settled_day(self, occurred: bool) -> date | None:
        """The one day it stands for in a sum: the later bound, or the earlier one of what has
        occurred and is open.
        """
        if self.latest is not None:
            return self.latest
        return self.earliest if occurred else None

    def overlaps(self, other: "Span") -> bool:
        """Some day is allowed by both."""
        return not (
            (self.latest and other.earliest and self.latest < other.earliest)
            or (other.latest and self.earliest and other.latest < self.earliest)
        )

    def certainly_between(self, after: date | None, until: date) -> bool:
        """Every day it allows lies after `after` (None: always) and no later than `until`."""
        later = after is None or (self.earliest is not None and self.earliest > after)
        return later and self.latest is not None and self.latest <= until

    def possibly_between(self, after: date | None, until: date) -> bool:
        """Some day it allows lies after `after` (None: always) and no later than `until`."""
        if after is not None and until <= after:
            return False
        later = after is None or self.latest is None or self.latest > after
        return later and (self.earliest is None or self.earliest <= until)


def parse_date(words: str) -> Span:
    """Read an EDTF date of the kinds in NOTATION. BadDate for every other word."""
    if not isinstance(words, str):
        raise BadDate(f"{words!r:.60} is not a date; write {NOTATION}")
    return _parsed(words)


@lru_cache(maxsize=20_000)
def _parsed(words: str) -> Span:
    if not (words.isascii() and _SHAPE.fullmatch(words)) or words == "../..":
        raise BadDate(f"{words!r:.60} is not a date; write {NOTATION}")
    ends = words.split("/")
    earliest, latest = (
        _bound(end, words, upper) for end, upper in ((ends[0], False), (ends[-1], True))
    )
    if earliest and latest and earliest > latest:
        raise BadDate(f"{words!r} ends before it begins")
    return Span(words, earliest, latest)


def parse_day(words: str) -> date:
    """Read one plain day, as in `as_of=2024-07-16`. BadDate for every other word."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", words):
        try:
            return date.fromisoformat(words)
        except ValueError:
            pass
    raise BadDate(f"{words!r:.60} is not a day; write it as 2024-07-16")


def _bound(end: str, words: str, upper: bool) -> date | None:
    """The first or last day that one end of a date allows; None where it is open."""
    if end == "..":
        return None
    stated = end.rstrip("~?%")
    about = stated != end and end[-1] != "?"
    year, *rest = (part for part in stated.split("-") if part != "XX")
    if len(rest) == 1 and int(rest[0]) in _SEASONS:
        raise BadDate(
            f"{words!r} names a season, which is not the same days everywhere; write months, as "
            "2024-03/2024-05"
        )
    try:
        if len(rest) == 2:
            day = date(int(year), int(rest[0]), int(rest[1]))
            return day + timedelta(days=1 if upper else -1) if about else day
        first, months = _months(year, rest)
        return _edge(first - about * months, months * (1 + 2 * about), upper)
    except (ValueError, OverflowError) as error:
        raise BadDate(f"{words!r} names a day that does not exist") from error


def _months(year: str, rest: list[str]) -> tuple[int, int]:
    """The first month, counted from the year nought, and how many there are. ValueError where there
    is none.
    """
    open_digits = year.count("X")
    month, months = (
        _PARTS.get(int(rest[0]), (int(rest[0]), 1)) if rest else (1, 12 * 10**open_digits)
    )
    if not 1 <= month <= 12:
        raise ValueError(f"{month} is not a month")
    return int(year.replace("X", "0")) * 12 + month - 1, months


def _edge(first: int, months: int, upper: bool) -> date:
    """The first or last day of some months. ValueError where any of them lies outside the
    calendar.
    """
    last = first + months - 1
    begins, ends = date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)
    return ends.replace(day=monthrange(ends.year, ends.month)[1]) if upper else begins
