"""The tree of personnel categories. Asking for a category asks for what lies under it too."""

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


def shared_part(one: str | None, other: str | None) -> tuple[bool, str | None]:
    """Whether two categories share anybody, and the narrower of the two if so."""
    if covers(one, other):
        return True, other
    return covers(other, one), one
