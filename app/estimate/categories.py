"""The tree of personnel categories. Asking for a category asks for what lies under it too."""

from collections.abc import Iterable

PARENTS: dict[str, str | None] = {
    "police": None,
    "fpu": "police",
    "ipo": "police",
    "military": None,
    "troops": "military",
    "staff_officer": "military",
    "expert": "military",
    "civilian": None,
    "unspecified": None,
}


def covers(wide: str | None, narrow: str | None) -> bool:
    """`narrow` is `wide` or lies under it; None is every category together."""
    if wide is None:
        return True
    while narrow is not None and narrow != wide:
        narrow = PARENTS[narrow]
    return narrow == wide


def children(category: str | None) -> list[str]:
    """The categories directly under one (under None: the top ones)."""
    return [name for name, parent in PARENTS.items() if parent == category]


def subtree(category: str) -> list[str]:
    """A category and all that lie under it."""
    return [name for name in PARENTS if covers(category, name)]


def family(category: str | None) -> list[str]:
    """A category with all that lie over it, beside it and under it; none of no category."""
    while category is not None and (above := PARENTS[category]):
        category = above
    return subtree(category) if category else []


def shared_part(one: str | None, other: str | None) -> tuple[bool, str | None]:
    """Whether two categories share anybody, and the narrower of the two if so."""
    if covers(one, other):
        return True, other
    return covers(other, one), one


def widest(
    named: set[tuple[str | None, ...]], at: int, deeper: str | None
) -> set[tuple[str | None, ...]]:
    """Drop the rows whose category lies under that of another row that is otherwise the same.

    `deeper` is the one category asked for: its own row gives way to the ones under it, where there
    are any.
    """
    if deeper and any(values[at] != deeper for values in named if values[at]):
        named = {values for values in named if values[at] != deeper}
    alike: dict[tuple[str | None, ...], list[str]] = {}
    for values in named:
        if category := values[at]:
            alike.setdefault(_without(values, at), []).append(category)
    return {
        values
        for values in named
        if not _lies_under(values[at], alike.get(_without(values, at), ()))
    }


def _without(values: tuple[str | None, ...], at: int) -> tuple[str | None, ...]:
    return values[:at] + values[at + 1 :]


def _lies_under(category: str | None, others: Iterable[str]) -> bool:
    return any(other != category and covers(other, category) for other in others)
