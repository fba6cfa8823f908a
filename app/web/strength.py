"""How many are there: totals on a day, as rows that add up, with the working of every figure on demand."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.estimate import strength as reckoned
from app.estimate.contingents import Figure
from app.estimate.counts import Addend, contribution
from app.estimate.entries import SetAside
from app.estimate.strength import GROUPS, MEASURES, Row, Strength, Table
from app.record.evidence import CutOffs, Evidence, evidence_at
from app.record.nations import nation_name
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.record.subjects import contingent_scopes, mission_names, nation_codes, require
from app.web import answers, shown
from app.web.answers import Question
from app.web.asked import CutOffsAsked, StrengthAsked, StrengthTableAsked, columns_of, one_of_each, today
from app.web.problems import nearest
from app.web.reads import LIST_ERRORS, FormatPath, reading

router = APIRouter(prefix="/v1", tags=["strength"])

ABOUT = (
    "How many people are present, arrived, departed, expected, pledged and authorised at the end of a day: six numbers "
    "that are never mixed, each with its least, best and most. Rows add up to the total; what they do not explain "
    "stands in a last row, unallocated. present says how it was reckoned (method) and on how old evidence. Source: the "
    "claims in the ledger; explain=true shows which, and why others were set aside."
)


@router.get(
    "/strength",
    operation_id="get_strength",
    summary="Get troop totals",
    description=ABOUT,
    dependencies=[Depends(one_of_each(StrengthAsked))],
    responses={200: shown.json_answer(shown.StrengthAnswer), **shown.NOT_MODIFIED, **LIST_ERRORS},
)
def get_strength(request: Request, asked: Annotated[StrengthAsked, Query()]) -> Response:
    """Totals as JSON."""
    return _strength(request, asked, "json", asked.explain)


@router.get(
    "/strength.{format}",
    operation_id="table_of_strength",
    summary="Download troop totals",
    description=ABOUT + " The rows as a table, without the total: they add up to it.",
    dependencies=[Depends(one_of_each(StrengthTableAsked))],
    response_class=Response,
    responses={200: shown.table_answer(), **shown.NOT_MODIFIED, **LIST_ERRORS},
)
def table_of_strength(request: Request, asked: Annotated[StrengthTableAsked, Query()], format: FormatPath) -> Response:
    """Totals as a table."""
    return _strength(request, asked, format)


def _strength(
    request: Request, asked: StrengthTableAsked, format: Literal["json", "csv", "ndjson"], explain: bool = False
) -> Response:
    with reading(request, asked, asked.cursor) as (connection, at):
        as_of = asked.as_of or today()
        question = Question(request, at, format, None if asked.as_of else {"as_of": as_of.isoformat()})
        if early := question.early():
            return early
        group_by = _grouping(asked)
        columns = shown.strength_columns(group_by)
        wanted = columns_of(asked.fields, "fields", columns) or columns
        sort = columns_of(asked.sort, "sort", columns)
        table, evidence = reckon(connection, at, asked, as_of, group_by)
        names = mission_names(connection, at.number)
    rows = _sorted([_shown(row, as_of, names) for row in table.rows], sort)
    if table.unallocated:
        rows.append(_unallocated(table))
    if format != "json":
        return answers.table(question, wanted, *question.slice(rows, asked.cursor, asked.size or max(1, len(rows))))
    kept = ["working"] if explain else []
    total = _shown(table.total, as_of, names)
    return answers.part(
        question,
        [{name: row[name] for name in [*wanted, *kept] if name in row} for row in rows],
        asked.cursor,
        asked.size or 1000,
        total={name: total[name] for name in [*shown.MEASURED, *kept]},
        as_of=as_of,
        policy=asked.policy,
        group_by=group_by,
        **({"set_aside": _set_aside(table, evidence)} if explain else {}),
    )


def reckon(
    connection: Connection, at: Revision, asked: CutOffsAsked, as_of: date, group_by: tuple[str, ...]
) -> tuple[Table, Evidence]:
    """The table that a question of strength asks for, and the evidence it was made from."""
    missions = require(connection, "mission", asked.mission)
    scopes = contingent_scopes(connection, require(connection, "contingent", asked.contingent))
    cut_offs = CutOffs(asked.published_by, asked.min_grade, asked.policy, require(connection, "source", asked.source))
    question = reckoned.Question(
        as_of=as_of,
        missions=missions,
        nations=nation_codes(asked.nation),
        categories=tuple(dict.fromkeys(asked.category)),
        contingents=scopes,
        group_by=group_by,
    )
    evidence = evidence_at(connection, at.number, missions, cut_offs)
    return Strength(evidence.facts, evidence.ended).table(question), evidence


def _grouping(asked: StrengthTableAsked) -> tuple[str, ...]:
    names = tuple(name.strip() for name in asked.group_by.split(","))
    for name in names:
        if name not in GROUPS or names.count(name) > 1:
            detail = f"{asked.group_by!r} is not a grouping; write any of {', '.join(GROUPS)}, each once, with commas"
            raise Refused([Mend("group_by", detail, nearest(name, GROUPS))])
    return names


def figures_shown(figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Each measure's low, best and high; null where there is no such figure."""
    found: dict[str, Any] = {}
    for measure in MEASURES:
        figure = figures.get(measure)
        low, best, high = (figure.sum.low, figure.sum.best, figure.sum.high) if figure else (None, None, None)
        found |= {f"{measure}_low": low, measure: best, f"{measure}_high": high}
    return found


