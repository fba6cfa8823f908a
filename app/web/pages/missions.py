"""The missions: all of them with their figure of a day, and one with everything about it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.estimate.contingents import Figure
from app.estimate.dates import parse_date
from app.estimate.last_known import Age
from app.estimate.strength import Row, Strength
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS
from app.record.listings import CONTINGENTS, ENTRIES, MISSIONS
from app.record.revisions import Revision
from app.web.estimates import age_of, ageing_of, reckoning
from app.web.pages import wording
from app.web.pages.front import summary
from app.web.pages.headline import known_days
from app.web.pages.links import DayPageQuery, about_one
from app.web.pages.lists import about_asked, heading_of, lists_of_kinds, row_of
from app.web.pages.neighbours import neighbours
from app.web.pages.over_time import series_of
from app.web.pages.provenance import rows_of
from app.web.pages.table import table_shown
from app.web.pages.view import view

# In the order in which they are listed.
STATES = ("open", "not begun", "passed on", "ended")


def missions_page(connection: Connection, at: Revision, asked: DayPageQuery) -> dict[str, Any]:
    """Every mission with its state and its figure of a day, all reckoned at once."""
    resolved = asked.resolved(connection, at, asked.day, ("mission",))
    strength = reckoning(connection, at, resolved)
    table = strength.table(resolved.question)
    ageing = ageing_of(connection, strength)
    figures = {
        row.group["mission"]: (row, age_of(ageing, table, row, asked.day)) for row in table.rows
    }
    wanted, passed = resolved.question.missions, _passed_on(connection, at)
    rows = [
        {
            **row,
            **_standing(row, strength, asked.day, figures.get(row["slug"])),
            "passed_on": passed.get(row["slug"]),
        }
        for row in rows_of(connection, MISSIONS, at, Filters())
        if not wanted or row["slug"] in wanted
    ]
    rows.sort(key=lambda row: (STATES.index(row["state"]), row["name"].casefold(), row["slug"]))
    return {
        "rows": rows,
        "as_of": asked.day,
        "total": wording.cell(table.total.figures["present"]),
        "about": about_asked(resolved, {row["slug"]: row["name"] for row in rows}),
    }


def _passed_on(connection: Connection, at: Revision) -> dict[str, str]:
    """When the people of missions passed over to another, by mission, as EDTF; none of a mission
    of which several days are told.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(connection, ENTRIES["succession"], at, Filters(statuses=("occurred",))):
        if row["mode"] == "continues":
            found[row["predecessor"]].add(row["date"])
    return {mission: dates.pop() for mission, dates in found.items() if len(dates) == 1}


def _standing(
    row: Mapping[str, Any], strength: Strength, day: date, found: tuple[Row, Age] | None
) -> dict[str, Any]:
    """How a mission stands on a day, with its figure and the age of that; None where nobody ever
    spoke of it.
    """
    present = found[0].figures["present"] if found else Figure("none")
    return {
        "state": state_of_mission(present, row, strength, day),
        **figure_in_words(present, found[1] if found else Age(None, stale=False), day),
    }


def state_of_mission(
    present: Figure, mission: Mapping[str, Any], strength: Strength, day: date
) -> str:
    """One of STATES, of a mission by its row and its people present on a day."""
    if present.method == "passed_on":
        return "passed on"
    if present.method == "ended" or strength.over(mission["slug"], day):
        return "ended"
    begins = parse_date(mission["started"]).earliest if mission["started"] else None
    return "not begun" if begins and begins > day else "open"


def figure_in_words(present: Figure, age: Age, day: date) -> dict[str, Any]:
    """People present as a cell, the days that they are known from, and how old that is."""
    return {
        "cell": wording.cell(present),
        "stale": age.stale,
        "known": known_days(present, age),
        "age": wording.age(age.last_known, day),
        "method": wording.METHODS.get(present.method, present.method),
        "disputed": present.disputed,
    }


def mission_page(
    connection: Connection, at: Revision, asked: DayPageQuery, slug: str, host: str
) -> dict[str, Any]:
    """One mission: what it is, its figure, its picture, its table by nation, all its entries."""
    row = row_of(connection, MISSIONS, at, slug)
    seen = view(connection, at, about_one(asked, "nation", mission=slug), host)
    strength = reckoning(connection, at, seen.resolved)
    table = strength.table(seen.resolved.question)
    lists = lists_of_kinds(connection, at, Filters(missions=(slug,)), seen.here.lists)
    there = {each["kind"].name for each in lists}
    present = table.total.figures["present"]
    return {
        **summary(seen, table, strength),
        **table_shown(seen, table, None),
        "sortable": False,
        "series": series_of(seen),
        "row": row,
        "state": state_of_mission(present, row, strength, seen.as_of),
        "neighbours": neighbours(seen, row),
        "contingents": rows_of(connection, CONTINGENTS, at, Filters(missions=(slug,))),
        "lists": lists,
        "none_of": [heading_of(kind).lower() for kind in KINDS.values() if kind.name not in there],
    }
