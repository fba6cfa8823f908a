"""The page of conflicts: what contradicts what, in words, with the accounts on each side."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.estimate.conflicts import Conflict, conflicts, keys_of
from app.record.database import Connection
from app.record.nations import nation_name
from app.record.revisions import Revision
from app.record.subjects import claims_by_key, mission_names
from app.web.estimates import reckoning
from app.web.pages import wording
from app.web.pages.links import DayPageQuery
from app.web.pages.provenance import with_sources, worded

MOST = 50
WHAT = {
    "claims": "Sources differ",
    "whole_and_parts": "A whole is less than its parts",
    "reports_and_movements": "A report that movements do not explain",
}


def conflicts_page(connection: Connection, at: Revision, asked: DayPageQuery) -> dict[str, Any]:
    """The conflicts of a question, the largest first; what is beyond a page is in the files."""
    resolved = asked.resolved(connection, at, asked.day)
    found = conflicts(reckoning(connection, at, resolved), resolved.question)
    shown, names = found[:MOST], mission_names(connection, at.number)
    rows = claims_by_key(connection, at.number, keys_of(shown)).values()
    claims = with_sources(connection, at, rows)
    by_key = {claim["key"]: claim for claim in claims}
    return {
        "about": wording.of_whom(resolved.question.nations, asked.mission, names) or "All missions",
        "as_of": asked.day,
        "in_all": len(found),
        "conflicts": [_shown(each, names, by_key) for each in shown],
    }


def _shown(
    conflict: Conflict, names: Mapping[str, str], claims: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    mission, nation, category = conflict.scope
    who = [nation_name(nation) if nation else "All nations", names.get(mission, mission)]
    people = [wording.CATEGORIES[category].lower()] if category else []
    return {
        "what": WHAT[conflict.what],
        "kind": conflict.kind.replace("_", " "),
        "entry": conflict.entry,
        "name": ", ".join([*filter(None, who), *people]),
        "day": conflict.day,
        "range": ""
        if conflict.size == 0 or conflict.low is None
        else wording.spread_in_words(conflict.low, conflict.high),
        "reason": worded(conflict.reason, claims),
        "stands": _side(conflict.stands, claims),
        "against": _side(conflict.against, claims),
    }


def _side(keys: Sequence[str], claims: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    return [claims[key] for key in keys if key in claims]
