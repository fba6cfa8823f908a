"""When: a date is EDTF (ISO 8601-2) and means the days it allows. A day is the whole local day.

Refused, because they would make a false day of a vague word: clock times, seasons, masked digits, sets, years
beyond four digits. `~` widens a date by one unit of its own precision on either side; `?` widens nothing.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from edtf import EDTFParseException, parse_edtf

NOTATION = "2024-07-16, 2024-07, 2024, 2024-07-16~ (about), 2024-07-16? (doubted), 2024-07-14/2024-07-16, 2024-07-17/.."

_END = r"(?:(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?([~?%])?)"
_SIMPLE = re.compile(_END)
_SHAPE = re.compile(rf"{_END}|(?:{_END}|\.\.)/(?:{_END}|\.\.)")


class BadDate(ValueError):
    """The words given for a date are not in the part of EDTF that is used here."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days a date allows: from `earliest` to `latest`, either None where it is open."""

    edtf: str
    earliest: date | None
    latest: date | None

    def settled_day(self, occurred: bool) -> date | None:
        """The one day it stands for in a sum: the later bound, or the earlier one of what has occurred and is open."""
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
    earliest, latest = (_bound(end, words, upper) for end, upper in ((ends[0], False), (ends[-1], True)))
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
    if end == "..":
        return None
    match = _SIMPLE.fullmatch(end)
    try:
        if not match or (match[2] or "01") > "12":  # 21 to 41 are seasons, which differ by hemisphere
            raise ValueError(end)
        bound = date(int(match[1]), int(match[2]), int(match[3])) if match[3] else _by_edtf(end, upper)
        return _widened(bound, match, 1 if upper else -1) if match[4] in ("~", "%") else bound
    except (ValueError, OverflowError, EDTFParseException) as error:
        raise BadDate(f"{words!r} names a day that does not exist") from error


def _by_edtf(end: str, upper: bool) -> date:
    parsed = parse_edtf(end)
    return date(*(parsed.upper_strict() if upper else parsed.lower_strict())[:3])


def _widened(bound: date, match: re.Match[str], step: int) -> date:
    """One unit further out: a day, a month or a year, by the precision the date has."""
    if match[3]:
        return bound + timedelta(days=step)
    months = bound.year * 12 + bound.month - 1 + step * (1 if match[2] else 12)
    year, month = months // 12, months % 12 + 1
    return date(year, month, 1 if step < 0 else monthrange(year, month)[1])
