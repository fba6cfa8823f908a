"""What can be asked: the parameters that the routes share, one query model a route, built by
inheritance.

A query of a list says itself what it filters by: each class adds to `filters` what its own
parameters mean, checked against the ledger, once for all who need it.

Numbers are plain digits and days are plain days: what a lenient parser would let pass (1_000, 5.0,
2024-7-1) is refused, so that a slip of the pen never asks another question. The days of estimates
may be times or today-30d too, as dashboards send them; the answer names the day that was meant.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, create_model

from app.estimate.entries import Status
from app.record.database import Connection
from app.record.filters import DateMatch, Filters
from app.record.kinds import Kind
from app.record.kinds.fields import about
from app.record.lineage import whole_lines
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.record.subjects import nation_codes, require, source_slugs
from app.web.http.problems import nearest
from app.web.schemas.parameters import (
    CategoryName,
    Cursor,
    Day,
    KindName,
    Names,
    Number,
    Size,
    Sought,
    Truth,
    Word,
)

LINEAGE = (
    "true: each mission with all before and after it (/v1/successions), as one unbroken line; "
    "one that has none is itself alone."
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

    def filters(self, connection: Connection, at: Revision) -> Filters:  # noqa: ARG002
        """What the list is narrowed to; Refused for a name that the ledger does not know."""
        return Filters(q=self.q)


class SubjectQuery(TextQuery):
    """Lists about missions and nations."""

    mission: list[Word] = about("Slug of a mission; repeat for several.", default=[])
    nation: list[Word] = about(
        "A nation, as in /v1/nations: code, name or alias; repeat for several.", default=[]
    )

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to missions and nations."""
        return replace(
            super().filters(connection, at),
            missions=require(connection, "mission", self.mission),
            nations=nation_codes(self.nation),
        )


class ContingentsQuery(SubjectQuery):
    """The list of contingents."""

    category: list[CategoryName] = about(
        "A personnel category, with what lies under it; repeat for several.", default=[]
    )
    contingent: list[Word] = about("Slug of a contingent; repeat for several.", default=[])

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to categories and contingents."""
        return replace(
            super().filters(connection, at),
            categories=tuple(self.category),
            contingents=require(connection, "contingent", self.contingent),
        )


class DatedQuery(TextQuery):
    """Lists of dated things."""

    date_from: Day | None = about("First day, as 2024-07-16.", default=None)
    date_to: Day | None = about("Last day, as 2024-07-16.", default=None)
    date_match: DateMatch = about(
        "possible: keep what may lie within the days; certain: only what cannot lie outside them.",
        default="possible",
    )

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to days."""
        return replace(
            super().filters(connection, at),
            date_from=self.date_from,
            date_to=self.date_to,
            date_match=self.date_match,
        )


class SourcesQuery(DatedQuery, SubjectQuery):
    """The list of sources; the days are those of publication, mission and nation those of what they
    speak of.
    """

    source: list[Word] = about(
        "Slug of a source, or a series: all its sources; repeat for several.", default=[]
    )

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to sources."""
        sources = source_slugs(connection, at.number, self.source)
        return replace(super().filters(connection, at), sources=sources)


class EntriesQuery(ContingentsQuery, SourcesQuery):
    """The lists of entries."""

    status: list[Status] = about("What it settles to; repeat for several.", default=[])
    disputed: Truth | None = about(
        "true keeps what independent sources contradict each other on; false the rest. What else "
        "contradicts what: /v1/conflicts.",
        default=None,
    )

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to statuses, and to what is disputed."""
        found = super().filters(connection, at)
        return replace(found, statuses=tuple(self.status), disputed=self.disputed)


class KindQuery(EntriesQuery):
    """The list of one kind of entry, which has its own fields with a fixed list of values among
    its parameters.
    """

    choices: ClassVar[frozenset[str]] = frozenset()

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to values of the kind's own fields."""
        chosen = self.model_dump(include=set(self.choices))
        choices = {name: tuple(values) for name, values in chosen.items()}
        return replace(super().filters(connection, at), choices=choices)


class TimelineQuery(EntriesQuery):
    """The list of entries of every kind."""

    kind: list[KindName] = about("Kind of entry; repeat for several.", default=[])
    lineage: Truth = about(LINEAGE, default=False)

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to kinds; and of missions to their lines."""
        found = replace(super().filters(connection, at), kinds=tuple(self.kind))
        if not self.lineage:
            return found
        return replace(found, missions=whole_lines(connection, at.number, found.missions))


class NewsQuery(ReadQuery):
    """The newest entries of some missions, nations or kinds."""

    mission: list[Word] = about("Slug of a mission; repeat for several.", default=[])
    nation: list[Word] = about(
        "Nation that came, promised or gave; repeat for several.", default=[]
    )
    kind: list[KindName] = about("Kind of entry; repeat for several.", default=[])
    lineage: Truth = about(LINEAGE, default=False)

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """What is followed, as the timeline has it."""
        lineage = "true" if self.lineage else "false"  # as it is written in an address
        given = {"mission": self.mission, "nation": self.nation, "kind": self.kind}
        return TimelineQuery.model_validate({**given, "lineage": lineage}).filters(connection, at)


class ClaimsQuery(TimelineQuery):
    """The list of claims."""

    entry: list[Word] = about("Key of an entry; repeat for several.", default=[])
    history: Truth = about(
        "true adds the claims that were closed by a correction or a retraction.", default=False
    )

    def filters(self, connection: Connection, at: Revision) -> Filters:
        """Also to the claims of some entries; with history, to closed ones too."""
        return replace(
            super().filters(connection, at),
            entries=require(connection, "entry", self.entry),
            history=self.history,
        )


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


Q = TypeVar("Q", bound=ListQuery)


def table_asked(model: type[Q]) -> type[Q]:
    """The parameters of a list's tables: those of the list, and how they leave."""
    return create_model(
        model.__name__.replace("Query", "FileQuery"),
        __base__=(TableFileQuery, model),  # type: ignore[arg-type]
    )


def entries_asked(kind: Kind) -> type[KindQuery]:
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
    made = create_model(
        f"{kind.fields.__name__.removesuffix('Fields')}Query", __base__=KindQuery, **own
    )
    made.choices = frozenset(kind.choices)
    return made


def one_of_each(model: type[BaseModel]) -> Callable[[Request], Awaitable[None]]:
    """Refuse a parameter given twice where one is meant: taking either would answer another
    question.
    """
    single = {
        field.alias or name
        for name, field in model.model_fields.items()
        if not str(field.annotation).startswith("list")
    }

    async def check(request: Request) -> None:
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


def days_meant(request: Request, query: BaseModel, **defaults: date) -> dict[str, str]:
    """The days that were asked for in words that mean another day tomorrow, or left out: by
    parameter, as days.
    """
    given = request.query_params
    found = {name: day.isoformat() for name, day in defaults.items() if name not in given}
    for name, field in type(query).model_fields.items():
        value, parameter = getattr(query, name), field.alias or name
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
