"""The page that people look at: HTML made on the server, with a script that only makes it quicker.

A page asks no other host for anything, has no script or style inside it, and works without
JavaScript. What is shown is made in app/web/pages, and how it leaves in its protocol; here are the
addresses.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.record.database import Connection
from app.record.problems import Mend
from app.record.revisions import Revision
from app.web.estimates import reckoning
from app.web.http.answers import ASK_AGAIN, FOR_EVER
from app.web.http.place import host_of, path_of
from app.web.http.problems import nearest, problem
from app.web.http.statuses import NOT_FOUND, OK, SORTS
from app.web.pages import compare, conflicts
from app.web.pages import front as views
from app.web.pages import provenance as accounts
from app.web.pages.links import Address, DayPageQuery, PageQuery
from app.web.pages.protocol import ALONE, ANYWHERE, Context, guarded, html, page, wrong
from app.web.pages.templating import FILES
from app.web.pages.view import view
from app.web.schemas.queries import ReadQuery

router = APIRouter(include_in_schema=False)


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """A file of the page, for ever: another content has another address."""
    if name not in FILES:
        return problem(NOT_FOUND, "There is no such file.")
    media_type, content = FILES[name]
    return Response(content, headers={"Cache-Control": FOR_EVER}, media_type=media_type)


@router.get("/")
def front_page(request: Request) -> Response:
    """How many are there, of whom, on whose word: the headline, the picture, the table, and all
    that lies under it.
    """

    def made(asked: PageQuery, connection: Connection, at: Revision) -> Context:
        return "front.html", views.front(view(connection, at, asked, host_of(request)))

    return page(request, PageQuery, made)


@router.get("/embed")
def embedded(request: Request) -> Response:
    """The headline and the picture, to be framed by anyone."""

    def made(asked: PageQuery, connection: Connection, at: Revision) -> Context:
        seen = view(connection, at, asked, host_of(request))
        strength = reckoning(connection, at, seen.resolved)
        table = strength.table(seen.resolved.question)
        return "embed.html", views.summary(seen, table, strength)

    return page(request, PageQuery, made, framed_by=ANYWHERE)


@router.get("/compare")
def compare_page(request: Request) -> Response:
    """Then and now, and one mission against another."""

    def made(asked: compare.ComparePageQuery, connection: Connection, at: Revision) -> Context:
        return "compare.html", compare.compare_page(connection, at, asked)

    return page(request, compare.ComparePageQuery, made)


@router.get("/conflicts")
def conflicts_page(request: Request) -> Response:
    """Where the ledger contradicts itself."""

    def made(asked: DayPageQuery, connection: Connection, at: Revision) -> Context:
        return "conflicts.html", conflicts.conflicts_page(connection, at, asked)

    return page(request, DayPageQuery, made)


@router.get("/entries/{key}")
def entry_page(request: Request, key: str) -> Response:
    """One entry with every account of it."""

    def made(_asked: ReadQuery, connection: Connection, at: Revision) -> Context:
        return "entry.html", accounts.entry_page(connection, at, key)

    return page(request, ReadQuery, made)


@router.get("/sources/{slug}")
def source_page(request: Request, slug: str) -> Response:
    """One source with all that it claims."""

    def made(_asked: ReadQuery, connection: Connection, at: Revision) -> Context:
        return "source.html", accounts.source_page(connection, at, slug)

    return page(request, ReadQuery, made)


@router.get("/problems/{name}")
def problem_page(request: Request, name: str) -> Response:
    """What a sort of problem means: where the `type` of a problem document leads."""
    found = {sort.name: sort for sort in SORTS}
    if name not in found:
        return wrong(
            request,
            ReadQuery,
            NOT_FOUND,
            [Mend("", f"There is no problem {name!r:.60}.", nearest(name, found))],
            ALONE,
        )
    context = {
        "here": Address({}, host_of(request)),
        "path": path_of(request.scope),
        "problem": found[name],
        "problems": SORTS,
    }
    headers = {"Cache-Control": ASK_AGAIN, "Vary": "Accept-Encoding", **guarded(ALONE)}
    return html(request, "problem.html", context, OK, headers)
