"""What no succession may say: that a mission follows itself, or that people are in two at once; and
that what was promised to one mission is kept in another, where neither follows the other.

A mission may follow several, and be followed by several, but its people can pass over to one only.
Whether a succession stands is read from its live claims: one that only says that it was cancelled
makes none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from app.estimate.dates import parse_date
from app.estimate.lineage import CONTINUES, lineage_of, reached
from app.record.documents import Document, EntryDraft
from app.record.held import Held, claim_key
from app.record.lineage import KIND
from app.record.problems import Mend
from app.record.revisions import Row
from app.record.tables import claims, entries


@dataclass(frozen=True, slots=True)
class Following:
    """One mission follows another, as an entry says."""

    key: str
    mission: str
    predecessor: str
    mode: str


class Successions:
    """The successions of a ledger as a document would leave them: what stands, and when."""

    def __init__(
        self,
        connection: Connection,
        opened: Mapping[str, Sequence[Row]],
        closed: Iterable[tuple[str, str]],
    ) -> None:
        known = connection.execute(
            select(entries).where(entries.c.predecessor.is_not(None))
        ).mappings()
        made = (row for row in opened["entries"] if row["kind"] == KIND)
        self.entries = {
            row["key"]: Following(row["key"], row["mission"], row["predecessor"], row["mode"])
            for row in (*known, *made)
        }
        live = _live(connection, {key for table, key in closed if table == "claims"})
        new = (row for row in opened["claims"] if row["entry"] in self.entries)
        self.claims = [row for row in (*live, *new) if row["status"] != "cancelled"]
        standing = {row["entry"] for row in self.claims}
        self.standing = {key: each for key, each in self.entries.items() if key in standing}

    def rival(self, one: Following) -> Following | None:
        """Another that tells of the same two missions, or to which the same people would pass."""
        for other in self.standing.values():
            if other.key == one.key or other.predecessor != one.predecessor:
                continue
            if other.mission == one.mission or other.mode == one.mode == CONTINUES:
                return other
        return None

    def one_line(self, one: str, other: str) -> bool:
        """One mission comes after the other, perhaps with others between."""
        pairs = [(each.mission, each.predecessor) for each in self.standing.values()]
        return other in lineage_of([one], pairs)

    def comes_back(self, one: Following) -> bool:
        """A mission would, through those before it, follow itself."""
        before: dict[str, list[str]] = {}
        for each in self.standing.values():
            before.setdefault(each.mission, []).append(each.predecessor)
        return one.mission in (one.predecessor, *reached(one.predecessor, before))


def _live(connection: Connection, gone: Collection[str]) -> list[Row]:
    """The live claims of successions but for some."""
    query = (
        select(claims)
        .join(entries, entries.c.key == claims.c.entry)
        .where(entries.c.predecessor.is_not(None), claims.c.until.is_(None))
    )
    return [row for row in connection.execute(query).mappings() if row["key"] not in gone]


def contradictions(
    connection: Connection,
    document: Document,
    held: Held,
    opened: Mapping[str, Sequence[Row]],
    closed: Iterable[tuple[str, str]],
) -> list[Mend]:
    """What is wrong with the successions of a document, and with what it says to be kept over their
    border; `held` has the missions as it leaves them.
    """
    places = {each.key: nth for nth, each in enumerate(document.entries) if each.kind == KIND}
    started = {each.slug: nth for nth, each in enumerate(document.missions) if each.started}
    across = _kept_elsewhere(document, held)
    if not places and not started and not across:
        return []
    known = Successions(connection, opened, closed)
    found = [
        Mend(f"/entries/{place}/fulfils", _apart(entry, mission))
        for place, (entry, mission) in across.items()
        if not known.one_line(entry.mission, mission)
    ]
    for key in places.keys() & known.standing.keys():
        found += _wrong_with(known, known.standing[key], f"/entries/{places[key]}")
    for row in known.claims:
        of = known.entries[row["entry"]]
        label = held.missions.get(of.predecessor)
        found += _too_early(row, of, label, _where(row, of, document, places, started))
    return sorted(found, key=lambda mend: mend.where)


def _kept_elsewhere(document: Document, held: Held) -> dict[int, tuple[EntryDraft, str]]:
    """New entries that fulfil what was promised to another mission, by their place, each with that
    mission.
    """
    missions = {key: row["mission"] for key, row in held.entries.items()}
    missions |= {entry.key: entry.mission for entry in document.entries}
    found: dict[int, tuple[EntryDraft, str]] = {}
    for place, entry in enumerate(document.entries):
        promised = missions.get(getattr(entry, "fulfils", None) or "")
        if promised and promised != entry.mission and entry.key not in held.entries:
            found[place] = entry, promised
    return found


def _apart(entry: EntryDraft, mission: str) -> str:
    return (
        f"what it fulfils was promised to {mission}, and {entry.mission} neither follows that "
        f"mission nor comes before it: leave it out, or tell of the succession first "
        f"(in {entry.key})"
    )


def _too_early(
    row: Row, of: Following, label: Mapping[str, Any] | None, where: str | None
) -> list[Mend]:
    """What is wrong with a claim that dates a succession before its predecessor began."""
    began = parse_date(label["started"]).earliest if label and label["started"] else None
    if where is None or began is None or (row["date_latest"] or date.max) >= began:
        return []
    detail = f"{row['key']} says {row['date']}, before {of.predecessor} began ({began})"
    return [Mend(where, f"{detail} (in {of.key})")]


def _where(
    row: Row,
    of: Following,
    document: Document,
    places: Mapping[str, int],
    started: Mapping[str, int],
) -> str | None:
    """Where a document says what makes a claim too early; None where it does not."""
    if of.key not in places:
        nth = started.get(of.predecessor)
        return None if nth is None else f"/missions/{nth}/started"
    entry = document.entries[places[of.key]]
    keys = [claim_key(entry, claim) for claim in entry.claims]
    at = f"/{keys.index(row['key'])}/date" if row["key"] in keys else ""
    return f"/entries/{places[of.key]}/claims{at}"


def _wrong_with(known: Successions, one: Following, where: str) -> list[Mend]:
    if one.mission == one.predecessor:
        return [Mend(f"{where}/predecessor", f"{one.mission} cannot follow itself (in {one.key})")]
    if known.comes_back(one):
        detail = f"{one.mission} would follow itself through {one.predecessor} (in {one.key})"
        return [Mend(f"{where}/predecessor", detail)]
    rival = known.rival(one)
    if rival is None:
        return []
    if rival.mission == one.mission:
        detail = (
            f"{rival.key} tells already that {one.mission} follows {one.predecessor}: what another "
            "source says of it is a claim of that entry"
        )
    else:
        detail = (
            f"the people of {one.predecessor} pass over to {rival.mission} already "
            f"({rival.key}), and nobody can be in both"
        )
    return [Mend(f"{where}/predecessor", f"{detail} (in {one.key})")]
