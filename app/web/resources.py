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
from typing import Annotated, Any, Generic

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.listings import SOURCES
from app.record.lists import Listing
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.web.dependencies import LIST_ERRORS, TABLE_ERRORS, database, reading
from app.web.formats import JSON, TABLES, files
from app.web.formats.tables import Row, Table, TableForm, shape_of, table_answer
from app.web.http import answers
from app.web.http.answers import Read
from app.web.http.problems import nearest
from app.web.http.statuses import NOT_FOUND, OK
from app.web.schemas import models
from app.web.schemas.queries import (
    Q,
    columns_of,
    days_meant,
    one_of_each,
    table_asked,
)


@dataclass(frozen=True, slots=True)
class AtHand:
    """Rows that were reckoned, in the order asked for; `beside` stands beside them in JSON.

    `more` are columns of the rows that JSON shows although they are no columns of a table. A
    workbook lists the sources that are `about` the same.
    """

    rows: Sequence[Row]
    beside: Mapping[str, Any] = field(default_factory=dict)
    more: Sequence[str] = ()
    about: Filters | None = None


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
    about: Filters | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to be answered: its columns, what it may be sorted by, and the way to its rows.

    `rows` takes the columns wanted and the order asked for. `days` are those that the query left to
    be filled in.
    """

    columns: Sequence[str]
    rows: Callable[[Sequence[str], list[str]], AtHand | OfLedger]
    sortable: Sequence[str] | None = None
    days: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource(Generic[Q]):
    """A question with rows: where, under what names, what it takes, what a row and the JSON answer
    are, and `ask`.

    `size` is the number of rows on a page of JSON where none is asked for. `flat` makes of a row
    what a table can hold. `table_query` is what a table takes, where that is less than `query`.
    """

    path: str
    name: str
    operation: str
    summary: str
    table_summary: str
    about: str
    query: type[Q]
    row: type[BaseModel]
    answer: type[BaseModel]
    ask: Callable[[Connection, Revision, Q], Prepared]
    size: int = 100
    about_table: str = " The rows as a table."
    flat: Callable[[Row], Row] | None = None
    table_query: type[Q] | None = None


# Every resource by its path: the behaviour of all is tested over this list.
RESOURCES: dict[str, Resource[Any]] = {}


def add(router: APIRouter, resource: Resource[Q]) -> None:
    """Add the routes of a resource: JSON at its path, and each form of a table at the path with its
    suffix.
    """
    RESOURCES[f"{router.prefix}{resource.path}"] = resource
    router.get(
        resource.path,
        operation_id=resource.operation,
        summary=resource.summary,
        description=resource.about,
        dependencies=[Depends(one_of_each(resource.query))],
        responses={OK: models.json_answer(resource.answer), **models.NOT_MODIFIED, **LIST_ERRORS},
    )(_route(resource, resource.query, None))
    table_model = table_asked(resource.table_query or resource.query)
    for form in TABLES.values():
        router.get(
            f"{resource.path}.{form.name}",
            operation_id=f"{form.name}_of_{resource.name}",
            summary=f"{resource.table_summary} as {form.words}",
            description=resource.about + resource.about_table,
            dependencies=[Depends(one_of_each(table_model))],
            response_class=Response,
            responses={OK: models.file_answer(form), **models.NOT_MODIFIED, **TABLE_ERRORS},
        )(_route(resource, table_model, form))


def _route(
    resource: Resource[Q], model: type[Q], form: TableForm | None
) -> Callable[[Request, Q], Response]:
    """The function of one route; it says to the framework by which model a query is read."""

    def answer(request: Request, query: Q) -> Response:
        return respond(resource, request, query, form)

    answer.__annotations__["query"] = Annotated[model, Query()]
    return answer


# Included after all other routes: what ends in a suffix that no resource has.
unknown_forms = APIRouter(include_in_schema=False)


@unknown_forms.get("/v1/{path:path}.{rest}")
def unknown_form(path: str, rest: str) -> Response:
    """Say which forms there are; 404 where there is no such question either."""
    question, _, form = f"{path}.{rest}".partition(".")
    if f"/v1/{question}" not in RESOURCES:
        raise NOT_FOUND.error()
    raise Refused(
        [Mend("format", f"{form!r:.60} is not one of {', '.join(TABLES)}", nearest(form, TABLES))]
    )


def respond(
    resource: Resource[Q], request: Request, query: Q, form: TableForm | None = None
) -> Response:
    """The answer to a query of a resource as a table, or as JSON where no form of one is named."""
    with reading(request, query, query.cursor) as (connection, at):
        asked = resource.ask(connection, at, query)
        read = Read(request, at, form or JSON, days_meant(request, query, **asked.days))
        if early := read.early() or files.held(read):
            return early
        sortable = list(asked.columns if asked.sortable is None else asked.sortable)
        sort = columns_of(query.sort, "sort", sortable)
        wanted = columns_of(query.fields, "fields", list(asked.columns)) or asked.columns
        rows = asked.rows(wanted, sort)
        if form:
            return _table(resource, form, read, query, connection, rows, wanted, sort)
        return _json(resource, read, query, connection, rows, wanted, sort)


def _json(
    resource: Resource[Q],
    read: Read,
    query: Q,
    connection: Connection,
    rows: AtHand | OfLedger,
    wanted: Sequence[str],
    sort: list[str],
) -> Response:
    size = query.size or resource.size
    if isinstance(rows, AtHand):
        page, following = read.slice(rows.rows, query.cursor, size)
        total, beside = len(rows.rows), rows.beside
    else:
        after = read.after(query.cursor)
        found = listings.page(
            connection, rows.listing, read.at.number, rows.filters, sort, size, after
        )
        page, following, total = rows.finish(connection, found.rows), found.next, found.total
        beside = rows.beside(found.rows)
    columns = [*wanted, *rows.more]
    shown = [{name: row[name] for name in columns if name in row} for row in page]
    return files.kept(read, answers.listed(read, shown, size, total, following, **beside))


def _table(
    resource: Resource[Q],
    form: TableForm,
    read: Read,
    query: Q,
    connection: Connection,
    rows: AtHand | OfLedger,
    wanted: Sequence[str],
    sort: list[str],
) -> Response:
    """A table: whole, unless a size is asked for."""
    number = read.at.number
    opened = partial(database(read.request).reading, number)
    about = rows.about
    sources = partial(listings.every, opened, SOURCES, number, about, ()) if about else list
    table = partial(Table, read, shape_of(resource.row, wanted), sources=sources)
    if isinstance(rows, AtHand):
        flat = [resource.flat(row) for row in rows.rows] if resource.flat else rows.rows
        page, following = read.slice(flat, query.cursor, query.size or max(1, len(flat)))
        return table_answer(form, table(page), following)
    after = read.after(query.cursor)
    if query.size:
        found = listings.page(
            connection, rows.listing, number, rows.filters, sort, query.size, after, count=False
        )
        return table_answer(form, table(found.rows), found.next)
    every: Iterable[Row] = listings.every(opened, rows.listing, number, rows.filters, sort, after)
    return table_answer(form, table(every))
