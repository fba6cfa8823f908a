"""What happened, in order of date: the entries of every kind in one list."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.record.kinds import KINDS, OWN_FIELDS
from app.record.listings import TIMELINE, shown_columns
from app.web.lists import add_list
from app.web.schemas import models
from app.web.schemas.columns import COLUMNS
from app.web.schemas.queries import TimelineQuery

router = APIRouter(prefix="/v1", tags=["entries"])


def _columns() -> dict[str, tuple[Any, str]]:
    """The columns of a row; a field means what it means to each of the kinds that have it."""
    fields = {column: COLUMNS[column] for column in shown_columns(TIMELINE) if column in COLUMNS}
    for field in OWN_FIELDS:
        meant = [
            f"Of a {kind}: {told.fields.model_fields[field].description}"
            for kind, told in KINDS.items()
            if field in told.fields.model_fields
        ]
        if meant:
            fields[field] = (str | None, " ".join([*meant, "Null for other kinds."]))
    fields["donor_name"] = (str | None, "Name of the donor; null for other kinds than deliveries.")
    return {column: fields[column] for column in shown_columns(TIMELINE)}


Timeline = models.with_more("Timeline", BaseModel, "One entry, of any kind.", **_columns())

add_list(
    router,
    "/timeline",
    TIMELINE,
    TimelineQuery,
    Timeline,
    name="timeline",
    about="Every entry of every kind, in order of date, as its claims settle by default; a field "
    "that a kind does not "
    "have is null. Counts are people; items for a delivery, a ceiling for a mandate. Source: its "
    "claims.",
)
