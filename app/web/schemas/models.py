"""What is shown: the columns of every row, described once, and the models made of them for the
documentation.

Rows leave as they come from the ledger, without passing through these models; tests hold the two
together. No field has a default: what is not known is null, and it is there.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.estimate.entries import STATUSES
from app.record.kinds import KINDS
from app.record.kinds.fields import any_of
from app.record.listings import (
    CLAIMS,
    CONTINGENTS,
    ENTRIES,
    MISSIONS,
    REVISIONS,
    SOURCES,
    shown_columns,
)
from app.record.lists import Listing
from app.web.http.answers import Form
from app.web.http.statuses import UNCHANGED
from app.web.schemas.columns import COLUMNS, own_columns
from app.web.schemas.measures import MEASURED


def _model(
    name: str, fields: Mapping[str, tuple[Any, str]], doc: str, *, only_asked: Collection[str] = ()
) -> type[BaseModel]:
    """A model of described fields, all of them there; `only_asked` ones are there only when asked
    for.
    """
    described: Any = {
        field: (
            kind,
            Field(default=None, description=words)
            if field in only_asked
            else Field(description=words),
        )
        for field, (kind, words) in fields.items()
    }
    model: type[BaseModel] = create_model(
        name, __doc__=doc, __config__=ConfigDict(extra="forbid"), **described
    )
    return model


def row_of(name: str, listing: Listing, doc: str, kind: str | None = None) -> type[BaseModel]:
    """The model of a list's rows."""
    fields = {column: COLUMNS[column] for column in shown_columns(listing) if column in COLUMNS}
    if kind:
        fields |= own_columns(KINDS[kind])
    ordered = {column: fields[column] for column in shown_columns(listing)}
    return _model(name, ordered, doc)


ENTRY_ROWS = {
    kind: row_of(
        f"{of_kind.fields.__name__.removesuffix('Fields')}", ENTRIES[kind], of_kind.about, kind
    )
    for kind, of_kind in KINDS.items()
}
Claim = row_of("ClaimDetail", CLAIMS, "What one source says of one entry.")
Mission = row_of("Mission", MISSIONS, "A multinational deployment.")
Contingent = row_of(
    "Contingent", CONTINGENTS, "What one nation has in one mission in one category."
)
Source = row_of("Source", SOURCES, "One publication.")
Revision = row_of("Revision", REVISIONS, "One commit to the ledger.")
Nation = _model(
    "NationDetail",
    {
        n: COLUMNS[n]
        for n in ("code", "name", "aliases", "contributor", "existed_from", "existed_until")
    },
    "A country or territory, or another that sends or gives.",
)


def with_more(
    name: str, row: type[BaseModel], doc: str, **more: tuple[Any, str]
) -> type[BaseModel]:
    """A row as it is shown alone, with what belongs to it."""
    described: Any = {
        field: (kind, Field(description=words)) for field, (kind, words) in more.items()
    }
    model: type[BaseModel] = create_model(name, __base__=row, __doc__=doc, **described)
    return model


class Page(BaseModel):
    """Where in a list one is."""

    size: int = Field(description="Rows asked for on a page.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")
    total: int = Field(description="Rows in the whole list.")


STATE: dict[str, tuple[Any, str]] = {
    "revision": (int, "Revision of the ledger that the answer comes from."),
    "recorded_at": (str | None, "When that revision was recorded, in UTC; null before the first."),
    "permalink": (str, "Address of this very answer, for ever, relative to the server."),
}


def _many(row: Any) -> Any:
    return list[row]


@cache
def rows_of(row: type[BaseModel]) -> type[BaseModel]:
    """A row as lists have it. Any column may be missing: `fields` names the ones that are
    wanted.
    """
    fields = {
        name: (declared.annotation, str(declared.description))
        for name, declared in row.model_fields.items()
    }
    return _model(_name_of(row), fields, str(row.__doc__), only_asked=fields)


@cache
def page_of(row: type[BaseModel]) -> type[BaseModel]:
    """The answer that is a page of rows."""
    return _model(
        f"{_name_of(row).removesuffix('Row')}Page",
        {"data": (_many(rows_of(row)), "The rows."), **STATE, "page": (Page, "The page.")},
        f"A page: {row.__doc__}",
    )


def _name_of(row: type[BaseModel]) -> str:
    """What a row is, whole or not."""
    return row.__name__.removesuffix("Detail")


def feed_of(row: type[BaseModel]) -> type[BaseModel]:
    """The answer that is a part of the change feed."""
    fed = _model(
        "Revision",
        {
            name: (declared.annotation, str(declared.description))
            for name, declared in row.model_fields.items()
        }
        | {
            "rows": (
                dict[str, Any],
                "With rows=true, all that it is: salt, digest, rows opened and keys closed, by "
                "table.",
            )
        },
        "One commit, with what it changed.",
        only_asked={*row.model_fields, "rows"},
    )
    fields = {
        "data": (_many(fed), "The revisions, in the order of commits."),
        "after": (
            str | None,
            "Where this answer ends: ask for what comes after it. Null when another order was "
            "asked for.",
        ),
        **STATE,
        "page": (Page, "The page."),
    }
    return _model("RevisionPage", fields, "A part of the change feed.")


@cache
def answer_of(thing: type[BaseModel]) -> type[BaseModel]:
    """The answer that is one thing."""
    return _model(
        f"{_name_of(thing)}Answer",
        {"data": (thing, "What was asked for."), **STATE},
        f"One: {thing.__doc__}",
    )


