"""The page that people look at: HTML made on the server, with a script that only makes it quicker.

A page asks no other host for anything, has no script or style inside it, and works without
JavaScript. What is shown is made in app/web/pages; here are the addresses and the headers.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.record.problems import HistoryChanged, Mend, NotFound, NotReady, Refused
from app.record.revisions import Revision
from app.web.dependencies import reading
from app.web.estimates import reckoning
from app.web.http.answers import ASK_AGAIN, FOR_EVER
from app.web.http.conditional import accepts, held_tags, unchanged
from app.web.http.place import host_of, path_of, prefix_of
from app.web.http.problems import answer_to, nearest, problem
from app.web.http.statuses import (
    HISTORY_CHANGED,
    INVALID_INPUT,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    OK,
    SORTS,
    UNAVAILABLE,
    Sort,
)
from app.web.pages import conflicts
from app.web.pages import front as views
from app.web.pages import provenance as accounts
from app.web.pages.links import Address, PageQuery, pairs_of, read_query
from app.web.pages.templating import BUILD, FILES, templates
from app.web.pages.view import view
from app.web.schemas.parameters import today
from app.web.schemas.queries import ReadQuery

router = APIRouter(include_in_schema=False)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
    "'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors "
)
# The page is for this host; elsewhere it is framed as /embed only.
ALONE, ANYWHERE = "'none'", "*"


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

    def shown(asked: PageQuery, connection: Any, at: Revision) -> tuple[str, dict[str, Any]]:
        return "front.html", views.front(view(connection, at, asked, host_of(request)))

    return _page(request, PageQuery, shown)


@router.get("/embed")
def embedded(request: Request) -> Response:
    """The headline and the picture, to be framed by anyone."""

    def shown(asked: PageQuery, connection: Any, at: Revision) -> tuple[str, dict[str, Any]]:
        seen = view(connection, at, asked, host_of(request))
        strength = reckoning(connection, at, seen.resolved)
        table = strength.table(seen.resolved.question)
        return "embed.html", views.summary(seen, table, strength)

    return _page(request, PageQuery, shown, framed_by=ANYWHERE)


@router.get("/conflicts")
def conflicts_page(request: Request) -> Response:
    """Where the ledger contradicts itself."""

    def shown(
        asked: conflicts.ConflictsPageQuery, connection: Any, at: Revision
    ) -> tuple[str, dict[str, Any]]:
        return "conflicts.html", conflicts.conflicts_page(connection, at, asked)

    return _page(request, conflicts.ConflictsPageQuery, shown)


@router.get("/entries/{key}")
def entry_page(request: Request, key: str) -> Response:
    """One entry with every account of it."""

    def shown(_asked: ReadQuery, connection: Any, at: Revision) -> tuple[str, dict[str, Any]]:
        return "entry.html", accounts.entry_page(connection, at, key)

    return _page(request, ReadQuery, shown)


@router.get("/sources/{slug}")
def source_page(request: Request, slug: str) -> Response:
    """One source with all that it claims."""

    def shown(_asked: ReadQuery, connection: Any, at: Revision) -> tuple[str, dict[str, Any]]:
        return "source.html", accounts.source_page(connection, at, slug)

    return _page(request, ReadQuery, shown)


@router.get("/problems/{name}")
def problem_page(request: Request, name: str) -> Response:
    """What a sort of problem means: where the `type` of a problem document leads."""
    found = {sort.name: sort for sort in SORTS}
    if name not in found:
        return _wrong(
            request,
            ReadQuery,
            NOT_FOUND,
            [Mend("", f"There is no problem {name!r:.60}.", nearest(name, found))],
            ALONE,
        )
    problem = {
        "here": Address({}, host_of(request)),
        "path": path_of(request.scope),
        "problem": found[name],
        "problems": SORTS,
    }
    headers = {"Cache-Control": ASK_AGAIN, "Vary": "Accept-Encoding", **_guarded(ALONE)}
    return _html(request, "problem.html", problem, OK, headers)


Shown = Callable[[Any, Any, Revision], tuple[str, dict[str, Any]]]


def _page(
    request: Request, model: type[ReadQuery], shown: Shown, framed_by: str = ALONE
) -> Response:
    """A page as it leaves: with its tag, or as 304 to who holds it, or as a page that says what is
    wrong.
    """
    if not accepts(request, "text/html", "application/xhtml+xml"):
        return problem(
            NOT_ACCEPTABLE,
            "This address answers text/html; the same figures as JSON are under /v1: see /docs.",
        )
    try:
        asked = read_query(request.query_params, model)
        with reading(request, asked) as (connection, at):
            headers = _headers(request, at, framed_by)
            held = held_tags(request)
            if headers["ETag"].removeprefix("W/") in held:
                return unchanged(headers)
            name, context = shown(asked, connection, at)
            if held == ["*"]:  # any answer will do, and only now there is known to be one
                return unchanged(headers)
    except Refused as refused:
        return _wrong(request, model, INVALID_INPUT, refused.mends, framed_by)
    except NotFound as missing:
        mend = Mend("", str(missing), missing.did_you_mean)
        return _wrong(request, model, NOT_FOUND, [mend], framed_by)
    except HistoryChanged as error:
        return _wrong(request, model, HISTORY_CHANGED, [Mend("", str(error))], framed_by)
    except NotReady as error:
        answer = _wrong(request, model, UNAVAILABLE, [Mend("", str(error))], framed_by)
        answer.headers["Retry-After"] = "5"
        return answer
    here = Address(pairs_of(asked), host_of(request))
    context = {"here": here, "at": at, "path": path_of(request.scope), **context}
    return _html(request, name, context, OK, headers)


def nothing_here(request: Request, error: Exception) -> Response:
    """A wrong address: a page to a browser, a problem document to a program."""
    wants = "text/html" in request.headers.get("accept", "")
    path = path_of(request.scope)
    if not wants or path.startswith("/v1/") or not isinstance(error, HTTPException):
        return answer_to(request, error)
    return _wrong(
        request, ReadQuery, NOT_FOUND, [Mend("", f"There is no {path!r:.200} here.")], ALONE
    )


def _headers(request: Request, at: Revision, framed_by: str) -> dict[str, str]:
    """What caches and browsers need to know. The day counts: today's page names today."""
    about = f"{request.url}\n{today()}\n{at.newest}\n{BUILD}"
    tag = f'W/"{at.chain[:16]}-{hashlib.sha256(about.encode()).hexdigest()[:16]}"'
    return {
        "ETag": tag,
        "Cache-Control": ASK_AGAIN,
        "Vary": "Accept, Accept-Encoding",
        **_guarded(framed_by),
    }


