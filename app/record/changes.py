"""What a document changes: its contents compared with the ledger, row by row, with everything that is wrong with it.

A claim that differs from the live one of its key is a correction: the old row is closed, a new one opened. What a
document leaves out is not changed. An entry never changes: a wrong subject is mended by a new entry that replaces it.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Table, select

from app.estimate.dates import parse_date
from app.record.documents import ClaimDraft, Document, Draft, EntryDraft
from app.record.evidence import chunks
from app.record.kinds import KINDS, OWN_FIELDS
from app.record.nations import fold, nation_name
from app.record.problems import Mend
from app.record.revisions import digest, texts_of
from app.record.tables import claims, contingents, entries, missions, sources

UNGRADED = "F6"


@dataclass
class Changes:
    """What a document changes: rows to open in each table, rows to close, and what is wrong with it."""

    opened: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    closed: list[tuple[str, str]] = field(default_factory=list)
    mends: list[Mend] = field(default_factory=list)
    named: set[tuple[str, str]] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.closed or any(self.opened.values()))


class _Held:
    """What the ledger holds of the things a document mentions."""

    def __init__(self, connection: Connection, document: Document) -> None:
        self.missions = _live(connection, missions)
        self.sources = _live(connection, sources)
        self.contingents = _live(connection, contingents)
        mentioned = {entry.key for entry in document.entries}
        for entry in document.entries:
            mentioned |= {key for key in (entry.replaces, getattr(entry, "fulfils", None)) if key}
        self.entries = _rows(connection, entries, "key", mentioned)
        self.claims = _live(connection, claims, "entry", mentioned)
        self.claims |= _live(
            connection, claims, "key", {claim_key(entry, claim) for entry in document.entries for claim in entry.claims}
        )
        self.connection = connection

    def every_entry(self) -> Iterable[str]:
        """The keys of all entries, for the nearest one to a key that there is not."""
        return self.connection.scalars(select(entries.c.key))


def compared(connection: Connection, document: Document, number: int) -> Changes:
    """All that a document would change as the revision of a number; `mends` says what is wrong with it."""
    held, changes = _Held(connection, document), Changes()
    for place, mission in enumerate(document.missions):
        _label(changes, held.missions, "missions", mission.slug, mission, f"/missions/{place}", number)
    for place, source in enumerate(document.sources):
        _label(changes, held.sources, "sources", source.slug, source, f"/sources/{place}", number)
    known_missions = held.missions.keys() | {mission.slug for mission in document.missions}
    known_sources = held.sources.keys() | {source.slug for source in document.sources}
    grades = {slug: row["grade"] for slug, row in held.sources.items()} | {
        source.slug: source.grade for source in document.sources if "grade" in source.model_fields_set
    }
    for place, source in enumerate(document.sources):
        _must_be(changes, known_sources, source.derived_from, f"/sources/{place}/derived_from", "source")
    for place, mission in enumerate(document.missions):
        _must_be(changes, known_missions, mission.predecessor, f"/missions/{place}/predecessor", "mission")
    for place, draft in enumerate(document.contingents):
        _must_be(changes, known_missions, draft.mission, f"/contingents/{place}/mission", "mission")
        slug = contingent_slug(draft.mission, draft.nation, draft.category)
        _label(changes, held.contingents, "contingents", slug, draft, f"/contingents/{place}", number)
    _no_loops(changes, held.sources, document)
    _entries(changes, held, document, (known_missions, known_sources, grades), number)
    return changes


def claim_key(entry: EntryDraft, claim: ClaimDraft) -> str:
    """The key of a claim: its own, or made of the entry's and the source's."""
    return claim.key or f"{entry.key}--{claim.source}"


def contingent_slug(mission: str, nation: str, category: str) -> str:
    """The slug of what one nation has in one mission in one category."""
    return f"{mission}-{nation.lower()}-{category.replace('_', '-')}"


def _entries(changes: Changes, held: _Held, document: Document, known: Any, number: int) -> None:
    known_missions, known_sources, grades = known
    known_entries = held.entries.keys() | {entry.key for entry in document.entries}
    keys: set[str] = set()
    seen: set[str] = set()
    for place, entry in enumerate(document.entries):
        where = f"/entries/{place}"
        before = len(changes.mends)
        if entry.key in seen:
            changes.mends.append(Mend(f"{where}/key", f"the entry {entry.key} stands in this document already"))
        seen.add(entry.key)
        _must_be(changes, known_missions, entry.mission, f"{where}/mission", "mission")
        for name in ("replaces", "fulfils"):
            target = getattr(entry, name, None)
            _must_be(changes, known_entries, target, f"{where}/{name}", "entry", held.every_entry)
        _entry(changes, held, entry, where, number)
        for nth, claim in enumerate(entry.claims):
            at = f"{where}/claims/{nth}"
            _must_be(changes, known_sources, claim.source, f"{at}/source", "source")
            key = claim_key(entry, claim)
            if key in keys:
                detail = f"the claim {key} stands in this document already; give each a key of its own"
                changes.mends.append(Mend(f"{at}/key", detail))
            keys.add(key)
            _claim(changes, held, _claim_row(entry, claim, key, grades), at, number)
        changes.mends[before:] = [
            Mend(mend.where, f"{mend.detail} (in {entry.key})", mend.did_you_mean) for mend in changes.mends[before:]
        ]


def _entry(changes: Changes, held: _Held, entry: EntryDraft, where: str, number: int) -> None:
    row: dict[str, Any] = dict.fromkeys(OWN_FIELDS)
    row |= entry.model_dump(exclude={"claims"})
    if KINDS[entry.kind].has_contingent and row["nation"] and row["category"]:
        row["contingent"] = contingent_slug(entry.mission, row["nation"], row["category"])
        if row["contingent"] not in held.contingents:
            label = {name: row[name] for name in ("mission", "nation", "category")} | {"units": None}
            _open(changes, held.contingents, "contingents", row["contingent"], label, number)
    before = held.entries.get(entry.key)
    if before is None:
        changes.opened["entries"].append(row | {"since": number})
        return
    for name, value in row.items():
        if before[name] != value:
            detail = (
                f"the entry {entry.key} has {name} {before[name]!r}, not {value!r}, and an entry never changes: "
                "retract its claims and add a new entry that replaces it"
            )
            changes.mends.append(Mend(f"{where}/{name}", detail))


def _claim_row(entry: EntryDraft, claim: ClaimDraft, key: str, grades: Mapping[str, str | None]) -> dict[str, Any]:
    span, count = parse_date(claim.date), claim.range()
    row = {
        "key": key,
        "entry": entry.key,
        "source": claim.source,
        "status": claim.status,
        "count_low": count.low,
        "count": count.best,
        "count_high": count.high,
        "count_text": claim.count_text,
        "date": span.edtf,
        "date_earliest": span.earliest,
        "date_latest": span.latest,
        "date_text": claim.date_text,
        "grade": claim.grade or grades.get(claim.source) or UNGRADED,
        "locator": claim.locator,
        "summary": claim.summary,
    }
    return row | {"words": searchable("claims", row)}


def _claim(changes: Changes, held: _Held, row: dict[str, Any], where: str, number: int) -> None:
    before = held.claims.get(row["key"])
    if before is not None:
        if before["entry"] != row["entry"]:
            detail = f"the claim {row['key']} belongs to the entry {before['entry']}"
            changes.mends.append(Mend(f"{where}/key", detail))
            return
        if all(before[name] == value for name, value in row.items()):
            return
        changes.closed.append(("claims", row["key"]))
    row |= {"since": number, "salt": secrets.token_hex(16)}
    changes.opened["claims"].append(row | {"digest": digest(row["salt"], texts_of(row))})


def _label(
    changes: Changes, held: dict[str, dict[str, Any]], table: str, slug: str, draft: Draft, where: str, number: int
) -> None:
    """Open a labelled thing, or close and open it anew where the document says something else of it."""
    if (table, slug) in changes.named:
        changes.mends.append(Mend(where, f"{slug} stands in this document already"))
        return
    changes.named.add((table, slug))
    said = draft.model_dump(include=draft.model_fields_set)
    before = held.get(slug)
    if before is None:
        _open(changes, held, table, slug, draft.model_dump(), number)
    elif any(_as_text(before[name]) != value for name, value in said.items()):
        changes.closed.append((table, slug))
        kept = {name: _as_text(value) for name, value in before.items() if name in type(draft).model_fields}
        _open(changes, held, table, slug, kept | said, number)


def _open(
    changes: Changes, held: dict[str, dict[str, Any]], table: str, slug: str, values: dict[str, Any], number: int
) -> None:
    row = {**values, "slug": slug, "since": number}
    if table == "sources":
        span = parse_date(values["published"]) if values["published"] else None
        row |= {
            "published_earliest": span.earliest if span else None,
            "published_latest": span.latest if span else None,
            "retrieved_on": parse_date(values["retrieved_on"]).earliest if values["retrieved_on"] else None,
        }
    row["words"] = searchable(table, row)
    changes.opened[table].append(row)
    held[slug] = row


_SEARCHED = {
    "claims": ("summary", "count_text", "date_text", "locator"),
    "missions": ("name", "slug", "host_country", "lead_nation"),
    "contingents": ("units", "slug", "category"),
    "sources": ("publisher", "title", "slug", "url"),
}


def searchable(table: str, row: Mapping[str, Any]) -> str:
    """What a text search of a row looks through, folded once, when it is written."""
    words = [str(row[name]) for name in _SEARCHED[table] if row[name]]
    words += [nation_name(row[name]) or "" for name in ("nation", "host_country", "lead_nation") if row.get(name)]
    return fold(" ".join(words))


def _as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _must_be(
    changes: Changes,
    known: Collection[str],
    slug: str | None,
    where: str,
    thing: str,
    every: Callable[[], Iterable[str]] = list,
) -> None:
    if slug is None or slug in known:
        return
    # Looking for the nearest word is slow; after some slips of one kind it helps nobody.
    near = get_close_matches(slug, [*known, *every()], n=1) if len(changes.mends) < 10 else []
    detail = f"there is no {thing} {slug!r}, in this document or in the ledger"
    changes.mends.append(Mend(where, detail, near[0] if near else None))


def _no_loops(changes: Changes, held: Mapping[str, Mapping[str, Any]], document: Document) -> None:
    """Refuse a source that, by what it repeats, repeats itself."""
    for place, source in enumerate(document.sources):
        seen, slug = {source.slug}, source.derived_from
        while slug and slug not in seen:
            seen.add(slug)
            slug = held[slug]["derived_from"] if slug in held else None
        if slug == source.slug:
            detail = f"{source.slug} would repeat itself through {source.derived_from}"
            changes.mends.append(Mend(f"/sources/{place}/derived_from", detail))


def _live(
    connection: Connection, table: Table, by: str | None = None, values: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    key = "key" if table is claims else "slug"
    if by is None:
        return {
            row[key]: dict(row) for row in connection.execute(select(table).where(table.c.until.is_(None))).mappings()
        }
    found = _rows(connection, table, by, values, key)
    return {name: row for name, row in found.items() if row["until"] is None}


def _rows(
    connection: Connection, table: Table, by: str, values: Iterable[str], key: str = "key"
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for chunk in chunks(values):
        query = select(table).where(table.c[by].in_(chunk))
        if "until" in table.c:
            query = query.where(table.c.until.is_(None))
        found |= {row[key]: dict(row) for row in connection.execute(query).mappings()}
    return found
