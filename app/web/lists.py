"""How a list or a single thing is read: the same steps for every route, so that one keeps the
promises of all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.estimate.strength import Strength
from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.lists import Listing
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.web import resources
from app.web.dependencies import reading
from app.web.estimates import in_order_asked, reckoning
from app.web.formats import JSON
from app.web.http import answers
from app.web.http.answers import Read
from app.web.resources import AtHand, OfLedger, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.estimates import DayQuery, Resolved
from app.web.schemas.parameters import today
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


def of_day(
    connection: Connection,
    at: Revision,
    query: DayQuery,
    columns: Iterable[str],
    found: Callable[[Strength, Resolved], list[dict[str, Any]]],
    sortable: Sequence[str] | None = None,
) -> Prepared:
    """A question whose rows are all that is found on a day, in the order asked for."""
    as_of = query.as_of or today()

    def rows(_wanted: Sequence[str], sort: list[str]) -> AtHand:
        resolved = query.resolved(connection, at, as_of)
        shown = found(reckoning(connection, at, resolved), resolved)
        beside = {"as_of": as_of, "policy": query.policy}
        return AtHand(in_order_asked(shown, sort), beside, about=resolved.about)

    return Prepared(list(columns), rows, sortable, days={"as_of": as_of})


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
