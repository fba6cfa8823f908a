"""What can be asked of estimates, and what such a query is once its names are checked against the
ledger: a `Resolved`, which everything after the door uses.

The days of estimates may be times or today-30d too, as dashboards send them; the answer names the
day that was meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from app.estimate.conflicts import What
from app.estimate.entries import POLICIES, Policy
from app.estimate.outcomes import KINDS, Outcome
from app.estimate.questions import Question
from app.estimate.strength import GROUPS
from app.record.database import Connection
from app.record.evidence import CutOffs
from app.record.filters import Filters
from app.record.kinds.fields import about
from app.record.lineage import whole_lines
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.record.subjects import contingent_scopes, nation_codes, require, source_slugs
from app.web.http.problems import nearest
from app.web.schemas.parameters import (
    CategoryName,
    Cursor,
    DayOrMoment,
    Grade,
    IntervalName,
    MaxAge,
    Measure,
    MeasureName,
    Names,
    Number,
    Size,
    Truth,
    Width,
    Word,
)
from app.web.schemas.queries import LINEAGE, FileQuery, ListQuery, ReadQuery

PromiseKind: Any = Literal[KINDS]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query of estimates with its names checked: whose strength, on what day, in what rows
    (`question`), on what evidence (`cut_offs`), and its contingents by their slugs.
    """

    question: Question
    cut_offs: CutOffs
    contingents: tuple[str, ...] = ()

    @property
    def about(self) -> Filters:
        """The missions, nations and sources that it speaks of, for lists beside the figures."""
        question = self.question
        return Filters(question.missions, question.nations, sources=self.cut_offs.sources)

    def narrowed(self, group: Mapping[str, str]) -> "Resolved":
        """The same query of one row alone, by the row's group."""
        whole = self.question
        question = replace(
            whole,
            missions=(group["mission"],) if "mission" in group else whole.missions,
            nations=(group["nation"],) if "nation" in group else whole.nations,
            categories=(group["category"],) if "category" in group else whole.categories,
        )
        return replace(self, question=question)


def grouping(words: str) -> tuple[str, ...]:
    """The grouping that `group_by` names; Refused for another."""
    if words == "none":
        return ()
    names = tuple(name.strip() for name in words.split(","))
    for name in names:
        if name not in GROUPS or names.count(name) > 1:
            detail = (
                f"{words!r} is not a grouping; write any of {', '.join(GROUPS)}, each once, "
                "with commas, or none"
            )
            raise Refused([Mend("group_by", detail, nearest(name, (*GROUPS, "none")))])
    return names


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
    lineage: Truth = about(LINEAGE, default=False)
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
    policy: Policy = about(
        "Who is believed where sources differ. "
        f"{'; '.join(f'{name}: {words}' for name, words in POLICIES.items())}. "
        "Of equals the better graded, then the later published.",
        default="graded",
    )

    def resolved(
        self, connection: Connection, at: Revision, as_of: date, group_by: tuple[str, ...] = ()
    ) -> Resolved:
        """The query of a day and in rows; Refused for a name that the ledger does not know."""
        missions = require(connection, "mission", self.mission)
        contingents = require(connection, "contingent", self.contingent)
        sources = source_slugs(connection, at.number, self.source)
        scopes = contingent_scopes(connection, contingents)
        if self.lineage:
            missions = whole_lines(connection, at.number, missions)
            scopes = tuple(
                scope._replace(mission=mission)
                for scope in scopes
                for mission in whole_lines(connection, at.number, (scope.mission,))
            )
        question = Question(
            as_of=as_of,
            missions=missions,
            nations=nation_codes(self.nation),
            categories=tuple(dict.fromkeys(self.category)),
            contingents=scopes,
            group_by=group_by,
            max_age=self.max_age,
        )
        cut_offs = CutOffs(self.published_by, self.min_grade, self.policy, sources)
        return Resolved(question, cut_offs, contingents)


class GroupedQuery(CutOffsQuery):
    """Estimates by group."""

    group_by: Annotated[str, StringConstraints(max_length=40)] = about(
        "Rows: any of mission, nation, category, with commas; none: the total alone.",
        default="nation",
    )

    @property
    def groups(self) -> tuple[str, ...]:
        """The grouping; Refused for what is none."""
        return grouping(self.group_by)


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


class AgainstQuery(DayQuery, GroupedQuery):
    """Two strengths side by side: a is what is asked, b the same with what begins with `b_`."""

    measure: Measure = about("Which number is compared.", default="present")
    b_as_of: DayOrMoment | None = about("The day of b. Default: that of a.", default=None)
    b_published_by: DayOrMoment | None = about(
        "Reckon b only with sources that were certainly out by the end of this day. Default: as a.",
        default=None,
    )
    b_revision: Number | None = about(
        "Reckon b from the ledger at this revision. Default: that of a.", default=None
    )
    b_mission: list[Word] = about(
        "Slug of a mission of b; repeat for several. Default: those of a.", default=[]
    )

    @property
    def other(self) -> "AgainstQuery":
        """The question of b."""
        changed = {
            name: asked
            for name, asked in (
                ("as_of", self.b_as_of),
                ("published_by", self.b_published_by),
                ("mission", self.b_mission),
            )
            if asked
        }
        return self.model_copy(update=changed)


class CompareQuery(AgainstQuery, StrengthTableQuery):
    """Two strengths side by side, as a table."""


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
        "Rows: any of mission, nation, category, with commas; none: all together. Default: "
        "mission,nation; nation where lineage is asked for.",
        default="mission,nation",
    )

    @property
    def groups(self) -> tuple[str, ...]:
        """The grouping; where none is asked for, a line is not parted into its missions."""
        asked = "group_by" in self.model_fields_set or not self.lineage
        return grouping(self.group_by) if asked else ("nation",)


class ReconciliationQuery(DayQuery, ListQuery):
    """Reports against movements; as_of keeps the reports up to that day."""


class ConflictsQuery(DayQuery, ListQuery):
    """Where the ledger contradicts itself, up to as_of."""

    what: list[What] = about(
        "Only such conflicts: claims, whole_and_parts, reports_and_movements; repeat for several.",
        default=[],
    )


class PromisesQuery(DayQuery, ListQuery):
    """What was promised, one by one."""

    outcome: list[Outcome] = about("How it stands; repeat for several.", default=[])
    kind: list[PromiseKind] = about(
        "Kind of entry that was promised; repeat for several.", default=[]
    )


class PictureQuery(FileQuery, SpanQuery):
    """A series as a picture: whole, so that it has no pages, columns or order of rows."""

    group_by: Annotated[str, StringConstraints(max_length=40)] = about(
        "Small pictures side by side on one scale: any of mission, nation, category, with commas; "
        "at most 12 are drawn, the rest told in words. Default: none, one picture of the total.",
        default="none",
    )

    now: Truth = about(
        "With published_by: true draws also what is known now of the same days.", default=False
    )
    theme: Literal["light", "dark"] = about("Colours for a light or a dark page.", default="light")
    width: Width = about("Width in pixels, 320 to 1600.", default=760)
