"""Any table as one document: a mapping says which column is what, and nothing about a source is written in code.

A table states stocks: each of its figures becomes a strength report of its day. Columns that are totals of others are
checked and never loaded, for loading them would count people twice. Where a table lists everybody (`complete`), one who
stood in the table before and does not stand in this one is reported as zero, in a report of its own.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, model_validator

from app.estimate.dates import BadDate, parse_day
from app.record.documents import Draft, Grade, load_plain, read_draft
from app.record.kinds.fields import Category, Slug, Words, about
from app.record.nations import fold, nation_code
from app.record.problems import Mend, Refused

Scope = tuple[str, str | None, str | None]


class Told(NamedTuple):
    """One thing that a table tells: the fields of a document's source, entry and claim, and the day it stands for."""

    day: str
    source: dict[str, Any]
    entry: dict[str, Any]
    claim: dict[str, Any]


class ColumnOrConstant(Draft):
    """A column, or one value for every row; `values` translates what stands in the column, and only what it names."""

    column: Words | None = about("Name of the column.", default=None)
    constant: Words | None = about("The value of every row, where there is no column.", default=None)
    values: dict[str, str] | None = about("What each value of the column means; any other is refused.", default=None)

    @model_validator(mode="after")
    def _one_of_them(self) -> "ColumnOrConstant":
        if (self.column is None) == (self.constant is None):
            raise ValueError("give a column or a constant")
        return self


class CountColumn(Draft):
    """A column of figures, or several that are added, with the category they count."""

    column: Words | None = about("Name of the column.", default=None)
    sum: Annotated[list[Words], Field(min_length=1)] | None = about("Names of columns to add.", default=None)
    category: Category | None = about(
        "The category they count; left out: what the `category` column says.", default=None
    )

    @property
    def columns(self) -> list[str]:
        """The columns that are read."""
        return self.sum or [self.column or ""]


class Check(Draft):
    """A column that is the sum of others: compared, never loaded."""

    column: Words = about("Name of the column that is a total.")
    sum: Annotated[list[Words], Field(min_length=1)] = about("Names of the columns that add up to it.")


class TableSource(Draft):
    """The source of a table; `{date}` in a text is the day of its rows. One source a day."""

    publisher: Words = about("Who published it.")
    title: Words = about("Its title.")
    licence: Words | None = about("The licence of its figures.", default=None)
    grade: Grade | None = about("Admiralty grade of its figures.", default=None)
    language: Words | None = about("Its language.", default=None)
    url: Words | None = about("Its address.", default=None)
    published: Words | None = about("When it was published; left out: not known.", default=None)


class TableMapping(Draft):
    """How to read a table."""

    series: Slug = about("Name of the series: entries and sources are named after it.")
    source: TableSource = about("Where it comes from.")
    date: ColumnOrConstant = about("The day its figures stand for.")
    mission: ColumnOrConstant = about("The mission, by a name of which its slug is made.")
    host_country: ColumnOrConstant | None = about("Where the mission is.", default=None)
    nation: ColumnOrConstant | None = about("Whose people; left out: of all nations together.", default=None)
    category: ColumnOrConstant | None = about("The category, in a table with one figure a row.", default=None)
    counts: Annotated[list[CountColumn], Field(min_length=1)] = about("The columns of figures.")
    checks: list[Check] = about("The columns that are totals of others.", default=[])
    missing: list[str] = about("What stands where nothing was reported; an empty cell always does.", default=[])
    complete: bool = about("The table lists everybody: who is left out is not there any more.", default=False)
    covers: Literal["day", "missions"] = about(
        "What a file speaks for. day: the whole day of its series, so that what it told of that day and does not tell "
        "now is retracted. This is the default, because a table that is published anew replaces the one before it, and "
        "a line that is gone from it is not said any more. missions: only the missions that stand in it on that day; "
        "for a table that comes in several files, each of some missions.",
        default="day",
    )

    def columns(self) -> list[str]:
        """All columns that a table must have."""
        said = [
            place.column for place in (self.date, self.mission, self.host_country, self.nation, self.category) if place
        ]
        counted = [name for count in self.counts for name in count.columns]
        checked = [name for check in self.checks for name in (check.column, *check.sum)]
        return list(dict.fromkeys(name for name in [*said, *counted, *checked] if name))


@dataclass
class Reading:
    """A table as it was read: what it tells, in the order of its rows, and what could not be taken.

    `days` are all days that its rows name, also those of which no figure is told.
    """

    rows: int = 0
    told: list[Told] = field(default_factory=list)
    days: set[str] = field(default_factory=set)
    missions: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    failed_checks: list[str] = field(default_factory=list)