class Term(BaseModel):
    """One addend of a figure. The lows, bests and highs of a figure's terms add up to it."""

    role: str = Field(
        description="What it is: report, arrival, departure, expected, promised, pledged, "
        "authorised, or a correction."
    )
    low: int = Field(description="What it adds to the low; negative where it is taken away.")
    best: int = Field(
        description="What it adds to the best figure: its own best, or its low where it has none."
    )
    high: int | None = Field(description="What it adds to the high; null = no upper bound.")
    known: bool | None = Field(
        description="Its best figure is known; null where it has no say in the best."
    )
    disputed: bool = Field(description="Independent sources contradict each other on it.")
    day: date | None = Field(
        description="The day it stands for; null where it may lie outside the time asked for."
    )
    entry: str | None = Field(description="Key of the entry; null for a correction.")
    claims: list[str] = Field(description="Keys of the claims it rests on.")


class Working(BaseModel):
    """How one figure was reckoned."""

    method: str = Field(description="The method.")
    terms: list[Term] = Field(description="The addends of the figure.")


class SetAside(BaseModel):
    """A claim that entered no figure of the answer."""

    claim: str = Field(description="Key of the claim.")
    entry: str = Field(description="Key of the entry it speaks of.")
    source: str = Field(description="Slug of its source.")
    status: str = Field(description=f"What it says: {any_of(STATUSES)}.")
    count_low: int = Field(description="The least it says.")
    count: int | None = Field(description="The best figure it says.")
    count_high: int | None = Field(description="The most it says; null = no upper bound.")
    date: str = Field(description="When, as EDTF.")
    grade: str = Field(description="Its Admiralty grade.")
    reason: str = Field(description="Why it was set aside.")


GROUP: dict[str, tuple[Any, str]] = {
    "mission": (str | None, "Slug of the mission; null on the unallocated row."),
    "mission_name": (str | None, "Name of the mission."),
    "nation": (str | None, "Alpha-3 code, as in /v1/nations; null on the unallocated row."),
    "nation_name": (str | None, "Name of the nation."),
    "category": (
        str | None,
        "Personnel category, with what lies under it; null on the unallocated row.",
    ),
    "unallocated": (
        bool,
        "True on the last row, if any: what the rows do not explain of the total, negative where "
        "they say more.",
    ),
}


def strength_columns(group_by: tuple[str, ...]) -> list[str]:
    """The columns of a strength table, in order."""
    named = {
        "mission": ("mission", "mission_name"),
        "nation": ("nation", "nation_name"),
        "category": ("category",),
    }
    return [*(column for group in group_by for column in named[group]), "unallocated", *MEASURED]


_WORKING = {
    "working": (dict[str, Working], "With explain=true, how each figure was reckoned, by measure.")
}


StrengthRow = _model(
    "StrengthRow",
    {**GROUP, **MEASURED, **_WORKING},
    "One group's numbers, never mixed.",
    only_asked={*GROUP, *MEASURED, *_WORKING},
)
StrengthTotal = _model(
    "StrengthTotal",
    {**MEASURED, **_WORKING},
    "The numbers of the whole question.",
    only_asked=_WORKING,
)
StrengthPage = _model(
    "StrengthPage",
    {
        "data": (_many(StrengthRow), "The rows; they add up to the total."),
        "total": (StrengthTotal, "The whole question."),
        "as_of": (date, "The day that was asked for."),
        "policy": (str, "Who is believed where sources differ."),
        "group_by": (list[str], "The grouping of the rows."),
        **STATE,
        "page": (Page, "The page."),
        "set_aside": (
            list[SetAside],
            "With explain=true, the claims that entered no figure, and why.",
        ),
    },
    "Totals, with how they were reckoned.",
    only_asked={"set_aside"},
)


class Estimate(BaseModel):
    """What a write did to the estimate of one contingent."""

    contingent: str = Field(description="Slug of the contingent.")
    as_of: date = Field(description="The day of the estimate: today.")
    before: dict[str, int | str | None] = Field(
        description="The numbers before the write, and how present was reckoned."
    )
    after: dict[str, int | str | None] = Field(
        description="The numbers after the write, and how present is reckoned."
    )


class WriteResult(BaseModel):
    """What a write changed."""

    data: dict[str, Any] | None = Field(
        description="What was written, as it is shown now; null when it is gone."
    )
    dry_run: bool = Field(description="It was a trial: nothing was changed.")
    revision: int = Field(description="The revision it made; the newest one if it changed nothing.")
    recorded_at: str | None = Field(description="When that was recorded, in UTC.")
    changed: dict[str, dict[str, list[str]]] = Field(
        description="Keys added, corrected and retracted, by table."
    )
    estimates: list[Estimate] = Field(
        description="For each contingent it touched, the estimate before and after."
    )
    estimates_left_out: int = Field(
        description="Contingents it touched beyond the fifty that are shown."
    )


def json_answer(model: type[BaseModel]) -> dict[str, Any]:
    """The documentation of a JSON answer."""
    return {"model": model, "description": "The answer."}


def file_answer(form: Form) -> dict[str, Any]:
    """The documentation of a file: its own media type, bytes where it is no text."""
    schema = {"type": "string"} | ({"format": "binary"} if form.binary else {})
    content = {form.media_type.split(";")[0]: {"schema": schema}}
    return {"description": "The answer.", "content": content}


NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    UNCHANGED: {"description": "The answer that If-None-Match names still holds."}
}
