"""What happened, in order of date: the entries of every kind in one list."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.record.kinds import KINDS, OWN_FIELDS, FieldType, Kind
from app.record.listings import TIMELINE, shown_columns
from app.web.lists import add_list
from app.web.schemas import models
from app.web.schemas.columns import COLUMNS
from app.web.schemas.queries import TimelineQuery

router = APIRouter(prefix="/v1", tags=["entries"])


def _columns() -> dict[str, tuple[Any, str]]:
    """The columns of a row; a field means what it means to each of the kinds that have it."""
    fields = {column: COLUMNS[column] for column in shown_columns(TIMELINE) if column in COLUMNS}
    for name, of in OWN_FIELDS.items():
        having = [kind for kind in KINDS.values() if name in kind.fields.model_fields]
        if having:  # the contingent is derived, and described with the columns of all lists
            fields |= _own_columns(name, of, having)
    return {column: fields[column] for column in shown_columns(TIMELINE)}


def _own_columns(name: str, of: FieldType, having: Sequence[Kind]) -> dict[str, tuple[Any, str]]:
    """The columns of a field that some kinds have."""
    meant = [f"Of a {kind.name}: {kind.fields.model_fields[name].description}" for kind in having]
    found: dict[str, tuple[Any, str]] = {
        name: (of.python | None, " ".join([*meant, "Null for other kinds."]))
    }
    if of.sort == "nation" and name != "nation":
        kinds = ", ".join(kind.plural for kind in having)
        named = f"Name of the {name.replace('_', ' ')}; null for other kinds than {kinds}."
        found[f"{name}_name"] = (str | None, named)
    return found


TimelineRow = models.with_more("TimelineRow", BaseModel, "One entry, of any kind.", **_columns())

add_list(
    router,
    "/timeline",
    TIMELINE,
    TimelineQuery,
    TimelineRow,
    name="timeline",
    about="Every entry of every kind, in order of date, as its claims settle by default; a field "
    "that a kind does not "
    "have is null. Counts are people; items for a delivery, a ceiling for a mandate. Source: its "
    "claims.",
)
