"""What can be asked: the parameters that the routes share, one query model a route, built by
inheritance.

Numbers are plain digits and days are plain days: what a lenient parser would let pass (1_000, 5.0,
2024-7-1) is refused, so that a slip of the pen never asks another question. The days of estimates
may be times or today-30d too, as dashboards send them; the answer names the day that was meant.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, StringConstraints, create_model

from app.record.kinds import Kind
from app.record.kinds.fields import about
from app.record.problems import Mend, Refused
from app.web.http.problems import nearest
from app.web.schemas.parameters import (
    CategoryName,
    Cursor,
    Day,
    DayOrMoment,
    Grade,
    IntervalName,
    KindName,
    MaxAge,
    MeasureName,
    Names,
    Number,
    Size,
    Sought,
    StatusName,
    Truth,
    Width,
    Word,
)


class ReadQuery(BaseModel):
    """Every read: which state of the ledger it answers from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: Number | None = about(
        "Answer from this revision of the ledger; the answer then never changes. Default: the "
        "newest.",
        default=None,
    )
    known_at: Word | None = about(
        "Answer from the last revision recorded by this day (its end, UTC) or time "
        "(2024-07-18T12:00:00Z).",
        default=None,
    )


class ListQuery(ReadQuery):
    """Every list: how much of it, in what order, which columns."""

    size: Size | None = about(
        "Rows on a page, 1 to 1000. Default: 100; a table (.csv, .xlsx ...) is whole unless a "
        "size is asked for.",
        default=None,
    )
    cursor: Cursor | None = about(
        "Where the next page begins: page.next of the answer before.", default=None
    )
    sort: Names | None = about(
        "Columns to sort by, with commas; - before one reverses it, as in -date_earliest.",
        default=None,
    )
    fields: Names | None = about("Columns to answer with, with commas. Default: all.", default=None)


class TextQuery(ListQuery):
    """Lists that can be searched."""

    q: Sought | None = about(
        "Text to look for, without regard to case, accents, punctuation and characters that are "
        "not seen.",
        default=None,
    )


class SubjectQuery(TextQuery):
    """Lists about missions and nations."""

    mission: list[Word] = about("Slug of a mission; repeat for several.", default=[])
    nation: list[Word] = about(
        "A nation, as in /v1/nations: code, name or alias; repeat for several.", default=[]
    )


class ContingentsQuery(SubjectQuery):
    """The list of contingents."""

    category: list[CategoryName] = about(
        "A personnel category, with what lies under it; repeat for several.", default=[]
    )
    contingent: list[Word] = about("Slug of a contingent; repeat for several.", default=[])


class DatedQuery(TextQuery):
    """Lists of dated things."""

    date_from: Day | None = about("First day, as 2024-07-16.", default=None)
    date_to: Day | None = about("Last day, as 2024-07-16.", default=None)
    date_match: Literal["certain", "possible"] = about(
        "possible: keep what may lie within the days; certain: only what cannot lie outside them.",
        default="possible",
    )


class SourcesQuery(DatedQuery, SubjectQuery):
    """The list of sources; the days are those of publication, mission and nation those of what they
    speak of.
    """

    source: list[Word] = about(
        "Slug of a source, or a series: all its sources; repeat for several.", default=[]
    )


class EntriesQuery(ContingentsQuery, SourcesQuery):
    """The lists of entries."""

    status: list[StatusName] = about("What it settles to; repeat for several.", default=[])


class TimelineQuery(EntriesQuery):
    """The list of entries of every kind."""

    kind: list[KindName] = about("Kind of entry; repeat for several.", default=[])


class ClaimsQuery(TimelineQuery):
    """The list of claims."""

    entry: list[Word] = about("Key of an entry; repeat for several.", default=[])
    history: Truth = about(
        "true adds the claims that were closed by a correction or a retraction.", default=False
    )


class CutOffsQuery(ReadQuery):
    """Estimates: whose strength, on what day, on what evidence."""

    mission: list[Word] = about("Slug of a mission; repeat for several. Default: all.", default=[])
    nation: list[Word] = about(
        "A nation: code, name or alias; repeat for several. Default: all.", default=[]
    )
    category: list[CategoryName] = about(
        "A personnel category, with what lies under it; repeat for several.", default=[]
    )
    contingent: list[Word] = about("Slug of a contingent; repeat for several.", default=[])
    source: list[Word] = about(
        "Source or series: reckon with its claims only; repeat for several.", default=[]
    )
    published_by: DayOrMoment | None = about(
        "Reckon only with sources that were certainly out by the end of this day, as 2024-07-18, "
        "today-30d.",
        default=None,
    )
    min_grade: Grade | None = about(
        "Reckon only with claims of at least this Admiralty grade, A1 (best) to F6.", default=None
    )
    max_age: MaxAge | None = about(
        "Set aside evidence that is older than so many days on the day asked, as 365d; mandates "
        "do not age.",
        default=None,
    )
    policy: Literal["graded", "latest", "lowest", "highest"] = about(
        "Who is believed where sources differ: the better graded (then the later published), the "
        "later published, "
        "the lowest or the highest count.",
        default="graded",
    )


class GroupedQuery(CutOffsQuery):
    """Estimates by group."""

    group_by: Annotated[str, StringConstraints(max_length=40)] = about(
        "Rows: any of mission, nation, category, with commas; none: the total alone.",
        default="nation",
    )


