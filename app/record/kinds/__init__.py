"""The kinds of entry, one file each: what a kind is about, in words and fields. To add a kind, add
a file and list it.

A kind's fields say what an entry is about and never change; everything a source says of it is in
its claims.
"""

from app.record.kinds import (
    deliveries,
    events,
    mandates,
    movements,
    pledges,
    strength_reports,
    successions,
)
from app.record.kinds.fields import FieldType, Kind

__all__ = ["KINDS", "NATION_FIELDS", "OWN_FIELDS", "FieldType", "Kind"]

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (
        movements,
        strength_reports,
        pledges,
        deliveries,
        mandates,
        events,
        successions,
    )
}


def _own_fields() -> dict[str, FieldType]:
    found: dict[str, FieldType] = {}
    for kind in KINDS.values():
        for name, of in kind.types.items():
            if found.setdefault(name, of).python is not of.python:
                raise TypeError(f"{name} of a {kind.one} is of another type than elsewhere")
    return found


# Every column an entry can have beyond its identity, in the order of the kinds; those that hold a
# nation, in which an entry is looked for by it.
OWN_FIELDS = _own_fields()
NATION_FIELDS = tuple(name for name, of in OWN_FIELDS.items() if of.sort == "nation")
