"""How many, over time: a stock at the end of each interval, as rows and as a picture, equal to strength on each day."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.estimate.series import interval_ends
from app.record.nations import nation_name
from app.record.problems import Mend, Refused
from app.record.subjects import mission_names
from app.web.dependencies import LIST_ERRORS, TABLE_ERRORS, FormatPath, reading
from app.web.estimates import columns_asked, reckoning, row_shown, rows_shown, sources_told
from app.web.formats import pictures, tables
from app.web.http import answers
from app.web.http.answers import AnyFormat, Question
from app.web.schemas import models
from app.web.schemas.parameters import today
from app.web.schemas.queries import PictureAsked, SeriesAsked, SeriesFileAsked, one_of_each, resolved

router = APIRouter(prefix="/v1", tags=["strength"])

MOST_ROWS = 50_000
MOST_POINTS = 4_000
# Facts laid out anew as evidence grows too old, day after day.
MOST_LAID_OUT = 1_000_000
ABOUT = (
    "Troop totals over time: for the end of each interval from `from` to `to`, the rows that /v1/strength answers for "
    "that day. It is a stock: the last value of each interval, never a sum over it (`aggregation` says `last`), and a "
    "day between two changes shows what stood. Source: the claims in the ledger."
)


_DATE: dict[str, tuple[Any, str]] = {"date": (date, "The day that the row speaks of, at its end.")}
_ROW = {
    name: (told.annotation, str(told.description))
    for name, told in models.StrengthRowShown.model_fields.items()
    if name != "working"
}
SeriesShown = models.with_more("SeriesShown", BaseModel, "One group's six numbers on one day.", **_DATE, **_ROW)
SeriesTotalShown = models.with_more(
    "SeriesTotalShown", BaseModel, "The six numbers of the whole question on one day.", **_DATE, **models.MEASURED
)
SeriesAnswer = models.with_more(
    "SeriesAnswer",
    models.page_of(SeriesShown),
    "Totals over time.",
    total=(list[SeriesTotalShown], "The whole question, day by day; the rows of a day add up to it."),  # type: ignore[valid-type]
    **{"from": (date, "The first day."), "to": (date, "The last day.")},
    interval=(str, "What a row stands for the end of."),
    aggregation=(str, "Always `last`: a stock at the end of each interval, never a sum over it."),
    policy=(str, "Who is believed where sources differ."),
    group_by=(list[str], "The grouping of the rows."),
)


def _columns(group_by: tuple[str, ...]) -> list[str]:
    return ["date", *models.strength_columns(group_by)]


@dataclass(frozen=True, slots=True)
class Series:
    """What was asked for, reckoned: rows and totals day by day, and the words for them."""

    question: Question
    first: date
    last: date
    group_by: tuple[str, ...]
    columns: list[str]
    rows: list[dict[str, Any]]
    totals: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    title: str
    mostly_told: date | None


@router.get(
    "/strength/series",
    operation_id="get_series",
    summary="Get troop totals over time",
    description=ABOUT,
    dependencies=[Depends(one_of_each(SeriesAsked))],
    responses={200: models.json_answer(SeriesAnswer), **models.NOT_MODIFIED, **LIST_ERRORS},
)
def get_series(request: Request, asked: Annotated[SeriesAsked, Query()]) -> Response:
    """The series as JSON."""
    with _series(request, asked, "json") as series:
        if isinstance(series, Response):
            return series
        size = asked.size or max(1, len(series.rows))
        rows = [{name: row[name] for name in series.columns} for row in series.rows]
        page, following = series.question.slice(rows, asked.cursor, size)
        told = {"from": series.first, "to": series.last, "interval": asked.interval, "aggregation": "last"}
        told |= {"policy": asked.policy, "group_by": series.group_by}
        answer = answers.listed(series.question, page, size, len(rows), following, total=series.totals, **told)
        return tables.kept(series.question, answer)


@router.get(
    "/strength/series.svg",
    operation_id="svg_of_series",
    summary="Draw troop totals over time",
    description="The series as a picture: a step line for present with its low and high as a band, arrivals and "
    "departures marked, what is expected apart; what is not known is drawn as a gap, not as zero. With a text "
    "that says the numbers.",
    dependencies=[Depends(one_of_each(PictureAsked))],
    response_class=Response,
    responses={200: models.file_answer("svg"), **models.NOT_MODIFIED, **TABLE_ERRORS},
)
def svg_of_series(request: Request, asked: Annotated[PictureAsked, Query()]) -> Response:
    """The series as SVG."""
    return _picture(request, asked, "svg")


@router.get(
    "/strength/series.png",
    operation_id="png_of_series",
    summary="Draw troop totals over time, as PNG",
    description="The same picture as series.svg in pixels, two for each of `width`.",
    dependencies=[Depends(one_of_each(PictureAsked))],
    response_class=Response,
    responses={200: models.file_answer("png"), **models.NOT_MODIFIED, **TABLE_ERRORS},
)
def png_of_series(request: Request, asked: Annotated[PictureAsked, Query()]) -> Response:
    """The series as PNG."""
    return _picture(request, asked, "png")


def _picture(request: Request, asked: PictureAsked, format: Literal["svg", "png"]) -> Response:
    with _series(request, SeriesAsked.model_construct(**dict(asked)), format) as series:
        if isinstance(series, Response):
            return series
        if len(series.totals) > MOST_POINTS:
            raise _too_many(f"has more than {MOST_POINTS:,} points, which no picture shows")
        totals = series.totals if asked.first else pictures.from_the_first_word(series.totals)
        told = series.mostly_told
        drawn = pictures.drawn(totals, series.last, told, series.title, asked.theme, asked.width, format)
        return tables.keep(series.question, drawn)


@router.get(
    "/strength/series.{format}",
    operation_id="table_of_series",
    summary="Download troop totals over time",
    description=ABOUT + " The rows as a table; those of one day add up to the total of that day.",
    dependencies=[Depends(one_of_each(SeriesFileAsked))],
    response_class=Response,
    responses={200: models.table_answer(), **models.NOT_MODIFIED, **TABLE_ERRORS},
)
def table_of_series(
    request: Request,
    asked: Annotated[SeriesFileAsked, Query()],
    format: FormatPath,
) -> Response:
    """The series as a table."""
    with _series(request, asked, format) as series:
        if isinstance(series, Response):
            return series
        page, following = series.question.slice(series.rows, asked.cursor, asked.size or max(1, len(series.rows)))
        shape = tables.shape_of(SeriesShown, series.columns)
        return tables.table(series.question, shape, page, following, lambda: series.sources)


@contextmanager
def _series(request: Request, asked: SeriesAsked, format: AnyFormat) -> Iterator[Series | Response]:
    """A series, or the answer that needs none."""
    with reading(request, asked, asked.cursor) as (connection, at):
        last = asked.last or today()
        group_by, columns, sort = columns_asked(asked, _columns)
        strength, _, reckoned = reckoning(connection, at, asked, last, group_by)
        turning = strength.changes(reckoned)
        first = asked.first or min([*turning, last])
        if first > last:
            raise Refused([Mend("to", f"{last} lies before `from`, {first}; give them in order")])
        filled = resolved(request, asked, **{"from": first, "to": last})
        question = Question(request, at, format, filled)
        if early := question.early() or tables.held(question):
            yield early
            return
        days = _days(first, last, asked.interval, turning)
        if strength.weight_of(reckoned, days) > MOST_LAID_OUT:
            raise _too_many("sets other evidence aside on too many days")
        names = mission_names(connection, at.number)
        # Days stand in order, or turned round; what else is sorted by is the order within each of them.
        of_day = [column for column in sort if column.removeprefix("-") != "date"]
        rows, totals = _reckoned(strength.series(reckoned, days), names, of_day, asked.interval == "change", len(days))
        if "-date" in sort:
            rows.sort(key=lambda row: row["date"], reverse=True)
        sources = sources_told(connection, at, asked) if format == "xlsx" else []
        told = strength.table(replace(reckoned, as_of=last)).total.figures["present"].mostly_told
    title = _title(asked, reckoned.nations, names)
    yield Series(question, first, last, group_by, columns, rows, totals, sources, title, told)


def _title(asked: SeriesAsked, nations: Sequence[str], names: Mapping[str, str]) -> str:
    """What a picture shows, in words."""
    who = ", ".join(str(nation_name(nation)) for nation in nations) or "All nations"
    where = ", ".join(names.get(slug, slug) for slug in asked.mission) or "all missions"
    narrower = [*asked.category, *asked.contingent]
    told = [f"{who}, {where}", *([", ".join(narrower)] if narrower else [])]
    if asked.published_by:
        told.append(f"as published by {asked.published_by}")
    if asked.policy != "graded":
        told.append(f"policy {asked.policy}")
    return "; ".join(told)


def _days(first: date, last: date, interval: str, turning: list[date]) -> list[date]:
    if interval == "change":
        return [first, *(day for day in turning if first < day <= last)]
    days = interval_ends(first, last, interval, MOST_ROWS)
    if days is None:
        raise _too_many()
    return days


def _reckoned(
    tables: Any, names: Mapping[str, str], sort: list[str], changes_only: bool, days: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows and the totals of the days; with `changes_only` those of days unlike the one before."""
    rows: list[dict[str, Any]] = []
    totals: list[dict[str, Any]] = []
    before: Any = None
    for day, table in tables:
        shown_now = rows_shown(table, day, names, sort)
        total = row_shown(table.total, day, names)
        if changes_only:
            now = [_timeless(row) for row in [*shown_now, total]]
            if now == before:
                continue
            before = now
        for row in shown_now:
            row["date"] = day
        rows += shown_now
        totals.append({"date": day, **{name: total[name] for name in models.MEASURED}})
        if len(rows) > MOST_ROWS or (not changes_only and len(shown_now) * days > MOST_ROWS):
            raise _too_many()
    return rows, totals


def _timeless(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what changes every day: the age of its evidence."""
    return {name: value for name, value in row.items() if name != "evidence_age_days"}


def _too_many(what: str = f"makes more than {MOST_ROWS:,} rows") -> Refused:
    detail = (
        f"{what}; take a longer interval, a shorter time (from, to), or fewer groups (mission, nation, group_by=none)"
    )
    return Refused([Mend("interval", detail, "month")])