def _shown(row: Row, as_of: date, names: Mapping[str, str]) -> dict[str, Any]:
    """A row as it leaves: group, then each measure's low, best and high, then what present rests on."""
    present = row.figures["present"]
    evidence_date = present.evidence_date
    found: dict[str, Any] = _group(row.group, names) | {"unallocated": False}
    return {
        **found,
        **figures_shown(row.figures),
        "method": present.method,
        "evidence_date": evidence_date,
        "evidence_age_days": (as_of - evidence_date).days if evidence_date else None,
        "disputed": present.disputed,
        "unknown_terms": present.sum.unknown_terms,
        "working": {measure: _working(figure) for measure, figure in row.figures.items()},
    }


def _group(group: Mapping[str, str | None], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "mission": group.get("mission"),
        "mission_name": names.get(group.get("mission") or ""),
        "nation": group.get("nation"),
        "nation_name": nation_name(group.get("nation")),
        "category": group.get("category"),
    }


def _unallocated(table: Table) -> dict[str, Any]:
    """The row of what the others do not explain; a difference has no method of its own."""
    assert table.unallocated is not None
    found = _group({}, {}) | {"unallocated": True}
    for measure in MEASURES:
        low, best, high = table.unallocated.remainders.get(measure, (None, None, None))
        found |= {f"{measure}_low": low, measure: best, f"{measure}_high": high}
    return found | {
        "method": None,
        "evidence_date": None,
        "evidence_age_days": None,
        "disputed": False,
        "unknown_terms": 0,
    }


def _sorted(rows: list[dict[str, Any]], sort: list[str]) -> list[dict[str, Any]]:
    """Rows in the order asked for, what is not known last; the given order breaks ties."""
    for column in reversed(sort):
        name, down = column.removeprefix("-"), column.startswith("-")
        known = [row for row in rows if row[name] is not None]
        rest = [row for row in rows if row[name] is None]
        rows = sorted(known, key=lambda row: row[name], reverse=down) + rest
    return rows


def _working(figure: Figure) -> dict[str, Any]:
    terms = []
    order = sorted(figure.terms.items(), key=_order)
    for addend, times in order:
        low, best, high = contribution(addend, times)
        told = {"known": addend.known, "disputed": addend.disputed, "day": addend.day, "entry": addend.entry}
        terms.append(
            {"role": addend.role, "low": low, "best": best, "high": high, **told, "claims": list(addend.claims)}
        )
    return {"method": figure.method, "terms": terms}


def _order(term: tuple[Addend, int]) -> tuple[bool, str, str, str]:
    """Reports first, then what moved, day by day, corrections last."""
    addend, _ = term
    return (addend.role != "report", str(addend.day), addend.entry or "~", addend.role)


def _set_aside(table: Table, evidence: Evidence) -> list[dict[str, Any]]:
    asked = table.question.speaks_of
    cut_off = [aside for aside in evidence.set_aside if asked(evidence.entries[aside.claim.entry])]
    return [_aside(aside) for aside in [*reckoned.set_aside(evidence.facts, table), *cut_off]]


def _aside(aside: SetAside) -> dict[str, Any]:
    claim = aside.claim
    return {
        "claim": claim.key,
        "entry": claim.entry,
        "source": claim.source,
        "status": claim.status,
        "count_low": claim.count.low,
        "count": claim.count.best,
        "count_high": claim.count.high,
        "date": claim.date.edtf,
        "grade": claim.grade,
        "reason": aside.reason,
    }
