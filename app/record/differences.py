"""What one revision did: to claims, row by row, what each said before and what it says since; to
all else, the first names, and how many there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    except_,
    func,
    intersect,
    or_,
    select,
)

from app.record.tables import VERSIONED, claims, entries

Change = Literal["added", "corrected", "retracted"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that a revision opened or closed: the row before it, and the row since."""

    key: str
    before: Mapping[str, Any] | None
    since: Mapping[str, Any] | None

    @property
    def change(self) -> str:
        """What was done to it."""
        if self.before is None:
            return "added"
        return "corrected" if self.since else "retracted"

    @property
    def row(self) -> Mapping[str, Any]:
        """What it says, or said last."""
        found = self.since or self.before
        assert found is not None
        return found


def differences(connection: Connection, number: int, most: int) -> list[Difference]:
    """The claims that a revision opened or closed, in the order of their keys, up to some."""
    first = (
        select(claims.c.id)
        .where(or_(claims.c.since == number, claims.c.until == number))
        .order_by(claims.c.key, claims.c.id)
        .limit(2 * most)  # of each claim two rows at most
    )
    # Rows are wide: only those that are shown are read.
    query = select(claims).where(claims.c.id.in_(connection.scalars(first).all()))
    before: dict[str, Mapping[str, Any]] = {}
    since: dict[str, Mapping[str, Any]] = {}
    for row in connection.execute(query).mappings():
        (since if row["since"] == number else before)[row["key"]] = dict(row)
    keys = sorted(before.keys() | since.keys())[:most]
    return [Difference(key, before.get(key), since.get(key)) for key in keys]


class Changed(NamedTuple):
    """The first names that a revision did one thing to, in their order, and how many there are."""

    names: list[str]
    total: int


def changed(
    connection: Connection, number: int, things: str, most: int
) -> Mapping[Change, Changed]:
    """What a revision added, corrected and retracted among the rows of a versioned table, up to
    some names each.
    """
    opened, closed, both = _numbers(connection, number, things)
    totals: dict[Change, int] = {
        "added": opened - both,
        "corrected": both,
        "retracted": closed - both,
    }
    return {
        change: Changed(_first(connection, number, things, change, most) if total else [], total)
        for change, total in totals.items()
    }


def claims_changed(connection: Connection, number: int) -> int:
    """How many claims a revision opened or closed."""
    opened, closed, both = _numbers(connection, number, "claims")
    return opened + closed - both


def entries_made(connection: Connection, number: int, most: int) -> Changed:
    """The entries that a revision made, by their keys, up to some."""
    made = entries.c.since == number
    keys = select(entries.c.key).where(made).order_by(entries.c.key).limit(most)
    total = connection.scalar(select(func.count()).select_from(entries).where(made))
    return Changed(list(connection.scalars(keys)), total or 0)


def _named(things: str, of: str, number: int) -> Select[Any]:
    """The names of the rows of a table that a revision opened (of since) or closed (until)."""
    table = VERSIONED[things]
    name: ColumnElement[str] = table.c.key if table is claims else table.c.slug
    return select(name.label("name")).where(table.c[of] == number)


def _numbers(connection: Connection, number: int, things: str) -> tuple[int, int, int]:
    """How many rows of a table a revision opened and closed, and of how many names it did both."""
    opened, closed = (_named(things, of, number) for of in ("since", "until"))

    def count(of: Select[Any] | CompoundSelect[Any]) -> int:
        return connection.scalar(select(func.count()).select_from(of.subquery())) or 0

    first, last = count(opened), count(closed)
    return first, last, count(intersect(opened, closed)) if first and last else 0


def _first(
    connection: Connection, number: int, things: str, change: Change, most: int
) -> list[str]:
    opened, closed = (_named(things, of, number) for of in ("since", "until"))
    found = {
        "added": except_(opened, closed),
        "corrected": intersect(opened, closed),
        "retracted": except_(closed, opened),
    }[change]
    return list(connection.scalars(found.order_by("name").limit(most)))
