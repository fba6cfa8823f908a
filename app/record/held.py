"""What the ledger holds of all that a document names: read once, before the two are compared."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from app.record.documents import DRAFTS, ClaimDraft, Document, EntryDraft, SourceDraft
from app.record.evidence import chunks
from app.record.kinds import KINDS
from app.record.tables import claims, contingents, entries, missions, sources

# What an entry may say of other entries; and of these what there is in a kind.
POINTING = ("replaces", "fulfils", "amends")
POINTERS = {
    kind: tuple(name for name in POINTING if name in draft.model_fields)
    for kind, draft in DRAFTS.items()
}


class Held:
    """The rows of the ledger that a document names, by slug or key, with what its sources and
    missions come from.

    `made` are the slugs of the contingents that its entries speak of and that there are;
    `named_claims` the keys of its own claims, `closed` the entries of those that were closed;
    `of_complete` the live claims of its complete sources.
    """

    def __init__(self, connection: Connection, document: Document) -> None:
        self.connection = connection
        self.missions = self._with_origins(missions, ["predecessor"], _missions_named(document))
        self.sources = self._with_origins(sources, ["derived_from"], _sources_named(document))
        labelled = {
            contingent_slug(draft.mission, draft.nation, draft.category)
            for draft in document.contingents
        }
        self.contingents = _named(connection, contingents, labelled)
        self.made = _standing(
            connection, {slug for entry in document.entries if (slug := contingent_of(entry))}
        )
        self.entries = self._with_origins(entries, POINTING, _entries_named(document))
        self.named_claims = claim_keys(document)
        self.claims = _named(connection, claims, self.named_claims)
        self.closed = _closed(connection, self.named_claims)
        complete = {draft.slug: draft for draft in document.sources if draft.complete is not False}
        self.of_complete = _live_of(connection, complete)
        # The locator of such a claim is its place in a file: one that only moved says the same.
        self.of_files = {slug for slug, draft in complete.items() if draft.file_hash}

    def _with_origins(
        self, table: Table, by: Sequence[str], names: set[str]
    ) -> dict[str, dict[str, Any]]:
        """The things of some names, and those they come from, to the first."""
        found: dict[str, dict[str, Any]] = {}
        while names:
            more = _named(self.connection, table, names)
            found |= more
            named = (row[name] for row in more.values() for name in by)
            names = {name for name in named if name} - found.keys()
        return found

    def no_longer_claimed(self, source: SourceDraft) -> list[str]:
        """The keys of the live claims that a complete source does not make in the document, though
        it tells all.
        """
        within = reach(source)
        live = [
            key
            for key, about in self.of_complete.get(source.slug, ())
            if within is None or about in within
        ]
        return [key for key in live if key not in self.named_claims]

    def every(self, table: Table) -> Iterable[str]:
        """The names of all things of a table, for the nearest one to a name that there is not."""
        query = select(_name_of(table))
        return self.connection.scalars(
            query if table is entries else query.where(table.c.until.is_(None))
        )


def _missions_named(document: Document) -> set[str]:
    named = {draft.mission for draft in (*document.entries, *document.contingents)}
    named.update(slug for draft in document.sources for slug in reach(draft) or ())
    before = (getattr(draft, "predecessor", None) for draft in document.entries)
    named.update(slug for slug in before if slug)
    named.update(
        slug for draft in document.missions for slug in (draft.slug, draft.predecessor) if slug
    )
    return named


def _sources_named(document: Document) -> set[str]:
    named = {claim.source for entry in document.entries for claim in entry.claims}
    named.update(
        slug for draft in document.sources for slug in (draft.slug, draft.derived_from) if slug
    )
    return named


def _entries_named(document: Document) -> set[str]:
    named = {entry.key for entry in document.entries}
    pointed = (getattr(entry, name) for entry in document.entries for name in POINTERS[entry.kind])
    named.update(key for key in pointed if key)
    return named


def claim_key(entry: EntryDraft, claim: ClaimDraft) -> str:
    """The key of a claim: its own, or made of the entry's and the source's."""
    return claim.key or f"{entry.key}--{claim.source}"


def claim_keys(document: Document) -> set[str]:
    """The keys of all claims of a document."""
    return {claim_key(entry, claim) for entry in document.entries for claim in entry.claims}


def contingent_slug(mission: str, nation: str, category: str) -> str:
    """The slug of what one nation has in one mission in one category."""
    return f"{mission}-{nation.lower()}-{category.replace('_', '-')}"


def contingent_of(entry: EntryDraft) -> str | None:
    """The slug of the contingent that an entry speaks of, when it speaks of one."""
    if not KINDS[entry.kind].has_contingent:
        return None
    nation, category = getattr(entry, "nation", None), getattr(entry, "category", None)
    return contingent_slug(entry.mission, nation, category) if nation and category else None


def reach(source: SourceDraft) -> list[str] | None:
    """The missions about which a complete source tells all; None for all of them."""
    return source.complete if isinstance(source.complete, list) else None


def _standing(connection: Connection, slugs: Iterable[str]) -> set[str]:
    """Those of some slugs whose contingents stand now."""
    query = select(contingents.c.slug).where(contingents.c.until.is_(None))
    found = (
        connection.scalars(query.where(contingents.c.slug.in_(chunk))) for chunk in chunks(slugs)
    )
    return {slug for slugs_found in found for slug in slugs_found}


def _live_of(connection: Connection, slugs: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """The live claims of sources, each with the mission it is about; their rows are not read, nor
    those of others.
    """
    query = select(claims.c.source, claims.c.key, entries.c.mission).join(
        entries, entries.c.key == claims.c.entry
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for chunk in chunks(slugs):
        for row in connection.execute(
            query.where(claims.c.until.is_(None), claims.c.source.in_(chunk))
        ):
            found[row.source].append((row.key, row.mission))
    return found


def _closed(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The entries that closed claims belonged to, by the keys of the claims."""
    query = select(claims.c.key, claims.c.entry).where(claims.c.until.is_not(None))
    found = (
        row
        for chunk in chunks(keys)
        for row in connection.execute(query.where(claims.c.key.in_(chunk)))
    )
    return {row.key: row.entry for row in found}


def _named(connection: Connection, table: Table, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The rows of a table that stand now, by their names."""
    name = _name_of(table)
    query = select(table) if table is entries else select(table).where(table.c.until.is_(None))
    return {
        row[name.name]: dict(row)
        for chunk in chunks(names)
        for row in connection.execute(query.where(name.in_(chunk))).mappings()
    }


def entry_row(connection: Connection, key: str) -> dict[str, Any] | None:
    """What an entry is about, whether a claim of it stands or not; None where there is none."""
    return _named(connection, entries, [key]).get(key)


def _name_of(table: Table) -> Column[Any]:
    return table.c.key if table in (entries, claims) else table.c.slug
