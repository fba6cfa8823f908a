"""How a list or a single thing is read: the same steps for every route, so that one keeps the promises of all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from app.record import listings
from app.record.database import Database
from app.record.filters import Filters
from app.record.listings import SOURCES, Listing
from app.record.problems import NotFound
from app.record.revisions import Revision, at_revision
from app.record.subjects import nation_codes, require, source_slugs
from app.web import answers, formats, shown
from app.web.answers import Format, Question
from app.web.asked import Asked, ListAsked, columns_of, one_of_each, table_asked
from app.web.problems import documented

SIZE = 100
LIST_ERRORS = documented(400, 406, 409, 414, 422, 500, 503)
TABLE_ERRORS = documented(400, 406, 409, 414, 416, 422, 500, 501, 503)
ONE_ERRORS = documented(400, 404, 406, 414, 422, 500, 503)


def database(request: Request) -> Database:
    """The ledger's database."""
    found: Database = request.app.state.database
    return found


@contextmanager
def reading(request: Request, asked: Asked, cursor: str | None = None) -> Iterator[tuple[Connection, Revision]]:
    """A connection to read with, and the revision to answer from."""
    held = database(request)
    with held.reading() as connection:
        held.require_schema(connection)
        if cursor:
            yield connection, answers.at_cursor(connection, cursor, asked)
        else:
            yield connection, at_revision(connection, asked.revision, asked.known_at)


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
        if early := question.early() or formats.held(question):
            return early
        sort, columns = _order_and_columns(listing, asked)
        filters, after = filters_of(connection, at, asked, choices), question.after(asked.cursor)
        shape = formats.shape_of(row, columns)
        told = Filters(missions=filters.missions, nations=filters.nations, sources=filters.sources)
        sources = partial(listings.every, database(request).reading, SOURCES, at.number, told, ())
        if asked.size:
            found = listings.page(connection, listing, at.number, filters, sort, asked.size, after, count=False)
            return formats.table(question, shape, found.rows, found.next, sources)
    rows = listings.every(database(request).reading, listing, at.number, filters, sort, after)
    return formats.table(question, shape, rows, sources=sources)


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
        responses={200: shown.json_answer(shown.page_of(row)), **shown.NOT_MODIFIED, **LIST_ERRORS},
    )(as_json)
    router.get(
        path + ".{format}",
        operation_id=f"table_of_{slug}",
        summary=f"Download {name}",
        description=f"{about} The same rows as the list, as a table: whole, unless a size is asked for.",
        dependencies=[Depends(one_of_each(table_model))],
        response_class=Response,
        responses={200: shown.table_answer(), **shown.NOT_MODIFIED, **TABLE_ERRORS},
    )(as_table)


FormatPath = Annotated[
    Literal["csv", "ndjson", "parquet", "xlsx"],
    Path(
        description="csv: RFC 4180, UTF-8; ndjson: one JSON object a line; parquet; xlsx: with sheets of the "
        "sources and of what was asked."
    ),
]
KeyPath = Annotated[str, Path(description="Its key or slug.", max_length=250)]
