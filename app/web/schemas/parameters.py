"""The words that parameters take: numbers, days, names from a list; what is refused says what may
be written.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from app.estimate.categories import PARENTS
from app.estimate.dates import parse_day
from app.estimate.series import INTERVALS
from app.estimate.strength import MEASURES
from app.record.documents import GRADE
from app.record.kinds import KINDS
from app.record.nations import fold


def today() -> date:
    """The day it is, in UTC: what as_of means when it is left out."""
    return datetime.now(UTC).date()


def _number(words: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", str(words)) or int(words) >= 2**31:
        raise ValueError(f"{str(words)[:60]!r} is not a whole number from 0 to {2**31 - 1}")
    return int(words)


def _size(words: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", str(words)) or not 1 <= int(words) <= 1000:
        raise ValueError(f"{str(words)[:60]!r} is not a whole number from 1 to 1000")
    return int(words)


def _truth(words: Any) -> bool:
    if words not in ("true", "false"):
        raise ValueError(f"{str(words)[:60]!r} is neither true nor false")
    return bool(words == "true")


def _words(words: str) -> str:
    if not words.strip():
        raise ValueError("is empty; leave the parameter out to ask for everything")
    return words


_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_BACK = re.compile(r"today(-[0-9]{1,6}d)?", re.ASCII)


def _day_or_moment(words: str) -> date:
    """A day; of a time, the day that is written in it; today, or so many days before it, as
    today-30d.
    """
    try:
        if _BACK.fullmatch(words):
            return today() - timedelta(days=int(words[6:-1] or 0))
        if _TIME.fullmatch(words):
            return datetime.fromisoformat(words).date()
        return parse_day(words)
    except (ValueError, OverflowError) as error:
        hint = "; a + in an address is written %2B" if " " in words else ""
        detail = (
            f"{words!r:.60} is not a day; write 2024-07-16, 2024-07-16T12:00:00Z, today or "
            f"today-30d{hint}"
        )
        raise ValueError(detail) from error


def _max_age(words: Any) -> int:
    found = re.fullmatch(r"([0-9]{1,6})d?", str(words), re.ASCII)
    if not found or not 1 <= int(found[1]) <= MOST_DAYS:
        raise ValueError(
            f"{str(words)[:60]!r} is not an age: write a number of days from 1 to {MOST_DAYS:,}, "
            "as 365d"
        )
    return int(found[1])


MOST_DAYS = 100_000
Number = Annotated[int, Field(ge=0, lt=2**31), BeforeValidator(_number)]
Size = Annotated[int, Field(ge=1, le=1000), BeforeValidator(_size)]
MaxAge = Annotated[int, Field(ge=1, le=MOST_DAYS), BeforeValidator(_max_age)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Day = Annotated[date, BeforeValidator(parse_day)]
# Said as the text that it is: a client that is made from the document may then send today-30d.
DayOrMoment = Annotated[
    date,
    BeforeValidator(_day_or_moment),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(today(-[0-9]{1,6}d)?|[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
            "(T[0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)$",
        }
    ),
]
Word = Annotated[str, StringConstraints(max_length=250), BeforeValidator(_words)]
Names = Annotated[str, StringConstraints(max_length=1000), BeforeValidator(_words)]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
CategoryName: Any = Literal[tuple(PARENTS)]
KindName: Any = Literal[tuple(KINDS)]
Measure: Any = Literal[MEASURES]
MeasureName: Any = Literal[tuple(f"{m}{end}" for m in MEASURES for end in ("", "_low", "_high"))]
IntervalName: Any = Literal[INTERVALS]


def _grade(words: str) -> str:
    if not re.fullmatch(GRADE, words):
        raise ValueError(f"{words!r:.20} is not an Admiralty grade: write A1 (best) to F6")
    return words


def _sought(words: str) -> str:
    if not fold(words):
        raise ValueError("has no letter or digit to look for")
    return words


Grade = Annotated[str, StringConstraints(pattern=GRADE), BeforeValidator(_grade)]
Sought = Annotated[Word, BeforeValidator(_sought)]
Width = Annotated[int, Field(ge=320, le=1600), BeforeValidator(_number)]
