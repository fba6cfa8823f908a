"""Where the ledger contradicts itself, the largest first: what, how far, who is on each side."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.estimate.conflicts import Conflict, What, conflicts, keys_of
from app.estimate.strength import Strength
from app.record.database import Connection
from app.record.revisions import Revision
from app.record.subjects import claims_by_key, mission_names
from app.web import resources
from app.web.estimates import group_shown
from app.web.formats.tables import Row
from app.web.lists import of_day
from app.web.resources import Prepared, Resource
from app.web.schemas import models
from app.web.schemas.columns import COLUMNS
from app.web.schemas.estimates import ConflictsQuery, Resolved

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "Where the ledger contradicts itself, the largest first, those without a bound last. claims: "
    "independent sources say "
    "otherwise of one entry, or of the same people and day. whole_and_parts: a report of a whole "
    "that is less than its parts, from the day on when both were told. reports_and_movements: a "
    "report that the one before it and the movements between do not explain. Each has the least "
    "and the most that is told, in people or in what the entry counts, the claims on each side "
    "with sources and grades, and why one side stands. Source: the claims in the ledger."
)


class Side(BaseModel):
    """A claim on one side of a conflict."""

    claim: str = Field(description="Key of the claim.")
    source: str = Field(description="Slug of its source.")
    grade: str = Field(description="Its Admiralty grade.")
    count: int | None = Field(description="The best figure it says; null = none.")
    date: str = Field(description="When, as EDTF.")


_COLUMNS: dict[str, tuple[Any, str]] = {
    "what": (What, "What contradicts what."),
    "kind": (str, "Kind of the entry."),
    "entry": (str | None, "Key of the entry, or of the report that is contradicted."),
    "mission": COLUMNS["mission"],
    "mission_name": (str | None, "Name of the mission."),
    "nation": (str | None, "Alpha-3 code, as in /v1/nations; null = all nations, or none named."),
    "nation_name": COLUMNS["nation_name"],
    "category": (str | None, "Personnel category, with what lies under it; null = all."),
    "date": (date | None, "The day it is of, or the first on which it shows."),
    "low": (int | None, "The least that is told."),
    "high": (int | None, "The most that is told; null = not bounded."),
    "size": (int | None, "high less low; null = not bounded; 0 where sources differ on the day."),
    "reason": (str, "Why one side stands."),
    "stands": (list[Side], "The claims that stand."),
    "against": (list[Side], "The claims that do not."),
}
ConflictRow = models.with_more(
    "ConflictRow", BaseModel, "One contradiction in the ledger.", **_COLUMNS
)
ConflictPage = models.with_more(
    "ConflictPage",
    models.page_of(ConflictRow),
    "Where the ledger contradicts itself.",
    as_of=(date, "The day up to which it was looked."),
    policy=(str, "Who is believed where sources differ."),
)


def _ask(connection: Connection, at: Revision, query: ConflictsQuery) -> Prepared:
    def found(strength: Strength, resolved: Resolved) -> list[dict[str, Any]]:
        every = conflicts(strength, resolved.question)
        wanted = [each for each in every if each.what in (query.what or each.what)]
        claims = claims_by_key(connection, at.number, keys_of(wanted))
        names = mission_names(connection, at.number)
        return [_shown(each, names, claims) for each in wanted]

    sortable = [name for name in _COLUMNS if name not in ("stands", "against")]
    return of_day(connection, at, query, _COLUMNS, found, sortable)


def _shown(
    conflict: Conflict, names: Mapping[str, str], claims: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    mission, nation, category = conflict.scope
    found: dict[str, Any] = {"what": conflict.what, "kind": conflict.kind, "entry": conflict.entry}
    found |= group_shown({"mission": mission, "nation": nation, "category": category}, names)
    found |= {"date": conflict.day, "low": conflict.low, "high": conflict.high}
    found |= {"size": conflict.size, "reason": conflict.reason}
    for side in ("stands", "against"):
        found[side] = [
            {"claim": key}
            | {name: claims[key][name] for name in Side.model_fields if name != "claim"}
            for key in getattr(conflict, side)
            if key in claims
        ]
    return found


def _flat(row: Row) -> Row:
    """A side as words: each source with its grade and number."""
    sides = {
        side: "; ".join(
            f"{each['source']} ({each['grade']}): "
            f"{'no number' if each['count'] is None else each['count']}, {each['date']}"
            for each in row[side]
        )
        for side in ("stands", "against")
    }
    return {**row, **sides}


resources.add(
    router,
    Resource(
        path="/conflicts",
        name="conflicts",
        operation="list_conflicts",
        summary="List conflicts",
        table_summary="Download conflicts",
        about=ABOUT,
        about_table=" The rows as a table: each side as words, `source (grade): number, date`.",
        query=ConflictsQuery,
        row=ConflictRow,
        answer=ConflictPage,
        ask=_ask,
        flat=_flat,
    ),
)
