"""What the caller is told when there is no answer: one shape, RFC 9457 problem details, for every
error.

The one table from what went wrong to a status is here. A problem names the parameter, says what is
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

from app.estimate.entries import POLICIES
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
from app.web.http.place import path_of

log = logging.getLogger("muster")

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: ("bad_request", "The request cannot be read"),
    401: ("unauthorized", "A key is needed"),
    403: ("forbidden", "The key may not do that"),
    404: ("not_found", "There is nothing here"),
    405: ("method_not_allowed", "This address does not take that method"),
    406: ("not_acceptable", "The answer cannot be given in that form"),
    409: ("conflict", "It stands against what is there"),
    412: ("precondition_failed", "It was changed since"),
    413: ("content_too_large", "The request body is too large"),
    414: ("uri_too_long", "The query is too long"),
    415: ("unsupported_media_type", "The body is not of a kind that is taken"),
    416: ("range_not_satisfiable", "There are not so many bytes"),
    422: ("invalid_input", "Something in the question is wrong"),
    429: ("rate_limited", "Asked too often"),
    428: ("precondition_required", "A condition is needed"),
    500: ("internal_error", "Muster failed"),
    501: ("not_installed", "A part of Muster is not installed here"),
    503: ("unavailable", "The ledger cannot be used now"),
}


# What each sort of problem means and how to mend it, for the page at its address.
EXPLAINED: dict[str, str] = {
    "bad_request": "The bytes of the request are not a request that can be read: mend what "
    "detail names.",
    "unauthorized": "Writing needs a key: send it as `Authorization: Bearer muster_...`; the "
    "keeper of a ledger makes "
    "one with `muster key add`.",
    "forbidden": "The key is known and may do less than this needs: `write` adds, corrects and "
    "retracts; `admin` also "
    "edits labels and imports.",
    "not_found": "Nothing of that name is in the ledger at the revision asked for. did_you_mean "
    "offers what is near.",
    "method_not_allowed": "The address is right and the method is not; the Allow header lists "
    "those it takes.",
    "not_acceptable": "The Accept header allows no form that this address answers. Leave it out, "
    "or add a suffix as "
    ".csv to the address: then Accept is not asked.",
    "conflict": "It would stand against what is there already: correct that, or use another key.",
    "precondition_failed": "Somebody changed it after the state that If-Match names. Read it "
    "anew, and decide again.",
    "content_too_large": "The body is larger than this server takes; part it.",
    "uri_too_long": "The query is longer than this server takes; ask for less at once.",
    "unsupported_media_type": "Send bodies as application/json, and without Content-Encoding.",
    "range_not_satisfiable": "The bytes asked for lie beyond the end; Content-Range tells how "
    "many there are.",
    "invalid_input": "Something in the question or the document is wrong. errors names each "
    "place, what is "
    "allowed, and the nearest right word where one is near. Nothing was changed.",
    "precondition_required": "Say which state you change: send If-Match with the ETag of an "
    "answer that showed it.",
    "rate_limited": "More requests than this server allows; Retry-After says when to ask again.",
    "internal_error": "A fault of Muster's own. X-Request-Id names this request in the server's "
    "log.",
    "not_installed": "The server was installed without the part that this form needs; another "
    "form will do.",
    "unavailable": "The ledger cannot be used now: it is busy, not migrated or out of reach. Ask "
    "again later.",
    "history_changed": "The cursor or place was made by a ledger with another history: begin "
    "again without it.",
}


def sorts() -> list[dict[str, Any]]:
    """Every sort of problem: name, title, status, and what it means."""
    named = [(name, title, status) for status, (name, title) in sorted(TITLES.items())]
    named.append(("history_changed", TITLES[409][1], 409))
    return [{"name": n, "title": t, "status": s, "about": EXPLAINED[n]} for n, t, s in named]


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
    status: int,
    detail: str,
    mends: list[Mend] | None = None,
    headers: dict[str, str] | None = None,
    did_you_mean: str | None = None,
    current: object = None,
    name: str | None = None,
) -> Response:
    """A problem document."""
    usual, title = TITLES.get(status, ("error", "The request failed"))
    content: dict[str, Any] = {
        "type": f"/problems/{name or usual}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if current:
        content["current"] = current
    if did_you_mean:
        content["did_you_mean"] = did_you_mean
    if mends:
        content["errors"] = [_shown(mend) for mend in mends]
    sent = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding", **(headers or {})}
    return Response(orjson.dumps(content), status, sent, MEDIA_TYPE)


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
        return problem(404, str(error), did_you_mean=error.did_you_mean)

    @app.exception_handler(HistoryChanged)
    def history_changed(_request: Request, error: HistoryChanged) -> Response:
        return problem(409, str(error), name="history_changed")

    @app.exception_handler(Conflict)
    def conflict(_request: Request, error: Conflict) -> Response:
        return problem(409, str(error))

    @app.exception_handler(Stale)
    def stale(_request: Request, error: Stale) -> Response:
        return problem(412 if error.current else 428, str(error), current=error.current)

    @app.exception_handler(NotAllowed)
    def not_allowed(_request: Request, error: NotAllowed) -> Response:
        return (
            problem(403, str(error))
            if error.known
            else problem(401, str(error), headers={"WWW-Authenticate": "Bearer"})
        )

    @app.exception_handler(NotReady)
    def not_ready(_request: Request, error: NotReady) -> Response:
        return problem(503, str(error), headers={"Retry-After": "5"})

    @app.exception_handler(NotInstalled)
    def not_installed(_request: Request, error: NotInstalled) -> Response:
        return problem(501, str(error))

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
        500,
        "This is a fault of Muster's, not of the question. It has been logged as request "
        f"{request_id}.",
    )


def invalid(mends: list[Mend]) -> Response:
    """A 422 that names everything to mend."""
    return problem(422, "; ".join(f"{mend.where}: {mend.detail}" for mend in mends[:3]), mends)


def answer_to(request: Request, error: Exception) -> Response:
    """What the framework refuses, as a problem document."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if error.status_code == 405:
        allowed = headers["Allow"] = ", ".join(_methods(request))
        return problem(405, f"{request.url.path} takes {allowed}.", headers=headers)
    if error.status_code == 404:
        paths = [path for path in request.app.openapi()["paths"] if "{" not in path]
        detail = f"There is no {request.url.path!r:.200} here; /docs lists what there is."
        return problem(404, detail, did_you_mean=nearest(path_of(request.scope), paths))
    return problem(error.status_code, str(error.detail), headers=headers)


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


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, for its documentation."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        name, title = TITLES[status]
        example = {
            "type": f"/problems/{name}",
            "title": title,
            "status": status,
            "detail": _EXAMPLES[status],
        }
        if status == 422:
            example["errors"] = [
                {
                    "parameter": "policy",
                    "detail": _LATST,
                    "did_you_mean": "latest",
                }
            ]
        found[status] = {
            "description": title + ".",
            "content": {
                MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
            },
        }
    return found


_LATST = f"'latst' is not one of {', '.join(POLICIES)}"
_EXAMPLES = {
    401: "Writing needs a key: send it as `Authorization: Bearer muster_...`. "
    "`muster key add` makes one.",
    403: "The key 'desk' has scope write; this needs admin.",
    412: "The claim 'haiti-mss-ken-second-group--heed-2024-07-17' was changed in revision 3, "
    "after what you saw.",
    413: "At most 1048576 bytes are taken here.",
    415: "Send the body as application/json.",
    428: "Say which state you change: send If-Match with the ETag of an answer that showed it.",
    400: "The query is not UTF-8.",
    404: "There is no movement 'haiti-mss-ken-third-group' in the ledger at this revision.",
    406: "This address answers application/json; add a suffix as .csv to it for a table.",
    409: "The cursor was made by a ledger with another history: begin again without it.",
    414: "The query has 9000 bytes; at most 4096 are read.",
    416: "There are 2048 bytes; the range asked for is not among them.",
    501: "This server was installed without muster[tables], which this format needs.",
    422: f"policy: {_LATST}",
    500: "This is a fault of Muster's, not of the question. It is in the log as request 0f9a6c3e.",
    503: "The database has no ledger in it: run `muster migrate`.",
}
