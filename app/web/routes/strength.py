"""How many are there: totals on a day, as rows that add up, with the working of every figure on
demand.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.record.database import Connection
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web import resources
from app.web.dependencies import LIST_ERRORS, reading
from app.web.estimates import (
    Shown,
    ageing_of,
    aside_shown,
    asides,
    figures_shown,
    reckoning,
)
from app.web.formats import files, txt
from app.web.http.answers import Read
from app.web.http.statuses import OK
from app.web.resources import AtHand, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.estimates import StrengthQuery, StrengthTableQuery, StrengthTextQuery
from app.web.schemas.measures import MEASURED
from app.web.schemas.parameters import today
from app.web.schemas.queries import days_meant, one_of_each

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "How many people are present, arrived, departed, expected, lapsed, pledged and authorised at "
    "the end of a day: numbers "
    "that are never mixed, each with its least, best and most. Rows add up to the total; what "
    "they do not explain "
    "stands in a last row, unallocated. present says how it was reckoned (method) and on how old "
    "evidence. Source: the "
    "claims in the ledger; explain=true shows which, and why others were set aside."
)


def _ask(connection: Connection, at: Revision, query: StrengthTableQuery) -> Prepared:
    as_of, group_by = query.as_of or today(), query.groups
    explain = isinstance(query, StrengthQuery) and query.explain

    def rows(_wanted: Sequence[str], sort: list[str]) -> AtHand:
        resolved = query.resolved(connection, at, as_of, group_by)
        strength = reckoning(connection, at, resolved)
        table = strength.table(resolved.question)
        names = mission_names(connection, at.number)
        more = ["working"] if explain else []
        shown = Shown(table, as_of, names, ageing_of(connection, strength), explain)
        total = shown.total
        aside = (
            {"set_aside": [aside_shown(each) for each in asides(strength, table)]}
            if explain
            else {}
        )
        beside = {
            "total": {name: total[name] for name in [*MEASURED, *more]},
            "as_of": as_of,
        }
        beside |= {"policy": query.policy, "group_by": group_by, **aside}
        return AtHand(shown.rows(sort), beside, more, resolved.about)

    return Prepared(models.strength_columns(group_by), rows, days={"as_of": as_of})


@router.get(
    "/strength.txt",
    operation_id="text_of_strength",
    summary="Get one bare number",
    description="One number of the total, as digits and nothing else, for a cell of a "
    "spreadsheet; nothing at all "
    "where it is not known. Source: the claims in the ledger, as for troop totals.",
    dependencies=[Depends(one_of_each(StrengthTextQuery))],
    response_class=Response,
    responses={OK: models.file_answer(txt.FORM), **models.NOT_MODIFIED, **LIST_ERRORS},
)
def text_of_strength(request: Request, query: Annotated[StrengthTextQuery, Query()]) -> Response:
    """One number of the total as text."""
    as_of = query.as_of or today()
    with reading(request, query) as (connection, at):
        read = Read(request, at, txt.FORM, days_meant(request, query, as_of=as_of))
        if early := read.early():
            return early
        resolved = query.resolved(connection, at, as_of)
        total = reckoning(connection, at, resolved).table(resolved.question).total
    number = figures_shown(total.figures)[query.measure]
    return read.late(files.whole(read, txt.written(number)))


resources.add(
    router,
    Resource(
        path="/strength",
        name="strength",
        operation="get_strength",
        summary="Get troop totals",
        table_summary="Download troop totals",
        about=ABOUT,
        about_table=" The rows as a table, without the total: they add up to it.",
        query=StrengthQuery,
        table_query=StrengthTableQuery,
        row=models.StrengthRow,
        answer=models.StrengthPage,
        ask=_ask,
        size=1000,
    ),
)
