"""The difference between a document and the ledger, row by row, with everything that is wrong with
the document.

A claim that differs from the live one of its key is a correction: the old row is closed, a new one
opened. What a document leaves out is not changed, but for the claims of a source that it calls
complete: these are retracted. An entry never changes: a wrong subject is mended by a new entry that
replaces it.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Table

from app.estimate.dates import parse_date
from app.record.documents import ClaimDraft, Document, Draft, EntryDraft, SourceDraft
from app.record.held import (
    POINTERS,
    POINTING,
    Held,
    claim_key,
    contingent_of,
    contingent_slug,
    reach,
)
from app.record.kinds import OWN_FIELDS
from app.record.namesakes import namesakes
from app.record.nations import fold, nation_name
from app.record.pointers import MOST_IN_A_ROW, wrong_about
from app.record.problems import Mend
from app.record.revisions import digest, texts_of
from app.record.successions import contradictions
from app.record.tables import entries, missions, sources

__all__ = ["Changes", "compared", "contingent_slug", "searchable"]

UNGRADED = "F6"


@dataclass
class Changes:
    """What a document changes: rows to open in each table, rows to close, and what is wrong with
    it.
    """

    opened: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    closed: list[tuple[str, str]] = field(default_factory=list)
    mends: list[Mend] = field(default_factory=list)
    named: set[tuple[str, str]] = field(default_factory=set)
    unchanged: int = 0
    retracted: int = 0

    def __bool__(self) -> bool:
        return bool(self.closed or any(self.opened.values()))


def compared(connection: Connection, document: Document, number: int) -> Changes:
    """All that a document would change as the revision of a number; `mends` says what is wrong with
    it.
    """
    held, changes = Held(connection, document), Changes()
    for place, mission in enumerate(document.missions):
        at = f"/missions/{place}"
        _label(changes, held.missions, "missions", mission.slug, mission, at, number)
    for place, each in enumerate(document.sources):
        _label(changes, held.sources, "sources", each.slug, each, f"/sources/{place}", number)
    changes.mends += namesakes(connection, document.missions, held.missions)
    grades = {slug: row["grade"] for slug, row in held.sources.items()}
    before = {slug: row["derived_from"] for slug, row in held.sources.items()}
    for place, source in enumerate(document.sources):
        at = f"/sources/{place}/derived_from"
        _must_be(changes, held, sources, source.derived_from, at)
        _no_loop(changes, source.slug, source.derived_from, before, at, "repeat")
    before = {slug: row["predecessor"] for slug, row in held.missions.items()}
    for place, mission in enumerate(document.missions):
        at = f"/missions/{place}/predecessor"
        _must_be(changes, held, missions, mission.predecessor, at)
        _no_loop(changes, mission.slug, mission.predecessor, before, at, "follow")
    for place, draft in enumerate(document.contingents):
        _must_be(changes, held, missions, draft.mission, f"/contingents/{place}/mission")
        slug = contingent_slug(draft.mission, draft.nation, draft.category)
        _label(
            changes, held.contingents, "contingents", slug, draft, f"/contingents/{place}", number
        )
    _entries(changes, held, document, grades, number)
    _retract(changes, held, document, number)
    changes.mends += contradictions(connection, document, held, changes.opened, changes.closed)
    return changes


def _entries(
    changes: Changes, held: Held, document: Document, grades: Mapping[str, str | None], number: int
) -> None:
    drafts = {entry.key: vars(entry) for entry in document.entries}
    named = held.entries | drafts
    targets = {name: {key: each.get(name) for key, each in named.items()} for name in POINTING}
    keys: set[str] = set()
    seen: set[str] = set()
    for place, entry in enumerate(document.entries):
        where = f"/entries/{place}"
        before = len(changes.mends)
        stands = f"the entry {entry.key} stands in this document already"
        _once(changes, seen, entry.key, f"{where}/key", stands)
        _named_in(changes, held, entry, where, drafts.keys(), targets)
        changes.mends += [
            Mend(f"{where}/{name}", detail) for name, detail in wrong_about(entry, named)
        ]
        _entry(changes, held, entry, where, number)
        for nth, claim in enumerate(entry.claims):
            at = f"{where}/claims/{nth}"
            _must_be(changes, held, sources, claim.source, f"{at}/source")
            key = claim_key(entry, claim)
            twice = f"the claim {key} stands in this document already; give each a key of its own"
            _once(changes, keys, key, f"{at}/key", twice)
            _claim(changes, held, _claim_row(entry, claim, key, grades), at, number)
        changes.mends[before:] = [
            Mend(mend.where, f"{mend.detail} (in {entry.key})", mend.did_you_mean)
            for mend in changes.mends[before:]
        ]


def _named_in(
    changes: Changes,
    held: Held,
    entry: EntryDraft,
    where: str,
    own: Collection[str],
    targets: Mapping[str, Mapping[str, str | None]],
) -> None:
    """Refuse missions and entries that there are not, and what comes back to itself."""
    _must_be(changes, held, missions, entry.mission, f"{where}/mission")
    before_it = getattr(entry, "predecessor", None)
    _must_be(changes, held, missions, before_it, f"{where}/predecessor")
    for name in POINTERS[entry.kind]:
        target, at = getattr(entry, name), f"{where}/{name}"
        _must_be(changes, held, entries, target, at, own)
        _no_loop(changes, entry.key, target, targets[name], at, name.removesuffix("s"))


def _once(changes: Changes, seen: set[str], key: str, where: str, detail: str) -> None:
    """Refuse a key that was seen in the document before."""
    if key in seen:
        changes.mends.append(Mend(where, detail))
    seen.add(key)


def _entry(changes: Changes, held: Held, entry: EntryDraft, where: str, number: int) -> None:
    row: dict[str, Any] = dict.fromkeys(OWN_FIELDS)
    row |= vars(entry)
    del row["claims"]
    slug = row["contingent"] = contingent_of(entry)
    if slug and slug not in held.made and slug not in held.contingents:
        label = {name: row[name] for name in ("mission", "nation", "category")} | {"units": None}
        _open(changes, held.contingents, "contingents", slug, label, number)
    before = held.entries.get(entry.key)
    if before is None:
        changes.opened["entries"].append(row | {"since": number})
        return
    for name, value in row.items():
        if before[name] != value:
            detail = (
                f"the entry {entry.key} has {name} {before[name]!r}, not {value!r}, and an entry "
                "never changes: "
                "retract its claims and add a new entry that replaces it"
            )
            changes.mends.append(Mend(f"{where}/{name}", detail))


def _claim_row(
    entry: EntryDraft, claim: ClaimDraft, key: str, grades: Mapping[str, str | None]
) -> dict[str, Any]:
    span, count = parse_date(claim.date), claim.range()
    row = {
        "key": key,
        "entry": entry.key,
        "mission": entry.mission,
        "source": claim.source,
        "status": claim.status,
        "count_low": count.low,
        "count": count.best,
        "count_high": count.high,
        "count_text": claim.count_text,
        "complete": claim.complete or None,
        "date": span.edtf,
        "date_earliest": span.earliest,
        "date_latest": span.latest,
        "date_text": claim.date_text,
        "grade": claim.grade or grades.get(claim.source) or UNGRADED,
        "locator": claim.locator,
        "summary": claim.summary,
    }
    return row | {"words": searchable("claims", row)}


def _claim(changes: Changes, held: Held, row: dict[str, Any], where: str, number: int) -> None:
    before = held.claims.get(row["key"])
    owner = before["entry"] if before else held.closed.get(row["key"], row["entry"])
    if owner != row["entry"]:
        changes.mends.append(
            Mend(f"{where}/key", f"the claim {row['key']} belongs to the entry {owner}")
        )
        return
    if before is not None:
        apart = (
            ("locator", "words")
            if row["source"] in held.of_files and before["source"] == row["source"]
            else ()
        )
        if all(before[name] == value for name, value in row.items() if name not in apart):
            changes.unchanged += 1
            return
        changes.closed.append(("claims", row["key"]))
    row |= {"since": number, "salt": secrets.token_hex(16)}
    changes.opened["claims"].append(row | {"digest": digest(row["salt"], texts_of(row))})


def _label(
    changes: Changes,
    held: dict[str, dict[str, Any]],
    table: str,
    slug: str,
    draft: Draft,
    where: str,
    number: int,
) -> None:
    """Open a labelled thing, or close and open it anew where the document says something else of
    it.
    """
    if (table, slug) in changes.named:
        changes.mends.append(Mend(where, f"{slug} stands in this document already"))
        return
    changes.named.add((table, slug))
    given = draft.model_dump(include=draft.model_fields_set)
    before = held.get(slug)
    if isinstance(draft, SourceDraft) and before and draft.complete is not False:
        given.pop(
            "file_hash", None
        )  # joins those kept once it is known whether the file changes a claim
    if before is None:
        _open(changes, held, table, slug, draft.model_dump(), number)
    elif any(_as_text(before[name]) != value for name, value in given.items()):
        changes.closed.append((table, slug))
        kept = {
            name: _as_text(value)
            for name, value in before.items()
            if name in type(draft).model_fields
        }
        _open(changes, held, table, slug, kept | given, number)


def _open(
    changes: Changes,
    held: dict[str, dict[str, Any]],
    table: str,
    slug: str,
    values: dict[str, Any],
    number: int,
) -> None:
    row = {**values, "slug": slug, "since": number}
    if table == "sources":
        span = parse_date(values["published"]) if values["published"] else None
        row |= {
            "published_earliest": span.earliest if span else None,
            "published_latest": span.latest if span else None,
            "retrieved_on": parse_date(values["retrieved_on"]).earliest
            if values["retrieved_on"]
            else None,
        }
    row["words"] = searchable(table, row)
    changes.opened[table].append(row)
    held[slug] = row


def _retract(changes: Changes, held: Held, document: Document, number: int) -> None:
    """Close what complete sources no longer say; then keep the hashes of the files that changed
    what they say.
    """
    touched = {row["source"] for row in changes.opened["claims"]}
    for place, source in enumerate(document.sources):
        for nth, mission in enumerate(reach(source) or ()):
            _must_be(changes, held, missions, mission, f"/sources/{place}/complete/{nth}")
        if gone := held.no_longer_claimed(source):
            changes.closed += [("claims", key) for key in gone]
            changes.retracted += len(gone)
            touched.add(source.slug)
    if not changes.mends:
        _keep_hashes(changes, held, document, touched & held.of_files, number)


def _keep_hashes(
    changes: Changes, held: Held, document: Document, touched: Collection[str], number: int
) -> None:
    for source in document.sources:
        if source.slug not in touched:
            continue
        before = held.sources[source.slug]
        hashes = " ".join(
            sorted({*(before["file_hash"] or "").split(), *(source.file_hash or "").split()})
        )
        if before["since"] == number:
            before["file_hash"] = hashes  # its row is opened by this document
        elif before["file_hash"] != hashes:
            changes.closed.append(("sources", source.slug))
            kept = {
                name: _as_text(value)
                for name, value in before.items()
                if name in SourceDraft.model_fields
            }
            _open(
                changes, held.sources, "sources", source.slug, kept | {"file_hash": hashes}, number
            )


_SEARCHED = {
    "claims": ("summary", "count_text", "date_text", "locator"),
    "missions": ("name", "slug", "host_country", "lead_nation"),
    "contingents": ("units", "slug", "category"),
    "sources": ("publisher", "title", "slug", "series", "url"),
}


def searchable(table: str, row: Mapping[str, Any]) -> str:
    """What a text search of a row looks through, folded once, when it is written."""
    words = [str(row[name]) for name in _SEARCHED[table] if row[name]]
    words += [
        nation_name(row[name]) or ""
        for name in ("nation", "host_country", "lead_nation")
        if row.get(name)
    ]
    return fold(" ".join(words))


def _as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _must_be(
    changes: Changes,
    held: Held,
    table: Table,
    name: str | None,
    where: str,
    own: Collection[str] = (),
) -> None:
    known = {"missions": held.missions, "sources": held.sources, "entries": held.entries}[
        table.name
    ]
    if name is None or name in known or name in own:
        return
    # Looking for the nearest word is slow; after some slips of one kind it helps nobody.
    near = (
        get_close_matches(name, [*known, *own, *held.every(table)], n=1)
        if len(changes.mends) < 10
        else []
    )
    thing = {"missions": "mission", "sources": "source", "entries": "entry"}[table.name]
    detail = f"there is no {thing} {name!r}, in this document or in the ledger"
    changes.mends.append(Mend(where, detail, near[0] if near else None))


def _no_loop(
    changes: Changes,
    name: str,
    target: str | None,
    targets: Mapping[str, str | None],
    where: str,
    does: str,
) -> None:
    """Refuse what comes back to itself by what it names, and what that names; and a row of them
    that nobody would follow.
    """
    seen, at = {name}, target
    while at and at not in seen and len(seen) <= MOST_IN_A_ROW:
        seen.add(at)
        at = targets.get(at)
    if at == name:
        changes.mends.append(Mend(where, f"{name} would {does} itself through {target}"))
    elif len(seen) > MOST_IN_A_ROW:
        detail = f"{name} would be one of more than {MOST_IN_A_ROW} that {does} one another"
        changes.mends.append(Mend(where, detail))
