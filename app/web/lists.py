"""How a list or a single thing is read: the same steps for every route, so that one keeps the promises of all."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from app.record import listings
from app.record.filters import Filters
from app.record.listings import SOURCES, Listing
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.record.subjects import nation_codes, require, source_slugs
from app.web.dependencies import LIST_ERRORS, TABLE_ERRORS, FormatPath, database, reading
from app.web.formats import tables
from app.web.http import answers
from app.web.http.answers import Format, Question
from app.web.schemas import models
from app.web.schemas.queries import Asked, ListAsked, columns_of, one_of_each, table_asked

SIZE = 100


def filters_of(connection: Connection, at: Revision, asked: Any, choices: Mapping[str, Any] = {}) -> Filters:
    """The filters in a query, checked against what the ledger knows."""

    def given(name: str) -> tuple[str, ...]:
        return tuple(getattr(asked, name, ()))

    return Filters(
        missions=require(connection, "mission", given("mission")),
        nations=nation_codes(given("nation")),
        categories=given("category"),
        contingents=require(connection, "contingent", given("contingent")),
        sources=source_slugs(connection, at.number, given("source")),
        entries=require(connection, "entry", given("entry")),
        kinds=given("kind"),
        statuses=given("status"),
        date_from=getattr(asked, "date_from", None),
        date_to=getattr(asked, "date_to", None),
        date_match=getattr(asked, "date_match", "possible"),
        q=getattr(asked, "q", None),
        history=getattr(asked, "history", False),
        choices={name: given(name) for name in choices},
    )


def list_response(request: Request, asked: ListAsked, listing: Listing, choices: Mapping[str, Any] = {}) -> Response:
    """A page of a list as JSON."""
    with reading(request, asked, asked.cursor) as (connection, at):
        question = Question(request, at)
        if early := question.early():
            return early
        sort, columns = _order_and_columns(listing, asked)
        size, after = asked.size or SIZE, question.after(asked.cursor)
        filters = filters_of(connection, at, asked, choices)
        found = listings.page(connection, listing, at.number, filters, sort, size, after)
    rows = [{name: row[name] for name in columns} for row in found.rows]
    return answers.listed(question, rows, size, found.total, found.next)


def table_response(
    request: Request,
    asked: ListAsked,
    format: Format,
    listing: Listing,
    row: type[BaseModel],
    choices: Mapping[str, Any] = {},
) -> Response:
    """A list as a table: whole, unless a size is asked for."""
    with reading(request, asked, asked.cursor) as (connection, at):
        question = Question(request, at, format)
        if early := question.early() or tables.held(question):
            return early
        sort, columns = _order_and_columns(listing, asked)
        filters, after = filters_of(connection, at, asked, choices), question.after(asked.cursor)
        shape = tables.shape_of(row, columns)
        told = Filters(missions=filters.missions, nations=filters.nations, sources=filters.sources)
        sources = partial(listings.every, database(request).reading, SOURCES, at.number, told, ())
        if asked.size:
            found = listings.page(connection, listing, at.number, filters, sort, asked.size, after, count=False)
            return tables.table(question, shape, found.rows, found.next, sources)
    rows = listings.every(database(request).reading, listing, at.number, filters, sort, after)
    return tables.table(question, shape, rows, sources=sources)


def one_response(
    request: Request,
    asked: Asked,
    listing: Listing,
    key: Any,
    more: Callable[[Connection, Revision, str], Mapping[str, Any]],
) -> Response:
    """One thing by its key, with what belongs to it."""
    with reading(request, asked) as (connection, at):
        question = Question(request, at)
        if early := question.early():
            return early
        try:
            row = listings.one(connection, listing, at.number, key)
        except NotFound as error:
            raise NotFound(listing.thing, key, listings.near(connection, listing, at.number, key)) from error
        return answers.one(question, {**row, **more(connection, at, key)})


def _order_and_columns(listing: Listing, asked: ListAsked) -> tuple[list[str], list[str]]:
    columns = listings.shown_columns(listing)
    sort = columns_of(asked.sort, "sort", list(listing.columns))
    return sort, columns_of(asked.fields, "fields", columns) or columns


def add_list(
    router: APIRouter,
    path: str,
    listing: Listing,
    model: type[ListAsked],
    row: type[BaseModel],
    *,
    name: str,
    about: str,
    choices: Mapping[str, Any] = {},
) -> None:
    """Add the two routes of a list: JSON at the path, tables at the path with a suffix."""
    table_model = table_asked(model)

    def as_json(request: Request, asked: Annotated[model, Query()]) -> Response:  # type: ignore[valid-type]
        return list_response(request, asked, listing, choices)

    def as_table(request: Request, asked: Annotated[table_model, Query()], format: FormatPath) -> Response:  # type: ignore[valid-type]
        return table_response(request, asked, format, listing, row, choices)

    slug = name.replace(" ", "_")
    router.get(
        path,
        operation_id=f"list_{slug}",
        summary=f"List {name}",
        description=about,
        dependencies=[Depends(one_of_each(model))],
        responses={200: models.json_answer(models.page_of(row)), **models.NOT_MODIFIED, **LIST_ERRORS},
    )(as_json)
    router.get(
        path + ".{format}",
        operation_id=f"table_of_{slug}",
        summary=f"Download {name}",
        description=f"{about} The same rows as the list, as a table: whole, unless a size is asked for.",
        dependencies=[Depends(one_of_each(table_model))],
        response_class=Response,
        responses={200: models.table_answer(), **models.NOT_MODIFIED, **TABLE_ERRORS},
    )(as_table)
