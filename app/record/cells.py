"""The cells of a table: the words in them, what cannot be read, and how many a cell says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.estimate.counts import NOTATION, UNKNOWN, BadCount, Count, exactly, parse_count

Cells = Mapping[str, str | None]


class Number(str):
    """The words of a cell that is a number: no mark in it parts thousands."""


class Broken(str):
    """In the place of a cell, or of a whole row, that cannot be read: the words of why, to follow
    its name.
    """


class Cut(str):
    """The last cell of a file that ends without a line end: it may go on in the file that this is a
    part of.
    """


class Unread(ValueError):
    """A cell that cannot be taken: what is wrong with it, what stands there, and the words of both
    together.
    """

    def __init__(self, cause: str, found: str, message: str) -> None:
        super().__init__(message)
        self.cause, self.found = cause, found


def words_of(value: Any) -> str | None:
    """A value of a workbook or a Parquet file as the words of a cell; None when it is empty."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        if value != value:  # the one value that does not equal itself
            return Broken("is NaN, which is not a number")
        return Number(int(value) if value % 1 == 0 else value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | list | dict):
        return Broken(f"is a {type(value).__name__}, and not one value")
    return str(value)


def cell(row: Cells, column: str, cut: bool = False) -> str:
    """The words in a cell, without the space around them; ValueError when it cannot be read.

    `cut`: also when the file may be cut off in it, for a figure that is compared and not loaded.
    """
    words = row.get(column)
    if not words:
        return ""
    if isinstance(words, Broken):
        raise Unread(f"{column} cannot be read", words, f"{column} {words}")
    if isinstance(words, Cut) and not cut:
        raise ValueError(
            f"{column} is the last cell and has no line end after it: the file may be cut off "
            "there; "
            "if it is whole, say `file: {last_line: whole}` in the mapping"
        )
    return words if isinstance(words, Number) else words.strip()


MARKS = {",": ",", ".": ".", " ": " \u00a0\u2009\u202f", "'": "'\u2019"}
_SIGNS = {"≈": "~", "≥": ">=", "≤": "<="}
_RANGE = re.compile(r"([0-9]+) ?(?:\.\.|[-‐‑‒–—―−]) ?([0-9]+)")
_SIGNED = re.compile(r"(~|>=|<=|>|<) ?([0-9]+)")


@dataclass(frozen=True)
class Figures:
    """How a mapping's figures are written: what says nothing, what is not known, other words, the
    mark of thousands.
    """

    missing: frozenset[str]
    unknown: frozenset[str]
    words: Mapping[str, str]
    thousands: str | None

    def read(self, row: Cells, column: str, cut: bool = False) -> Count | None:
        """How many a cell says; None when it is empty or says that nothing is told. ValueError for
        other words.
        """
        words = cell(row, column, cut)
        plain = words.removesuffix(".0")
        if not words or words in self.missing or plain in self.missing:
            return None
        if words in self.unknown or plain in self.unknown:
            return UNKNOWN
        if plain.isascii() and plain.isdigit() and len(plain) < 10 and plain not in self.words:
            return exactly(int(plain))
        try:
            return parse_count(self._in_notation(words))
        except BadCount as error:
            cause = f"{column} is not a plain whole number, nor {NOTATION}"
            if re.fullmatch(r"[0-9]{1,3}([,.' ][0-9]{3})+", words) and not isinstance(
                words, Number
            ):
                cause += (
                    "; if it is written with a mark at the thousands, "
                    "say `thousands` in the mapping"
                )
            message = cause.replace(" is not ", f" is {words!r:.60}, which is not ", 1)
            raise Unread(cause, f"{words!r:.60}", message) from error

    def _in_notation(self, words: str) -> str:
        if meant := self.words.get(words, self.words.get(words.removesuffix(".0"))):
            return meant
        if self.thousands and not isinstance(words, Number):
            marks = f"[{re.escape(MARKS[self.thousands])}]"
            words = re.sub(
                rf"(?<![0-9.,'])[0-9]{{1,3}}(?:{marks}[0-9]{{3}})+(?![0-9.,'])",
                lambda found: re.sub(marks, "", found[0]),
                words,
            )
        for sign, ours in _SIGNS.items():
            words = words.replace(sign, ours)
        if match := _RANGE.fullmatch(words):
            return f"{match[1]}..{match[2]}"
        if match := re.fullmatch(r"([0-9]+) ?\+", words):
            return f">={match[1]}"
        if match := _SIGNED.fullmatch(words):
            if match[1] in "<>":  # whole numbers: fewer than 5 are at most 4
                step = 1 if match[1] == ">" else -1
                return f"{match[1]}={int(match[2]) + step}"
            return match[1] + match[2]
        return words


def added(counts: Iterable[Count | None]) -> Count | None:
    """The sum of what cells of one row say: a missing one makes it `at least`; None when all are
    missing.
    """
    cells = list(counts)
    if len(cells) == 1 or not any(cells):
        return cells[0] if cells else None
    return total_of(count or UNKNOWN for count in cells)


def total_of(counts: Iterable[Count]) -> Count:
    """The sum of ranges: a low stands in for a best that is not known, unless none is known."""
    terms = list(counts)
    highs = [term.high for term in terms if term.high is not None]
    best = None if all(term.best is None for term in terms) else sum(term.point for term in terms)
    return Count(
        sum(term.low for term in terms), best, sum(highs) if len(highs) == len(terms) else None
    )


def as_claimed(count: Count) -> dict[str, Any]:
    """A count as the fields of a claim: in our notation where it has words for it, otherwise with
    its bounds.
    """
    if count.exact:
        return {"count": count.low}
    middle, high = count.best, count.high
    tried = [
        "unknown",
        "some",
        *([f"~{middle}", f">={middle}"] if middle is not None else []),
        *([f"<={high}", f"{count.low}..{high}"] if high is not None else []),
    ]
    for words in tried:
        if parse_count(words) == count:
            return {"count": words}
    bounds = {"count_low": count.low, "count": middle, "count_high": high}
    return {name: bound for name, bound in bounds.items() if bound is not None}
