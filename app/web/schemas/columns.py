"""What each column of a list means, said once: its type and its public description."""

from datetime import date
from typing import Any

from app.estimate.entries import STATUSES
from app.record.kinds import KINDS, Kind
from app.record.kinds.fields import any_of, field_types
from app.record.ledger import CAUSES

# Column: its type, and what it means. Those of a kind's own fields are described in the kind's
# file.
COLUMNS: dict[str, tuple[Any, str]] = {
    "key": (str, "Stable name of the row in addresses."),
    "slug": (str, "Stable name of the row in addresses."),
    "kind": (str, f"Kind of entry: {', '.join(KINDS)}."),
    "entry": (str, "Key of the entry that is spoken of."),
    "mission": (str, "Slug of the mission."),
    "nation": (str | None, "Alpha-3 code of the nation: ISO 3166, or one of those in /v1/nations."),
    "category": (str | None, "Personnel category."),
    "nation_name": (str | None, "Name of the nation."),
    "contingent": (
        str | None,
        "Slug of the contingent: what one nation has in one mission in one category.",
    ),
    "replaces": (
        str | None,
        "Key of the entry that named the wrong subject and is replaced by this one.",
    ),
    "source": (str, "Slug of the source."),
    "status": (str, f"{any_of(STATUSES)}."),
    "count_low": (int, "The least it may be (people; for a delivery, items)."),
    "count": (int | None, "The best figure; null = none is known."),
    "count_high": (int | None, "The most it may be; null = no upper bound is known."),
    "count_text": (str | None, "The number as the source words it."),
    "complete": (
        bool,
        "The source lists everybody there on that day: who is not named is not there.",
    ),
    "date": (str, "When, as EDTF (ISO 8601-2); days are local days."),
    "date_earliest": (date | None, "First day that the date allows; null = open."),
    "date_latest": (date | None, "Last day that the date allows; null = open."),
    "date_text": (str | None, "The date as the source words it."),
    "disputed": (bool, "Independent sources contradict each other on it."),
    "spread_low": (int, "Lowest low of the claims of the same standing."),
    "spread_high": (
        int | None,
        "Highest high of the claims of the same standing; null = one has no upper bound.",
    ),
    "origins": (
        int,
        "Independent witnesses among those claims: sources that repeat each other are one.",
    ),
    "claims": (int, "Number of its live claims."),
    "settled_by": (str, "Key of the claim that settled its status and date."),
    "revision": (int, "Revision that last changed it."),
    "grade": (str | None, "Admiralty grade: reliability A (best) to F, credibility 1 (best) to 6."),
    "locator": (str | None, "Where in the source it stands."),
    "summary": (str | None, "What the source says, in our words."),
    "since": (int, "Revision that opened it."),
    "until": (int | None, "Revision that closed it; null = it stands."),
    "name": (str, "Its name."),
    "host_country": (str | None, "Where it is deployed: alpha-3 code."),
    "host_country_name": (str | None, "Name of the host country."),
    "lead_nation": (str | None, "Who leads it: alpha-3 code."),
    "lead_nation_name": (str | None, "Name of the lead nation."),
    "predecessor": (
        str | None,
        "Slug of the mission it follows, as its label says: no people pass over by it.",
    ),
    "follows": (
        str | None,
        "Slugs of the missions that it follows by a succession, with semicolons between.",
    ),
    "followed_by": (
        str | None,
        "Slugs of the missions that follow it by a succession, with semicolons between.",
    ),
    "started": (str | None, "First day, as EDTF."),
    "ended": (str | None, "Last day, as EDTF; null = it goes on."),
    "units": (str | None, "The units that make it up, in words."),
    "series": (str | None, "Name of the series that it is one issue of; null = of none."),
    "covers": (
        str | None,
        "What a complete table lists on its day: day (every mission of its series) or missions "
        "(those it names).",
    ),
    "publisher": (str, "Who published it."),
    "title": (str | None, "Its title."),
    "url": (str | None, "Its address on the web."),
    "published": (str | None, "When it was published, as EDTF; null = not known."),
    "published_earliest": (
        date | None,
        "First day it may have been published; null = open or not known.",
    ),
    "published_latest": (
        date | None,
        "Last day it may have been published; null = open or not known.",
    ),
    "derived_from": (str | None, "Slug of the source that it repeats; the two are one witness."),
    "language": (str | None, "Its language, as a BCP 47 tag."),
    "retrieved_on": (date | None, "The day it was read."),
    "archive_url": (str | None, "Address of a kept copy."),
    "licence": (str | None, "The licence of its figures, where it states one."),
    "file_hash": (
        str | None,
        "SHA-256 of each file that was read for it, for a table: sorted, with spaces between.",
    ),
    "number": (
        int,
        "Number of the revision: 1, 2, 3 and so on, without gaps, in the order of commits.",
    ),
    "recorded_at": (str, "When it was recorded, in UTC to the microsecond."),
    "author": (str, "Who committed it."),
    "cause": (str, f"Why: {any_of(CAUSES)}."),
    "message": (str, "What it does, in a line."),
    "chain": (str, "Hash over the chain before it and its own content, in hex."),
    "code": (
        str,
        "Alpha-3 code: ISO 3166-1; ISO 3166-3 for states that are no more; codes that ISO leaves "
        "to users, X and two "
        "letters, for Kosovo, organisations and others.",
    ),
    "contributor": (
        str,
        "What it is: nation (a country or territory), former (a state that is no more), "
        "organisation, multinational "
        "(nations that a source does not tell apart) or unknown (a source does not say who).",
    ),
    "existed_from": (date | None, "First day of a state that is no more; null for all others."),
    "existed_until": (date | None, "Last day of a state that is no more; null for all others."),
    "aliases": (list[str], "Other names by which it may be asked for."),
}


def own_columns(kind: Kind) -> dict[str, tuple[Any, str]]:
    """The columns of the fields that a kind has of its own, and of the names of its nations."""
    found: dict[str, tuple[Any, str]] = {}
    for name, of in field_types(kind.fields).items():
        null: Any = None if of.optional else of.python
        found[name] = (of.python | null, str(kind.fields.model_fields[name].description))
        if of.sort == "nation" and name != "nation":
            found[f"{name}_name"] = (str | null, f"Name of the {name.replace('_', ' ')}.")
    return found
