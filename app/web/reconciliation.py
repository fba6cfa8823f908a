"""What does not add up: each strength report against the report before it and what moved between."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.estimate.entries import Scope
from app.estimate.reconciliation import Step, reconciled
from app.estimate.reports import report_day
from app.record.subjects import contingent_slugs, mission_names
from app.web import answers, formats, shown
from app.web.answers import AnyFormat
from app.web.asked import ReconciliationAsked, ReconciliationFileAsked, columns_of, one_of_each
from app.web.columns import COLUMNS
from app.web.reads import LIST_ERRORS, SIZE, TABLE_ERRORS, FormatPath
from app.web.strength import group_shown, in_order_asked, on_a_day, reckoning, sources_told

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "Reports against movements, in people. One row a strength report up to as_of that speaks of somebody asked for and "
    "of nobody else; a wider one has null for nation or category. It is held against the last report of the same "
    "people on an earlier day (before the first there is nobody) and the arrivals less departures after that day up to "
    "its own: reckoned = before + moved, never below zero; difference = reported - reckoned, which no movement "
    "explains. Of several reports on one day each is held against the same earlier day, and what they settle "
    "to together is what the next day starts from. A best that rests on an unknown count is null. Source: the claims "
    "in the ledger."
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
    "nation": (str | None, "Alpha-3 code, as in /v1/nations; null = the report speaks for all nations."),
    "nation_name": COLUMNS["nation_name"],
    "category": (str | None, "Personnel category, with what lies under it; null = the report speaks for all."),
    "contingent": (str | None, "Slug of the contingent; null = the report speaks for a wider circle."),
    "from_date": (date | None, "Day of the report before; null = there is none, and nobody was there."),
    "to_date": (date, "Day of this report, at whose end it counts."),
    **{
        f"{name}{end}": (int | None, f"{words}: {bound}.")
        for name, words in _RANGES.items()
        for end, bound in _OPEN.items()
    },
    "agrees": (bool, "The ranges of reckoned and reported overlap."),
    "report": (str, "Key of the strength report."),
    "claim": (str, "Key of the claim that gave its count."),
    "movements": (int, "Movements that lie between, certainly or possibly."),
}
ReconciliationShown = shown.with_more(
    "ReconciliationShown", BaseModel, "One report, held against what was before and what moved since.", **_COLUMNS
)
ReconciliationAnswer = shown.with_more(
    "ReconciliationAnswer",
    shown.page_of(ReconciliationShown),
    "Reports against movements.",
    as_of=(date, "The day up to which reports are held against movements."),
    policy=(str, "Who is believed where sources differ."),
)


@router.get(
    "/reconciliation",
    operation_id="list_reconciliation",
    summary="Hold reports against movements",
    description=ABOUT,
    dependencies=[Depends(one_of_each(ReconciliationAsked))],
    responses={200: shown.json_answer(ReconciliationAnswer), **shown.NOT_MODIFIED, **LIST_ERRORS},
)
def list_reconciliation(request: Request, asked: Annotated[ReconciliationAsked, Query()]) -> Response:
    """Reports against movements as JSON."""
    return _reconciliation(request, asked, "json")


@router.get(
    "/reconciliation.{format}",
    operation_id="table_of_reconciliation",
    summary="Download reports against movements",
    description=ABOUT + " The rows as a table: whole, unless a size is asked for.",
    dependencies=[Depends(one_of_each(ReconciliationFileAsked))],
    response_class=Response,
    responses={200: shown.table_answer(), **shown.NOT_MODIFIED, **TABLE_ERRORS},
)
def table_of_reconciliation(
    request: Request, asked: Annotated[ReconciliationFileAsked, Query()], format: FormatPath
) -> Response:
    """Reports against movements as a table."""
    return _reconciliation(request, asked, format)


def _reconciliation(request: Request, asked: ReconciliationAsked, format: AnyFormat) -> Response:
    with on_a_day(request, asked, format, asked.cursor) as (connection, question, as_of):
        if early := question.early() or formats.held(question):
            return early
        columns = list(_COLUMNS)
        wanted = columns_of(asked.fields, "fields", columns) or columns
        sort = columns_of(asked.sort, "sort", columns)
        strength, _, reckoned = reckoning(connection, question.at, asked, as_of, ())
        names, slugs = mission_names(connection, question.at.number), contingent_slugs(connection, question.at.number)
        sources = sources_told(connection, question.at, asked) if format == "xlsx" else []
    rows = in_order_asked([_shown(step, names, slugs) for step in reconciled(strength, reckoned)], sort)
    if format != "json":
        page, following = question.slice(rows, asked.cursor, asked.size or max(1, len(rows)))
        return formats.table(question, formats.shape_of(ReconciliationShown, wanted), page, following, lambda: sources)
    told = [{name: row[name] for name in wanted} for row in rows]
    return answers.part(question, told, asked.cursor, asked.size or SIZE, as_of=as_of, policy=asked.policy)


def _shown(step: Step, names: Mapping[str, str], slugs: Mapping[Scope, str]) -> dict[str, Any]:
    """A step as it leaves: whose, from when to when, then low, best and high of each range."""
    scope, said = step.scope, step.report.value.count
    found: dict[str, Any] = group_shown(
        {"mission": scope.mission, "nation": scope.nation, "category": scope.category}, names
    )
    ranges = {
        "before": (step.held.low, step.held.best, step.held.high),
        "moved": step.moved,
        "reckoned": step.reckoned,
        "reported": (said.low, said.best, said.high),
        "difference": step.difference,
    }
    for name, (low, best, high) in ranges.items():
        found |= {f"{name}_low": low, name: best, f"{name}_high": high}
    return found | {
        "contingent": slugs.get(scope),
        "from_date": report_day(step.before) if step.before else None,
        "to_date": report_day(step.report),
        "agrees": step.agrees,
        "report": step.report.entry.key,
        "claim": step.report.value.counted.key,
        "movements": step.movements,
    }
