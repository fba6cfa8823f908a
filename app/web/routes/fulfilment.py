"""Who promised and has not come: pledges against arrivals, as of a day."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.estimate.fulfilment import PROMISED, Promise, fulfilment
from app.record.subjects import mission_names
from app.web.dependencies import LIST_ERRORS, TABLE_ERRORS, FormatPath
from app.web.estimates import group_shown, grouping, in_order_asked, on_a_day, reckon, sources_told
from app.web.formats import tables
from app.web.http import answers
from app.web.http.answers import AnyFormat
from app.web.schemas import models
from app.web.schemas.queries import FulfilmentAsked, FulfilmentFileAsked, columns_of, one_of_each

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "Promise against arrival at the end of a day, in people. One row a group in which anybody was pledged, announced, "
    "came or is present, with the figures that strength gives. outstanding is what was pledged and has not come, never "
    "below zero; who came is the larger of arrived and present, as a nation known by reports only has no arrivals. Of "
    "the total, outstanding is the sum of the rows: what one sends beyond its promise keeps nobody else's. What rows "
    "do not explain of the total stands in a last row, unallocated: by category, the pledges that name none. Source: "
    "the claims in the ledger; their working is in strength with explain=true."
)

_PLEDGED: dict[str, tuple[Any, str]] = {
    "outstanding_low": (int, "Pledged and not come: the least."),
    "outstanding": (int | None, "Pledged and not come: the best figure; null = none is known."),
    "outstanding_high": (int | None, "Pledged and not come: the most; null = no upper bound is known."),
    "state": (
        Literal["none_pledged", "open", "in_part", "kept", "unknown"],
        "none_pledged: there is no pledge; open: pledged, and nobody came; in_part: some came; kept: nothing is "
        "outstanding; unknown: some came, and what is outstanding has no best figure.",
    ),
    "pledged_since": (date | None, "Earliest day of a pledge that counts; null = none, or no certain day."),
    "last_arrival": (date | None, "Day of the newest arrival that counts; null = none, or no certain day."),
    "disputed": (bool, "Independent sources contradict each other on something that it rests on."),
}
_COLUMNS = {
    **{f"{name}{end}": models.MEASURED[f"{name}{end}"] for name in PROMISED for end in ("_low", "", "_high")},
    **_PLEDGED,
}
_GROUP: dict[str, tuple[Any, str]] = {
    name: (told.annotation, str(told.description))
    for name, told in models.StrengthRowShown.model_fields.items()
    if name in ("mission", "mission_name", "nation", "nation_name", "category", "unallocated")
}
FulfilmentShown = models.with_more(
    "FulfilmentShown", BaseModel, "One group's promise, and what came of it.", **_GROUP, **_COLUMNS
)
FulfilmentTotalShown = models.with_more("FulfilmentTotalShown", BaseModel, "All promises together.", **_COLUMNS)
FulfilmentAnswer = models.with_more(
    "FulfilmentAnswer",
    models.page_of(FulfilmentShown),
    "Promise against arrival.",
    total=(FulfilmentTotalShown, "All together; outstanding is the sum of the rows."),
    as_of=(date, "The day that was asked for."),
    policy=(str, "Who is believed where sources differ."),
    group_by=(list[str], "The grouping of the rows."),
)


@router.get(
    "/fulfilment",
    operation_id="get_fulfilment",
    summary="Hold promises against arrivals",
    description=ABOUT,
    dependencies=[Depends(one_of_each(FulfilmentAsked))],
    responses={200: models.json_answer(FulfilmentAnswer), **models.NOT_MODIFIED, **LIST_ERRORS},
)
def get_fulfilment(request: Request, asked: Annotated[FulfilmentAsked, Query()]) -> Response:
    """Promises as JSON."""
    return _fulfilment(request, asked, "json")


@router.get(
    "/fulfilment.{format}",
    operation_id="table_of_fulfilment",
    summary="Download promises and arrivals",
    description=ABOUT + " The rows as a table, without the total.",
    dependencies=[Depends(one_of_each(FulfilmentFileAsked))],
    response_class=Response,
    responses={200: models.table_answer(), **models.NOT_MODIFIED, **TABLE_ERRORS},
)
def table_of_fulfilment(
    request: Request, asked: Annotated[FulfilmentFileAsked, Query()], format: FormatPath
) -> Response:
    """Promises as a table."""
    return _fulfilment(request, asked, format)


def _fulfilment(request: Request, asked: FulfilmentAsked, format: AnyFormat) -> Response:
    with on_a_day(request, asked, format, asked.cursor) as (connection, question, as_of):
        if early := question.early() or tables.held(question):
            return early
        group_by = grouping(asked.group_by)
        columns = [*(name for name in models.strength_columns(group_by) if name in _GROUP), *_COLUMNS]
        wanted = columns_of(asked.fields, "fields", columns) or columns
        sort = columns_of(asked.sort, "sort", columns)
        table = reckon(connection, question.at, asked, as_of, group_by)[0]
        names = mission_names(connection, question.at.number)
        sources = sources_told(connection, question.at, asked) if format == "xlsx" else []
    found = fulfilment(table)
    rows = in_order_asked([_shown(promise, names) for promise in found.rows], sort)
    if found.unallocated:
        rows.append(_shown(found.unallocated, names) | {"unallocated": True})
    if format != "json":
        page, following = question.slice(rows, asked.cursor, asked.size or max(1, len(rows)))
        return tables.table(question, tables.shape_of(FulfilmentShown, wanted), page, following, lambda: sources)
    total = _shown(found.total, names)
    return answers.part(
        question,
        [{name: row[name] for name in wanted} for row in rows],
        asked.cursor,
        asked.size or 1000,
        total={name: total[name] for name in _COLUMNS},
        as_of=as_of,
        policy=asked.policy,
        group_by=group_by,
    )


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
