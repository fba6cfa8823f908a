"""The page of comparisons: two days, two knowings, two revisions or two missions side by side, and
the claims that made the difference.
"""

from collections.abc import Mapping
from typing import Any

from app.estimate.comparing import Compared, side_by_side
from app.estimate.strength import ADDITIVE, MEASURES
from app.record.database import Connection
from app.record.revisions import Revision
from app.record.subjects import claims_by_key, mission_names
from app.web.estimates import Side, both_sides
from app.web.pages import wording
from app.web.pages.links import Address, DayPageQuery, pairs_of
from app.web.pages.provenance import with_sources
from app.web.schemas.estimates import AgainstQuery

MOST = 12
GROUPINGS = ("nation", "category", "mission", "none")
SEVERAL = ("nation", "category", "contingent", "source")
# What the form has a field for.
FIELDS = (
    *(f"{side}{name}" for side in ("", "b_") for name in ("as_of", "published_by", "revision")),
    *("mission", "b_mission", "measure", "group_by", *SEVERAL),
)


class ComparePageQuery(AgainstQuery, DayPageQuery):
    """The page of comparisons."""


def compare_page(connection: Connection, at: Revision, asked: ComparePageQuery) -> dict[str, Any]:
    """Both sides of a comparison, group by group, and the claims that only one stands on."""
    a, b = both_sides(connection, at, asked, asked.day)
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
        "only": [
            _claims(connection, a.at, total.only_a, _pinned(asked)),
            _claims(connection, b.at, total.only_b, _pinned(asked) | _pinned(asked, "b_")),
        ],
        "adds": asked.measure in ADDITIVE,
        "kept": _without_a_field(asked),
        "missions": sorted(names.items(), key=lambda pair: pair[1].casefold()),
        "measures": [(name, name.replace("_", " ")) for name in MEASURES],
        "groupings": [(name, name) for name in GROUPINGS],
        "group": " and ".join(a.table.question.group_by) or "total",
    }


def _about(side: Side, names: Mapping[str, str]) -> str:
    question = side.table.question
    about = wording.of_whom(question.nations, question.missions, names) or "All missions"
    who = wording.listed(wording.CATEGORIES[name].lower() for name in question.categories)
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
        "name": wording.group_name(
            compared.group, filter(compared.group.get, compared.group), names
        )
        or "Total",
        "a": a,
        "b": b,
        "difference": "not known" if change is None else wording.difference(0, change) or "none",
        "changed": a.whole != b.whole,
        "meet": compared.ranges_meet,
        "disputed": any(figure.disputed for figure in (compared.a, compared.b) if figure),
    }


def _pinned(asked: ComparePageQuery, side: str = "") -> dict[str, Any]:
    """The state of the ledger that a side names; empty for the newest."""
    named = {"revision": getattr(asked, f"{side}revision"), "known_at": None}
    if not side:
        named["known_at"] = asked.known_at
    return {name: value for name, value in named.items() if value is not None or side}


def _without_a_field(asked: ComparePageQuery) -> list[tuple[str, str]]:
    """What is asked and has no field of its own in the form: kept, to be left out by hand."""
    several = [(name, one) for name in SEVERAL for one in getattr(asked, name)]
    further = [(name, one) for name in ("mission", "b_mission") for one in getattr(asked, name)[1:]]
    rest = [(name, value) for name, value in pairs_of(asked).items() if name not in FIELDS]
    return [*several, *further, *((name, str(value)) for name, value in rest)]


def _claims(
    connection: Connection, at: Revision, keys: list[str], pinned: Mapping[str, Any]
) -> dict[str, Any]:
    """The first of some claims, with their sources, and how many there are; `here` leads to them
    in the state of the ledger that has them.
    """
    found = claims_by_key(connection, at.number, keys[:MOST])
    rows = [found[key] for key in keys if key in found]
    here = Address(dict(pinned), "")
    return {"in_all": len(keys), "claims": with_sources(connection, at, rows), "here": here}
