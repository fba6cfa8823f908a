"""How many, over time: a stock at the end of each interval, as rows and as a picture, equal to
strength on each day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.estimate.series import interval_ends
from app.estimate.strength import Strength
from app.record.database import Connection
from app.record.nations import nation_name
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web import resources
from app.web.dependencies import TABLE_ERRORS, reading
from app.web.estimates import Shown, age_of, ageing_of, reckoning
from app.web.formats import PICTURES, files, multiples, pictures
from app.web.formats.pictures import PictureForm
from app.web.http.answers import Read
from app.web.http.statuses import OK
from app.web.resources import AtHand, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.estimates import PictureQuery, Resolved, SeriesQuery, SpanQuery
from app.web.schemas.measures import MEASURED
from app.web.schemas.parameters import today
from app.web.schemas.queries import days_meant, one_of_each

router = APIRouter(prefix="/v1", tags=["strength"])

MOST_ROWS = 50_000
MOST_POINTS = 4_000
# Facts laid out anew as evidence grows too old, day after day.
MOST_LAID_OUT = 1_000_000
ABOUT = (
    "Troop totals over time: for the end of each interval from `from` to `to`, the rows that "
    "/v1/strength answers for "
    "that day. It is a stock: the last value of each interval, never a sum over it "
    "(`aggregation` says `last`), and a "
    "day between two changes shows what stood. Source: the claims in the ledger."
)


_DATE: dict[str, tuple[Any, str]] = {"date": (date, "The day that the row speaks of, at its end.")}
_ROW = {
    name: (declared.annotation, str(declared.description))
    for name, declared in models.StrengthRow.model_fields.items()
    if name != "working"
}
SeriesRow = models.with_more(
    "SeriesRow", BaseModel, "One group's numbers on one day.", **_DATE, **_ROW
)
SeriesTotal = models.with_more(
    "SeriesTotal",
    BaseModel,
    "The numbers of the whole question on one day.",
    **_DATE,
    **MEASURED,
)
SeriesPage = models.with_more(
    "SeriesPage",
    models.page_of(SeriesRow),
    "Totals over time.",
    total=(list[SeriesTotal], "The whole question, day by day; the rows of a day add up to it."),  # type: ignore[valid-type]
    **{"from": (date, "The first day."), "to": (date, "The last day.")},
    interval=(str, "What a row stands for the end of."),
    aggregation=(str, "Always `last`: a stock at the end of each interval, never a sum over it."),
    policy=(str, "Who is believed where sources differ."),
    group_by=(list[str], "The grouping of the rows."),
)


@dataclass(frozen=True)
class _Span:
    """A query over time, with the days that it left out filled in."""

    connection: Connection
    at: Revision
    resolved: Resolved
    asked_first: date | None
    last: date

    @cached_property
    def strength(self) -> Strength:
        """The evidence that it stands on."""
        return reckoning(self.connection, self.at, self.resolved)

    @cached_property
    def turning(self) -> list[date]:
        """The days on which its answer may change."""
        return self.strength.changes(self.resolved.question)

    @cached_property
    def first(self) -> date:
        """The first day: where none is asked for, the first on which anything changes."""
        return self.asked_first or min([*self.turning, self.last])

    @property
    def days(self) -> dict[str, date]:
        """The first and the last day, by their parameters."""
        return {"from": self.first, "to": self.last}


def _span(connection: Connection, at: Revision, query: SpanQuery) -> _Span:
    last = query.last or today()
    resolved = query.resolved(connection, at, last, query.groups)
    span = _Span(connection, at, resolved, query.first, last)
    if span.first > last:
        raise Refused([Mend("to", f"{last} lies before `from`, {span.first}; give them in order")])
    return span


def _ask(connection: Connection, at: Revision, query: SeriesQuery) -> Prepared:
    span = _span(connection, at, query)
    group_by = span.resolved.question.group_by

    def rows(_wanted: Sequence[str], sort: list[str]) -> AtHand:
        # Days stand in order, or turned round; what else is sorted by is the order within each of
        # them.
        of_day = [column for column in sort if column.removeprefix("-") != "date"]
        shown, totals = _reckoned(
            span, mission_names(connection, at.number), of_day, query.interval
        )
        if "-date" in sort:
            shown.sort(key=lambda row: row["date"], reverse=True)
        beside = {"total": totals, **span.days, "interval": query.interval, "aggregation": "last"}
        beside |= {"policy": query.policy, "group_by": group_by}
        return AtHand(shown, beside, about=span.resolved.about)

    columns = ["date", *models.strength_columns(group_by)]
    return Prepared(columns, rows, days=span.days)


resources.add(
    router,
    Resource(
        path="/strength/series",
        name="series",
        operation="get_series",
        summary="Get troop totals over time",
        table_summary="Download troop totals over time",
        about=ABOUT,
        about_table=" The rows as a table; those of one day add up to the total of that day.",
        query=SeriesQuery,
        row=SeriesRow,
        answer=SeriesPage,
        ask=_ask,
        size=1000,
    ),
)


def _add_picture(form: PictureForm) -> None:
    def drawn(request: Request, query: Annotated[PictureQuery, Query()]) -> Response:
        return _picture(request, query, form)

    router.get(
        f"/strength/series.{form.name}",
        operation_id=f"{form.name}_of_series",
        summary=form.words,
        description=form.about,
        dependencies=[Depends(one_of_each(PictureQuery))],
        response_class=Response,
        responses={OK: models.file_answer(form), **models.NOT_MODIFIED, **TABLE_ERRORS},
    )(drawn)


for _form in PICTURES.values():
    _add_picture(_form)


def _picture(request: Request, query: PictureQuery, form: PictureForm) -> Response:
    with reading(request, query) as (connection, at):
        span = _span(connection, at, query)
        read = Read(request, at, form, days_meant(request, query, **span.days))
        if early := read.early() or files.held(read):
            return early
        names = mission_names(connection, at.number)
        rows, totals = _reckoned(span, names, [], query.interval, MOST_POINTS)
        later = _known_now(connection, at, query, names)
    question = replace(span.resolved.question, as_of=span.last)
    table = span.strength.table(question)
    age = age_of(ageing_of(span.connection, span.strength), table, table.total, span.last)
    title = _title(span.resolved, names)
    points = totals if query.first else pictures.from_the_first_word(totals)
    if groups := _by_group(rows, points[0]["date"]) if query.groups and points else {}:
        drawn = multiples.multiples(groups, span.last, title, query.theme, query.width)
        return files.keep(read, form.draw(drawn))
    later = _from_day(later, points[0]["date"]) if points else []
    picture = pictures.picture(points, span.last, age, title, query.theme, query.width, later)
    return files.keep(read, form.draw(picture))


def _known_now(
    connection: Connection, at: Revision, query: PictureQuery, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The totals of the same days from all that is published by now, where these are asked for."""
    if not query.now:
        return []
    if query.published_by is None:
        detail = "is drawn against what was published by a day: set published_by too"
        raise Refused([Mend("now", detail, asked=True)])
    if query.groups:
        raise Refused([Mend("now", "is drawn of the total alone: leave group_by out", asked=True)])
    span = _span(connection, at, query.model_copy(update={"published_by": None}))
    return _reckoned(span, names, [], query.interval, MOST_POINTS)[1]


