"""Histories drawn at random, small and unruly: documents, corrections, retractions, edits of
sources and of missions, complete lists; and questions of what they tell.

Few missions, nations and days, so that nearly all of it meets: rivals of one day, a report on the
day of a movement, lists that leave out who moved on that day. All of it follows from one seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from sqlalchemy import Connection, select

from app.estimate.entries import Policy, Scope
from app.estimate.questions import Question
from app.record.documents import read_document
from app.record.evidence import CutOffs
from app.record.ledger import ChangeNote, record, retract
from app.record.problems import Refused
from app.record.tables import claims

MISSIONS = ("haiti", "mali", "sahel")
NATIONS = ("KEN", "JAM", "FRA")
CATEGORIES = ("police", "fpu", "ipo", "troops", "civilian", "unspecified")
PRESS = ("echo", "herald", "nation", "wire")
LISTS = ("list-1", "list-2", "list-3", "roll-1", "roll-2")
WHEN = datetime(2024, 7, 18, 12, tzinfo=UTC)
FIRST_DAY = date(2024, 1, 1)
DAYS = 40
GRADES = ("A1", "B2", "B3", "F6")
GROUPS: tuple[tuple[str, ...], ...] = (
    *((), ("nation",), ("category",), ("mission",), ("nation", "category")),
    ("mission", "nation", "category"),
)
# What lies at the ends of the calendar, or long before anybody counted seconds.
FAR = ("0001-01-01", "9999-12-31", "1955-03-02", "1955", "../1969-12-31", "9999-12-30/..")

Document = dict[str, Any]


class History:
    """Steps of a ledger, drawn one after another; each gives a document or takes a claim away."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        # What was drawn before there were reasons and amendments is drawn as before.
        self.more = random.Random(seed + 1)
        self.asking = Asking(random.Random(seed))
        self.about: dict[str, Document] = {}
        self.told: list[Document] = []
        self.sources = {slug: self._source(slug) for slug in (*PRESS, *LISTS)}
        self.missions = {slug: {"slug": slug, "name": slug.title()} for slug in MISSIONS}

    def begin(self) -> Document:
        """The first document: all missions and sources, and the first things told."""
        for source in self.sources.values():
            source.pop("derived_from", None)
        return {
            "missions": list(self.missions.values()),
            "sources": list(self.sources.values()),
            "entries": self._entries(12),
        }

    def step(self, connection: Connection) -> None:
        """Write the next of its steps, in a transaction that is under way."""
        steps = (
            *((self._news,) * 4, (self._correction,) * 2, (self._list,) * 2),
            *((self._edit,) * 2, (self._end,), (self._again,)),
        )
        keys = sorted(connection.scalars(select(claims.c.key).where(claims.c.until.is_(None))))
        if keys and self.chance.random() < 0.15:
            retract(connection, self.chance.choice(keys), ChangeNote("history", "away"), WHEN)
            return
        self.bring(connection, self.chance.choice(sum(steps, ()))())

    def bring(self, connection: Connection, document: Document) -> None:
        """Record a document; what the ledger refuses, as a circle of sources, is no step."""
        try:
            record(connection, read_document(document), ChangeNote("history", "a step"), WHEN)
        except Refused:
            return
        self.told.append(document)

    # ---- documents ----

    def _news(self) -> Document:
        return {"entries": self._entries(self.chance.randint(1, 5))}

    def _entries(self, number: int) -> list[Document]:
        found = [self._entry() for _ in range(number)]
        return list({entry["key"]: entry for entry in found}.values())

    def _correction(self) -> Document:
        key = self.chance.choice(sorted(self.about))
        return {"entries": [self.about[key] | {"claims": self._claims(self.about[key]["kind"])}]}

    def _edit(self) -> Document:
        slug = self.chance.choice(sorted(self.sources))
        self.sources[slug] = self._source(slug)
        return {"sources": [self.sources[slug]]}

    def _end(self) -> Document:
        slug = self.chance.choice(MISSIONS)
        ended = self.chance.choice([None, self._day().isoformat(), "2024-01", "../2024-02-01"])
        return {"missions": [self.missions[slug] | {"ended": ended}]}

    def _again(self) -> Document:
        """A document that was brought before, or a part of it that calls itself complete."""
        document = self.chance.choice(self.told)
        entries = [entry for entry in document.get("entries", ()) if self.chance.random() < 0.7]
        named = sorted({claim["source"] for entry in entries for claim in entry["claims"]})
        whole = self.sources[self.chance.choice(named)] if named else None
        if whole is None or self.chance.random() < 0.5:
            return document
        return {"entries": entries, "sources": [whole | {"complete": self._some(MISSIONS, 2)}]}

    def _list(self) -> Document:
        """A table of a day that lists everybody in some missions, in one or all of its claims."""
        source, day = self.chance.choice(LISTS), self._day().isoformat()
        entries: dict[str, Document] = {}
        for mission in self._some(MISSIONS, 2):
            whole = self._scope("strength_report", mission)
            for of in (whole, *(self._scope("strength_report", mission) for _ in range(3))):
                said = self._claim(source) | {"status": "occurred", "date": day}
                said["complete"] = of is whole or self.chance.random() < 0.2
                entry = self._named(f"{source}-{day}-{self._letters(of)}", of)
                entries[entry["key"]] = entry | {"claims": [said]}
        return {"entries": list(entries.values())}

    # ---- what they are made of ----

    def _source(self, slug: str) -> Document:
        label: Document = {"slug": slug, "publisher": slug.title()}
        if slug.startswith("list"):
            label |= {"series": "list", "covers": self.chance.choice(["day", "day", "day", None])}
        if self.chance.random() < 0.6:
            label["published"] = self._date()
        if self.chance.random() < 0.3:
            label["retrieved_on"] = self._day().isoformat()
        if self.chance.random() < 0.3:
            label["derived_from"] = self.chance.choice([*PRESS, *LISTS])
        if label.get("derived_from") == slug:
            del label["derived_from"]
        if self.chance.random() < 0.5:
            label["grade"] = self.chance.choice(GRADES)
        return label

    def _entry(self) -> Document:
        if self.about and self.chance.random() < 0.3:
            entry = self.about[self.chance.choice(sorted(self.about))]
        else:
            kinds = ("movement", "movement", "strength_report", "strength_report", "pledge")
            others = ("mandate", "delivery", "event", "succession", "succession")
            kind = self.chance.choice([*kinds, *kinds, *others])
            if kind == "succession":
                return self._succession()
            # Keys say nothing of the order in which entries come.
            key = f"{self.chance.randrange(10**6):06}-{kind.replace('_', '-')}"
            entry = self._named(key, self._scope(kind, self.chance.choice(MISSIONS)))
        return entry | {"claims": self._claims(entry["kind"])}

    def _succession(self) -> Document:
        """One mission follows the one before it in the list: no ring, and nobody twice."""
        place = self.chance.randrange(1, len(MISSIONS))
        of: Document = {"kind": "succession", "mission": MISSIONS[place]}
        of |= {"predecessor": MISSIONS[place - 1]}
        of |= {"mode": self.chance.choice(["continues", "continues", "replaces"])}
        entry = self._named(f"succession-{MISSIONS[place]}", of)
        return entry | {"claims": self._claims("succession")}

    def _in_line(self, *missions: str) -> bool:
        """What was promised to one mission may be kept in another: all between have successions."""
        first, last = sorted(MISSIONS.index(mission) for mission in missions)
        return all(f"succession-{each}" in self.about for each in MISSIONS[first + 1 : last + 1])

    def _named(self, key: str, of: Document) -> Document:
        return self.about.setdefault(key, {"key": key} | of)

    def _scope(self, kind: str, mission: str) -> Document:
        of: Document = {"kind": kind, "mission": mission}
        nation, category = self.chance.choice(NATIONS), self.chance.choice(CATEGORIES)
        if kind == "strength_report":
            level = self.chance.choice(["", "n", "c", "nc", "nc", "nc"])
            of |= ({"nation": nation} if "n" in level else {}) | (
                {"category": category} if "c" in level else {}
            )
        elif kind == "movement":
            direction = self.chance.choice(["arrival", "arrival", "departure"])
            of |= {"nation": nation, "category": category, "direction": direction}
            promises = sorted(
                k for k, e in self.about.items() if e["kind"] in ("movement", "pledge")
            )
            if promises and self.chance.random() < 0.4:
                promised = self.chance.choice(promises)
                if self._in_line(mission, self.about[promised]["mission"]):
                    of["fulfils"] = promised
            if direction == "departure":
                of["reason"] = self.more.choice([None, "rotation", "illness", "missing"])
        elif kind == "pledge":
            of |= {"nation": nation, "category": self.chance.choice([category, None])}
            pledges = sorted(
                k for k, e in self.about.items() if (e["kind"], e["mission"]) == ("pledge", mission)
            )
            if pledges and self.more.random() < 0.8:
                of["amends"] = self.more.choice(pledges)
                of["nation"] = self.about[of["amends"]]["nation"]
        elif kind == "mandate":
            of |= {"body": "Council", "instrument": "resolution"}
            of["expires"] = self.chance.choice([None, self._date()])
        elif kind == "delivery":
            of |= {"donor": nation, "item": "apc", "recipient": "mission"}
        else:
            of |= {"event_type": "visit", "title": "They look", "nation": nation}
        return of

    def _claims(self, kind: str) -> list[Document]:
        sources = self._some((*PRESS, *LISTS), 1 if self.chance.random() < 0.6 else 3)
        found = [self._claim(source) for source in sources]
        if self.chance.random() < 0.1:
            # A second claim of the same source, under a key of its own.
            found.append(self._claim(found[0]["source"]) | {"key": f"k{self._number()}"})
        for said in found:
            if kind == "strength_report" and self.chance.random() < 0.15:
                said["complete"] = True
        return found

    def _claim(self, source: str) -> Document:
        usual = ["occurred"] * 6 + ["expected", "expected", "cancelled"]
        said: Document = {"source": source, "status": self.chance.choice(usual)}
        counts = ["unknown", "unknown", "some", 0, 0, ">=5", "<=9", "~20", "3..8", 1_000_000_000]
        said["count"] = self.chance.choice([*counts, *(self._number() for _ in counts)])
        said["date"] = self._date()
        if self.chance.random() < 0.6:
            said["grade"] = self.chance.choice(GRADES)
        return said

    def _date(self) -> str:
        """A date, mostly a plain day."""
        one, other = sorted((self._day(), self._day()))
        spans = [f"{one}/{other}", f"{one}/..", f"../{one}", f"{one}~", "2024-01", "2024"]
        kind = self.chance.random()
        if kind < 0.75:
            return one.isoformat()
        return self.chance.choice(FAR if kind > 0.96 else spans)

    def _day(self) -> date:
        # Every other day, so that the days between are days without news.
        return FIRST_DAY + timedelta(days=2 * self.chance.randrange(DAYS // 2))

    def _number(self) -> int:
        return self.chance.randint(0, 60)

    def _some(self, of: tuple[str, ...], most: int) -> list[str]:
        return sorted(self.chance.sample(of, self.chance.randint(1, most)))

    def _letters(self, of: Document) -> str:
        parts = (of["mission"], of.get("nation", "all"), of.get("category", "all"))
        # Some entries of one scope and day are two.
        return "-".join([*parts, self.chance.choice("ab")]).lower()


@dataclass
class Asking:
    """Questions and cut-offs, drawn from what a ledger tells of; as of days from `first_day` on."""

    chance: random.Random
    missions: tuple[str, ...] = MISSIONS
    nations: tuple[str, ...] = NATIONS
    sources: tuple[str, ...] = (*PRESS, *LISTS)
    first_day: date = FIRST_DAY

    def some_missions(self) -> tuple[str, ...]:
        """Some missions, or none named: all."""
        kind = self.chance.random()
        return () if kind < 0.3 else tuple(self._some(self.missions, 1 if kind < 0.8 else 2))

    def cut_offs(self) -> CutOffs:
        """Which claims count."""
        often = self.chance.random
        if often() < 0.4:
            return CutOffs()
        limits = [*(self._day() for _ in range(4)), date.max, date.min]
        return CutOffs(
            published_by=self.chance.choice(limits) if often() < 0.4 else None,
            min_grade=self.chance.choice(GRADES[:3]) if often() < 0.3 else None,
            policy=self.chance.choice(get_args(Policy)),
            sources=tuple(self._some(self.sources, 5)) if often() < 0.3 else (),
        )

    def questions(self, missions: tuple[str, ...], number: int) -> Iterator[Question]:
        """Questions of some missions."""
        some = self.chance.random
        for _ in range(number):
            named = self.chance.choice(self.missions), self.chance.choice(self.nations)
            contingents = (Scope(*named, "police"), Scope(self.missions[0], None, "fpu"))
            yield Question(
                as_of=self._day(),
                missions=missions,
                nations=tuple(self._some(self.nations, 2)) if some() < 0.25 else (),
                categories=tuple(self._some(CATEGORIES, 2)) if some() < 0.25 else (),
                contingents=contingents if some() < 0.15 else (),
                group_by=self.chance.choice(GROUPS),
                max_age=self.chance.choice([0, 3, 20, 400]) if some() < 0.2 else None,
            )

    def _day(self) -> date:
        """A day on or between those of which something is told, or far away."""
        far = date(1960, 1, 1), date.min, date.max, date(2025, 6, 1)
        day = self.first_day + timedelta(days=self.chance.randint(-2, DAYS + 5))
        return self.chance.choice(far) if self.chance.random() < 0.1 else day

    def _some(self, of: tuple[str, ...], most: int) -> list[str]:
        return sorted(self.chance.sample(of, self.chance.randint(1, most)))
