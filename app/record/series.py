"""A table as one document: what its publisher says now, of each day or other issue that the table
speaks for.

Each source of the table is complete in the document: what it told before and does not tell now is
retracted. Where the table lists everybody (`complete` in the mapping), it states its own total
beside its rows, one for each mission that stands in it, as a report that is complete: who is not
named under it is not there. No zero is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.estimate.categories import PARENTS, covers
from app.estimate.counts import UNKNOWN, BadCount, Count, parse_count
from app.record.cells import total_of
from app.record.documents import MOST_MENDS, Document, read_document
from app.record.evidence import chunks
from app.record.mappings import Reading, Statement, TableMapping
from app.record.problems import Mend, Refused
from app.record.slugs import fitting
from app.record.tables import missions, sources


class TableFile(NamedTuple):
    """A table that was read: the name of its file, the SHA-256 of it, and what it tells."""

    name: str
    file_hash: str
    reading: Reading

    @property
    def mark(self) -> str:
        """By what a locator names the file: the first eight hex digits of its hash."""
        return self.file_hash.removeprefix("sha256:")[:8]


def together(mapping: TableMapping, files: Iterable[TableFile]) -> list[list[TableFile]]:
    """Files parted into tables, in the order of their first days: those that tell of one source are
    one table.

    A file that is there twice, byte for byte, is taken once.
    """
    tables: list[tuple[set[str], list[TableFile]]] = []
    unique: dict[str, TableFile] = {}
    for file in files:
        unique.setdefault(file.file_hash, file)
    for file in unique.values():
        slugs, same = _slugs(mapping, file.reading), [file]
        apart = []
        for other in tables:
            if slugs & other[0]:
                slugs, same = slugs | other[0], [*other[1], *same]
            else:
                apart.append(other)
        tables = [*apart, (slugs, same)]
    found = [sorted(same, key=lambda file: (_first_day(file), file.name)) for _, same in tables]
    return sorted(found, key=lambda same: (_first_day(same[0]), same[0].name))


@dataclass
class _Place:
    """What one source tells of one entry: the rows that do, with the file each stands in."""

    rows: list[tuple[TableFile, Statement]] = field(default_factory=list)

    def claim(self) -> dict[str, Any]:
        """The claim: the figures of several rows added."""
        _, first = self.rows[0]
        claim = first.claim | {"locator": _located(self.rows)}
        if len(self.rows) == 1:
            return claim
        claim |= {
            name: None
            for name in ("count_low", "count_high", "count_text", "summary")
            if name in claim
        }
        return claim | _worded(total_of(count_of(statement.claim) for _, statement in self.rows))


@dataclass
class _Issue:
    """One source of the table: what it tells by entry, the files that speak for it, the missions
    that stand in it.
    """

    slug: str
    day: str
    labels: dict[str, Any] | None = None
    files: dict[str, TableFile] = field(default_factory=dict)
    places: dict[str, _Place] = field(default_factory=dict)
    stands: set[str] = field(default_factory=set)


def document_of(
    connection: Connection, mapping: TableMapping, files: Sequence[TableFile]
) -> Document:
    """Files that are one table as one document, to be recorded in the same transaction.

    Refused when two files tell of the same entry, which would count its people twice.
    """
    issues = dict(sorted(_issues(mapping, files).items()))
    entries = {
        slug: _entries(mapping, issue) + _totals(mapping, issue) for slug, issue in issues.items()
    }
    # A day without a figure is told of only where it takes back what was told before.
    silent = _known(
        connection, sources, (slug for slug, issue in issues.items() if issue.labels is None)
    )
    return read_document(
        {
            "message": f"{mapping.series}: {_extent(files)}",
            "missions": _missions(connection, files),
            "sources": [
                _source(mapping, issue)
                for slug, issue in issues.items()
                if entries[slug] or slug in silent
            ],
            "entries": _joined(entry for of_issue in entries.values() for entry in of_issue),
        }
    )


def _extent(files: Sequence[TableFile]) -> str:
    """The days and the number of rows of files, in words."""
    days = sorted({day for file in files for day in file.reading.days if day})
    number = sum(file.reading.rows for file in files)
    rows = f"{number or 'no'} rows"
    return f"{days[0]} to {days[-1]}, {number} rows" if days else rows


def _joined(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries in the order of their keys, those of one key as one with the claims of all."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        held = found.setdefault(entry["key"], entry)
        if held is not entry:
            found[entry["key"]] = held | {"claims": held["claims"] + entry["claims"]}
    return [found[key] for key in sorted(found)]


def count_of(claim: dict[str, Any]) -> Count:
    """The count that the fields of a claim give."""
    if claim.get("count_low") is None and claim.get("count_high") is None:
        return parse_count(claim.get("count"))
    return Count(claim.get("count_low") or 0, claim.get("count"), claim.get("count_high"))


def widest(mapping: TableMapping) -> str | None:
    """The narrowest category that covers all that a mapping can name; None for all categories."""
    named = mapping.categories
    above = next(iter(named))
    while above is not None and not all(covers(above, name) for name in named):
        above = PARENTS[above]
    return above


def _slugs(mapping: TableMapping, reading: Reading) -> set[str]:
    return {statement.source["slug"] for statement in reading.statements} | {
        _slug(mapping, day) for day in reading.days
    }


def _slug(mapping: TableMapping, day: str) -> str:
    return f"{mapping.series}-{day}" if day else mapping.series


def _first_day(file: TableFile) -> str:
    return min(file.reading.days, default="")


def _issues(mapping: TableMapping, files: Sequence[TableFile]) -> dict[str, _Issue]:
    """What the files tell, by source; Refused for what two of them tell."""
    issues: dict[str, _Issue] = {}
    mends: list[Mend] = []
    for file in files:
        for day in file.reading.days:
            issues.setdefault(_slug(mapping, day), _Issue(_slug(mapping, day), day)).files[
                file.file_hash
            ] = file
        for statement in file.reading.statements:
            slug = statement.source["slug"]
            issue = issues.setdefault(slug, _Issue(slug, statement.day))
            issue.labels = statement.source
            issue.files[file.file_hash] = file
            issue.stands.add(statement.entry["mission"])
            place = issue.places.setdefault(statement.entry["key"], _Place())
            if fault := _fault(place, file, statement):
                mends.append(Mend(file.name, fault))
            place.rows.append((file, statement))
    if mends:
        raise Refused(mends[:MOST_MENDS])
    for file in files:
        for day, mission in file.reading.stood:
            issues[_slug(mapping, day)].stands.add(mission)
    return issues


def _fault(place: _Place, file: TableFile, statement: Statement) -> str | None:
    """What is wrong with one more row of an entry, if anything is."""
    if not place.rows:
        return None
    other, first = place.rows[0]
    at, before = statement.claim.get("locator", "a row"), first.claim.get("locator", "a row")
    if other.file_hash != file.file_hash:
        return (
            f"{at}: tells of {statement.entry['key']}, as {other.name} does ({before}); "
            "give one of the two files"
        )
    for name in ("status", "date"):
        if first.claim.get(name) != statement.claim.get(name):
            return f"{at}: tells of {statement.entry['key']}, as {before} does, with another {name}"
    return None


def _located(rows: Sequence[tuple[TableFile, Statement]]) -> str:
    """Where a claim stands: its file by the first digits of its hash, and the lines in it."""
    file, _ = rows[0]
    places = [statement.claim["locator"] for _, statement in rows if statement.claim.get("locator")]
    more = f" and {len(places) - 8} more" if len(places) > 8 else ""
    words = f"{file.mark} {'; '.join(places[:8])}{more}".strip()
    return words if len(words) <= 400 else f"{words[:396]} ..."


def _worded(count: Count) -> dict[str, Any]:
    """A count as fields of a claim."""
    if count.exact:
        return {"count": count.low}
    if count.silent:
        return {"count": "unknown"}
    return {"count_low": count.low, "count": count.best, "count_high": count.high}


def _entries(mapping: TableMapping, issue: _Issue) -> list[dict[str, Any]]:
    """The entries of an issue's rows; a row that speaks for all that the table counts is complete
    itself.
    """
    found = []
    everybody = _total_scope(mapping)
    for place in issue.places.values():
        entry, claim = place.rows[0][1].entry, _counted(place)
        if mapping.complete and _is_total(entry, everybody):
            claim["complete"] = True
        found.append(entry | {"claims": [claim]})
    return found


def _counted(place: _Place) -> dict[str, Any]:
    try:
        return place.claim()
    except BadCount as error:
        file, statement = place.rows[0]
        raise Refused(
            [Mend(file.name, f"{statement.claim.get('locator', 'a row')}: {error}")]
        ) from error


def _total_scope(mapping: TableMapping) -> tuple[str | None, str | None]:
    """The nation and the category (None: all) of which a complete table lists everybody in a
    mission.
    """
    constant = mapping.nation.code({}) if mapping.nation and mapping.nation.constant else None
    return constant, widest(mapping)


def _is_total(entry: dict[str, Any], everybody: tuple[str | None, str | None]) -> bool:
    of = (entry.get("nation"), entry.get("category"))
    return entry["kind"] == "strength_report" and of == everybody


def _totals(mapping: TableMapping, issue: _Issue) -> list[dict[str, Any]]:
    """For each mission that stands in an issue of a complete table, all that its rows add up to,
    unless a row says it.

    Of a mission that stands there without any figure nothing is known: not how many, nor that the
    list is complete.
    """
    if not mapping.complete:
        return []
    rows: dict[str, list[tuple[TableFile, Statement]]] = defaultdict(list)
    stated: set[str] = set()
    everybody = _total_scope(mapping)
    for place in issue.places.values():
        entry = place.rows[0][1].entry
        rows[entry["mission"]] += place.rows
        if _is_total(entry, everybody):
            stated.add(entry["mission"])
    found: list[dict[str, Any]] = []
    reports = [
        statement.entry["kind"] == "strength_report"
        for of_mission in rows.values()
        for _, statement in of_mission
    ]
    if issue.day and all(reports):
        found += [
            _total(mapping, issue, mission, _widest_of(rows[mission]))
            for mission in sorted(issue.stands - stated)
        ]
    return found


def _widest_of(rows: Sequence[tuple[TableFile, Statement]]) -> list[tuple[TableFile, Statement]]:
    """The rows of a mission without those that stand under another one, whose people are counted
    there.
    """
    scopes = {_scope(statement) for _, statement in rows}
    return [row for row in rows if not scopes.intersection(_wider(*_scope(row[1])))]


def _scope(statement: Statement) -> tuple[str | None, str | None]:
    return statement.entry.get("nation"), statement.entry.get("category")


def _wider(nation: str | None, category: str | None) -> set[tuple[str | None, str | None]]:
    """All scopes of a mission that cover one, but for itself."""
    above, upward = {None, category}, category
    while upward is not None:
        upward = PARENTS[upward]
        above.add(upward)
    return {(whose, kind) for whose in (None, nation) for kind in above} - {(nation, category)}


def _total(
    mapping: TableMapping, issue: _Issue, mission: str, rows: Sequence[tuple[TableFile, Statement]]
) -> dict[str, Any]:
    nation, category = _total_scope(mapping)
    of = {name: value for name, value in (("nation", nation), ("category", category)) if value}
    names = (nation or "all").lower(), (category or "all").replace("_", "-")
    marks = sorted({file.mark for file, _ in rows} or {file.mark for file in issue.files.values()})
    words = f"sum of its {len(rows)} figures" if rows else "without a figure"
    try:
        count = total_of(count_of(statement.claim) for _, statement in rows) if rows else UNKNOWN
    except BadCount as error:
        raise Refused(
            [Mend(rows[0][0].name, f"all of {mission} on {issue.day}: {error}")]
        ) from error
    claim = {
        "source": issue.slug,
        "status": "occurred",
        **_worded(count),
        "date": issue.day,
        "complete": bool(rows),
        "locator": f"{', '.join(marks[:20])} {mission}, {words}",
    }
    key = fitting("-".join([mapping.series, mission, *names, issue.day]))
    return {"key": key, "kind": "strength_report", "mission": mission, **of, "claims": [claim]}


def _source(mapping: TableMapping, issue: _Issue) -> dict[str, Any]:
    """A source with how far it speaks: to all missions of its day, or to those that stand in it."""
    labels = issue.labels
    if labels is None:
        worded = {
            name: words for name, words in mapping.source.labels.items() if isinstance(words, str)
        }
        labels = {name: words.replace("{date}", issue.day) for name, words in worded.items()}
        labels |= {"slug": issue.slug, "series": mapping.series}
    if labels.get("series") != mapping.series:
        return labels  # somebody else's publication, of which a table never tells all
    return labels | {
        "covers": mapping.covers if mapping.complete else None,
        "complete": True if mapping.covers == "day" else sorted(issue.stands) or False,
        "file_hash": " ".join(sorted(issue.files)),
    }


def _missions(connection: Connection, files: Sequence[TableFile]) -> list[dict[str, Any]]:
    """The missions of the files that the ledger does not know, or not where they are; its own names
    for them stay.
    """
    named: dict[str, tuple[str, str | None]] = {}
    for file in files:
        for slug, (name, host) in file.reading.missions.items():
            before = named.get(slug, (name, None))
            named[slug] = (before[0], before[1] or host)
    known = _known(connection, missions, named)
    made = []
    for slug, (name, host) in sorted(named.items()):
        held = known.get(slug)
        if held is None or (host and not held["host_country"]):
            made.append(
                {"slug": slug, "name": held["name"] if held else name}
                | ({"host_country": host} if host else {})
            )
    return made


def _known(connection: Connection, table: Any, slugs: Iterable[str]) -> dict[str, Any]:
    """The rows of missions or sources that stand now, by slug."""
    query = select(table).where(table.c.until.is_(None))
    return {
        row["slug"]: row
        for chunk in chunks(slugs)
        for row in connection.execute(query.where(table.c.slug.in_(chunk))).mappings()
    }
