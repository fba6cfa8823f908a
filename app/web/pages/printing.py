"""Can I print this? What somebody who prints a figure has to know of it, and the sentence that says
it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.estimate.contingents import Figure
from app.estimate.entries import Fact
from app.record.filters import Filters
from app.record.listings import SOURCES
from app.web.pages import wording
from app.web.pages.provenance import rows_of
from app.web.pages.view import View

MOST_NAMED = 3


def printing(seen: View, present: Figure, head: Mapping[str, Any]) -> dict[str, Any]:
    """Whether a figure can be printed, on what conditions, and in which words."""
    if head["state"] != "known":
        return _without_a_number(seen, head)
    named, more = _publishers(seen, present, head["rests"])
    # Publishers have commas in their names.
    by = "; ".join([*named, f"and {wording.number(more)} more"] if more else named)
    stated = len(present.terms) == 1 and present.method in ("reported", "counted", "continued")
    against = head["disputed"] or bool(head["contradictions"])
    basis = f"according to {by}" if stated else f"reckoned from claims of {by}"
    return {
        "verdict": _verdict(head, against),
        "by": f"most of it by {by}" if len(named) + more > 1 else f"by {by}",
        "claims": head["claims"],
        "range": head["cell"].range,
        "spread": head["spread"],
        "against": against,
        "missing": head["unknown_terms"],
        "sentence": _sentence(seen, head, basis),
    }


def _without_a_number(seen: View, head: Mapping[str, Any]) -> dict[str, Any]:
    """What can be printed where nobody is there any more, or nobody knows."""
    if head["state"] in ("ended", "passed_on") and head["cell"].key == 0:
        stated = {
            "verdict": "Yes: nobody is there any more",
            "sentence": _nobody(seen, head["state"]),
        }
    else:
        stated = {"verdict": "No: there is no number to print", "sentence": ""}
    return {"claims": 0, **stated}


def _verdict(head: Mapping[str, Any], against: bool) -> str:
    if head["stale"]:
        return "Not as a number of that day: say when it was last known"
    if head["to_come"]:
        return "Not as a number of that day, which is still to come: say it of today"
    if against:
        return "Yes, with how far the sources contradict each other"
    return "Yes, with its range and its source" if head["cell"].range else "Yes, with its source"


def _publishers(seen: View, present: Figure, rests: Sequence[Fact]) -> tuple[Sequence[str], int]:
    """Who says most of the figure, the largest part first, and how many others say some of it."""
    of_entry: Counter[str | None] = Counter()
    for addend, times in present.terms.items():
        of_entry[addend.entry] += times * addend.best
    people: Counter[str] = Counter()
    for fact in rests:
        people[fact.value.counted.source] += abs(of_entry[fact.entry.key])
    largest = [slug for slug, _ in people.most_common(MOST_NAMED)]
    if not largest:
        return (), 0
    found = rows_of(seen.connection, SOURCES, seen.at, Filters(sources=tuple(largest)))
    names = {row["slug"]: row["publisher"] for row in found}
    named = list(dict.fromkeys(names.get(slug, slug) for slug in largest))
    return named, len(people) - len(largest)


def _sentence(seen: View, head: Mapping[str, Any], by: str) -> str:
    """What can be printed as it stands."""
    day = wording.day(seen.as_of)
    when = f"When last known, on {head['known']}," if head["stale"] else f"At the end of {day},"
    within = f" (within {head['cell'].range})" if head["cell"].range else ""
    says = f"; sources say {head['spread']}" if head["spread"] else ""
    there = "was" if head["cell"].key == 1 else "were"
    return (
        f"{when} {head['cell'].text} {head['people']}{within} {there} part of {_missions(seen)}, "
        f"{by}{says}."
    )


def _nobody(seen: View, state: str) -> str:
    why = "it is over" if state == "ended" else "its people had passed over to what continues it"
    return f"At the end of {wording.day(seen.as_of)}, nobody was part of {_missions(seen)}: {why}."


def _missions(seen: View) -> str:
    """The missions asked for, in words."""
    slugs = seen.asked.mission
    named = wording.listed(seen.missions.get(slug, slug) for slug in slugs)
    return named or "the missions that this ledger tells of"
