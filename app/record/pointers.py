"""What an entry may say of itself and of another, beyond what its type says."""

from collections.abc import Mapping
from typing import Any

from app.record.documents import EntryDraft

Named = Mapping[str, Any]


def wrong_reason(entry: EntryDraft) -> str | None:
    """What is wrong with the reason of a movement; None where nothing is."""
    said = getattr(entry, "reason", None), getattr(entry, "direction", None)
    if said[0] is None or said[1] == "departure":
        return None
    return "only a departure has a reason, and this is an arrival"


def wrong_amendment(entry: EntryDraft, named: Named | None) -> str | None:
    """What is wrong with the pledge that a pledge amends; None where nothing is, or it is not
    known.
    """
    target = getattr(entry, "amends", None)
    if target is None or named is None:
        return None
    if named["kind"] != "pledge":
        return f"{target} is no pledge, and a pledge amends another"
    if named["mission"] != entry.mission:
        return f"{target} is a pledge to {named['mission']}, not to {entry.mission}"
    nation = getattr(entry, "nation", None)
    if named["nation"] != nation:
        return f"{target} is a pledge of {named['nation']}, not of {nation}"
    return None
