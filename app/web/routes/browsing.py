"""The addresses by which people go through the ledger: its missions, nations, contingents,
promises, sources and revisions, and the search over them.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.record.database import Connection
from app.record.revisions import Revision
from app.web.http.place import host_of
from app.web.pages import board, changes, contingents, missions, nations, search, sources
from app.web.pages.links import DayPageQuery
from app.web.pages.protocol import Context, moved, page
from app.web.schemas.queries import ReadQuery

router = APIRouter(include_in_schema=False)


@router.get("/missions")
def missions_page(request: Request) -> Response:
    """All missions with their figure of the day."""

    def made(asked: DayPageQuery, connection: Connection, at: Revision) -> Context:
        return "missions.html", missions.missions_page(connection, at, asked)

    return page(request, DayPageQuery, made)


@router.get("/missions/{slug}")
def mission_page(request: Request, slug: str) -> Response:
    """One mission with all that is told of it."""

    def made(asked: DayPageQuery, connection: Connection, at: Revision) -> Context:
        host = host_of(request)
        return "mission.html", missions.mission_page(connection, at, asked, slug, host)

    return page(request, DayPageQuery, made)


@router.get("/nations")
def nations_page(request: Request) -> Response:
    """All nations that the ledger names."""

    def made(asked: DayPageQuery, connection: Connection, at: Revision) -> Context:
        return "nations.html", nations.nations_page(connection, at, asked)

    return page(request, DayPageQuery, made)


@router.get("/nations/{words}")
def nation_page(request: Request, words: str) -> Response:
    """One nation in every mission; by its name or alias, the way to it."""
    code = nations.code_of(words)
    if code and code != words:
        return moved(request, f"/nations/{code}")

    def made(asked: DayPageQuery, connection: Connection, at: Revision) -> Context:
        host = host_of(request)
        return "nation.html", nations.nation_page(connection, at, asked, words, host)

    return page(request, DayPageQuery, made)


@router.get("/contingents")
def contingents_page(request: Request) -> Response:
    """All contingents."""

    def made(_asked: ReadQuery, connection: Connection, at: Revision) -> Context:
        return "contingents.html", contingents.contingents_page(connection, at)

    return page(request, ReadQuery, made)


@router.get("/contingents/{slug}")
def contingent_page(request: Request, slug: str) -> Response:
    """One contingent over time."""

    def made(asked: DayPageQuery, connection: Connection, at: Revision) -> Context:
        host = host_of(request)
        return "contingent.html", contingents.contingent_page(connection, at, asked, slug, host)

    return page(request, DayPageQuery, made)


@router.get("/promises")
def promises_page(request: Request) -> Response:
    """Who promised and has not come."""

    def made(asked: board.BoardQuery, connection: Connection, at: Revision) -> Context:
        return "board.html", board.board_page(connection, at, asked)

    return page(request, board.BoardQuery, made)


@router.get("/sources")
def sources_page(request: Request) -> Response:
    """All sources, the newest first."""

    def made(asked: sources.SourcesPageQuery, connection: Connection, at: Revision) -> Context:
        return "sources.html", sources.sources_page(connection, at, asked)

    return page(request, sources.SourcesPageQuery, made)


@router.get("/revisions")
def revisions_page(request: Request) -> Response:
    """The newest revisions."""

    def made(asked: changes.RevisionsPageQuery, connection: Connection, at: Revision) -> Context:
        return "revisions.html", changes.revisions_page(connection, at, asked)

    return page(request, changes.RevisionsPageQuery, made)


@router.get("/revisions/{number}")
def revision_page(request: Request, number: str) -> Response:
    """What one revision changed."""

    def made(_asked: ReadQuery, connection: Connection, at: Revision) -> Context:
        return "revision.html", changes.revision_page(connection, at, number)

    return page(request, ReadQuery, made)


@router.get("/search")
def search_page(request: Request) -> Response:
    """What the ledger has of some words."""

    def made(asked: search.SearchQuery, connection: Connection, at: Revision) -> Context:
        return "search.html", search.search_page(connection, at, asked)

    return page(request, search.SearchQuery, made)
