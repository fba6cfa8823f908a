"""What does not add up: each strength report against the report before it and what moved
between.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.estimate.entries import Scope
from app.estimate.reconciliation import Step, reconciled
from app.estimate.reports import report_day
from app.estimate.strength import Strength
from app.record.database import Connection
from app.record.revisions import Revision
from app.record.subjects import contingent_slugs, mission_names
from app.web import resources
from app.web.estimates import group_shown
from app.web.lists import of_day
from app.web.resources import Prepared, Resource
from app.web.schemas import models
from app.web.schemas.columns import COLUMNS
from app.web.schemas.estimates import ReconciliationQuery, Resolved

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "Reports against movements, in people. One row a strength report up to as_of that speaks of "
    "somebody asked for and "
    "of nobody else; a wider one has null for nation or category. It is held against the last "
    "report of the same "
    "people on an earlier day (before the first there is nobody) and the arrivals less "
    "departures after that day up to "
    "its own: reckoned = before + moved, never below zero; difference = reported - reckoned, "
    "which no movement "
    "explains. Of several reports on one day each is held against the same earlier day, and what "
    "they settle "
    "to together is what the next day starts from. A best that rests on an unknown count is "
    "null. Where no report speaks of a contingent and more of it left than came, a row without a "
    "report says by how many: reckoned is below zero then, and difference is who came and is told "
    "of nowhere. Source: the claims in the ledger."
)

_RANGES = {
    "before": "What the report before says",
    "moved": "Arrivals less departures between, negative where more left",
    "reckoned": "What was before and what moved since, never below zero",
    "reported": "What this report says",
    "difference": "Reported less reckoned",
}
_OPEN = {
    "_low": "the least; null = no bound",
    "": "the best figure; null = none is known",
    "_high": "the most; null = no bound",
}
_COLUMNS: dict[str, tuple[Any, str]] = {
    "mission": COLUMNS["mission"],
    "mission_name": (str | None, "Name of the mission."),
    "nation": (
        str | None,
        "Alpha-3 code, as in /v1/nations; null = the report speaks for all nations.",
    ),
    "nation_name": COLUMNS["nation_name"],
    "category": (
        str | None,
        "Personnel category, with what lies under it; null = the report speaks for all.",
    ),
    "contingent": (
        str | None,
        "Slug of the contingent; null = the report speaks for a wider circle.",
    ),
    "from_date": (
        date | None,
        "Day of the report before; null = there is none, and nobody was there.",
    ),
    "to_date": (date, "Day of this report, at whose end it counts."),
    **{
        f"{name}{end}": (int | None, f"{words}: {bound}.")
        for name, words in _RANGES.items()
        for end, bound in _OPEN.items()
    },
    "agrees": (bool, "The ranges of reckoned and reported overlap."),
    "report": (
        str | None,
        "Key of the strength report; null = there is none, and more left than came.",
    ),
    "claim": (str, "Key of the claim that gave its count, or that of who left."),
    "movements": (int, "Movements that lie between, certainly or possibly."),
}
ReconciliationRow = models.with_more(
    "ReconciliationRow",
    BaseModel,
    "One report, held against what was before and what moved since.",
    **_COLUMNS,
)
ReconciliationPage = models.with_more(
    "ReconciliationPage",
    models.page_of(ReconciliationRow),
    "Reports against movements.",
    as_of=(date, "The day up to which reports are held against movements."),
    policy=(str, "Who is believed where sources differ."),
)


def _ask(connection: Connection, at: Revision, query: ReconciliationQuery) -> Prepared:
    def found(strength: Strength, resolved: Resolved) -> list[dict[str, Any]]:
        names, slugs = mission_names(connection, at.number), contingent_slugs(connection, at.number)
        return [_shown(step, names, slugs) for step in reconciled(strength, resolved.question)]

    return of_day(connection, at, query, _COLUMNS, found)


resources.add(
    router,
    Resource(
        path="/reconciliation",
        name="reconciliation",
        operation="list_reconciliation",
        summary="Hold reports against movements",
        table_summary="Download reports against movements",
        about=ABOUT,
        about_table=" The rows as a table: whole, unless a size is asked for.",
        query=ReconciliationQuery,
        row=ReconciliationRow,
        answer=ReconciliationPage,
        ask=_ask,
    ),
)


def _shown(step: Step, names: Mapping[str, str], slugs: Mapping[Scope, str]) -> dict[str, Any]:
    """A step as it leaves: whose, from when to when, then low, best and high of each range."""
    scope, count = step.scope, step.count_reported
    found: dict[str, Any] = group_shown(
        {"mission": scope.mission, "nation": scope.nation, "category": scope.category}, names
    )
    ranges = {
        "before": (step.count_before.low, step.count_before.best, step.count_before.high),
        "moved": step.moved,
        "reckoned": step.reckoned,
        "reported": (count.low, count.best, count.high),
        "difference": step.difference,
    }
    for name, (low, best, high) in ranges.items():
        found |= {f"{name}_low": low, name: best, f"{name}_high": high}
    return found | {
        "contingent": slugs.get(scope),
        "from_date": report_day(step.before) if step.before else None,
        "to_date": report_day(step.report),
        "agrees": step.agrees,
        "report": step.report.entry.key if step.by_report else None,
        "claim": step.report.value.counted.key,
        "movements": step.movements,
    }
