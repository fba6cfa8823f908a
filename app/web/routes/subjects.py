"""Who and what is spoken of: missions, contingents, sources and nations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.record import listings, subjects
from app.record.database import Connection
from app.record.filters import Filters
from app.record.listings import CLAIMS, CONTINGENTS, MISSIONS, SOURCES
from app.record.lists import Listing
from app.record.nations import (
    NATION_COLUMNS,
    Nation,
    fold,
    nation_cells,
    nation_code,
    nations,
    near_nation,
)
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.web import resources
from app.web.dependencies import ONE_ERRORS, KeyPath, reading
from app.web.estimates import in_order_asked
from app.web.formats import JSON
from app.web.http import answers
from app.web.http.answers import Read
from app.web.http.statuses import OK
from app.web.lists import add_list, one_response
from app.web.resources import AtHand, Resource
from app.web.schemas import models
from app.web.schemas.queries import (
    ContingentsQuery,
    ReadQuery,
    SourcesQuery,
    SubjectQuery,
    TextQuery,
    one_of_each,
)

router = APIRouter(prefix="/v1", tags=["subjects"])


def _rows(
    connection: Connection, listing: Listing, at: Revision, filters: Filters
) -> list[dict[str, Any]]:
    return listings.page(
        connection, listing, at.number, filters, (), listings.WHOLE, count=False
    ).rows


def _of_mission(connection: Connection, at: Revision, key: str) -> Mapping[str, Any]:
    return {"contingents": _rows(connection, CONTINGENTS, at, Filters(missions=(key,)))}


def _of_contingent(connection: Connection, at: Revision, key: str) -> Mapping[str, Any]:
    return {"entries": subjects.entries_of_contingent(connection, at.number, key)}


def _of_source(connection: Connection, at: Revision, key: str) -> Mapping[str, Any]:
    return {
        "claims": _rows(connection, CLAIMS, at, Filters(sources=(key,))),
        "repeated_by": subjects.repeats_of(connection, at.number, key),
    }


_More = dict[str, tuple[Any, str]]
_Find = Callable[[Connection, Revision, str], Mapping[str, Any]]
_THINGS: tuple[tuple[str, Listing, type[TextQuery], type[BaseModel], str, _More, _Find], ...] = (
    (
        "mission", MISSIONS, SubjectQuery, models.Mission,
        "Multinational deployments. With nation: the missions in which it has a contingent.",
        {"contingents": (list[models.rows_of(models.Contingent)], "Its contingents.")}, _of_mission,  # type: ignore[misc]
    ),
    (
        "contingent", CONTINGENTS, ContingentsQuery, models.Contingent,
        "What one nation has in one mission in one category; made when a movement or a report "
        "first mentions it.",
        {"entries": (list[dict[str, str]], "Its movements and strength reports: kind and key.")},
        _of_contingent,
    ),
    (
        "source", SOURCES, SourcesQuery, models.Source,
        "Publications. The days are those of publication; with mission or nation, the sources that "
        "claim something of it.",
        {
            "claims": (list[models.Claim], "All that it claims."),  # type: ignore[valid-type]
            "repeated_by": (list[str], "Slugs of the sources that repeat it."),
        },
        _of_source,
    ),
)  # fmt: skip


def _add(
    thing: str,
    listing: Listing,
    model: type[TextQuery],
    row: type[BaseModel],
    about: str,
    more: _More,
    find: _Find,
) -> None:
    add_list(router, f"/{thing}s", listing, model, row, name=f"{thing}s", about=about)
    alone = models.with_more(f"{row.__name__}Detail", row, f"One {thing}.", **more)

    def alone_response(
        request: Request, slug: KeyPath, asked: Annotated[ReadQuery, Query()]
    ) -> Response:
        return one_response(request, asked, listing, slug, find)

    router.get(
        f"/{thing}s/{{slug}}",
        operation_id=f"get_{thing}",
        summary=f"Get one {thing}",
        description=f"One {thing} by its slug, with "
        f"{' and '.join(name.replace('_', ' ') for name in more)}.",
        dependencies=[Depends(one_of_each(ReadQuery))],
        responses={
            OK: models.json_answer(models.answer_of(alone)),
            **models.NOT_MODIFIED,
            **ONE_ERRORS,
        },
    )(alone_response)


for _thing in _THINGS:
    _add(*_thing)


def _ask_nations(_connection: Connection, _at: Revision, query: TextQuery) -> resources.Prepared:
    def rows(_wanted: Sequence[str], sort: list[str]) -> AtHand:
        found = [_nation_row(nation) for nation in nations().values()]
        if query.q:
            words = fold(query.q)
            found = [
                row
                for row in found
                if words in fold(" ".join([row["code"], row["name"], *row["aliases"]]))
            ]
        return AtHand(in_order_asked(found, sort))

    return resources.Prepared(list(NATION_COLUMNS), rows)


def _nation_row(nation: Nation) -> dict[str, Any]:
    return nation_cells(nation) | {"aliases": list(nation.aliases)}


resources.add(
    router,
    Resource(
        path="/nations",
        name="nations",
        operation="list_nations",
        summary="List nations",
        table_summary="Download nations",
        about="Countries and territories of ISO 3166-1 and Kosovo, states that are no more, and "
        "organisations and "
        "others who send or give, with the names by which they may be asked for.",
        about_table=" As a table, aliases are joined by semicolons.",
        query=TextQuery,
        row=models.Nation,
        answer=models.page_of(models.Nation),
        ask=_ask_nations,
        flat=lambda row: nation_cells(nations()[row["code"]]),
    ),
)


@router.get(
    "/nations/{code}",
    operation_id="get_nation",
    summary="Get one nation",
    description="One nation, or another that sends or gives, by its alpha-3 code, its name or an "
    "alias.",
    dependencies=[Depends(one_of_each(ReadQuery))],
    responses={
        OK: models.json_answer(models.answer_of(models.Nation)),
        **models.NOT_MODIFIED,
        **ONE_ERRORS,
    },
)  # fmt: skip
def get_nation(request: Request, code: KeyPath, asked: Annotated[ReadQuery, Query()]) -> Response:
    """One nation."""
    try:
        found = nation_code(code)
    except ValueError as error:
        raise NotFound("nation", code, near_nation(code)) from error
    with reading(request, asked) as (_, at):
        read = Read(request, at, JSON)
        return read.early() or answers.one(read, _nation_row(nations()[found]))
