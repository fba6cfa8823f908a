"""What came before and after a mission, in words and with the way there."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.record.filters import Filters
from app.record.listings import ENTRIES
from app.web.pages import wording
from app.web.pages.provenance import rows_of
from app.web.pages.view import View

_AFTER = {"continues": "continued by", "replaces": "replaced by"}


def neighbours(seen: View, mission: Mapping[str, Any]) -> list[dict[str, str]]:
    """The missions before and after one: in which words, slug, name, and since when. Where no
    succession says so, the label of a mission may name the one before.
    """
    found = list(_claims_of(seen, mission["slug"]))
    before = mission["predecessor"]
    if before and before not in {each["slug"] for each in found}:
        name = seen.missions.get(before, before)
        found.append({"words": "follows", "slug": before, "name": name, "when": ""})
    return found


def _claims_of(seen: View, slug: str) -> Iterator[dict[str, str]]:
    """What successions tell, those called off left out."""
    either = Filters(missions=(slug,))
    rows = rows_of(seen.connection, ENTRIES["succession"], seen.at, either, "date_earliest")
    for row in rows:
        if row["status"] == "cancelled":
            continue
        follows = row["mission"] == slug
        other = row["predecessor"] if follows else row["mission"]
        soon = "expected" if row["status"] == "expected" else "from"
        yield {
            "words": row["mode"] if follows else _AFTER[row["mode"]],
            "slug": other,
            "name": seen.missions.get(other, other),
            "when": f", {soon} {wording.edtf(row['date'])}",
        }
