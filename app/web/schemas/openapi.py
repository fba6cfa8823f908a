"""The OpenAPI document: what the code says, with a real answer of the seeds as the example of every
operation.

FastAPI drops every null from the examples it is given, and a null is an answer here, so they are
put in afterwards.
"""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.record.keys import SCOPES
from app.web.http.problems import Problem
from app.web.http.statuses import OK
from app.web.schemas.trials import Trials, trials
from app.web.schemas.writes import BODIES

KEY = f"A key of `muster key add NAME --scope {'|'.join(SCOPES)}`. Reads need none."
# Parameters in the order in which people want them; what is not named stands between.
FIRST = ("key", "slug", "mission", "nation", "as_of", "from", "to", "q")
LAST = ("size", "cursor", "sort", "fields", "dialect", "download", "revision", "known_at")
EXAMPLES = Path(__file__).parent / "examples.json"


def describe(app: FastAPI) -> None:
    """Make the application's OpenAPI document, once, when it is first asked for."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            document["components"]["schemas"] |= (
                problem.pop("$defs") | {"Problem": problem} | _bodies()
            )
            document["components"]["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": KEY}
            }
            _put_examples(
                document, json.loads(EXAMPLES.read_text("utf-8")) if EXAMPLES.exists() else {}
            )
            _put_trials(document, trials())
            _in_order(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _bodies() -> dict[str, Any]:
    """The shapes of what is written."""
    found: dict[str, Any] = {}
    for name, model in BODIES.items():
        shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= shape.pop("$defs", {}) | {name: shape}
    return found


def _put_examples(document: dict[str, Any], examples: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            if found := examples.get(operation["operationId"]):
                content = operation["responses"][str(OK)]["content"]
                if "answer" in found:
                    next(iter(content.values()))["example"] = found["answer"]
                operation["description"] += f" Example: `{found['address']}`"


def _put_trials(document: dict[str, Any], found: Trials) -> None:
    """What can be tried of each write: its body and its parameters, filled in."""
    operations = [each for path in document["paths"].values() for each in path.values()]
    for operation in operations:
        if trial := found.get(operation["operationId"]):
            _fill_in(operation, trial["body"], trial["parameters"])


def _fill_in(operation: dict[str, Any], body: Any, given: dict[str, Any]) -> None:
    if body:
        operation["requestBody"]["content"]["application/json"]["example"] = body
    for parameter in operation["parameters"]:
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]


def _in_order(document: dict[str, Any]) -> None:
    """Parameters as people want them: whose and when first, how it leaves last."""
    order = {name: place for place, name in enumerate(FIRST, -len(FIRST))}
    order |= {name: place for place, name in enumerate(LAST, 1)}
    for path in document["paths"].values():
        for operation in path.values():
            given = operation.get("parameters", [])
            given.sort(key=lambda parameter: order.get(parameter["name"], 0))
