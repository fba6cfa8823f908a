"""One mechanism for every question with rows: declared once, answered as JSON and in every format.

A `Resource` says what a question is called, what it takes, what a row is, and has one function of
its own, `ask`, from a query to what it would be answered with. From that come both routes, the
documentation, 304 and 406, HEAD and ranges, sorting, columns, pages, keeping and errors, alike for
all. Rows are `AtHand` (reckoned, one list) or `OfLedger` (read as they leave, a page or all of
them).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.record import listings
from app.record.filters import Filters
from app.record.listings import SOURCES, Listing
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.web.dependencies import LIST_ERRORS, TABLE_ERRORS, database, reading
from app.web.formats import tables
from app.web.http import answers
from app.web.http.answers import TABLES, AnyFormat, Format, Question
from app.web.http.problems import nearest
from app.web.schemas import models
from app.web.schemas.queries import ListQuery, columns_of, one_of_each, resolved, table_asked

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AtHand:
    """Rows that were reckoned, in the order asked for; `beside` stands beside them in JSON.

    `more` are columns of the rows that JSON shows although they are no columns of a table.
    """

    rows: Sequence[Row]
    beside: Mapping[str, Any] = field(default_factory=dict)
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OfLedger:
    """Rows of a list of the ledger under some filters; `finish` makes of one page what JSON shows
    of it.
    """

    listing: Listing
    filters: Filters
    finish: Callable[[Connection, Sequence[Row]], Sequence[Row]] = lambda _connection, page: page
    beside: Callable[[Sequence[Row]], Mapping[str, Any]] = lambda _page: {}
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to be answered: its columns, what it may be sorted by, and the way to its rows.

    `rows` takes the columns wanted and the order asked for. `days` are those that the query left to
    be filled in, and `told_of` whose sources a workbook lists beside the rows.
    """

    columns: Sequence[str]
    rows: Callable[[Sequence[str], list[str]], AtHand | OfLedger]
    sortable: Sequence[str] | None = None
    days: Mapping[str, date] = field(default_factory=dict)
    told_of: Filters | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A question with rows: where, under what names, what it takes, what a row and the JSON answer
    are, and `ask`.

    `size` is the number of rows on a page of JSON where none is asked for. `flat` makes of a row
    what a table can hold.
    """

    path: str
    name: str
    operation: str
    summary: str
    table_summary: str
    about: str
    query: type[ListQuery]
    row: type[BaseModel]
    answer: type[BaseModel]
    ask: Callable[[Connection, Revision, Any], Prepared]
    size: int = 100
    about_table: str = " The rows as a table."
    flat: Callable[[Row], Row] | None = None
    # What a table takes, where that is less than what JSON does.
    table_query: type[ListQuery] | None = None
    ask_table: Callable[[Connection, Revision, Any], Prepared] | None = None


# Every resource by its path: the behaviour of all is tested over this list.
RESOURCES: dict[str, Resource] = {}


def add(router: APIRouter, resource: Resource) -> None:
    """Add the routes of a resource: JSON at its path, and each form of a table at the path with its
    suffix.
    """
    RESOURCES[f"{router.prefix}{resource.path}"] = resource
    table_model = table_asked(resource.table_query or resource.query)

    def as_json(request: Request, asked: Annotated[resource.query, Query()]) -> Response:  # type: ignore[name-defined]
        return respond(resource, request, asked, "json")

    router.get(
        resource.path,
        operation_id=resource.operation,
        summary=resource.summary,
        description=resource.about,
        dependencies=[Depends(one_of_each(resource.query))],
        responses={200: models.json_answer(resource.answer), **models.NOT_MODIFIED, **LIST_ERRORS},
    )(as_json)
    for form in TABLES:
        router.get(
            f"{resource.path}.{form}",
            operation_id=f"{form}_of_{resource.name}",
            summary=f"{resource.table_summary} as {TABLES[form]}",
            description=resource.about + resource.about_table,
            dependencies=[Depends(one_of_each(table_model))],
            response_class=Response,
            responses={200: models.file_answer(form), **models.NOT_MODIFIED, **TABLE_ERRORS},
        )(_as_table(resource, table_model, form))


def _as_table(
    resource: Resource, table_model: type[BaseModel], form: Format
) -> Callable[..., Response]:
    def as_table(request: Request, asked: Annotated[table_model, Query()]) -> Response:  # type: ignore[valid-type]
        return respond(resource, request, asked, form)

    return as_table


# Included after all other routes: what ends in a suffix that no resource has.
unknown_forms = APIRouter(include_in_schema=False)


@unknown_forms.get("/v1/{path:path}.{rest}")
def unknown_form(path: str, rest: str) -> Response:
    """Say which forms there are; 404 where there is no such question either."""
    question, _, form = f"{path}.{rest}".partition(".")
    if f"/v1/{question}" not in RESOURCES:
        raise HTTPException(404)
    raise Refused(
        [Mend("format", f"{form!r:.60} is not one of {', '.join(TABLES)}", nearest(form, TABLES))]
    )


def respond(resource: Resource, request: Request, query: Any, format: AnyFormat) -> Response:
    """The answer to a query of a resource in a format."""
    with reading(request, query, query.cursor) as (connection, at):
        ask = resource.ask if format == "json" else resource.ask_table or resource.ask
        asked = ask(connection, at, query)
        question = Question(request, at, format, resolved(request, query, **asked.days))
        if early := question.early() or tables.held(question):
            return early
        sortable = list(asked.columns if asked.sortable is None else asked.sortable)
        sort = columns_of(query.sort, "sort", sortable)
        wanted = columns_of(query.fields, "fields", list(asked.columns)) or asked.columns
        rows = asked.rows(wanted, sort)
        if format == "json":
            return _json(resource, question, query, connection, rows, wanted, sort)
        return _table(resource, question, query, connection, rows, wanted, sort, asked.told_of)


def _json(
    resource: Resource,
    question: Question,
    query: Any,
    connection: Connection,
    rows: AtHand | OfLedger,
    wanted: Sequence[str],
    sort: list[str],
) -> Response:
    size = query.size or resource.size
    if isinstance(rows, AtHand):
        page, following = question.slice(rows.rows, query.cursor, size)
        total, beside = len(rows.rows), rows.beside
    else:
        after = question.after(query.cursor)
        found = listings.page(
            connection, rows.listing, question.at.number, rows.filters, sort, size, after
        )
        page, following, total = rows.finish(connection, found.rows), found.next, found.total
        beside = rows.beside(found.rows)
    columns = [*wanted, *rows.more]
    shown = [{name: row[name] for name in columns if name in row} for row in page]
    return tables.kept(question, answers.listed(question, shown, size, total, following, **beside))


def _table(
    resource: Resource,
    question: Question,
    query: Any,
    connection: Connection,
    rows: AtHand | OfLedger,
    wanted: Sequence[str],
    sort: list[str],
    told_of: Filters | None,
) -> Response:
    """A table: whole, unless a size is asked for."""
    shape = tables.shape_of(resource.row, wanted)
    opened = database(question.request).reading
    sources = (
        partial(listings.every, opened, SOURCES, question.at.number, told_of, ())
        if told_of
        else list
    )
    if isinstance(rows, AtHand):
        flat = [resource.flat(row) for row in rows.rows] if resource.flat else rows.rows
        page, following = question.slice(flat, query.cursor, query.size or max(1, len(flat)))
        return tables.table(question, shape, page, following, sources)
    after = question.after(query.cursor)
    number, filters = question.at.number, rows.filters
    if query.size:
        found = listings.page(
            connection, rows.listing, number, filters, sort, query.size, after, count=False
        )
        return tables.table(question, shape, found.rows, found.next, sources)
    every: Iterable[Row] = listings.every(opened, rows.listing, number, filters, sort, after)
    return tables.table(question, shape, every, sources=sources)
