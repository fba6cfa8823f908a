"""All sources: the newest first, each with how much it claims."""

from typing import Any

from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds.fields import about
from app.record.listings import SOURCES
from app.record.revisions import Revision
from app.record.subjects import mission_names, nation_codes, require
from app.record.tallies import claims_made
from app.web.pages.lists import about_narrowed, row_of
from app.web.schemas.parameters import Word
from app.web.schemas.queries import ReadQuery

MOST = 100


class SourcesPageQuery(ReadQuery):
    """The page of sources: those that tell of some missions or nations, after one."""

    mission: list[Word] = about("Slug of a mission; repeat for several.", default=[])
    nation: list[Word] = about("A nation: code, name or alias; repeat for several.", default=[])
    after: Word | None = about("Only sources after this one, by its slug.", default=None)

    def filters(self, connection: Connection) -> Filters:
        """What the list is narrowed to; Refused for a name that the ledger does not know."""
        missions = require(connection, "mission", self.mission)
        return Filters(missions, nation_codes(self.nation))


def sources_page(connection: Connection, at: Revision, asked: SourcesPageQuery) -> dict[str, Any]:
    """The newest sources, and after which one those further back are."""
    if asked.after:
        row_of(connection, SOURCES, at, asked.after)
    filters, order = asked.filters(connection), ("-published_latest",)
    page = listings.page(connection, SOURCES, at.number, filters, order, MOST, asked.after)
    claims = claims_made(connection, at.number, (row["slug"] for row in page.rows))
    return {
        "rows": [{**row, "claims": claims.get(row["slug"], 0)} for row in page.rows],
        "total": page.total,
        "further": page.next,
        "about": about_narrowed(filters, mission_names(connection, at.number)).whole,
    }
