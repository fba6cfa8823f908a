"""How many are there: totals on a day, as rows that add up, with the working of every figure on demand."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.record.subjects import mission_names
from app.web.dependencies import LIST_ERRORS, TABLE_ERRORS, FormatPath
from app.web.estimates import (
    aside_shown,
    asides,
    columns_asked,
    figures_shown,
    on_a_day,
    reckon,
    row_shown,
    rows_shown,
    sources_told,
)
from app.web.formats import tables
from app.web.http import answers
from app.web.schemas import models
from app.web.schemas.queries import (
    StrengthAsked,
    StrengthFileAsked,
    StrengthTextAsked,
    one_of_each,
)

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "How many people are present, arrived, departed, expected, pledged and authorised at the end of a day: six numbers "
    "that are never mixed, each with its least, best and most. Rows add up to the total; what they do not explain "
    "stands in a last row, unallocated. present says how it was reckoned (method) and on how old evidence. Source: the "
    "claims in the ledger; explain=true shows which, and why others were set aside."
)


@router.get(
    "/strength",
    operation_id="get_strength",
    summary="Get troop totals",
    description=ABOUT,
    dependencies=[Depends(one_of_each(StrengthAsked))],
    responses={200: models.json_answer(models.StrengthAnswer), **models.NOT_MODIFIED, **LIST_ERRORS},
)
def get_strength(request: Request, asked: Annotated[StrengthAsked, Query()]) -> Response:
    """Totals as JSON."""
    with on_a_day(request, asked, "json", asked.cursor) as (connection, question, as_of):
        if early := question.early() or tables.held(question):
            return early
        group_by, wanted, sort = columns_asked(asked, models.strength_columns)
        table, strength, evidence = reckon(connection, question.at, asked, as_of, group_by)
        names = mission_names(connection, question.at.number)
    rows = rows_shown(table, as_of, names, sort, asked.explain)
    total = row_shown(table.total, as_of, names, asked.explain)
    kept = ["working"] if asked.explain else []
    answer = answers.part(
        question,
        [{name: row[name] for name in [*wanted, *kept] if name in row} for row in rows],
        asked.cursor,
        asked.size or 1000,
        total={name: total[name] for name in [*models.MEASURED, *kept]},
        as_of=as_of,
        policy=asked.policy,
        group_by=group_by,
        **({"set_aside": [aside_shown(aside) for aside in asides(strength, table, evidence)]} if asked.explain else {}),
    )
    return tables.kept(question, answer)


@router.get(
    "/strength.txt",
    operation_id="text_of_strength",
    summary="Get one bare number",
    description="One number of the total, as digits and nothing else, for a cell of a spreadsheet; nothing at all "
    "where it is not known. Source: the claims in the ledger, as for troop totals.",
    dependencies=[Depends(one_of_each(StrengthTextAsked))],
    response_class=Response,
    responses={200: models.file_answer("txt"), **models.NOT_MODIFIED, **LIST_ERRORS},
)
def text_of_strength(request: Request, asked: Annotated[StrengthTextAsked, Query()]) -> Response:
    """One number of the total as text."""
    with on_a_day(request, asked, "txt") as (connection, question, as_of):
        if early := question.early():
            return early
        table = reckon(connection, question.at, asked, as_of, ())[0]
    number = figures_shown(table.total.figures)[asked.measure]
    return tables.whole(question, b"" if number is None else str(number).encode())


@router.get(
    "/strength.{format}",
    operation_id="table_of_strength",
    summary="Download troop totals",
    description=ABOUT + " The rows as a table, without the total: they add up to it.",
    dependencies=[Depends(one_of_each(StrengthFileAsked))],
    response_class=Response,
    responses={200: models.table_answer(), **models.NOT_MODIFIED, **TABLE_ERRORS},
)
def table_of_strength(
    request: Request,
    asked: Annotated[StrengthFileAsked, Query()],
    format: FormatPath,
) -> Response:
    """Totals as a table."""
    with on_a_day(request, asked, format, asked.cursor) as (connection, question, as_of):
        if early := question.early() or tables.held(question):
            return early
        group_by, wanted, sort = columns_asked(asked, models.strength_columns)
        table = reckon(connection, question.at, asked, as_of, group_by)[0]
        names = mission_names(connection, question.at.number)
        rows = rows_shown(table, as_of, names, sort)
        sources = partial(sources_told, connection, question.at, asked)
        page, following = question.slice(rows, asked.cursor, asked.size or max(1, len(rows)))
        shape = tables.shape_of(models.StrengthRowShown, wanted)
        return tables.table(question, shape, page, following, sources)
