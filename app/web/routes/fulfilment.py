"""Who promised and has not come: pledges against arrivals, as of a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.estimate.fulfilment import PROMISED, Promise, State, fulfilment
from app.estimate.outcomes import OUTCOMES, Outcome, promises, tallied
from app.record.database import Connection
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web import resources
from app.web.estimates import group_shown, in_order_asked, reckoning
from app.web.resources import AtHand, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.estimates import FulfilmentQuery
from app.web.schemas.measures import MEASURED
from app.web.schemas.parameters import today

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "Promise against arrival at the end of a day, in people. One row a group in which anybody "
    "was pledged, announced, "
    "came or is present, with the figures that strength gives. outstanding is what was pledged "
    "and has not come, never "
    "below zero; who came is the larger of arrived and present, as a nation known by reports "
    "only has no arrivals. Of "
    "the total, outstanding is the sum of the rows: what one sends beyond its promise keeps "
    "nobody else's. What rows "
    "do not explain of the total stands in a last row, unallocated: by category, the pledges "
    "that name none. The promises_ columns count announced arrivals and pledges by how they "
    "stand, one by one in /v1/promises. Source: "
    "the claims in the ledger; their working is in strength with explain=true."
)

_PLEDGED: dict[str, tuple[Any, str]] = {
    "outstanding_low": (int, "Pledged and not come: the least."),
    "outstanding": (int | None, "Pledged and not come: the best figure; null = none is known."),
    "outstanding_high": (
        int | None,
        "Pledged and not come: the most; null = no upper bound is known.",
    ),
    "state": (
        State,
        "none_pledged: there is no pledge; open: pledged, and nobody came; in_part: some came; "
        "kept: nothing is "
        "outstanding; unknown: some came, and what is outstanding has no best figure.",
    ),
    "pledged_since": (
        date | None,
        "Earliest day of a pledge that counts; null = none, or no certain day.",
    ),
    "last_arrival": (
        date | None,
        "Day of the newest arrival that counts; null = none, or no certain day.",
    ),
    **{
        f"promises_{outcome}": (
            int,
            f"Announced arrivals and pledges of it that stand so: {outcome}; see /v1/promises.",
        )
        for outcome in OUTCOMES
    },
    "disputed": (bool, "Independent sources contradict each other on something that it rests on."),
}
_COLUMNS = {
    **{
        f"{name}{end}": MEASURED[f"{name}{end}"]
        for name in PROMISED
        for end in ("_low", "", "_high")
    },
    **_PLEDGED,
}
FulfilmentRow = models.with_more(
    "FulfilmentRow",
    BaseModel,
    "One group's promise, and what came of it.",
    **models.GROUP,
    **_COLUMNS,
)
FulfilmentTotal = models.with_more(
    "FulfilmentTotal", BaseModel, "All promises together.", **_COLUMNS
)
FulfilmentPage = models.with_more(
    "FulfilmentPage",
    models.page_of(FulfilmentRow),
    "Promise against arrival.",
    total=(FulfilmentTotal, "All together; outstanding is the sum of the rows."),
    as_of=(date, "The day that was asked for."),
    policy=(str, "Who is believed where sources differ."),
    group_by=(list[str], "The grouping of the rows."),
)


def _ask(connection: Connection, at: Revision, query: FulfilmentQuery) -> Prepared:
    as_of, group_by = query.as_of or today(), query.groups

    def rows(_wanted: Sequence[str], sort: list[str]) -> AtHand:
        resolved = query.resolved(connection, at, as_of, group_by)
        strength = reckoning(connection, at, resolved)
        found = fulfilment(strength.table(resolved.question))
        one_by_one = promises(strength, resolved.question, ("movement", "pledge"))
        names = mission_names(connection, at.number)
        rows = [
            _shown(each, names) | _standing(tallied(one_by_one, each.group)) for each in found.rows
        ]
        shown = in_order_asked(rows, sort)
        total = _shown(found.total, names) | _standing(tallied(one_by_one, {}))
        if found.unallocated:
            rest = {
                name: total[name] - sum(row[name] for row in rows)
                for name in _standing(dict.fromkeys(OUTCOMES, 0))
            }
            shown.append(_shown(found.unallocated, names) | rest | {"unallocated": True})
        beside = {"total": {name: total[name] for name in _COLUMNS}, "as_of": as_of}
        beside |= {"policy": query.policy, "group_by": group_by}
        return AtHand(shown, beside, about=resolved.about)

    columns = [
        *(name for name in models.strength_columns(group_by) if name in models.GROUP),
        *_COLUMNS,
    ]
    return Prepared(columns, rows, days={"as_of": as_of})


resources.add(
    router,
    Resource(
        path="/fulfilment",
        name="fulfilment",
        operation="get_fulfilment",
        summary="Hold promises against arrivals",
        table_summary="Download promises and arrivals",
        about=ABOUT,
        about_table=" The rows as a table, without the total.",
        query=FulfilmentQuery,
        row=FulfilmentRow,
        answer=FulfilmentPage,
        ask=_ask,
        size=1000,
    ),
)


def _standing(tally: Mapping[Outcome, int]) -> dict[str, int]:
    """How many promises stand how, by column."""
    return {f"promises_{outcome}": number for outcome, number in tally.items()}


def _shown(promise: Promise, names: Mapping[str, str]) -> dict[str, Any]:
    """A promise as it leaves: group, then low, best and high of each figure, then how it stands."""
    found: dict[str, Any] = group_shown(promise.group, names) | {"unallocated": False}
    for name, (low, best, high) in {**promise.figures, "outstanding": promise.outstanding}.items():
        found |= {f"{name}_low": low, name: best, f"{name}_high": high}
    return found | {
        "state": promise.state,
        "pledged_since": promise.pledged_since,
        "last_arrival": promise.last_arrival,
        "disputed": promise.disputed,
    }
