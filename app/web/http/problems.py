"""What the caller is told when there is no answer: one shape, RFC 9457 problem details, for every
error.

Which sort of problem each error is stands here; the sorts, with their statuses, in `statuses.py`. A
problem names the parameter, says what is
allowed, and offers the nearest right word where one is near; it never shows a stack trace or a path
of this machine.
"""

import logging
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from app.record.problems import (
    Conflict,
    HistoryChanged,
    Mend,
    NotAllowed,
    NotFound,
    NotInstalled,
    NotReady,
    Refused,
    Stale,
)
from app.web.http import statuses
from app.web.http.place import path_of
from app.web.http.statuses import Sort

log = logging.getLogger("muster")

MEDIA_TYPE = "application/problem+json"


class InputProblem(BaseModel):
    """One thing to mend in what was asked or given."""

    parameter: str | None = Field(
        default=None,
        description="Name of the query or path parameter that is wrong; absent for a body.",
    )
    pointer: str | None = Field(
        default=None, description="JSON pointer to what is wrong in a body; absent for a parameter."
    )
    detail: str = Field(description="What is wrong, and what is allowed.")
    did_you_mean: str | None = Field(
        default=None, description="The nearest right word, where one is near; absent otherwise."
    )


class Problem(BaseModel):
    """RFC 9457 problem details: the shape of every error."""

    type: str = Field(
        description="Stable name of the sort of problem, as a relative reference: /problems/NAME."
    )
    title: str = Field(description="The sort of problem, in words.")
    status: int = Field(description="The HTTP status, repeated.")
    detail: str = Field(description="This very problem, and how to mend it.")
    did_you_mean: str | None = Field(
        default=None, description="The nearest thing there is, where one is near; absent otherwise."
    )
    current: dict[str, Any] | None = Field(
        default=None, description="For a stale change, what stands now; absent otherwise."
    )
    errors: list[InputProblem] | None = Field(
        default=None, description="For wrong input: every thing to mend; absent otherwise."
    )


def problem(
    sort: Sort,
    detail: str,
    mends: list[Mend] | None = None,
    headers: dict[str, str] | None = None,
    did_you_mean: str | None = None,
    current: object = None,
) -> Response:
    """A problem document."""
    content: dict[str, Any] = {
        "type": f"/problems/{sort.name}",
        "title": sort.title,
        "status": sort.status,
        "detail": detail,
    }
    if current:
        content["current"] = current
    if did_you_mean:
        content["did_you_mean"] = did_you_mean
    if mends:
        content["errors"] = [_shown(mend) for mend in mends]
    sent = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding", **(headers or {})}
    return Response(orjson.dumps(content), sort.status, sent, MEDIA_TYPE)


def _shown(mend: Mend) -> dict[str, str]:
    place = "pointer" if mend.where.startswith("/") and not mend.asked else "parameter"
    found = {place: mend.where, "detail": mend.detail}
    return found | ({"did_you_mean": mend.did_you_mean} if mend.did_you_mean else {})


def install(app: FastAPI) -> None:
    """Answer everything that can go wrong with a problem."""

    @app.exception_handler(Refused)
    def refused(_request: Request, error: Refused) -> Response:
        return invalid(error.mends)

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        known = [
            declared.alias or name
            for model in _query_fields(request)
            for name, declared in model.model_fields.items()
        ]
        return invalid([mend_of(fault, known) for fault in error.errors()])

    @app.exception_handler(NotFound)
    def not_found(_request: Request, error: NotFound) -> Response:
        return problem(statuses.NOT_FOUND, str(error), did_you_mean=error.did_you_mean)

    @app.exception_handler(HistoryChanged)
    def history_changed(_request: Request, error: HistoryChanged) -> Response:
        return problem(statuses.HISTORY_CHANGED, str(error))

    @app.exception_handler(Conflict)
    def conflict(_request: Request, error: Conflict) -> Response:
        return problem(statuses.CONFLICT, str(error))

    @app.exception_handler(Stale)
    def stale(_request: Request, error: Stale) -> Response:
        changed = bool(error.current)
        sort = statuses.PRECONDITION_FAILED if changed else statuses.PRECONDITION_REQUIRED
        return problem(sort, str(error), current=error.current)

    @app.exception_handler(NotAllowed)
    def not_allowed(_request: Request, error: NotAllowed) -> Response:
        if error.known:
            return problem(statuses.FORBIDDEN, str(error))
        asks = {"WWW-Authenticate": "Bearer"}
        return problem(statuses.UNAUTHORIZED, str(error), headers=asks)

    @app.exception_handler(NotReady)
    def not_ready(_request: Request, error: NotReady) -> Response:
        return problem(statuses.UNAVAILABLE, str(error), headers={"Retry-After": "5"})

    @app.exception_handler(NotInstalled)
    def not_installed(_request: Request, error: NotInstalled) -> Response:
        return problem(statuses.NOT_INSTALLED, str(error))

    @app.exception_handler(HTTPException)
    def refused_by_framework(request: Request, error: HTTPException) -> Response:
        return answer_to(request, error)


