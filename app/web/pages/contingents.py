"""Contingents: all that there are, and one with its figure over time, its reports, movements and
pledges.
"""

from functools import partial
from typing import Any

from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS
from app.record.listings import CONTINGENTS
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web.estimates import reckoning
from app.web.pages.front import summary
from app.web.pages.links import DayPageQuery, about_one
from app.web.pages.lists import entries_list, lists_of_kinds, row_of
from app.web.pages.over_time import series_of
from app.web.pages.promises import promises_shown
from app.web.pages.view import view

MOST = 300


def contingents_page(connection: Connection, at: Revision) -> dict[str, Any]:
    """The contingents, by their slugs."""
    page = listings.page(connection, CONTINGENTS, at.number, Filters(), (), MOST)
    return {
        "rows": page.rows,
        "total": page.total,
        "missions": mission_names(connection, at.number),
    }


def contingent_page(
    connection: Connection, at: Revision, asked: DayPageQuery, slug: str, host: str
) -> dict[str, Any]:
    """One contingent: its figure over time, and what is told of it."""
    row = row_of(connection, CONTINGENTS, at, slug)
    people = {name: str(row[name]) for name in ("mission", "nation", "category")}
    seen = view(connection, at, about_one(asked, "none", **people), host)
    strength = reckoning(connection, at, seen.resolved)
    table = strength.table(seen.resolved.question)
    of_it = partial(seen.here.lists, contingent=slug, mission=None, nation=None)
    own = Filters(contingents=(slug,))
    made = Filters(missions=(row["mission"],), nations=(row["nation"],))
    pledges = entries_list(connection, at, KINDS["pledge"], made, seen.here.lists)
    lists = lists_of_kinds(connection, at, own, of_it, ("strength_report", "movement"))
    return {
        **summary(seen, table, strength),
        "row": row,
        "series": series_of(seen),
        "promises": promises_shown(seen, strength),
        "lists": [*lists, *([pledges] if pledges["rows"] else [])],
    }
