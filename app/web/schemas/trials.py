"""A request of every write that can be tried as it stands on the seeds, with `dry_run` set: it
answers what would be done, and changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from app.record.kinds import KINDS, Kind

MISSION, SOURCE = "haiti-mss", "heed-2024-07-17"
ENTRY = "haiti-mss-ken-second-group"
CLAIM = f"{ENTRY}--{SOURCE}"
NEW_SOURCE = {
    "slug": "harbour-gazette-2024-08-03",
    "publisher": "The Harbour Gazette",
    "published": "2024-08-03",
    "grade": "C3",
}
CORRECTED = {"source": SOURCE, "status": "occurred", "count": "200", "date": "2024-07-16"}
# By operation: parameters as they stand in the address and the headers, and the body.
Trials = dict[str, dict[str, Any]]


def trials() -> Trials:
    """The requests, by operation."""
    found: Trials = {
        "correct_claim": _trial(
            {**CORRECTED, "message": "The summary was missing", "summary": "A second group came."},
            **{"key": CLAIM, "If-Match": "*"},
        ),
        "retract_claim": _trial(
            None, **{"key": CLAIM, "If-Match": "*", "message": "It was of another group"}
        ),
        "create_source": _trial(NEW_SOURCE),
        "edit_source": _trial({"grade": "B3"}, slug=SOURCE),
        "create_mission": _trial({"slug": "new-mission", "name": "A new mission"}),
        "edit_mission": _trial({"name": "Kenyan-led mission in Haiti"}, slug=MISSION),
        "create_contingent": _trial({"mission": MISSION, "nation": "KEN", "category": "military"}),
        "edit_contingent": _trial({"units": "Two groups of 200"}, slug=f"{MISSION}-ken-police"),
        "import_document": _trial({"message": "A new source", "sources": [NEW_SOURCE]}),
    }
    for kind in KINDS.values():
        if kind.example:
            found |= _of_kind(kind)
    return found


def _of_kind(kind: Kind) -> Trials:
    about = {"mission": MISSION, **kind.example}
    claim = {"source": SOURCE, **about.pop("claim")}
    key = f"{about['mission']}-example-{kind.name.replace('_', '-')}"
    found = {f"create_{kind.name}": _trial({"key": key, **about, "claims": [claim]})}
    if entry := _ENTRIES.get(kind.name):
        again = {**claim, "source": SOURCE, "key": f"{entry}--another"}
        found[f"add_claim_of_{kind.name}"] = _trial(again, key=entry)
    return found


def _trial(body: Mapping[str, Any] | None, **parameters: Any) -> dict[str, Any]:
    return {"body": body, "parameters": {**parameters, "dry_run": "true"}}


# An entry of the seeds of each kind, of which another source may tell.
_ENTRIES = {
    "movement": ENTRY,
    "strength_report": "haiti-mss-ken-strength-2024-07-16",
    "pledge": "haiti-mss-ben-pledge",
    "delivery": "haiti-mss-usa-mraps-2024-07",
    "mandate": "haiti-mss-resolution-2699",
    "event": "haiti-mss-jam-previsit",
    "succession": "haiti-gsf-follows-haiti-mss",
}
