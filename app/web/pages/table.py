"""The table of figures by group: what was known then against what is known now, in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.estimate.strength import ADDITIVE, MEASURES, Row, Table
from app.web.pages import wording
from app.web.pages.view import View

_NOT_COMPARED: dict[str, Any] = {"now": None, "changes": {}, "differs": {}}
_NOT_KNOWN: dict[str, Any] = {
    "known": False,
    "method": "not yet told of",
    "evidence": None,
    "age": "",
    "disputed": False,
}


def table_shown(seen: View, table: Table, later: Table | None) -> dict[str, Any]:
    """A table as the page shows it; with a later one, the figures of both in each row."""
    name, down = seen.asked.order
    rows = _rows(seen, table, later) if seen.groups else []
    compared = later is not None
    return {
        "rows": _ordered(rows, name, down),
        "columns": MEASURES if seen.groups == ("mission",) else ADDITIVE,
        "unallocated": _unallocated(table),
        "later_unallocated": _unallocated(later) if later else None,
        "unallocated_change": wording.difference(_left(table), _left(later)) if later else "",
        "total_row": _row(seen, table.total, later.total if later else None, (), compared),
        "sorted_by": (name, down),
        "sortable": True,
        "compared": compared,
    }


def _rows(seen: View, table: Table, later: Table | None) -> list[dict[str, Any]]:
    """The rows of a table; with a later one, the rows of either, each with both figures."""

    def by_group(rows: Sequence[Row]) -> dict[tuple[str, ...], Row]:
        return {tuple(str(row.group[name]) for name in seen.groups): row for row in rows}

    then, now = by_group(table.rows), by_group(later.rows) if later else {}
    return [
        _row(seen, then.get(values), now.get(values), values, compared=later is not None)
        for values in dict.fromkeys([*then, *now])
    ]


def _row(
    seen: View, then: Row | None, now: Row | None, values: tuple[str, ...], compared: bool
) -> dict[str, Any]:
    """One row by the values of its group (none: the total), as known then and as known now."""
    group, cells = dict(zip(seen.groups, values, strict=False)), _cells(then)
    return {
        "name": seen.group_name(group) if values else "Total",
        "group": group,
        "working": ",".join(values) or "total",
        "cells": cells,
        **(_against(cells, _cells(now)) if compared else _NOT_COMPARED),
        **(_basis(then, seen.as_of) if then else _NOT_KNOWN),
    }


def _cells(row: Row | None) -> dict[str, wording.Cell]:
    figures = row.figures if row else {}
    return {measure: wording.cell(figures.get(measure)) for measure in MEASURES}


def _against(then: Mapping[str, wording.Cell], now: Mapping[str, wording.Cell]) -> dict[str, Any]:
    """What is known now, and where and by how much that is something else."""
    return {
        "now": now,
        "changes": {m: wording.difference(then[m].key, now[m].key) for m in MEASURES},
        "differs": {m: then[m].whole != now[m].whole for m in MEASURES},
    }


def _basis(row: Row, as_of: date) -> dict[str, Any]:
    """What the people present rest on: the method, and the newest evidence with its age."""
    present = row.figures["present"]
    return {
        "known": True,
        "method": wording.METHODS.get(present.method, present.method),
        "evidence": present.evidence_date,
        "age": wording.age(present.evidence_date, as_of),
        "disputed": present.disputed,
    }


def _left(table: Table) -> int:
    """How many people present the rows leave unexplained."""
    return table.unallocated.remainders["present"][1] if table.unallocated else 0


def _unallocated(table: Table) -> dict[str, Any] | None:
    left = table.unallocated
    return {m: wording.remainder(left.remainders[m]) for m in ADDITIVE} if left else None


def _ordered(rows: list[dict[str, Any]], name: str, down: bool) -> list[dict[str, Any]]:
    """Rows by a column, what is not known last, names breaking ties."""
    rows = sorted(rows, key=lambda row: row["name"].casefold())
    if name in ("name", "method"):
        return sorted(rows, key=lambda row: row[name].casefold(), reverse=down)

    def value(row: dict[str, Any]) -> Any:
        return row["evidence"] if name == "evidence" else row["cells"][name].key

    known = [row for row in rows if value(row) is not None]
    return sorted(known, key=value, reverse=down) + [row for row in rows if value(row) is None]
