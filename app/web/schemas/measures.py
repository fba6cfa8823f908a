"""What each figure of a row of strength means, said once: the measures, and what present rests
on.
"""

from datetime import date
from typing import Any

from app.estimate.strength import MEASURES

_MEASURED = {
    "present": "People there at the end of the day",
    "arrived": "People who arrived up to that day",
    "departed": "People who left up to that day",
    "lost": "People dead or missing up to that day, among those who left",
    "expected": "People announced by that day and still to come",
    "lapsed": "People announced by that day who did not come in time, and are not known to have "
    "come later",
    "expected_departures": "People announced by that day to leave and still there to go",
    "pledged": "People promised by that day",
    "authorised": "Ceiling of the mandate in force, in people; null without one, and below a "
    "whole mission",
}
_BASIS: dict[str, tuple[Any, str]] = {
    "spread_low": (
        int | None,
        "The least that any source within the cut-offs would make of present.",
    ),
    "spread_high": (
        int | None,
        "The most that any source would make of it; null = no bound. Where none disputes it, "
        "spread is its own range.",
    ),
    "method": (
        str | None,
        "How present was reckoned: reported, carried, implied, counted, summed, continued (what "
        "passed over from the mission before), none, ended, passed_on; null where unallocated.",
    ),
    "evidence_from": (date | None, "Day of the oldest evidence for present."),
    "evidence_date": (
        date | None,
        "Day of the newest evidence for present; after as_of where the figure is implied.",
    ),
    "evidence_age_days": (
        int | None,
        "Days to as_of from the day since when at least half of present was told; negative where "
        "it is implied.",
    ),
    "last_known": (
        date | None,
        "Day since when at least half of present was told: the day to say it of where it is stale; "
        "after as_of where it is implied.",
    ),
    "stale": (
        bool,
        "present is carried on from too long ago to be said of as_of: it was last known more days "
        "before than the server calls stale (MUSTER_STALE_AFTER, 180), or before the mandates of "
        "its missions ended, which they did by then.",
    ),
    "disputed": (
        bool,
        "Independent sources contradict each other on something that present rests on, or a "
        "whole and its parts do.",
    ),
    "unknown_terms": (
        int,
        "How many terms of present have no best figure, so that their low stands in.",
    ),
}


def _measures() -> dict[str, tuple[Any, str]]:
    fields: dict[str, tuple[Any, str]] = {}
    for measure in MEASURES:
        nullable = measure == "authorised"
        fields[f"{measure}_low"] = (
            int | None if nullable else int,
            f"{_MEASURED[measure]}: the least.",
        )
        fields[measure] = (
            int | None,
            f"{_MEASURED[measure]}: the best figure; null = none is known.",
        )
        fields[f"{measure}_high"] = (
            int | None,
            f"{_MEASURED[measure]}: the most; null = no upper bound is known.",
        )
    return fields


MEASURED = _measures() | _BASIS
