"""Every table that there is, described for programs: a Data Package (Frictionless, version 1).

It follows from the declared resources, so a new question is described by being there. The addresses
in it name the revision, and of estimates the day on which it was recorded, so that a package is
always of the same rows.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, get_args

import orjson
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.record.database import Connection
from app.record.revisions import Revision
from app.record.snapshot_shape import NAMES, NAMES_OF_ENTRIES
from app.web.dependencies import reading
from app.web.formats import TABLES, files, sqlite
from app.web.formats.tables import shape_of
from app.web.http.answers import Form, Read
from app.web.http.place import host_of
from app.web.http.problems import documented
from app.web.http.statuses import OF_A_QUESTION, OK, RANGE_NOT_SATISFIABLE
from app.web.resources import RESOURCES, Resource
from app.web.schemas import models
from app.web.schemas.datapackage import Datapackage
from app.web.schemas.queries import ReadQuery, one_of_each

router = APIRouter(prefix="/v1", tags=["ledger"])

FORM = Form("json", "application/json")
ABOUT = (
    "Who was sent where, as named sources claim it. Every figure is a range (low, best, high); an "
    "empty cell is not known, never 0. Estimates are of the day on which the revision was recorded."
)
_TYPES = {str: "string", int: "integer", bool: "boolean", date: "date"}
# The parameters that say which day an estimate is of, by their fields.
_DAYS = {"as_of": "as_of", "last": "to"}
# All entries stand in one list.
_LISTS = {"entries": "timeline"}
_KEYS = {"key", "slug", "code", "number"}


@router.get(
    "/datapackage.json",
    operation_id="get_datapackage",
    summary="Describe every table for programs",
    description="A Data Package of Frictionless (version 1): every table as CSV with the types and "
    "meanings of its columns, its key, what they name in other tables, and the ledger as an SQLite "
    "file. Its addresses name the revision, so the package never changes.",
    dependencies=[Depends(one_of_each(ReadQuery))],
    responses={
        OK: models.json_answer(Datapackage),
        **models.NOT_MODIFIED,
        **documented(*OF_A_QUESTION, RANGE_NOT_SATISFIABLE),
    },
)
def get_datapackage(request: Request, asked: Annotated[ReadQuery, Query()]) -> Response:
    """The descriptor."""
    with reading(request, asked) as (connection, at):
        read = Read(request, at, FORM)
        if early := read.early() or files.held(read):
            return early
        return files.keep(read, orjson.dumps(_package(request, connection, at)))


def _package(request: Request, connection: Connection, at: Revision) -> dict[str, Any]:
    host = host_of(request)

    def address(path: str, **more: str) -> str:
        asked = "&".join(f"{name}={value}" for name, value in [*more.items(), *pinned])
        return f"{host}{path}?{asked}"

    pinned = [("revision", str(at.number))]
    created = {"created": at.recorded_at} if at.recorded_at else {}
    return {
        "profile": "data-package",
        "name": "muster",
        "id": f"urn:muster:{at.chain}",
        "title": "Muster: an open ledger of who was sent where",
        "description": ABOUT,
        "homepage": f"{host}/",
        "version": str(at.number),
        **created,
        "sources": [
            {"title": "The sources of all claims, by name", "path": address("/v1/sources.csv")}
        ],
        "resources": [
            *(
                _table(path, resource, connection, at, address)
                for path, resource in RESOURCES.items()
            ),
            {
                "profile": "data-resource",
                "name": "ledger",
                "path": address("/v1/ledger.sqlite"),
                "title": "The ledger as an SQLite file",
                "description": "Missions, contingents, sources, nations, entries, what they settle "
                "to, and claims, with a view for each list of entries.",
                "format": sqlite.FORM.name,
                "mediatype": sqlite.FORM.media_type,
            },
        ],
    }


def _table(
    path: str,
    resource: Resource[Any],
    connection: Connection,
    at: Revision,
    address: Callable[..., str],
) -> dict[str, Any]:
    """A resource as a table: where it is, and what stands in its columns."""
    day = (at.recorded_at or "1970-01-01")[:10]
    query = resource.table_query or resource.query
    days = {name: day for field, name in _DAYS.items() if field in query.model_fields}
    # A first day, so that none has to be looked for: the columns are the same.
    first = {"from": day} if "first" in query.model_fields else {}
    columns = resource.ask(connection, at, query.model_validate({**days, **first})).columns
    name = path.removeprefix("/v1/").replace("/", "-")
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": address(f"{path}.csv", **days),
        "title": resource.name.replace("_", " ").capitalize(),
        "description": resource.about + resource.about_table,
        "format": "csv",
        "mediatype": TABLES["csv"].media_type.partition(";")[0],
        "encoding": "utf-8",
        "schema": _schema(name, resource.row, shape_of(resource.row, columns)),
    }


def _schema(own: str, row: type[BaseModel], shape: Mapping[str, type]) -> dict[str, Any]:
    columns = list(shape)
    key = {"primaryKey": columns[0]} if columns[0] in _KEYS else {}
    names = NAMES_OF_ENTRIES if "replaces" in shape else NAMES
    # A table calls itself by no name.
    called = {**_LISTS, own: ""}
    return {
        "fields": [_column(name, row, of) for name, of in shape.items()],
        "missingValues": [""],
        **key,
        "foreignKeys": [
            {
                "fields": name,
                "reference": {"resource": called.get(table, table), "fields": of},
            }
            for name in columns
            if name in names
            for table, of in [names[name]]
        ],
    }


def _column(name: str, row: type[BaseModel], of: type) -> dict[str, Any]:
    declared = row.model_fields[name]
    # Of several things in one cell there may be none.
    always = type(None) not in get_args(declared.annotation) and declared.annotation in _TYPES
    return {
        "name": name,
        "type": _TYPES[of],
        "description": declared.description,
        "constraints": {"required": always},
    }
