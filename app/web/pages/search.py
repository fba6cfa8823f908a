"""One search over all that the ledger names: what was found, in groups, each with its number."""

from typing import Any

from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS
from app.record.kinds.fields import about
from app.record.listings import CONTINGENTS, MISSIONS, SOURCES, TIMELINE
from app.record.lists import Listing
from app.record.nations import Nation, fold, nations
from app.record.revisions import Revision
from app.record.search import counting_with_words, entries_counting, number_in
from app.record.subjects import entries_by_key, mission_names
from app.web.pages import wording
from app.web.pages.links import Address
from app.web.pages.nations import code_of
from app.web.pages.provenance import entry_name
from app.web.schemas.parameters import Sought
from app.web.schemas.queries import ReadQuery

MOST = 15
# The groups that begin with the newest; others stand by name.
BY_DAY = ("figures", "entries", "sources")


class SearchQuery(ReadQuery):
    """What is looked for."""

    q: Sought | None = about("Words to look for, as they stand next to each other.", default=None)


def search_page(connection: Connection, at: Revision, asked: SearchQuery) -> dict[str, Any]:
    """What was found in each group that has anything; nothing is looked for without words."""
    if not asked.q:
        return {"q": "", "groups": [], "total": 0, "apart": False}
    here = Address({"q": asked.q, "revision": asked.revision, "known_at": asked.known_at}, "")
    look = _Look(connection, at, here, Filters(q=asked.q))
    found = look.groups()
    apart = not found and len(fold(asked.q).split()) > 1
    if apart:
        look = _Look(connection, at, here, Filters(q=asked.q, apart=True))
        found = look.groups()
    total = sum(each["total"] for each in found) - look.twice()
    return {"q": asked.q, "groups": found, "total": total, "apart": apart}


class _Look:
    """One search under way."""

    def __init__(
        self, connection: Connection, at: Revision, here: Address, filters: Filters
    ) -> None:
        self.connection, self.at, self.here, self.filters = connection, at, here, filters
        self.q = filters.q or ""
        self.missions = mission_names(connection, at.number)

    def groups(self) -> list[dict[str, Any]]:
        """What was found, by what it is; only what anything was found of."""
        groups = (
            self.nations(),
            self.labels("missions", MISSIONS),
            self.counting(),
            self.entries(),
            self.sources(),
            self.labels("contingents", CONTINGENTS),
        )
        return [each for each in groups if each["total"]]

    def twice(self) -> int:
        """How many entries are found both by their figure and by their words."""
        number = number_in(self.q)
        if number is None:
            return 0
        return counting_with_words(self.connection, self.at.number, number, self.filters)

    def _page(self, listing: Listing, *sort: str) -> listings.Page:
        return listings.page(self.connection, listing, self.at.number, self.filters, sort, MOST)

    def nations(self) -> dict[str, Any]:
        """The nations with these words in their names; the one of that very name first."""
        words, named = fold(self.q), code_of(self.q)
        parts = words.split() if self.filters.apart else [words]
        found = [each for each in nations().values() if all(part in _names(each) for part in parts)]
        found.sort(key=lambda each: (each.code != named, each.name.casefold()))
        rows = [_row(f"/nations/{each.code}", each.name, each.code) for each in found[:MOST]]
        return self._group("nations", "Nations", rows, len(found), "/v1/nations")

    def labels(self, things: str, listing: Listing) -> dict[str, Any]:
        """Missions or contingents."""
        page = self._page(listing)
        rows = [_row(f"/{things}/{row['slug']}", self._name(row), row["slug"]) for row in page.rows]
        return self._group(things, things.capitalize(), rows, page.total, f"/v1/{things}")

    def _name(self, row: dict[str, Any]) -> str:
        """A mission by its name; a contingent by whose people it is, and where."""
        if "name" in row:
            return str(row["name"])
        where = self.missions.get(row["mission"], row["mission"])
        return f"{wording.CATEGORIES[row['category']]} of {row['nation_name']}, {where}"

    def sources(self) -> dict[str, Any]:
        """Sources, the newest first."""
        page = self._page(SOURCES, "-published_latest")
        rows = [
            _row(
                f"/sources/{row['slug']}",
                f"{row['publisher']}{': ' if row['title'] else ''}{row['title'] or ''}",
                wording.edtf(row["published"]) if row["published"] else "day not known",
            )
            for row in page.rows
        ]
        return self._group("sources", "Sources", rows, page.total, "/v1/sources")

    def entries(self) -> dict[str, Any]:
        """Entries of which something is told in these words, the newest first."""
        page = self._page(TIMELINE, "-date_earliest")
        rows = [_row(f"/entries/{row['key']}", entry_name(row), _when(row)) for row in page.rows]
        return self._group("entries", "Entries", rows, page.total, "/v1/timeline")

    def counting(self) -> dict[str, Any]:
        """Entries whose figure is the number that the words are."""
        number = number_in(self.q)
        if number is None:
            return self._group("figures", "", [], 0, "")
        keys, total = entries_counting(self.connection, self.at.number, number, MOST)
        found = entries_by_key(self.connection, keys)
        rows = [
            _row(f"/entries/{key}", entry_name(found[key]), KINDS[found[key]["kind"]].one)
            for key in keys
        ]
        heading = f"Entries whose figure is {wording.number(number)}"
        return self._group("figures", heading, rows, total, "")

    def _group(
        self, name: str, heading: str, rows: list[dict[str, str]], total: int, path: str
    ) -> dict[str, Any]:
        # A list of the API is of words that stand next to each other.
        more = path and total > len(rows) and not self.filters.apart
        whole = self.here.to(path) if more else ""
        found = {"id": name, "heading": heading, "rows": rows, "total": total, "all": whole}
        return {**found, "first": "newest" if name in BY_DAY else "first"}


def _names(nation: Nation) -> str:
    return fold(" ".join([nation.code, nation.name, *nation.aliases]))


def _row(path: str, words: str, beside: str) -> dict[str, str]:
    return {"path": path, "words": words, "beside": beside}


def _when(row: dict[str, Any]) -> str:
    return f"{KINDS[row['kind']].one}, {wording.edtf(row['date'])}"
