"""The page of comparisons: two days, two knowings, two revisions or two missions side by side, and
the claims that made the difference.
"""

from collections.abc import Mapping
from typing import Any

from app.estimate.comparing import Compared, side_by_side
from app.estimate.strength import MEASURES
from app.record.database import Connection
from app.record.nations import nation_name
from app.record.revisions import Revision
from app.record.subjects import claims_by_key, mission_names
from app.web.estimates import Side, both_sides
from app.web.pages import wording
from app.web.pages.provenance import with_sources
from app.web.schemas.estimates import AgainstQuery

MOST = 12
GROUPINGS = ("nation", "category", "mission", "none")


class ComparePageQuery(AgainstQuery):
    """The page of comparisons."""


def compare_page(connection: Connection, at: Revision, asked: ComparePageQuery) -> dict[str, Any]:
    """Both sides of a comparison, group by group, and the claims that only one stands on."""
    a, b = both_sides(connection, at, asked)
    names = mission_names(connection, max(a.at.number, b.at.number))
    *groups, total = side_by_side(a.table, b.table, asked.measure)
    rows = [_row(each, names) for each in groups]
    counted = [row for row in rows if "nothing" not in (row["a"].state, row["b"].state)]
    counted += [row for row in rows if row not in counted and row["changed"]]
    return {
        "asked": asked,
        "measure": asked.measure.replace("_", " "),
        "about": _about(a, names),
        "sides": [_described(side, names) for side in (a, b)],
        "same": _same(a, b),
        "rows": sorted(counted, key=lambda row: row["name"].casefold()),
        "without": len(rows) - len(counted),
        "total": _row(total, names),
        "only": [_claims(connection, a.at, total.only_a), _claims(connection, b.at, total.only_b)],
        "missions": sorted(names.items(), key=lambda pair: pair[1].casefold()),
        "measures": [(name, name.replace("_", " ")) for name in MEASURES],
        "groupings": [(name, name) for name in GROUPINGS],
        "group": " and ".join(a.table.question.group_by) or "total",
    }


def _about(side: Side, names: Mapping[str, str]) -> str:
    question = side.table.question
    missions = wording.listed(names.get(slug, slug) for slug in question.missions)
    nations = wording.listed(nation_name(code) or code for code in question.nations)
    who = wording.listed(wording.CATEGORIES[name].lower() for name in question.categories)
    about = " in ".join(filter(None, [nations, missions])) or "All missions"
    return f"{about}: {who}" if who else about


def _described(side: Side, names: Mapping[str, str]) -> dict[str, Any]:
    """A side in words: its day, and what was known of it."""
    known = f"as published by {wording.day(side.published_by)}" if side.published_by else ""
    return {
        "day": side.as_of,
        "words": ", ".join(filter(None, [wording.day(side.as_of), known])),
        "revision": side.at.number,
        "about": _about(side, names),
    }


def _same(a: Side, b: Side) -> bool:
    """Nothing was named to hold it against."""
    return (a.table.question, a.at.number, a.published_by) == (
        b.table.question,
        b.at.number,
        b.published_by,
    )


def _row(compared: Compared, names: Mapping[str, str]) -> dict[str, Any]:
    a, b = (wording.cell(figure) for figure in (compared.a, compared.b))
    change = compared.difference
    return {
        "name": _name(compared.group, names),
        "a": a,
        "b": b,
        "difference": "not known" if change is None else wording.difference(0, change) or "none",
        "changed": a.whole != b.whole,
        "meet": compared.ranges_meet,
        "disputed": any(figure.disputed for figure in (compared.a, compared.b) if figure),
    }


def _name(group: Mapping[str, str | None], names: Mapping[str, str]) -> str:
    """The group of a row, in words."""
    words = {
        "mission": names.get(group.get("mission") or "", group.get("mission")),
        "nation": nation_name(group.get("nation")),
        "category": wording.CATEGORIES.get(group.get("category") or ""),
    }
    return " · ".join(words[name] or "" for name in words if group.get(name)) or "Total"


def _claims(connection: Connection, at: Revision, keys: list[str]) -> dict[str, Any]:
    """The first of some claims, with their sources, and how many there are."""
    found = claims_by_key(connection, at.number, keys[:MOST])
    rows = [found[key] for key in keys if key in found]
    return {"in_all": len(keys), "claims": with_sources(connection, at, rows)}
