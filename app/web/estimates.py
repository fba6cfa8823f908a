"""What all questions of estimates share: the evidence laid out, and rows as they leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.estimate.contingents import Figure
from app.estimate.counts import Addend, contribution
from app.estimate.entries import SetAside
from app.estimate.last_known import Age, Ageing
from app.estimate.strength import MEASURES, Row, Strength, Table
from app.estimate.working import ordered_terms, set_aside
from app.record.database import Connection
from app.record.filters import Filters
from app.record.nations import nation_name
from app.record.problems import Refused
from app.record.revisions import Revision, at_revision
from app.record.standing import stale_after, standing_of
from app.web.http.turns import turn
from app.web.schemas.estimates import AgainstQuery, Resolved


def reckoning(connection: Connection, at: Revision, resolved: Resolved) -> Strength:
    """The evidence that a query stands on, laid out for any of its days and rows.

    MustWait while too many reckon.
    """
    if question := turn():
        question.take_place()
    missions, cut_offs = resolved.question.missions, resolved.cut_offs
    return standing_of(connection).strength(connection, at, missions, cut_offs)


def ageing_of(connection: Connection, strength: Strength) -> Ageing:
    """The age of the figures of a strength, by what the operator calls stale."""
    return Ageing(strength, stale_after(connection))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its figures, what they stand on, and of what day they are."""

    table: Table
    at: Revision
    as_of: date
    published_by: date | None
    about: Filters


def both_sides(
    connection: Connection, at: Revision, query: AgainstQuery, day: date
) -> tuple[Side, Side]:
    """What is asked, of a day, and what it is held against; Refused names the parameter of the
    side.
    """
    a = _side(connection, at, query, day)
    b_at = _revision(connection, query, at)
    try:
        b = _side(connection, b_at, query.other, query.other.as_of or a.as_of)
    except Refused as refused:  # of a itself it was not
        raise refused.named("b_mission", instead_of="mission") from refused
    return a, b


def _side(connection: Connection, at: Revision, query: AgainstQuery, day: date) -> Side:
    resolved = query.resolved(connection, at, day, query.groups)
    table = reckoning(connection, at, resolved).table(resolved.question)
    return Side(table, at, day, query.published_by, resolved.about)


def _revision(connection: Connection, query: AgainstQuery, at: Revision) -> Revision:
    """The state of the ledger that b is read from."""
    if query.b_revision is None:
        return at
    try:
        return at_revision(connection, query.b_revision)
    except Refused as refused:
        raise refused.named("b_revision") from refused


@dataclass(frozen=True, slots=True)
class Shown:
    """How the figures of a table leave: on which day, with which names of missions, how old, and
    with their working or without.
    """

    table: Table
    as_of: date
    names: Mapping[str, str]
    ageing: Ageing
    explain: bool = False

    @property
    def total(self) -> dict[str, Any]:
        """The total, as a row."""
        return self._row(self.table.total)

    def rows(self, sort: list[str]) -> list[dict[str, Any]]:
        """The rows in the order asked for, the unallocated one last."""
        rows = in_order_asked([self._row(row) for row in self.table.rows], sort)
        return [*rows, _unallocated(self.table)] if self.table.unallocated else rows

    def _row(self, row: Row) -> dict[str, Any]:
        """A row: group, then each measure's low, best and high, then what present rests on."""
        present = row.figures["present"]
        since, (least, most) = present.mostly_since, present.spread
        found: dict[str, Any] = group_shown(row.group, self.names)
        found["unallocated"] = False
        found |= figures_shown(row.figures)
        found |= {"spread_low": least, "spread_high": most, "method": present.method}
        found |= {"evidence_from": present.evidence_from, "evidence_date": present.evidence_date}
        found["evidence_age_days"] = (self.as_of - since).days if since else None
        found |= age_of(self.ageing, self.table, row, self.as_of)._asdict()
        found["disputed"] = present.disputed
        found["unknown_terms"] = present.sum.unknown_terms
        if self.explain:
            figures = row.figures.items()
            found["working"] = {measure: _working(figure) for measure, figure in figures}
        return found


def age_of(ageing: Ageing, table: Table, row: Row, day: date) -> Age:
    """How old the people present of a row of a table are on a day."""
    mission = row.group.get("mission")
    missions = (mission,) if mission else table.question.missions
    return ageing.of(row.figures["present"], day, missions)


def figures_shown(figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Each measure's low, best and high; null where there is no such figure."""
    found: dict[str, Any] = {}
    for measure in MEASURES:
        summed = figures[measure].sum if measure in figures else None
        low, best, high = (summed.low, summed.best, summed.high) if summed else (None, None, None)
        found[f"{measure}_low"], found[measure], found[f"{measure}_high"] = low, best, high
    return found


def group_shown(group: Mapping[str, str | None], names: Mapping[str, str]) -> dict[str, Any]:
    """A row's group, with the names of its mission and nation."""
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
    found = group_shown({}, {}) | {"unallocated": True}
    for measure in MEASURES:
        low, best, high = table.unallocated.remainders.get(measure, (None, None, None))
        found |= {f"{measure}_low": low, measure: best, f"{measure}_high": high}
    return found | {
        "spread_low": None,
        "spread_high": None,
        "method": None,
        "evidence_from": None,
        "evidence_date": None,
        "evidence_age_days": None,
        "last_known": None,
        "stale": False,
        "disputed": False,
        "unknown_terms": 0,
    }


def in_order_asked(rows: list[dict[str, Any]], sort: list[str]) -> list[dict[str, Any]]:
    """Rows in the order asked for, what is not known last; the given order breaks ties."""
    for column in reversed(sort):
        name, down = column.removeprefix("-"), column.startswith("-")
        known = [row for row in rows if row[name] is not None]
        rest = [row for row in rows if row[name] is None]
        rows = sorted(known, key=lambda row: row[name], reverse=down) + rest
    return rows


def role_in_words(addend: Addend) -> str:
    """What a term is, and of one that was set aside, why."""
    return f"{addend.role}: {addend.aside}" if addend.aside else addend.role


def _working(figure: Figure) -> dict[str, Any]:
    terms = []
    for addend, times in ordered_terms(figure):
        low, best, high = contribution(addend, times)
        stands = {
            "known": addend.known,
            "disputed": addend.disputed,
            "day": addend.day,
            "entry": addend.entry,
        }
        terms.append(
            {
                "role": role_in_words(addend),
                "low": low,
                "best": best,
                "high": high,
                **stands,
                "claims": list(addend.claims),
            }
        )
    return {"method": figure.method, "terms": terms}


def asides(strength: Strength, table: Table) -> list[SetAside]:
    """The claims within a question that entered no figure of its table, those outside its cut-offs
    last.
    """
    asked = table.question.speaks_of
    cut_off = [aside for entry, aside in strength.cut_off() if asked(entry)]
    return [*set_aside(strength, table), *cut_off]


def aside_shown(aside: SetAside) -> dict[str, Any]:
    """A claim that was set aside, as it leaves."""
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
