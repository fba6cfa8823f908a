"""The revisions: the newest of them, and what one of them changed."""

from collections.abc import Iterable
from typing import Any

from app.record import listings
from app.record.database import Connection
from app.record.differences import (
    Difference,
    changed,
    claims_changed,
    differences,
    entries_made,
)
from app.record.filters import Filters
from app.record.kinds import KINDS
from app.record.kinds.fields import about
from app.record.listings import REVISIONS
from app.record.problems import Mend, NotFound, Refused
from app.record.revisions import Revision
from app.record.subjects import entries_by_key
from app.web.pages.lists import titles_of
from app.web.pages.provenance import entry_name, with_sources
from app.web.schemas.parameters import Number
from app.web.schemas.queries import ReadQuery

MOST = 100


class RevisionsPageQuery(ReadQuery):
    """The page of revisions: those before one."""

    before: Number | None = about("Only revisions before this one.", default=None)


def revisions_page(
    connection: Connection, at: Revision, asked: RevisionsPageQuery
) -> dict[str, Any]:
    """The newest revisions, and before which one those further back are."""
    if asked.before is not None and not 0 < asked.before <= at.number:
        detail = f"there is no revision {asked.before}; the newest is {at.number}"
        raise Refused([Mend("before", detail, str(at.number) if at.number else None)])
    page = listings.page(
        connection, REVISIONS, at.number, Filters(), ("-number",), MOST, asked.before
    )
    return {"rows": page.rows, "total": page.total, "further": page.next, "before": asked.before}


def revision_page(connection: Connection, at: Revision, words: str) -> dict[str, Any]:
    """One revision: when it was recorded, by whom and why, and all that it opened and closed."""
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else 0
    if not 0 < number <= at.number:
        raise NotFound("revision", words, str(at.number) if at.number else None)
    made = entries_made(connection, number, MOST)
    found = differences(connection, number, MOST)
    return {
        "row": listings.one(connection, REVISIONS, at.number, number),
        "claims": _claims(connection, at, found),
        "all_claims": claims_changed(connection, number),
        "entries": _entries(connection, made.names),
        "all_entries": made.total,
        "labels": list(_labels(connection, number)),
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < at.number else None,
    }


def _entries(connection: Connection, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Entries that a revision made, each in a few words."""
    found = entries_by_key(connection, keys)
    return [
        {"key": key, "title": entry_name(row), "kind": KINDS[row["kind"]].one}
        for key, row in sorted(found.items())
    ]


def _labels(connection: Connection, number: int) -> Iterable[dict[str, Any]]:
    """The missions, contingents and sources that a revision changed, by what it did to them."""
    for thing in ("missions", "contingents", "sources"):
        for change, found in changed(connection, number, thing, MOST).items():
            if found.total:
                yield {
                    "thing": thing,
                    "change": change,
                    "slugs": found.names,
                    "more": found.total - len(found.names),
                    # What is no more has no page.
                    "leads": change != "retracted",
                }


def _claims(connection: Connection, at: Revision, found: list[Difference]) -> list[dict[str, Any]]:
    """Claims that a revision opened or closed, with what each said before."""
    rows = with_sources(connection, at, (each.row for each in found))
    titles = titles_of(connection, {row["entry"] for row in rows})
    return [
        {**row, "change": each.change, "before": each.before, "title": titles[row["entry"]]}
        for row, each in zip(rows, found, strict=True)
    ]
