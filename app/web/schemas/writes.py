"""What every write route states of itself: its scope, its body, its headers and its answers.

The scope stands in the route's own description, where the documentation shows it and
`require_scopes` looks for it: an application with a write that states none does not start.
"""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, create_model

from app.record.documents import Draft
from app.record.keys import SCOPES, KeyScope
from app.record.kinds.fields import Words, about, any_of
from app.record.ledger import CAUSES, Cause
from app.web.http import statuses
from app.web.http.problems import documented, every_route
from app.web.http.statuses import Sort
from app.web.schemas import models
from app.web.schemas.parameters import Truth
from app.web.schemas.queries import one_of_each


class WriteQuery(BaseModel):
    """How a write is done."""

    model_config = ConfigDict(extra="forbid")

    dry_run: Truth = about("true answers what would change, and changes nothing.", default=False)


class ChangeNoteFields(BaseModel):
    """Why a revision is made; part of the body of a write."""

    model_config = ConfigDict(extra="forbid")

    cause: Cause | None = Field(default=None, description=f"Why: {any_of(CAUSES)}.")
    message: Words | None = Field(default=None, description="What it does, in a line.")


BODIES: dict[str, type[BaseModel]] = {}


def body_of(name: str, draft: type[BaseModel]) -> dict[str, Any]:
    """The documentation of a write's body: a draft, and why it is written."""
    made: Any = create_model(name, __base__=(draft, ChangeNoteFields), __doc__=draft.__doc__)
    BODIES[name] = made
    return {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
    }


def edit_of(name: str, draft: type[BaseModel], identity: set[str]) -> dict[str, Any]:
    """The documentation of an edit: the same fields, each of which may be left out."""
    loose: Any = {
        field: (declared.annotation | None, Field(default=None, description=declared.description))  # type: ignore[operator]
        for field, declared in draft.model_fields.items()
        if field not in identity
    }
    return body_of(
        name, create_model(f"{name}Fields", __base__=Draft, __doc__=draft.__doc__, **loose)
    )


class RetractionQuery(WriteQuery, ChangeNoteFields):
    """How a claim is retracted, and why."""


# What any write may be answered.
ALWAYS = (
    *(*statuses.OF_ANY, statuses.UNAUTHORIZED, statuses.FORBIDDEN, statuses.CONTENT_TOO_LARGE),
    *(statuses.UNSUPPORTED_MEDIA_TYPE, statuses.INVALID_INPUT, statuses.UNAVAILABLE),
)


def write_route(
    scope: KeyScope,
    body: dict[str, Any] | None,
    *sorts: Sort,
    created: bool,
    asked: type[WriteQuery] = WriteQuery,
    if_match: bool = False,
    answered: type[BaseModel] = models.WriteResult,
) -> dict[str, Any]:
    """What every write route states: its scope, its body, its headers and its answers."""
    partial = {
        "Idempotency-Key": "Any text of your own: the write is done once, and repeated it is "
        "answered alike.",
    } | ({"If-Match": IF_MATCH} if if_match else {})
    parameters = [
        {
            "name": name,
            "in": "header",
            "required": name == "If-Match",
            "description": words,
            "schema": {"type": "string"},
        }
        for name, words in partial.items()
    ]
    answer = {"model": answered, "description": "What was written, and what it did to the totals."}
    extra: dict[str, Any] = {"security": [{"key": [scope]}], "parameters": parameters}
    if body:
        extra["requestBody"] = body
    errors = documented(*ALWAYS, *sorts)
    status = statuses.CREATED if created else statuses.OK
    trial = {**answer, "description": "With dry_run=true: what would be written; nothing was."}
    tried = {statuses.OK: trial} if created else {}
    return {
        "status_code": status,
        "openapi_extra": extra,
        "dependencies": [Depends(one_of_each(asked))],
        "responses": {status: answer, **tried, **errors},
    }


SAFE = {"GET", "HEAD", "OPTIONS"}
IF_MATCH = "ETag of an answer that showed the claim as it is; * for whatever it is."


def require_scopes(app: FastAPI) -> None:
    """Raise RuntimeError for a route that changes something and states no scope."""
    for route in every_route(app):
        if isinstance(route, APIRoute) and _changes(route) and not _states_one_scope(route):
            raise RuntimeError(f"{sorted(route.methods or ())} {route.path} states no scope")


def _changes(route: APIRoute) -> bool:
    return bool((route.methods or set()) - SAFE)


def _states_one_scope(route: APIRoute) -> bool:
    stated = (route.openapi_extra or {}).get("security", [])
    scopes = [scope for each in stated for scope in each["key"]]
    return len(scopes) == 1 and scopes[0] in SCOPES
