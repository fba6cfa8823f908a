"""The table reader: a mapping says which column is what, and each row is read by it into what it
tells.

Columns that are totals of others are checked and never loaded, for loading them would count people
twice.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from app.estimate.categories import PARENTS
from app.estimate.counts import UNKNOWN, Count, exactly, parse_count
from app.estimate.dates import parse_date
from app.record.cells import Broken, Cells, Unread, added, as_claimed, cell
from app.record.documents import DRAFTS, SourceDraft
from app.record.files import lacking
from app.record.language import Check, ClaimPlaces, CountColumn, TableMapping, read_mapping
from app.record.parents import report, take_parents
from app.record.places import DatePlace, Place
from app.record.plain import load_plain
from app.record.problems import Mend, Refused
from app.record.reading import BrokenRow, Reading, Scope, Statement
from app.record.slugs import fitting, slug_of

__all__ = ["Reading", "Scope", "Statement", "TableMapping", "load_mapping", "read_table", "slug_of"]


def load_mapping(path: Path) -> TableMapping:
    """A mapping from a YAML file; Refused, naming the place."""
    try:
        return read_mapping(load_plain(path))
    except Refused as refused:
        raise refused.within(str(path)) from refused


def read_table(
    mapping: TableMapping, rows: Iterable[tuple[int, Cells | Broken]], columns: Sequence[str]
) -> Reading:
    """Read the rows of a table; Refused, before any is read, when it lacks a column that the
    mapping names.
    """
    if refused := lacking(mapping.columns(), columns):
        raise refused
    reader = _Reader(mapping, columns)
    for line, row in rows:
        reader.take(line, row)
    reader.finish()
    return reader.reading


class _Row(NamedTuple):
    """What a row says of all its figures."""

    line: int
    cells: Cells
    mission: str
    nation: str | None
    category: str | None
    raw: str
    own: dict[str, Any]


class _Figures(NamedTuple):
    """Columns that make one figure, and the header that says its day, where one does."""

    of: CountColumn
    columns: list[str]
    header: str | None
    place: str


class _Reader:
    """One reading of one table."""

    def __init__(self, mapping: TableMapping, columns: Sequence[str]) -> None:
        self.mapping = mapping
        self.reading = Reading()
        self.figures = mapping.figures
        self.counted = [found for count in mapping.counts for found in _figures(count, columns)]
        self.reports = mapping.kind == "strength_report"
        self.plain = self.reports and mapping.claim == ClaimPlaces()
        self.own = {
            name: place
            for name in type(mapping.fields).model_fields
            if (place := getattr(mapping.fields, name))
        }
        self.labels = mapping.source.labels
        self.lines: list[int] = []
        self.seen: dict[tuple[str, str, str], int] = {}
        self.entries: dict[str, tuple[int, dict[str, Any]]] = {}
        self.sources: dict[str, tuple[int, dict[str, Any]]] = {}
        self.total_line: int | None = None
        self.totals: dict[str, Count | None] = {}
        self.sums: dict[str, list[Count | None]] = {
            name: [] for found in self.counted for name in found.columns
        }

    def take(self, line: int, row: Cells | Broken) -> None:
        """Read a row; what cannot be taken of it is noted."""
        self.reading.rows += 1
        try:
            if isinstance(row, Broken):
                raise BrokenRow(row, "", row)
            if self.mapping.total_row and self.mapping.total_row.holds(row):
                self._take_total(line, row)
            elif any(condition.holds(row) for condition in self.mapping.skip) or not all(
                condition.holds(row) for condition in self.mapping.only
            ):
                self.reading.left_out += 1
            else:
                self._take(line, row)
        except ValueError as error:
            self.reading.reject(line, error)

    def finish(self) -> None:
        """What can be said of the table only when all of its rows are read."""
        if self.mapping.total_row:
            self._check_totals()
        if self.reports:
            take_parents(self.mapping, self.reading, self.lines)

    def _take(self, line: int, cells: Cells) -> None:
        mapping = self.mapping
        name = mapping.mission.words(cells)
        slug = mapping.mission_slug.words(cells) if mapping.mission_slug else name
        if not name or not slug:
            raise ValueError("no mission")
        host = mapping.host_country.code(cells) if mapping.host_country else None
        nation = mapping.nation.needed(cells) if mapping.nation else None
        category = mapping.category.needed(cells) if mapping.category else None
        if category not in (None, *PARENTS):
            raise ValueError(
                f"{category!r:.60} is not a category; the categories are {', '.join(PARENTS)}"
            )
        raw = (
            " ".join(cell(cells, column) for column in mapping.category.named)
            if mapping.category
            else ""
        )
        row = _Row(line, cells, fitting(slug_of(slug)), nation, category, raw, self._own(cells))
        for check in mapping.checks:
            self._check(line, cells, check)
        for found in self._statements(row):
            self._remember(*found)
        self.reading.missions[row.mission] = (name, host)

    def _statements(self, row: _Row) -> list[tuple[_Row, Statement, str]]:
        """All that a row tells, before any of it is remembered."""
        if not self.mapping.date.header:
            self._stands(_day(self.mapping.date, row.cells)[0], row.mission)
        if not self.counted:
            return [(row, self._one(row, None, None), "")]
        made = [(row, self._figure(row, figure), figure.place) for figure in self.counted]
        return [(of, statement, place) for of, statement, place in made if statement]

    def _figure(self, row: _Row, found: _Figures) -> Statement | None:
        """What a row tells by one of its figures; None where its cell is empty and that says
        nothing.
        """
        count = self._count(found, row.cells)
        if self.mapping.total_row:
            for name in found.columns:
                self.sums[name].append(self.figures.read(row.cells, name))
        if count is not None or not (self.reports or len(self.counted) > 1):
            return self._one(row, found, count)
        if found.header:
            self._stands(_day(self.mapping.date, row.cells, found.header)[0], row.mission)
        return None

    def _stands(self, day: str, mission: str) -> None:
        day = day if self.reports else ""
        self.reading.days.add(day)
        self.reading.stood.add((day, mission))

    def _one(self, row: _Row, found: _Figures | None, count: Count | None) -> Statement:
        day, date = _day(self.mapping.date, row.cells, found.header if found else None)
        source = self._source(row, day, date)
        claim = {"source": source["slug"], "status": "occurred"}
        if found:
            claim |= as_claimed(UNKNOWN if count is None else count)
            if (
                count
                and not count.exact
                and len(found.of.columns or found.columns) == 1
                and not found.of.estimated
            ):
                claim["count_text"] = cell(row.cells, found.columns[0])
        claim |= {
            "date": date,
            "locator": ", ".join([f"line {row.line}", *(found.columns if found else ())]),
        }
        if not self.plain:
            claim |= _rest_of_claim(self.mapping.claim, row.cells)
        entry = self._entry(row, found, day)
        if not self.plain:
            _refuse_by(DRAFTS[self.mapping.kind], entry | {"claims": [claim]})
        return Statement(day if self.reports else "", source, entry, claim)

    def _entry(self, row: _Row, found: _Figures | None, day: str) -> dict[str, Any]:
        category = (found.of.category if found else None) or row.category
        if self.reports:
            return report(self.mapping.series, row.mission, row.nation, category, day)
        words = self.mapping.key.words(row.cells) if self.mapping.key else None
        if not words:
            raise ValueError("no key")
        parts = [
            self.mapping.series,
            slug_of(words),
            *([slug_of(found.place)] if found and len(self.counted) > 1 else []),
        ]
        of = {
            "nation": row.nation,
            "category": category,
            **row.own,
            **(found.of.fields if found else {}),
        }
        about = {name: value for name, value in of.items() if value is not None}
        return {
            "key": fitting("-".join(parts)),
            "kind": self.mapping.kind,
            "mission": row.mission,
            **about,
        }

    def _remember(self, row: _Row, statement: Statement, place: str) -> None:
        key = statement.entry["key"]
        line, about = self.entries.setdefault(key, (row.line, statement.entry))
        if about != statement.entry:
            raise ValueError(f"its key {key} is that of line {line}, which is about something else")
        # Two words of a table that mean one category are parts of it; the same words twice are not.
        where = (statement.source["slug"], key, row.raw + place)
        if where in self.seen and self.mapping.same_scope == "refuse":
            scope = " ".join(
                filter(None, (row.mission, row.nation, statement.entry.get("category")))
            )
            again = f"tells again what line {self.seen[where]} tells, of {scope}"
            raise Unread(
                "tells again what another line tells", f"(and line {self.seen[where]})", again
            )
        self.seen[where] = row.line
        self._stands(statement.day, row.mission)
        self.reading.statements.append(statement)
        self.lines.append(row.line)

    def _own(self, cells: Cells) -> dict[str, Any]:
        """The fields that the kind has of its own."""
        return {name: place.value(cells) for name, place in self.own.items()}

    def _source(self, row: _Row, day: str, date: str) -> dict[str, Any]:
        of, series = self.mapping.source, self.mapping.series
        slug = (
            self._source_slug(row, of.slug)
            if of.slug
            else f"{series}-{day}"
            if self.reports
            else series
        )
        found = {
            name: label.value(row.cells)
            if isinstance(label, Place)
            else label.replace("{date}", date)
            for name, label in self.labels.items()
        }
        # A source named by the rows is somebody else's publication, and no issue of the series.
        issue = {} if of.slug and not of.slug.constant else {"series": series}
        source = {"slug": slug, **issue, **{name: words for name, words in found.items() if words}}
        line, before = self.sources.setdefault(slug, (row.line, source))
        if before is source:
            _refuse_by(SourceDraft, source)
        elif before != source:
            raise ValueError(f"its source {slug} is described otherwise than in line {line}")
        return before

    def _source_slug(self, row: _Row, place: Place) -> str:
        words = place.words(row.cells)
        if not words:
            raise ValueError("no source")
        return fitting(f"{self.mapping.series}-{slug_of(words)}")

    def _count(self, found: _Figures, cells: Cells) -> Count | None:
        count = added(self.figures.read(cells, name) for name in found.columns)
        if count and count.exact and found.of.estimated and found.of.estimated.holds(cells):
            count = parse_count(f"~{count.low}")
        if not (found.of.low or found.of.high):
            return count
        low, high = (self._bound(cells, name) for name in (found.of.low, found.of.high))
        if low is None and high is None:
            return count
        if count and not count.exact and not count.silent:
            raise ValueError(
                f"{', '.join(found.columns)} gives a range beside columns of its low and high"
            )
        return Count(low or 0, count.best if count else None, high)

    def _bound(self, cells: Cells, column: str | None) -> int | None:
        count = self.figures.read(cells, column) if column else None
        if count and not count.exact and not count.silent:
            raise ValueError(f"{column} gives a range, and should give one number")
        return count.best if count else None

    def _check(self, line: int, cells: Cells, check: Check) -> None:
        """Compare a total with its parts; what is missing counts as nothing here, and what is
        unknown as anything.
        """
        parts = [self.figures.read(cells, name, cut=True) for name in check.sum]
        self._compare(line, check.column, self.figures.read(cells, check.column, cut=True), parts)

    def _compare(
        self, line: int, column: str, total: Count | None, parts: Sequence[Count | None]
    ) -> None:
        made = added(part for part in parts if part is not None) or exactly(0)
        total = total or exactly(0)
        if not total.overlaps(made):
            found = f"{_shown(total)}, its parts make {_shown(made)}"
            error = Unread(f"{column} is not the sum of its parts", found, f"{column} is {found}")
            self.reading.reject(line, error, self.reading.failed_checks)

    def _take_total(self, line: int, cells: Cells) -> None:
        if self.total_line:
            raise ValueError(f"is a total like line {self.total_line}, and there can be one")
        self.total_line = line
        self.totals = {name: self.figures.read(cells, name, cut=True) for name in self.sums}

    def _check_totals(self) -> None:
        if self.total_line is None:
            error = ValueError("the row of totals is not there: the table may be cut off")
            self.reading.reject(None, error, self.reading.failed_checks)
            return
        for name, total in self.totals.items():
            self._compare(self.total_line, name, total, self.sums[name])


def _figures(count: CountColumn, columns: Sequence[str]) -> list[_Figures]:
    """The figures that a count reads in every row."""
    if not count.across:
        return [_Figures(count, count.added, None, ", ".join(count.columns))]
    matches = [
        (name, match) for name in columns if name and (match := re.fullmatch(count.across, name))
    ]
    found = [
        _Figures(count, [name], match[1] if match.re.groups else name, count.across)
        for name, match in matches
    ]
    if not found:
        raise Refused(
            [
                Mend(
                    "/counts",
                    f"no column is named as {count.across!r}; they are {', '.join(columns[:40])}",
                )
            ]
        )
    return found


def _day(place: DatePlace, cells: Cells, header: str | None = None) -> tuple[str, str]:
    """The day that a date stands for, and the date as EDTF."""
    date = place.edtf(cells, header)
    if date is None:
        raise ValueError("no date")
    return _settled(date), date


@lru_cache(maxsize=20_000)
def _settled(date: str) -> str:
    return str(parse_date(date).settled_day(occurred=True))


def _rest_of_claim(places: ClaimPlaces, cells: Cells) -> dict[str, str]:
    given = {name: getattr(places, name) for name in ClaimPlaces.model_fields}
    found = {name: place.words(cells) for name, place in given.items() if place}
    return {name: words for name, words in found.items() if words}


def _refuse_by(draft: type[BaseModel], content: dict[str, Any]) -> None:
    try:
        draft.model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        faults = (
            f"{problem['loc'][-1]}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in problems[:3]
        )
        raise ValueError("; ".join(faults)) from error


def _shown(count: Count) -> str:
    claimed = as_claimed(count)
    return str(claimed.get("count", claimed))