class EstimatesQuery(GroupedQuery, ListQuery):
    """Estimates as a table."""

    size: Size | None = about(
        "Rows on a page, 1 to 1000. Default: 1000, so that the rows that add up are seen "
        "together; a table is whole.",
        default=None,
    )
    cursor: Cursor | None = about(
        "Where the next page begins: page.next of the answer before.", default=None
    )
    sort: Names | None = about(
        "Columns to sort by, with commas; - before one reverses it. Default: the grouping.",
        default=None,
    )
    fields: Names | None = about("Columns to answer with, with commas. Default: all.", default=None)


class DayQuery(CutOffsQuery):
    """Estimates of one day."""

    as_of: DayOrMoment | None = about(
        "The day asked for, at its end, as 2024-07-18; today-30d and a time are taken too. "
        "Default: today (UTC).",
        default=None,
    )


class StrengthTableQuery(DayQuery, EstimatesQuery):
    """Strength as a table."""


class StrengthQuery(StrengthTableQuery):
    """Strength with its working."""

    explain: Truth = about(
        "true adds the working: the terms of every figure, and the claims set aside and why.",
        default=False,
    )


class StrengthTextQuery(DayQuery):
    """Strength as one bare number."""

    measure: MeasureName = about(
        "Which number: present, or present_low, arrived, pledged_high ...", default="present"
    )


class SpanQuery(GroupedQuery):
    """Strength over time."""

    first: DayOrMoment | None = about(
        "First day, as 2024-06-01; today-365d and a time are taken too. Default: the first on "
        "which anything is known.",
        default=None,
        alias="from",
    )
    last: DayOrMoment | None = about(
        "Last day, as 2024-12-31. Default: today (UTC).", default=None, alias="to"
    )
    interval: IntervalName = about(
        "A row for the end of every day, week (Sunday), month, quarter or year, the last one cut "
        "at `to`; "
        "change: for every day on which something changed.",
        default="change",
    )


class SeriesQuery(SpanQuery, EstimatesQuery):
    """Strength over time as a table."""


class FulfilmentQuery(StrengthTableQuery):
    """Promise against arrival."""

    group_by: Annotated[str, StringConstraints(max_length=40)] = about(
        "Rows: any of mission, nation, category, with commas; none: all together.",
        default="mission,nation",
    )


class ReconciliationQuery(DayQuery, ListQuery):
    """Reports against movements; as_of keeps the reports up to that day."""


class FileQuery(ReadQuery):
    """How a file leaves."""

    download: Literal["0", "1"] = about(
        "1: as a file to keep, with a name of its own.", default="0"
    )


class TableFileQuery(FileQuery):
    """How a table leaves."""

    dialect: Literal["exact", "excel"] = about(
        "For .csv. exact: as it is; excel: for a double click, with a byte order mark, and texts "
        "that look like "
        "formulas defused by an apostrophe.",
        default="exact",
    )


class PictureQuery(FileQuery, SpanQuery):
    """A series as a picture: whole, so that it has no pages, columns or order of rows."""

    theme: Literal["light", "dark"] = about("Colours for a light or a dark page.", default="light")
    width: Width = about("Width in pixels, 320 to 1600.", default=760)


def table_asked(model: type[BaseModel]) -> type[BaseModel]:
    """The parameters of a list's tables: those of the list, and how they leave."""
    return create_model(
        model.__name__.replace("Query", "FileQuery"), __base__=(TableFileQuery, model)
    )


def entries_asked(kind: Kind) -> type[EntriesQuery]:
    """The parameters of a kind's list: the shared ones, and its fields that have a fixed list of
    values.
    """
    own: dict[str, Any] = {}
    for name, values in kind.choices.items():
        allowed: Any = Literal[values]
        described = about(
            f"{kind.fields.model_fields[name].description} Repeat for several.", default=[]
        )
        own[name] = (list[allowed], described)
    return create_model(
        f"{kind.fields.__name__.removesuffix('Fields')}sQuery", __base__=EntriesQuery, **own
    )


def one_of_each(model: type[BaseModel]) -> Callable[[Request], None]:
    """Refuse a parameter given twice where one is meant: taking either would answer another
    question.
    """
    single = {
        field.alias or name
        for name, field in model.model_fields.items()
        if not str(field.annotation).startswith("list")
    }

    def check(request: Request) -> None:
        given = [name for name, _ in request.query_params.multi_items()]
        mends = [
            Mend(
                name, "is given more than once; give it once, or with commas where it takes a list"
            )
            for name in sorted(single)
            if given.count(name) > 1
        ]
        if mends:
            raise Refused(mends)

    return check


def resolved(request: Request, asked: BaseModel, **defaults: date) -> dict[str, str]:
    """The days that were asked for in words that mean another day tomorrow, or left out: by
    parameter, as days.
    """
    given = request.query_params
    found = {name: day.isoformat() for name, day in defaults.items() if name not in given}
    for name, field in type(asked).model_fields.items():
        value, parameter = getattr(asked, name), field.alias or name
        if isinstance(value, date) and parameter in given and given[parameter] != value.isoformat():
            found[parameter] = value.isoformat()
    return found


def columns_of(words: str | None, parameter: str, known: list[str]) -> list[str]:
    """The columns that `sort` or `fields` names; Refused for any other."""
    names = [name.strip() for name in words.split(",")] if words else []
    for name in names:
        bare = name.removeprefix("-") if parameter == "sort" else name
        if bare not in known:
            detail = f"{bare!r:.60} is not a column here; the columns are {', '.join(known)}"
            raise Refused([Mend(parameter, detail, nearest(bare, known))])
    return list(dict.fromkeys(names))
