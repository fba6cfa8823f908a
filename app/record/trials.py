"""Warnings of a dry run: what the sources of a document say beyond it, and the missions that it
would make.

Both are asked in the transaction of a dry run, after the document was written and before that is
undone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Connection, func, select

from app.record.documents import Document
from app.record.evidence import chunks
from app.record.held import claim_keys
from app.record.ledger import Taken
from app.record.nations import fold
from app.record.tables import claims, missions

MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Unmentioned:
    """Live claims of the document's sources that are not in it: how many, and the keys of the first
    fifty.
    """

    number: int
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewMission:
    """A mission that the ledger did not know, with the slugs of those whose names are near to its
    own.
    """

    slug: str
    name: str
    near: tuple[str, ...]


def unmentioned(connection: Connection, document: Document) -> Unmentioned:
    """What the sources of a document say that is not in the document and stays."""
    named = {claim.source for entry in document.entries for claim in entry.claims}
    named |= {source.slug for source in document.sources}
    in_document = claim_keys(document)
    number = -len(in_document)  # all of these stand, and are of these sources
    keys: list[str] = []
    for chunk in chunks(named):
        of_sources = claims.c.until.is_(None), claims.c.source.in_(chunk)
        number += connection.scalar(select(func.count()).where(*of_sources)) or 0
        first = select(claims.c.key).where(*of_sources).order_by(claims.c.key)
        found = connection.scalars(first.limit(len(in_document) + MOST_NAMED))
        keys += [key for key in found if key not in in_document]
    return Unmentioned(number, tuple(sorted(keys)[:MOST_NAMED]))


def new_missions(connection: Connection, taken: Taken) -> list[NewMission]:
    """The first fifty missions that a document made; one whose name is near to another may be a
    slip of the pen.
    """
    if not taken.new_missions:
        return []
    live = select(missions.c.slug, missions.c.name).where(missions.c.until.is_(None))
    known = {row.slug: row.name for row in connection.execute(live)}
    return [
        NewMission(slug, name, tuple(_near(slug, name, known)))
        for slug, name in sorted(taken.new_missions)[:MOST_NAMED]
    ]


def _near(slug: str, name: str, known: dict[str, str]) -> Iterable[str]:
    folded = fold(name)
    near = set(get_close_matches(slug, known, n=4, cutoff=0.8))
    names = {fold(other): other_slug for other_slug, other in known.items() if other_slug != slug}
    near |= {names[other] for other in get_close_matches(folded, names, n=4, cutoff=0.8)}
    # A footnote's mark, or words after the name.
    near |= {
        other for other in known if other.startswith(f"{slug}-") or slug.startswith(f"{other}-")
    }
    return sorted(near - {slug})[:5]
