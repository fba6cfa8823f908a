"""Lists of the ledger as pages show them: the newest entries of a kind with the way to all of them,
and the row of a thing by the name in an address.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS, Kind
from app.record.listings import ENTRIES
from app.record.lists import Listing
from app.record.nations import nation_name
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.record.subjects import entries_by_key
from app.web.pages import wording
from app.web.pages.provenance import entry_name
from app.web.schemas.estimates import Resolved

MOST = 25
# The names under which two lists have always been linked to.
ANCHORS = {"movement": "moved", "strength_report": "reports"}


@dataclass(frozen=True, slots=True)
class About:
    """What a list is narrowed to, in words, each empty where it is not."""

    missions: str = ""
    nations: str = ""
    people: str = ""

    @property
    def whole(self) -> str:
        """All of it, for a heading."""
        found = " in ".join(filter(None, [self.nations, self.missions]))
        return ": ".join(filter(None, [found, self.people]))


def about_narrowed(filters: Filters, names: Mapping[str, str], people: str = "") -> About:
    """What filters narrow a list to; `names` are those of the missions."""
    return About(
        wording.listed(names.get(slug, slug) for slug in filters.missions),
        wording.listed(nation_name(code) or code for code in filters.nations),
        people,
    )


def about_asked(resolved: Resolved, names: Mapping[str, str]) -> About:
    """Whose figures a question of estimates asks for."""
    kinds = (wording.PEOPLE.get(name, name) for name in resolved.question.categories)
    people = wording.listed([*kinds, *resolved.contingents])
    return about_narrowed(resolved.about, names, people)


def row_of(connection: Connection, listing: Listing, at: Revision, key: str) -> dict[str, Any]:
    """The row of a name in an address; NotFound, with the nearest there is, for any other."""
    try:
        return listings.one(connection, listing, at.number, key)
    except NotFound as error:
        near = listings.near(connection, listing, at.number, key)
        raise NotFound(listing.thing, key, near) from error


def titles_of(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Entries in a few words each, by key."""
    return {key: entry_name(row) for key, row in entries_by_key(connection, keys).items()}


def heading_of(kind: Kind) -> str:
    """What stands over a list of a kind."""
    return kind.heading or kind.plural.replace("-", " ").capitalize()


def entries_list(
    connection: Connection,
    at: Revision,
    kind: Kind,
    filters: Filters,
    address: Callable[[str], str],
    most: int = MOST,
) -> dict[str, Any]:
    """The newest entries of a kind under a filter, how many there are, and where all of them are:
    `address` gives that of a list which is narrowed as the filter does.
    """
    page = listings.page(
        connection, ENTRIES[kind.name], at.number, filters, ("-date_earliest",), most
    )
    return {
        "kind": kind,
        "id": ANCHORS.get(kind.name, kind.plural),
        "heading": heading_of(kind),
        "rows": [{**row, "title": entry_name(row)} for row in page.rows],
        "total": page.total,
        "json": address(f"/v1/{kind.plural}"),
        "csv": address(f"/v1/{kind.plural}.csv"),
    }


def lists_of_kinds(
    connection: Connection,
    at: Revision,
    filters: Filters,
    address: Callable[[str], str],
    kinds: Iterable[str] = tuple(KINDS),
) -> list[dict[str, Any]]:
    """A list of each of some kinds, those without an entry left out."""
    found = (entries_list(connection, at, KINDS[name], filters, address) for name in kinds)
    return [each for each in found if each["rows"]]
