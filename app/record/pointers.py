"""What an entry may say of itself and of another, beyond what its type says."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.record.documents import EntryDraft

Named = Mapping[str, Any]

# So many may name one another in a row: a promise kept in steps of steps, a pledge raised again and
# again.
MOST_IN_A_ROW = 100


def wrong_about(entry: EntryDraft, known: Mapping[str, Named]) -> Iterator[tuple[str, str]]:
    """What is wrong with what an entry says beside its scope, each with the name of the field;
    `known` are entries of the ledger and of the document.
    """
    if wrong := wrong_reason(entry):
        yield "reason", wrong
    if wrong := wrong_amendment(entry, known.get(getattr(entry, "amends", None) or "")):
        yield "amends", wrong


def wrong_reason(entry: EntryDraft) -> str | None:
    """What is wrong with the reason of a movement; None where nothing is."""
    given = getattr(entry, "reason", None), getattr(entry, "direction", None)
    if given[0] is None or given[1] == "departure":
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
