"""Then and now, and one against another: two strengths side by side, with the claims that make the
difference.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.estimate.comparing import Compared, side_by_side
from app.estimate.contingents import Figure
from app.record.database import Connection
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web import resources
from app.web.estimates import Side, both_sides, group_shown, in_order_asked
from app.web.formats.tables import Row
from app.web.resources import AtHand, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.estimates import CompareQuery
from app.web.schemas.parameters import today

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "Two strengths side by side. a is the question as it is asked; b is the same question on "
    "another day (`b_as_of`), as known to another day (`b_published_by`), at another revision "
    "(`b_revision`) or of another mission (`b_mission`). difference is how many more b says. The "
    "claims that only one side stands on are what made it. Source: the claims in the ledger."
)
MOST_CLAIMS = 50


def _side(name: str, of: str) -> dict[str, tuple[Any, str]]:
    return {
        f"{name}_low": (int | None, f"{of}: the least; null = no row there."),
        name: (int | None, f"{of}: the best figure; null = none is known, or no row there."),
        f"{name}_high": (int | None, f"{of}: the most; null = no bound is known, or no row there."),
        f"{name}_method": (str | None, f"{of}: how it was reckoned; null = no row there."),
        f"{name}_disputed": (bool, f"{of}: independent sources contradict each other on it."),
        f"{name}_last_known": (
            date | None,
            f"{of}: day since when at least half of it was told; null = nothing was.",
        ),
        f"{name}_age_days": (int | None, f"{of}: days from last_known to its day."),
    }


_COLUMNS: dict[str, tuple[Any, str]] = {
    **_side("a", "As asked"),
    **_side("b", "Against it"),
    "difference": (
        int | None,
        "How many more b says than a, best against best; null where either is not known. A group "
        "that is not told of counts nobody.",
    ),
    "ranges_meet": (bool, "Both can be true at once: there may be no difference."),
}
_CLAIMS: dict[str, tuple[Any, str]] = {
    f"only_{name}": (
        list[str],
        f"Keys of the first {MOST_CLAIMS} claims that {name} stands on, and the other does not.",
    )
    for name in "ab"
}
_GROUP = {name: of for name, of in models.GROUP.items() if name != "unallocated"}
ComparisonRow = models.with_more(
    "ComparisonRow", BaseModel, "One group, on both sides.", **_GROUP, **_COLUMNS, **_CLAIMS
)
ComparisonTotal = models.with_more(
    "ComparisonTotal", BaseModel, "All together, on both sides.", **_COLUMNS, **_CLAIMS
)
ComparisonSide = models.with_more(
    "ComparisonSide",
    BaseModel,
    "What one side was asked.",
    as_of=(date, "The day."),
    published_by=(date | None, "Only sources that were out by the end of this day; null = all."),
    revision=(int, "The state of the ledger."),
    mission=(list[str], "Slugs of the missions; empty = all."),
)
ComparisonPage = models.with_more(
    "ComparisonPage",
    models.page_of(ComparisonRow),
    "Two strengths side by side.",
    total=(ComparisonTotal, "All together."),
    measure=(str, "Which number is compared."),
    a=(ComparisonSide, "The question as it was asked."),
    b=(ComparisonSide, "The question that it is held against."),
    group_by=(list[str], "The grouping of the rows."),
)


def _ask(connection: Connection, at: Revision, query: CompareQuery) -> Prepared:
    as_of, group_by = query.as_of or today(), query.groups

    def rows(_wanted: Sequence[str], sort: list[str]) -> AtHand:
        a, b = both_sides(connection, at, query, as_of)
        names = mission_names(connection, max(a.at.number, b.at.number))
        *groups, total = side_by_side(a.table, b.table, query.measure)
        shown = [_shown(each, names, a.as_of, b.as_of) for each in groups]
        whole = _shown(total, names, a.as_of, b.as_of)
        beside = {
            "total": {name: whole[name] for name in [*_COLUMNS, *_CLAIMS]},
            "measure": query.measure,
            "a": _asked(a),
            "b": _asked(b),
            "group_by": group_by,
        }
        return AtHand(in_order_asked(shown, sort), beside, about=a.about)

    columns = [name for name in models.strength_columns(group_by) if name in _GROUP]
    return Prepared([*columns, *_COLUMNS, *_CLAIMS], rows, days={"as_of": as_of})


def _asked(side: Side) -> dict[str, Any]:
    return {
        "as_of": side.as_of,
        "published_by": side.published_by,
        "revision": side.at.number,
        "mission": list(side.table.question.missions),
    }


def _shown(
    compared: Compared, names: Mapping[str, str], as_of: date, b_as_of: date
) -> dict[str, Any]:
    """A group as it leaves."""
    return {
        **group_shown(compared.group, names),
        **_figure("a", compared.a, as_of),
        **_figure("b", compared.b, b_as_of),
        "difference": compared.difference,
        "ranges_meet": compared.ranges_meet,
        "only_a": compared.only_a[:MOST_CLAIMS],
        "only_b": compared.only_b[:MOST_CLAIMS],
    }


def _figure(name: str, figure: Figure | None, day: date) -> dict[str, Any]:
    if figure is None:
        nothing = ("_low", "", "_high", "_method", "_last_known", "_age_days")
        return {f"{name}{end}": None for end in nothing} | {f"{name}_disputed": False}
    since = figure.last_known
    return {
        f"{name}_low": figure.sum.low,
        name: figure.sum.best,
        f"{name}_high": figure.sum.high,
        f"{name}_method": figure.method,
        f"{name}_disputed": figure.disputed,
        f"{name}_last_known": since,
        f"{name}_age_days": (day - since).days if since else None,
    }


def _flat(row: Row) -> Row:
    """The claims in one cell."""
    return {**row, **{name: "; ".join(row[name]) or None for name in _CLAIMS}}


resources.add(
    router,
    Resource(
        path="/strength/compare",
        name="comparison",
        operation="compare_strength",
        summary="Compare two totals",
        table_summary="Download a comparison",
        about=ABOUT,
        about_table=" The rows as a table, without the total; claims with semicolons between.",
        query=CompareQuery,
        row=ComparisonRow,
        answer=ComparisonPage,
        ask=_ask,
        flat=_flat,
        size=1000,
    ),
)