def our_fault(path: str, error: Exception, request_id: str) -> Response:
    """The answer to what should never happen; the log has the rest, under the name of the
    request.
    """
    log.error(
        "answering %s failed, request %s",
        path,
        request_id,
        exc_info=error,
        extra={"fields": {"request_id": request_id}},
    )
    return problem(
        statuses.INTERNAL_ERROR,
        "This is a fault of Muster's, not of the question. It has been logged as request "
        f"{request_id}.",
    )


def invalid(mends: list[Mend]) -> Response:
    """A 422 that names everything to mend."""
    detail = "; ".join(f"{mend.where}: {mend.detail}" for mend in mends[:3])
    return problem(statuses.INVALID_INPUT, detail, mends)


def answer_to(request: Request, error: Exception) -> Response:
    """What the framework refuses, as a problem document."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    sort = statuses.sort_of(error.status_code)
    if sort is statuses.METHOD_NOT_ALLOWED:
        allowed = headers["Allow"] = ", ".join(_methods(request))
        return problem(sort, f"{request.url.path} takes {allowed}.", headers=headers)
    if sort is statuses.NOT_FOUND:
        paths = [path for path in request.app.openapi()["paths"] if "{" not in path]
        detail = f"There is no {request.url.path!r:.200} here; /docs lists what there is."
        return problem(sort, detail, did_you_mean=nearest(path_of(request.scope), paths))
    return problem(sort, str(error.detail), headers=headers)


def every_route(app: FastAPI) -> Iterator[BaseRoute]:
    """All routes of an application, those of the rooms it includes too."""
    for route in app.routes:
        room = getattr(route, "original_router", None)
        yield from room.routes if room else [route]


def _methods(request: Request) -> list[str]:
    """The methods that some route takes at the address of a request."""
    found: set[str] = set()
    for route in every_route(request.app):
        if route.matches(request.scope)[0] != Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _query_fields(request: Request) -> list[type[BaseModel]]:
    dependant = getattr(request.scope.get("route"), "dependant", None)
    fields = [field.field_info.annotation for field in getattr(dependant, "query_params", [])]
    return [field for field in fields if isinstance(field, type) and issubclass(field, BaseModel)]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to one, whatever its case; None when none is near."""
    by_fold = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), list(by_fold), n=1)
    return by_fold[near[0]] if near else None


def mend_of(fault: Any, known: list[str]) -> Mend:
    """One refusal of Pydantic's, in our words."""
    place, *path = fault["loc"]
    name = str(path[0]) if path else str(place)
    if fault["type"] == "extra_forbidden":
        detail = f"there is no such parameter; there are {', '.join(sorted(known))}"
        return Mend(name, detail, nearest(name, known), asked=True)
    if fault["type"] == "literal_error":
        allowed = [
            word.strip("' ") for word in fault["ctx"]["expected"].replace(" or ", ",").split(",")
        ]
        detail = f"{fault['input']!r:.60} is not one of {', '.join(allowed)}"
        return Mend(name, detail, nearest(str(fault["input"]), allowed), asked=True)
    return Mend(name, str(fault["msg"]).removeprefix("Value error, "), asked=True)


def documented(*sorts: Sort) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, for its documentation."""
    found: dict[int | str, dict[str, Any]] = {}
    for sort in sorts:
        example: dict[str, Any] = {
            "type": f"/problems/{sort.name}",
            "title": sort.title,
            "status": sort.status,
            "detail": sort.example,
        }
        if sort is statuses.INVALID_INPUT:
            parameter, _, detail = sort.example.partition(": ")
            wrong = {"parameter": parameter, "detail": detail, "did_you_mean": "latest"}
            example["errors"] = [wrong]
        found[sort.status] = {
            "description": sort.title + ".",
            "content": {
                MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
            },
        }
    return found
