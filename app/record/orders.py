"""The order of a list in SQL: by what it is sorted, and what comes after a row.

Nulls stand last in either direction, on both databases, and every order ends in the key, ascending.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, column, false, literal, or_

# A column, and whether it goes down.
Term = tuple[ColumnElement[Any], bool]


def selected(terms: Sequence[Term]) -> list[ColumnElement[Any]]:
    """The columns of an order as a query selects them, under the names that it is sorted by."""
    return [of.label(_name(place)) for place, (of, _) in enumerate(terms)]


def in_order(terms: Sequence[Term], known: bool = False) -> list[UnaryExpression[Any]]:
    """How what is selected so is sorted; `known` where the first column has no nulls, or only
    nulls.

    Of a column without nulls nothing is said of them: so a database sees that an index has the
    order.
    """
    ordered = []
    for place, (of, down) in enumerate(terms):
        named: ColumnElement[Any] = column(_name(place))
        directed = named.desc() if down else named.asc()
        plain = (known and place == 0) or not may_be_null(of)
        ordered.append(directed if plain else directed.nulls_last())
    return ordered


def _name(place: int) -> str:
    return f"term_{place}"


def following(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after a row that has these values."""
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (of, down), value in zip(terms, values, strict=True):
        if value is not None:
            bound = literal(value, of.type)
            further = of < bound if down else of > bound
            steps.append(and_(*equal, or_(further, of.is_(None)) if may_be_null(of) else further))
        equal.append(same(of, value))
    return or_(false(), *steps)


def same(of: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    """What has a value in a column, null too."""
    return of.is_(None) if value is None else of == literal(value, of.type)


def may_be_null(of: ColumnElement[Any]) -> bool:
    """Whether a column may be null; what is reckoned from columns may."""
    return bool(getattr(of, "nullable", True))
