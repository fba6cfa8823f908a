"""What was promised, one by one: announced when and for when, come when and how late, and how each
promise stands.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.estimate.outcomes import OUTCOMES, PARTS, Outcome, Promised, promises
from app.estimate.strength import Strength
from app.record.database import Connection
from app.record.nations import nation_name
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web import resources
from app.web.estimates import group_shown
from app.web.lists import of_day
from app.web.resources import Prepared, Resource
from app.web.schemas import models
from app.web.schemas.columns import COLUMNS
from app.web.schemas.estimates import PromisesQuery, Resolved

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "What was promised and what came of it, as of a day. One row a movement, delivery or pledge "
    "that some claim expects or promises, announced by as_of. promised is what those claims "
    "settle to; come is what its own claims, or the entries that fulfil it, tell to have come of "
    "it; what neither came nor is to come has lapsed or was called off: promised = come + "
    "expected + lapsed + cancelled, a low standing in where a best is not known. A step of a "
    "promise has a row of its own beside that of the whole, so rows are not to be added up: "
    "/v1/strength and /v1/fulfilment add them up, each once. Counts are people; of a delivery, "
    "items. With published_by and as_of of one day: what was overdue as it was known then. "
    "Source: the claims in the ledger."
)

_MEANT = {
    "promised": "Promised",
    "come": "Come of it, and no more than was promised",
    "expected": "Still to come of it",
    "lapsed": "Not come in time, and not known to have come later",
    "cancelled": "Called off",
}
_DUE = "it was {} announced for; null = {}"
_COLUMNS: dict[str, tuple[Any, str]] = {
    "key": (str, "Key of the entry that was promised."),
    "kind": (str, "Kind of entry: movement, delivery or pledge."),
    "mission": COLUMNS["mission"],
    "mission_name": (str | None, "Name of the mission."),
    "nation": (
        str | None,
        "Whose people; of a delivery, whose contingent receives it; null: none.",
    ),
    "nation_name": COLUMNS["nation_name"],
    "category": COLUMNS["category"],
    "direction": (str | None, "arrival or departure; null for what is no movement."),
    "donor": (str | None, "Of a delivery: who gives, as an alpha-3 code; null = nobody is named."),
    "donor_name": (str | None, "Name of the donor."),
    "first_announced": (
        date | None,
        "Day by which the first claim that promises it was certainly out; null = not known.",
    ),
    "first_due_earliest": (
        date | None,
        f"First day that {_DUE.format('first', 'open, or no claim names a day')}.",
    ),
    "first_due_latest": (
        date | None,
        f"Last day that {_DUE.format('first', 'open, or no claim names a day')}.",
    ),
    "times_moved": (int, "How many other days it was announced for after the first."),
    "last_due_earliest": (
        date | None,
        f"First day that {_DUE.format('last', 'open, or no claim names a day')}.",
    ),
    "last_due_latest": (
        date | None,
        f"Last day that {_DUE.format('last', 'open, or no claim names a day')}.",
    ),
    "came_on": (
        date | None,
        "Day by which all of it had come, or the last of what did; null = nothing has.",
    ),
    "late_days_low": (
        int | None,
        "Days from the first day it was announced for to came_on: the least; null = nothing has "
        "come, or no day was named.",
    ),
    "late_days": (int | None, "The same, by the last day that the first announcement allows."),
    "late_days_high": (int | None, "The same, the most; null also where there is no bound."),
    "outcome": (
        Outcome,
        "open: still to come; on_time: come by the first day it was announced for, or none was "
        "named; late: come after it; in_part: some came; lapsed: its last day is over, or its "
        "mission; cancelled: called off, or amended.",
    ),
    "amends": (str | None, "Of a pledge: the one in whose place it stands from its day on."),
    "amended_by": (str | None, "Of a pledge: the one that stands in its place; null = none."),
    **{
        f"{name}{end}": (kind, f"{_MEANT[name]}: {words}.")
        for name in PARTS
        for end, kind, words in (
            ("_low", int, "the least"),
            ("", int | None, "the best figure; null = none is known"),
            ("_high", int | None, "the most; null = no upper bound is known"),
        )
    },
    "disputed": COLUMNS["disputed"],
}
PromiseRow = models.with_more(
    "PromiseRow", BaseModel, "One promise, and what came of it.", **_COLUMNS
)
PromisePage = models.with_more(
    "PromisePage",
    models.page_of(PromiseRow),
    "What was promised, one by one.",
    as_of=(date, "The day that was asked for."),
    policy=(str, "Who is believed where sources differ."),
)


def _ask(connection: Connection, at: Revision, query: PromisesQuery) -> Prepared:
    def found(strength: Strength, resolved: Resolved) -> list[dict[str, Any]]:
        names = mission_names(connection, at.number)
        every = promises(strength, resolved.question, query.kind)
        wanted = query.outcome or OUTCOMES
        return [promise_shown(each, names) for each in every if each.outcome in wanted]

    return of_day(connection, at, query, _COLUMNS, found)


resources.add(
    router,
    Resource(
        path="/promises",
        name="promises",
        operation="list_promises",
        summary="List promises and what came of them",
        table_summary="Download promises and what came of them",
        about=ABOUT,
        about_table=" The rows as a table: whole, unless a size is asked for.",
        query=PromisesQuery,
        row=PromiseRow,
        answer=PromisePage,
        ask=_ask,
    ),
)


def promise_shown(promise: Promised, names: Mapping[str, str]) -> dict[str, Any]:
    """A promise as it leaves: what it is, its days, how late it came, how it stands, its parts."""
    entry, first, last = promise.fact.entry, promise.first_due, promise.last_due
    found: dict[str, Any] = {"key": entry.key, "kind": entry.kind}
    found |= group_shown(
        {"mission": entry.mission, "nation": entry.nation, "category": entry.category}, names
    )
    low, best, high = promise.late or (None, None, None)
    found |= {
        "direction": entry.direction,
        "donor": entry.donor,
        "donor_name": nation_name(entry.donor),
        "first_announced": promise.announced,
        "first_due_earliest": first.earliest if first else None,
        "first_due_latest": first.latest if first else None,
        "times_moved": promise.moved,
        "last_due_earliest": last.earliest if last else None,
        "last_due_latest": last.latest if last else None,
        "came_on": promise.came_on,
        "late_days_low": low,
        "late_days": best,
        "late_days_high": high,
        "outcome": promise.outcome,
        "amends": entry.amends,
        "amended_by": promise.amended_by,
    }
    for name in PARTS:
        ends = zip(("_low", "", "_high"), promise.parts[name], strict=True)
        found |= {f"{name}{end}": value for end, value in ends}
    return found | {"disputed": promise.disputed}
