"""The kinds of entry, one file each: what a kind is about, in words and fields. To add a kind, add
a file and list it.

A kind's fields say what an entry is about and never change; everything a source says of it is in
its claims.
"""

from app.record.kinds import deliveries, events, mandates, movements, pledges, strength_reports
from app.record.kinds.fields import Kind

__all__ = ["KINDS", "OWN_FIELDS", "Kind"]

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND
    for module in (movements, strength_reports, pledges, deliveries, mandates, events)
}

# Every column an entry can have beyond its identity, in the order of the kinds.
OWN_FIELDS: tuple[str, ...] = tuple(
    dict.fromkeys(name for kind in KINDS.values() for name in kind.columns)
)