def load_mapping(path: Path) -> TableMapping:
    """A mapping from a YAML file; Refused, naming the place."""
    try:
        return read_draft(TableMapping, load_plain(path))
    except Refused as refused:
        raise refused.within(str(path)) from refused


def read_table(
    mapping: TableMapping, rows: Iterable[tuple[int, Mapping[str, str | None]]], columns: Sequence[str]
) -> Reading:
    """Read the rows of a table; Refused, before any is read, when it lacks a column that the mapping names."""
    lacking = [name for name in mapping.columns() if name not in columns]
    if lacking:
        told = f"the table has no column {lacking[0]!r}; it has {', '.join(columns[:40])}"
        raise Refused([Mend("/" + lacking[0], told)])
    reading = Reading()
    seen: dict[tuple[str, Scope, str], int] = {}
    for line, row in rows:
        reading.rows += 1
        try:
            _read_row(mapping, line, row, reading, seen)
        except ValueError as error:
            reading.rejected.append(f"line {line}: {error}")
    return reading


def _read_row(
    mapping: TableMapping,
    line: int,
    row: Mapping[str, str | None],
    reading: Reading,
    seen: dict[tuple[str, Scope, str], int],
) -> None:
    day = _day(_said(mapping.date, row) or "")
    name = _said(mapping.mission, row)
    if not name:
        raise ValueError("no mission")
    mission = slug_of(name)
    nation = nation_code(_said(mapping.nation, row) or "") if mapping.nation else None
    host = _said(mapping.host_country, row) if mapping.host_country else None
    said = _said(mapping.category, row) if mapping.category else None
    found: list[tuple[Scope, int, str]] = []
    for count in mapping.counts:
        figures = [_figure(row, column, mapping.missing) for column in count.columns]
        if all(figure is None for figure in figures):
            continue
        scope = (mission, nation, count.category or said)
        found.append((scope, sum(figure or 0 for figure in figures), ", ".join(count.columns)))
    for check in mapping.checks:
        parts = [_figure(row, column, mapping.missing) or 0 for column in check.sum]
        total = _figure(row, check.column, mapping.missing) or 0
        if total != sum(parts):
            reading.failed_checks.append(f"line {line}: {check.column} is {total}, its parts make {sum(parts)}")
    raw = (row.get(mapping.category.column or "") or "") if mapping.category else ""
    for scope, number, where in found:
        place = (day, scope, raw + where)
        if place in seen:
            raise ValueError(f"tells again what line {seen[place]} tells, of {' '.join(filter(None, scope))}")
        seen[place] = line
        reading.told.append(_told(mapping, day, scope, number, f"line {line}, {where}"))
    reading.days.add(day)
    reading.missions[mission] = (name, nation_code(host) if host else None)


def _said(place: ColumnOrConstant, row: Mapping[str, str | None]) -> str | None:
    if place.column is None:
        return place.constant
    words = (row.get(place.column) or "").strip()
    if place.values is None:
        return words or None
    if words not in place.values:
        raise ValueError(f"{place.column} is {words!r:.60}, which the mapping does not know")
    return place.values[words]


def _figure(row: Mapping[str, str | None], column: str, missing: Sequence[str]) -> int | None:
    words = (row.get(column) or "").strip()
    if not words or words in missing:
        return None
    if not (words.isascii() and words.isdigit() and len(words) < 10) and not re.fullmatch(r"[0-9]{1,9}\.0", words):
        raise ValueError(f"{column} is {words!r:.60}, which is not a plain whole number")
    return int(words.removesuffix(".0"))


@lru_cache(maxsize=1_000)
def _day(words: str) -> str:
    try:
        return parse_day(
            words[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]00:00:00(\.0+)?", words) else words
        ).isoformat()
    except BadDate as error:
        raise ValueError(str(error)) from error


@lru_cache(maxsize=1_000)
def slug_of(name: str) -> str:
    """A name as a slug."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")


def _told(mapping: TableMapping, day: str, scope: Scope, number: int, locator: str) -> Told:
    """A figure as a strength report of its day, by the series' source of that day."""
    slug = f"{mapping.series}-{day}"
    labels = {name: value.replace("{date}", day) for name, value in mapping.source.model_dump().items() if value}
    mission, nation, category = scope
    key = "-".join([mapping.series, mission, (nation or "all").lower(), (category or "all").replace("_", "-"), day])
    of = {name: value for name, value in (("nation", nation), ("category", category)) if value}
    return Told(
        day,
        {"slug": slug, "series": mapping.series, **labels},
        {"key": key, "kind": "strength_report", "mission": mission, **of},
        {"source": slug, "status": "occurred", "count": number, "date": day, "locator": locator},
    )
