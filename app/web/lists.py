"""How a list or a single thing is read: the same steps for every route, so that one keeps the
promises of all.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from app.record import listings
from app.record.filters import Filters
from app.record.lists import Listing
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.web import resources
from app.web.dependencies import reading
from app.web.formats import JSON
from app.web.http import answers
from app.web.http.answers import Read
from app.web.resources import OfLedger, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.queries import ReadQuery, TextQuery


def one_response(
    request: Request,
    query: ReadQuery,
    listing: Listing,
    key: Any,
    more: Callable[[Connection, Revision, str], Mapping[str, Any]],
) -> Response:
    """One thing by its key, with what belongs to it."""
    with reading(request, query) as (connection, at):
        read = Read(request, at, JSON)
        if early := read.early():
            return early
        try:
            row = listings.one(connection, listing, at.number, key)
        except NotFound as error:
            raise NotFound(
                listing.thing, key, listings.near(connection, listing, at.number, key)
            ) from error
        return answers.one(read, {**row, **more(connection, at, key)})


def add_list(
    router: APIRouter,
    path: str,
    listing: Listing,
    model: type[TextQuery],
    row: type[BaseModel],
    *,
    name: str,
    about: str,
) -> None:
    """Add the routes of a list of the ledger."""

    def ask(connection: Connection, at: Revision, query: TextQuery) -> Prepared:
        def rows(_wanted: Sequence[str], _sort: list[str]) -> OfLedger:
            filters = query.filters(connection, at)
            about = Filters(filters.missions, filters.nations, sources=filters.sources)
            return OfLedger(listing, filters, about=about)

        return Prepared(listings.shown_columns(listing), rows, sortable=list(listing.columns))

    slug = name.replace(" ", "_")
    resources.add(
        router,
        Resource(
            path=path,
            name=slug,
            operation=f"list_{slug}",
            summary=f"List {name}",
            table_summary=f"Download {name}",
            about=about,
            about_table=" The same rows as the list, as a table: whole, unless a size is asked "
            "for.",
            query=model,
            row=row,
            answer=models.page_of(row),
            ask=ask,
        ),
    )