def _guarded(framed_by: str) -> dict[str, str]:
    return {"Content-Security-Policy": POLICY + framed_by, "Referrer-Policy": "no-referrer"}


# Where an address begins at the root, in the markup of a page; in text a quote is escaped.
_FROM_ROOT = re.compile(r'(?<= )(href|src|srcset|action)="/')


def _html(
    request: Request, name: str, context: Mapping[str, Any], status: int, headers: dict[str, str]
) -> Response:
    """A page, whose addresses lead on under the prefix that it was asked under."""
    page = templates.get_template(name).render(context)
    if prefix := prefix_of(request.scope):
        page = _FROM_ROOT.sub(rf'\1="{prefix}/', page)
    return Response(page, status, headers, "text/html; charset=utf-8")


def _wrong(
    request: Request, model: type[ReadQuery], sort: Sort, mends: list[Mend], framed_by: str
) -> Response:
    """The page that says what is wrong, and leads to the nearest question that is right."""
    mended = [
        {"where": mend.where, "detail": mend.detail, **_mended(request, model, sort, mend)}
        for mend in mends
    ]
    headers = {
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Encoding",
        **_guarded(framed_by),
    }
    shown = {
        "here": Address({}, host_of(request)),
        "path": path_of(request.scope),
        "problem": sort.title,
        "mends": mended,
    }
    return _html(request, "wrong.html", shown, sort.status, headers)


def _mended(
    request: Request, model: type[ReadQuery], sort: Sort, mend: Mend
) -> dict[str, str | None]:
    """The nearest right word and the address that asks with it."""
    if mend.did_you_mean is None:
        return {"near": None, "address": None}
    near = mend.did_you_mean
    if sort is NOT_FOUND:
        return {"near": near, "address": f"/{path_of(request.scope).split('/')[1]}/{near}"}
    renamed = near if mend.where not in model.model_fields else mend.where
    pairs: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name != mend.where:
            pairs.setdefault(name, []).append(value)
        elif renamed != name:
            pairs.setdefault(renamed, []).append(value)
    if renamed == mend.where:
        pairs.setdefault(renamed, []).append(near)
    return {"near": near, "address": Address(pairs, "").to(path_of(request.scope))}