def _from_day(totals: list[dict[str, Any]], first: date) -> list[dict[str, Any]]:
    """A series from a day on, with what stood on it."""
    before = [total for total in totals if total["date"] <= first]
    after = [total for total in totals if total["date"] > first]
    return [*({**total, "date": first} for total in before[-1:]), *after]


def _by_group(rows: Sequence[dict[str, Any]], first: date) -> dict[str, list[dict[str, Any]]]:
    """The series of each group from a day on, by its name; what no row explains is none."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["unallocated"] or row["date"] < first:
            continue
        words = (row["mission_name"] or row["mission"], row["nation_name"], row["category"])
        found.setdefault(" · ".join(filter(None, words)), []).append(row)
    return found


def _title(resolved: Resolved, names: Mapping[str, str]) -> str:
    """What a picture shows, in words."""
    asked, cut_offs = resolved.question, resolved.cut_offs
    who = ", ".join(str(nation_name(nation)) for nation in asked.nations) or "All nations"
    where = ", ".join(names.get(slug, slug) for slug in asked.missions) or "all missions"
    narrower = [*asked.categories, *resolved.contingents]
    parts = [f"{who}, {where}", *([", ".join(narrower)] if narrower else [])]
    if cut_offs.published_by:
        parts.append(f"as published by {cut_offs.published_by}")
    if cut_offs.policy != "graded":
        parts.append(f"policy {cut_offs.policy}")
    return "; ".join(parts)


def _days(span: _Span, interval: str, most: int | None) -> list[date]:
    """The days to reckon; Refused where these are too many, before any is reckoned."""
    question, strength = span.resolved.question, span.strength
    if interval == "change":
        days = [span.first, *(day for day in span.turning if span.first < day <= span.last)]
    else:
        days = interval_ends(span.first, span.last, interval, MOST_ROWS) or []
        # Of evidence that grows too old nobody knows the rows before.
        rows = 1 if question.max_age else strength.rows_of(question)
        _require_few(len(days) * rows, len(days), most)
    if not days:
        raise _too_many()
    if strength.weight_of(question, days) > MOST_LAID_OUT:
        raise _too_many("sets other evidence aside on too many days")
    return days


def _reckoned(
    span: _Span,
    names: Mapping[str, str],
    sort: list[str],
    interval: str,
    most: int | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows and the totals of the days, of which there may be no more than `most`; by change,
    those of days unlike the one before.
    """
    rows: list[dict[str, Any]] = []
    totals: list[dict[str, Any]] = []
    days, before = _days(span, interval, most), None
    ageing = ageing_of(span.connection, span.strength)
    for day, table in span.strength.series(span.resolved.question, days):
        shown = Shown(table, day, names, ageing)
        of_day, total = shown.rows(sort), shown.total
        now = [_timeless(row) for row in [*of_day, total]]
        if interval == "change" and now == before:
            continue
        before = now
        rows += [row | {"date": day} for row in of_day]
        totals.append({"date": day, **{name: total[name] for name in MEASURED}})
        in_all = len(rows) if interval == "change" else len(of_day) * len(days)
        _require_few(max(len(rows), in_all), len(totals), most)
    return rows, totals


def _require_few(rows: int, points: int, most: int | None) -> None:
    if rows > MOST_ROWS:
        raise _too_many()
    if most is not None and points > most:
        raise _too_many(f"has more than {most:,} points, which no picture shows")


def _timeless(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what comes with time alone: the age of its evidence, and that it is stale."""
    ages = ("evidence_age_days", "stale")
    return {name: value for name, value in row.items() if name not in ages}


def _too_many(what: str = f"makes more than {MOST_ROWS:,} rows") -> Refused:
    detail = (
        f"{what}; take a longer interval, a shorter time (from, to), or fewer groups "
        "(mission, nation, group_by=none)"
    )
    return Refused([Mend("interval", detail, "month")])
