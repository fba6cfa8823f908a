"""How a list or a single thing is read: the same steps for every route, so that one keeps the
promises of all.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from app.record import listings
from app.record.filters import Filters
from app.record.listings import Listing
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.record.subjects import nation_codes, require, source_slugs
from app.web import resources
from app.web.dependencies import reading
from app.web.http import answers
from app.web.http.answers import Question
from app.web.resources import OfLedger, Resource
from app.web.schemas import models
from app.web.schemas.queries import ListQuery, ReadQuery


def filters_of(
    connection: Connection, at: Revision, asked: Any, choices: Mapping[str, Any] = {}
) -> Filters:
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


def one_response(
    request: Request,
    asked: ReadQuery,
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
            raise NotFound(
                listing.thing, key, listings.near(connection, listing, at.number, key)
            ) from error
        return answers.one(question, {**row, **more(connection, at, key)})


def add_list(
    router: APIRouter,
    path: str,
    listing: Listing,
    model: type[ListQuery],
    row: type[BaseModel],
    *,
    name: str,
    about: str,
    choices: Mapping[str, Any] = {},
) -> None:
    """Add the routes of a list of the ledger."""

    def ask(connection: Connection, at: Revision, query: Any) -> resources.Prepared:
        filters = filters_of(connection, at, query, choices)
        return resources.Prepared(
            columns=listings.shown_columns(listing),
            sortable=list(listing.columns),
            rows=lambda _wanted, _sort: OfLedger(listing, filters),
            told_of=Filters(
                missions=filters.missions, nations=filters.nations, sources=filters.sources
            ),
        )

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
