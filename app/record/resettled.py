"""What entries settle to, made anew revision after revision from the rows of claims and sources,
and held against what is kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

from app.record.evidence import pure_claims
from app.record.settled import WEIGHED, made_rows

Plain = dict[str, Any]
_DAYS = ("date_earliest", "date_latest", "published_latest", "retrieved_on")


class Resettled:
    """The rows that stand, of claims, sources and entries, and what entries settle to by them."""

    def __init__(self) -> None:
        self.entries: dict[str, Plain] = {}
        self.claims: dict[str, Plain] = {}
        self.of_entry: dict[str, set[str]] = defaultdict(set)
        self.of_source: dict[str, set[str]] = defaultdict(set)
        self.sources: dict[str, Any] = {}
        self.repeating: dict[str, set[str]] = defaultdict(set)
        self.stands: dict[str, Plain] = {}

    def faults(
        self, number: int, opened: Mapping[str, list[Plain]], closed: Mapping[str, list[Any]]
    ) -> Iterator[str]:
        """What is kept otherwise than a revision makes it; all of it is taken in first."""
        made, gone = self._advance(number, opened, closed)
        for claim in opened["claims"]:
            if claim["mission"] != self.entries.get(claim["entry"], {}).get("mission"):
                yield f"claim {claim['key']!r:.80} of revision {number}: its mission is another"
        kept = {row["entry"]: row for row in opened["settled"]}
        if len(kept) != len(opened["settled"]):
            yield f"revision {number}: an entry settles to more than one thing"
        for key in sorted(made.keys() | kept.keys(), key=str):
            if key not in made or key not in kept or not _alike(made[key], kept[key]):
                yield f"entry {key!r:.80}, revision {number}: what it settles to is kept wrongly"
        for key in gone ^ set(closed["settled"]):
            yield f"entry {key!r:.80}, revision {number}: what it settled to is closed wrongly"

    def _advance(
        self, number: int, opened: Mapping[str, list[Plain]], closed: Mapping[str, list[Any]]
    ) -> tuple[dict[str, Plain], set[str]]:
        """Take a revision in: the rows that entries settle to since then, and the entries whose
        rows it ends.
        """
        self.entries |= {row["key"]: row for row in opened["entries"]}
        edited = self._take_sources(opened["sources"], closed["sources"])
        touched = self._take_claims(opened["claims"], closed["claims"])
        maybe = self._resting_on(edited) - touched
        fresh = self._made(number, touched | maybe)
        same = {key for key in maybe & fresh.keys() & self.stands.keys() if self._stays(fresh[key])}
        gone = ((touched | maybe) - same) & self.stands.keys()
        made = {key: row for key, row in fresh.items() if key not in same}
        for key in gone:
            del self.stands[key]
        self.stands |= made
        return made, gone

    def _stays(self, fresh: Plain) -> bool:
        return _alike(fresh, self.stands[fresh["entry"]])

    def _take_sources(self, opened: list[Plain], closed: list[Any]) -> set[str]:
        """Take in what became of sources; those whose weight changed."""
        before = {slug: self.sources.pop(slug, None) for slug in closed}
        edited = set()
        for row in opened:
            slug = row["slug"]
            self.sources[slug] = source = SimpleNamespace(
                slug=slug, **{name: _day(name, row[name]) for name in WEIGHED}
            )
            held = before.get(slug)
            if held and any(getattr(held, name) != getattr(source, name) for name in WEIGHED):
                edited.add(slug)
            if held and held.derived_from:
                self.repeating[held.derived_from].discard(slug)
            if source.derived_from:
                self.repeating[source.derived_from].add(slug)
        more = edited
        while more:
            more = {each for slug in more for each in self.repeating.get(slug, ())} - edited
            edited = edited | more
        return edited

    def _take_claims(self, opened: list[Plain], closed: list[Any]) -> set[str]:
        """Take in what became of claims; the entries that they are of."""
        touched = set()
        for key in closed:
            row = self.claims.pop(key, None)
            if row is not None:
                touched.add(row["entry"])
                self.of_entry[row["entry"]].discard(key)
                self.of_source[row["source"]].discard(key)
        for row in opened:
            touched.add(row["entry"])
            self.claims[row["key"]] = row
            self.of_entry[row["entry"]].add(row["key"])
            self.of_source[row["source"]].add(row["key"])
        return touched

    def _resting_on(self, slugs: set[str]) -> set[str]:
        """The entries with a claim of some sources."""
        return {self.claims[key]["entry"] for slug in slugs for key in self.of_source[slug]}

    def _made(self, number: int, keys: set[str]) -> dict[str, Plain]:
        claimed = [self.claims[key] for entry in keys for key in sorted(self.of_entry[entry])]
        rows = [{**row, **{name: _day(name, row[name]) for name in _DAYS[:2]}} for row in claimed]
        known = self._repeated_by({row["source"] for row in rows})
        return made_rows(number, self.entries, rows, pure_claims(rows, known.values()))

    def _repeated_by(self, wanted: set[str]) -> dict[str, Any]:
        """Sources and all that they repeat."""
        known: dict[str, Any] = {}
        while wanted := (wanted & self.sources.keys()) - known.keys():
            known |= {slug: self.sources[slug] for slug in wanted}
            wanted = {known[slug].derived_from for slug in wanted}
        return known


def _day(name: str, held: Any) -> Any:
    return date.fromisoformat(held) if name in _DAYS and isinstance(held, str) else held


def _alike(made: Plain, kept: Plain) -> bool:
    """Whether two rows say the same, days as days or as words; not since when."""
    return all(
        _word(kept.get(name)) == _word(value) for name, value in made.items() if name != "since"
    )


def _word(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
