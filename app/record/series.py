"""A table as one document: what its publisher says of each day, to be recorded in one transaction.

Where a table lists everybody (`complete`), one who stood in the table before and does not stand in this one is reported
as zero, in a report of its own.
"""

from typing import Any

from sqlalchemy import Connection, func, select

from app.record.documents import Document, read_document
from app.record.mappings import Reading, Scope, TableMapping
from app.record.tables import entries, settled, sources


def document_of(connection: Connection, mapping: TableMapping, reading: Reading, file_hash: str) -> Document:
    """A table as one document, to be recorded in the same transaction: it looks at what the series told before."""
    first = min(reading.days, default="")
    before = _told_before(connection, mapping.series, first) if mapping.complete and first else {}
    known = set(connection.scalars(select(sources.c.slug).where(sources.c.until.is_(None))))
    days: dict[str, dict[Scope, dict[str, Any]]] = {day: {} for day in reading.days}
    sources_made: dict[str, dict[str, Any]] = {}
    for told in reading.told:
        scope = (told.entry["mission"], told.entry.get("nation"), told.entry.get("category"))
        held = days[told.day].get(scope)
        claim = told.claim | {"count": told.claim["count"] + (held["claims"][0]["count"] if held else 0)}
        days[told.day][scope] = told.entry | {"claims": [claim]}
        slug = told.source["slug"]
        sources_made[slug] = told.source | ({} if slug in known else {"file_hash": file_hash})
    standing: dict[Scope, int] = {}
    entries_made: list[dict[str, Any]] = []
    for day in sorted({*before, *days}):
        if day not in days:
            standing |= before[day]
            continue
        figures = days[day]
        gone = [scope for scope, number in standing.items() if number and scope not in figures]
        if mapping.complete:
            figures |= {scope: _gone(mapping.series, day, scope) for scope in gone}
        standing |= {scope: entry["claims"][0]["count"] for scope, entry in figures.items()}
        entries_made += [entry for _, entry in sorted(figures.items(), key=lambda item: str(item[0]))]
    missions = [
        {"slug": slug, "name": name} | ({"host_country": host} if host else {})
        for slug, (name, host) in sorted(reading.missions.items())
    ]
    told_days = sorted(reading.days)
    message = (
        f"{mapping.series}: {told_days[0]} to {told_days[-1]}, {reading.rows} rows"
        if told_days
        else f"{mapping.series}: no rows"
    )
    return read_document(
        {
            "message": message,
            "missions": missions,
            "sources": [sources_made[slug] for slug in sorted(sources_made)],
            "entries": entries_made,
        }
    )


def _gone(series: str, day: str, scope: Scope) -> dict[str, Any]:
    mission, nation, category = scope
    key = "-".join([series, mission, (nation or "all").lower(), (category or "all").replace("_", "-"), day])
    of = {name: value for name, value in (("nation", nation), ("category", category)) if value}
    locator = "not in the table, which lists everybody"
    claim = {"source": f"{series}-{day}", "status": "occurred", "count": 0, "date": day, "locator": locator}
    return {"key": key, "kind": "strength_report", "mission": mission, **of, "claims": [claim]}


def _told_before(connection: Connection, series: str, first: str) -> dict[str, dict[Scope, int]]:
    """What the ledger holds of a series from its last day before the first one on: by day, how many of whom."""
    of_series = (
        settled.c.until.is_(None),
        settled.c.entry.startswith(f"{series}-", autoescape=True),
    )
    last = connection.scalar(select(func.max(settled.c.date)).where(*of_series, settled.c.date < first))
    query = (
        select(
            entries.c.mission, entries.c.nation, entries.c.category, settled.c.date, settled.c["count"].label("number")
        )
        .join(settled, settled.c.entry == entries.c.key)
        .where(*of_series, settled.c.date >= (last or first))
    )
    found: dict[str, dict[Scope, int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.date, {})[row.mission, row.nation, row.category] = row.number or 0
    return found
