"""How a page leaves: its tag and 304, its policy, its prefix; and what says that it is wrong."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.record.database import Connection
from app.record.problems import HistoryChanged, Mend, NotFound, NotReady, Refused
from app.record.revisions import Revision
from app.web.dependencies import reading
from app.web.http.answers import ASK_AGAIN
from app.web.http.conditional import accepts, held_tags, unchanged
from app.web.http.place import host_of, path_of, prefix_of
from app.web.http.problems import answer_to, nearest, problem
from app.web.http.statuses import (
    HISTORY_CHANGED,
    INVALID_INPUT,
    MOVED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    OK,
    UNAVAILABLE,
    Sort,
)
from app.web.pages.links import Address, DayPageQuery, pairs_of, read_query
from app.web.pages.templating import BUILD, templates
from app.web.schemas.parameters import today
from app.web.schemas.queries import ReadQuery

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
    "'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors "
)
# The page is for this host; elsewhere it is framed as /embed only.
ALONE, ANYWHERE = "'none'", "*"
# The pages that have an address of their own, for who mistypes one.
PLACES = (
    *("/missions", "/nations", "/contingents", "/promises", "/conflicts", "/sources"),
    *("/revisions", "/search", "/compare", "/docs"),
)

# The template of a page and what it shows.
Context = tuple[str, dict[str, Any]]
Q = TypeVar("Q", bound=ReadQuery)


def page(
    request: Request,
    model: type[Q],
    made: Callable[[Q, Connection, Revision], Context],
    framed_by: str = ALONE,
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
            name, context = made(asked, connection, at)
            if held == ["*"]:  # any answer will do, and only now there is known to be one
                return unchanged(headers)
    except Refused as refused:
        return wrong(request, model, INVALID_INPUT, refused.mends, framed_by)
    except NotFound as missing:
        mend = Mend("", str(missing), missing.did_you_mean)
        return wrong(request, model, NOT_FOUND, [mend], framed_by)
    except HistoryChanged as error:
        return wrong(request, model, HISTORY_CHANGED, [Mend("", str(error))], framed_by)
    except NotReady as error:
        answer = wrong(request, model, UNAVAILABLE, [Mend("", str(error))], framed_by)
        answer.headers["Retry-After"] = "5"
        return answer
    filled = asked.filled if isinstance(asked, DayPageQuery) else {}
    here, path = Address(pairs_of(asked, **filled), host_of(request)), path_of(request.scope)
    usual = {"here": here, "at": at, "path": path, "canonical": here.host + quote(path)}
    return html(request, name, usual | context, OK, headers)


def moved(request: Request, path: str) -> Response:
    """The same question at the address that the page has."""
    asked = f"?{request.url.query}" if request.url.query else ""
    place = f"{prefix_of(request.scope)}{quote(path)}{asked}"
    return Response(
        status_code=MOVED, headers={"Location": place, "Cache-Control": ASK_AGAIN, **guarded(ALONE)}
    )


def nothing_here(request: Request, error: Exception) -> Response:
    """A wrong address: a page to a browser, a problem document to a program."""
    wants = "text/html" in request.headers.get("accept", "")
    path = path_of(request.scope)
    if not wants or path.startswith("/v1/") or not isinstance(error, HTTPException):
        return answer_to(request, error)
    near = nearest(f"/{path.split('/')[1]}", PLACES)
    mend = Mend("", f"There is no {path!r:.200} here.", near)
    return wrong(request, ReadQuery, NOT_FOUND, [mend], ALONE)


def _headers(request: Request, at: Revision, framed_by: str) -> dict[str, str]:
    """What caches and browsers need to know. The day counts: today's page names today."""
    about = f"{request.url}\n{today()}\n{at.newest}\n{BUILD}"
    tag = f'W/"{at.chain[:16]}-{hashlib.sha256(about.encode()).hexdigest()[:16]}"'
    return {
        "ETag": tag,
        "Cache-Control": ASK_AGAIN,
        "Vary": "Accept, Accept-Encoding",
        **guarded(framed_by),
    }


def guarded(framed_by: str) -> dict[str, str]:
    """What a browser is forbidden on a page."""
    return {"Content-Security-Policy": POLICY + framed_by, "Referrer-Policy": "no-referrer"}


# Where an address begins at the root, in the markup of a page; in text a quote is escaped.
_FROM_ROOT = re.compile(r'(?<= )(href|src|srcset|action)="/')


def html(
    request: Request, name: str, context: Mapping[str, Any], status: int, headers: dict[str, str]
) -> Response:
    """A page, whose addresses lead on under the prefix that it was asked under."""
    markup = templates.get_template(name).render(context)
    if prefix := prefix_of(request.scope):
        markup = _FROM_ROOT.sub(rf'\1="{prefix}/', markup)
    return Response(markup, status, headers, "text/html; charset=utf-8")


def wrong(
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
        **guarded(framed_by),
    }
    path = path_of(request.scope)
    context = {
        "here": Address({}, host_of(request)),
        "path": path,
        "place": next((place for place in PLACES if path.startswith(f"{place}/")), None),
        "problem": sort.title,
        "mends": mended,
    }
    return html(request, "wrong.html", context, sort.status, headers)


def _mended(
    request: Request, model: type[ReadQuery], sort: Sort, mend: Mend
) -> dict[str, str | None]:
    """The nearest right word and the address that asks with it."""
    if mend.did_you_mean is None:
        return {"near": None, "address": None}
    near = mend.did_you_mean
    if sort is NOT_FOUND:
        place = f"/{path_of(request.scope).split('/')[1]}"
        asked = f"?{request.url.query}" if request.url.query else ""
        at = near if near in PLACES else f"{place}/{quote(near)}{asked}"
        return {"near": near, "address": at}
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
