"""Can I print this? What somebody who prints a figure has to know of it, and the sentence that says
it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.estimate.counts import Addend
from app.estimate.strength import Strength, Table
from app.record.filters import Filters
from app.record.listings import SOURCES
from app.web.pages import wording
from app.web.pages.provenance import rests_on, rows_of
from app.web.pages.view import View

MOST_NAMED = 3


def printing(
    seen: View, table: Table, strength: Strength, head: Mapping[str, Any]
) -> dict[str, Any]:
    """Whether a figure can be printed, on what conditions, and in which words."""
    if head["state"] != "known":
        return {"verdict": "No: there is no number to print", "state": "no"}
    named, more = _publishers(seen, table, strength)
    # Publishers have commas in their names.
    by = "; ".join([*named, f"and {wording.number(more)} more"] if more else named)
    against = head["disputed"] or bool(head["contradictions"])
    return {
        "state": "stale" if head["stale"] else "doubt" if against or head["cell"].range else "yes",
        "verdict": _verdict(head, against),
        "by": f"most of it by {by}" if len(named) > 1 or more else f"by {by}",
        "claims": head["claims"],
        "range": head["cell"].range,
        "spread": head["spread"],
        "against": against,
        "missing": head["unknown_terms"],
        "sentence": _sentence(seen, head, by),
    }


def _verdict(head: Mapping[str, Any], against: bool) -> str:
    if head["stale"]:
        return "Not as a number of that day: say when it was last known"
    if head["to_come"]:
        return "Not as a number of that day, which is still to come: say it of today"
    if against:
        return "Yes, with how far the sources contradict each other"
    return "Yes, with its range and its source" if head["cell"].range else "Yes, with its source"


def _publishers(seen: View, table: Table, strength: Strength) -> tuple[Sequence[str], int]:
    """Who says most of the figure, the largest part first, and how many others say some of it."""
    present = table.total.figures["present"]
    people: Counter[str] = Counter()
    weight = {addend.entry: _weight(addend) for addend in present.terms if addend.entry}
    for fact in rests_on(present, strength.fresh(table.question)):
        people[fact.value.counted.source] += weight.get(fact.entry.key, 0)
    largest = [slug for slug, _ in people.most_common(MOST_NAMED)]
    if not largest:
        return (), 0
    found = rows_of(seen.connection, SOURCES, seen.at, Filters(sources=tuple(largest)))
    names = {row["slug"]: row["publisher"] for row in found}
    return list(dict.fromkeys(names.get(slug, slug) for slug in largest)), len(people) - len(
        largest
    )


def _weight(addend: Addend) -> int:
    return max(abs(addend.best), abs(addend.low))


def _sentence(seen: View, head: Mapping[str, Any], by: str) -> str:
    """What can be printed as it stands."""
    day = wording.day(head["last_known"] if head["stale"] else seen.as_of)
    when = f"When last known, on {day}," if head["stale"] else f"At the end of {day},"
    within = f" (within {head['cell'].range})" if head["cell"].range else ""
    says = f"; sources say {head['spread']}" if head["spread"] else ""
    there = "was" if head["cell"].key == 1 else "were"
    slugs = seen.asked.mission
    missions = wording.listed(seen.missions.get(slug, slug) for slug in slugs)
    where = f"part of {missions}" if slugs else "in all missions of this ledger"
    return (
        f"{when} {head['cell'].text} {head['people']}{within} {there} {where}, "
        f"according to {by}{says}."
    )
