"""The ledger against a plain model of it, step by step on both databases; and against `kill -9`."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, insert, select

from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.evidence import evidence_at
from app.record.ledger import ChangeNote, record, retract
from app.record.problems import NotFound
from app.record.proof import verify
from app.record.revisions import GENESIS, at_revision
from app.record.settled import rebuild
from app.record.tables import claims, entries, head, live_at, metadata, revisions, settled
from app.settings import Settings
from tests.conftest import ROOT, new_database
from tests.record.importing import ENTRIES

FIRST_DAY = date(2024, 6, 1)
SUBJECTS: dict[str, Any] = {
    "missions": [{"slug": "haiti", "name": "Mission in Haiti"}],
    "sources": [
        {"slug": "early", "publisher": "Early", "published": "2024-09-01"},
        {"slug": "late", "publisher": "Late", "published": "2024-10-01"},
    ],
}
# Entries have windows of their own, so that no two reports stand on one day; movements fall where
# they will.
ABOUT: dict[str, tuple[str, str | None, int, int]] = {
    **{f"report-{n}": ("strength_report", None, 10 * n, 4) for n in range(1, 4)},
    **{f"arrival-{n}": ("movement", "arrival", 7 * n, 12) for n in range(5)},
    **{f"departure-{n}": ("movement", "departure", 9 * n + 3, 12) for n in range(3)},
}
CLAIMS = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["early", "late"]),
        "status": st.sampled_from(["occurred", "occurred", "occurred", "expected"]),
        "count": st.integers(0, 300),
        "offset": st.integers(0, 40),
        "grade": st.sampled_from(["A1", "B2", "F6"]),
    }
)
PARTS = st.lists(st.tuples(st.sampled_from(sorted(ABOUT)), CLAIMS), min_size=1, max_size=5)
Told = dict[str, Any]


def draft(key: str, told: list[Told]) -> dict[str, Any]:
    """An entry of the document."""
    kind, direction, _, _ = ABOUT[key]
    about = {"key": key, "kind": kind, "mission": "haiti", "nation": "KEN", "category": "police"}
    return about | ({"direction": direction} if direction else {}) | {"claims": told}


def said(key: str, drawn: Told) -> Told:
    """A drawn claim as it is written, its day within the entry's window."""
    _, _, start, width = ABOUT[key]
    day = FIRST_DAY + timedelta(days=start + drawn["offset"] % width)
    return {
        **{name: drawn[name] for name in ("source", "status", "count", "grade")},
        "date": day.isoformat(),
    }


class Model:
    """What must be in the ledger: for each claim key the accounts with the revisions they stood
    from and until.
    """

    def __init__(self) -> None:
        self.number = 1
        self.rows: dict[str, list[list[Any]]] = {}

    def live(self, number: int) -> dict[str, Told]:
        """The accounts that stood at a revision."""
        return {
            key: told
            for key, rows in self.rows.items()
            for told, since, until in rows
            if since <= number and (until is None or until > number)
        }

    def put(self, parts: list[tuple[str, Told]]) -> bool:
        """Take a document; whether it made a revision."""
        held = self.live(self.number)
        fresh = {f"{key}--{told['source']}": told for key, told in parts}
        fresh = {name: told for name, told in fresh.items() if held.get(name) != told}
        if not fresh:
            return False
        self.number += 1
        for name, told in fresh.items():
            if name in held:
                self.rows[name][-1][2] = self.number
            self.rows.setdefault(name, []).append([told, self.number, None])
        return True

    def take(self, name: str) -> None:
        """Retract a claim."""
        self.number += 1
        self.rows[name][-1][2] = self.number

    def settled(self, number: int) -> dict[str, tuple[int, date]]:
        """The count and day of each entry that has occurred: best grade, then latest published
        (`late`).
        """
        found: dict[str, tuple[int, date]] = {}
        for key in ABOUT:
            told = [t for name, t in self.live(number).items() if name.partition("--")[0] == key]
            occurred = [t for t in told if t["status"] == "occurred"]
            if occurred:
                best = min(occurred, key=lambda t: (t["grade"], t["source"] != "late"))
                found[key] = (best["count"], date.fromisoformat(best["date"]))
        return found

    def present(self, number: int, day: date) -> tuple[str, int | None]:
        """The method and the number of Kenyan police at the end of a day, by hand. Where more left
        than came, those must have come untold: by how many is known from the day that shows it.
        """
        known = self.settled(number)
        reports = sorted(
            (at, count) for key, (count, at) in known.items() if ABOUT[key][0] == "strength_report"
        )
        moves = [
            (at, count, 1 if ABOUT[k][1] == "arrival" else -1)
            for k, (count, at) in known.items()
            if ABOUT[k][1]
        ]

        def change(after: date, until: date) -> int:
            return sum(count * sign for at, count, sign in moves if after < at <= until)

        def any_moved(after: date, until: date) -> bool:
            return any(after < at <= until for at, _, _ in moves)

        before = [each for each in reports if each[0] <= day]
        if before:
            at, count = before[-1]
            return "carried" if any_moved(at, day) else "reported", max(0, count + change(at, day))
        if not any_moved(date.min, day):
            return "none", 0
        if not reports:
            ends = sorted({at for at, _, _ in moves})
            short = {at: -change(date.min, at) for at in ends if change(date.min, at) < 0}
            shown = min((at for at in short if short[at] == max(short.values())), default=date.min)
            came_untold = max(short.values(), default=0)
            return "counted", change(date.min, day) + came_untold if day >= shown else None
        at, count = reports[0]
        return "implied", max(0, count - change(day, at))


class Ledger(RuleBasedStateMachine):
    """Adds, corrects, retracts and imports; the ledger and the model must agree at every
    revision.
    """

    settings: Settings  # of a new ledger, by `made`

    @staticmethod
    def made() -> Settings:
        """A new and empty ledger."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.database, self.model = Database(self.made()), Model()
        self.commit(SUBJECTS)

    def commit(self, document: dict[str, Any]) -> Any:
        with self.database.writing() as connection:
            return record(connection, read_document(document), ChangeNote("machine", "a step"))

    @rule(key=st.sampled_from(sorted(ABOUT)), drawn=CLAIMS)
    def add_or_correct(self, key: str, drawn: Told) -> None:
        told = said(key, drawn)
        changed = self.model.put([(key, told)])
        done = self.commit({"entries": [draft(key, [told])]})
        assert (done is not None) == changed
        assert done is None or done.revision == self.model.number

    @rule(parts=PARTS)
    def bring_a_document(self, parts: list[tuple[str, Told]]) -> None:
        by_key: dict[tuple[str, str], tuple[str, Told]] = {
            (k, d["source"]): (k, said(k, d)) for k, d in parts
        }
        together: dict[str, list[Told]] = {}
        for key, told in by_key.values():
            together.setdefault(key, []).append(told)
        document = {**SUBJECTS, "entries": [draft(key, told) for key, told in together.items()]}
        changed = self.model.put(list(by_key.values()))
        assert (self.commit(document) is not None) == changed
        assert self.commit(document) is None  # the same twice changes nothing

    @precondition(lambda self: self.model.live(self.model.number))
    @rule(which=st.integers(0, 100))
    def withdraw(self, which: int) -> None:
        names = sorted(self.model.live(self.model.number))
        name = names[which % len(names)]
        self.model.take(name)
        with self.database.writing() as connection:
            assert (
                retract(connection, name, ChangeNote("machine", "away", "our_error")).revision
                == self.model.number
            )
        with self.database.writing() as connection, pytest.raises(NotFound):
            retract(connection, name, ChangeNote("machine", "again"))

    @invariant()
    def is_at_the_same_revision(self) -> None:
        with self.database.reading() as connection:
            assert at_revision(connection).number == self.model.number

    def teardown(self) -> None:
        """At every revision: the live claims; and the strength on days of all windows."""
        with self.database.writing() as connection:
            assert verify(connection) == []
            assert rebuild(connection) == []
            for number in range(1, self.model.number + 1):
                rows = connection.execute(select(claims).where(live_at(claims, number))).mappings()
                found = {
                    row["key"]: {
                        name: row[name] for name in ("source", "status", "count", "grade", "date")
                    }
                    for row in rows
                }
                assert found == self.model.live(number), number
                told = evidence_at(connection, number)
                strength = Strength.of(told.facts, told.ended)
                for offset in range(0, 44, 3):
                    day = FIRST_DAY + timedelta(days=offset)
                    asked = Question(day, ("haiti",), ("KEN",), ("police",))
                    figure = strength.table(asked).total.figures["present"]
                    assert (figure.method, figure.sum.best) == self.model.present(number, day), (
                        number,
                        day,
                    )
        self.database.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_agrees_with_a_plain_model(engine: str, postgresql: str, tmp_path: Path) -> None:
    settings = Settings(database_url=new_database(engine, postgresql, tmp_path), pool_size=2)
    migrate(settings)

    def made() -> Settings:
        """The one ledger, emptied: ten databases would take PostgreSQL long to make and to put
        away.
        """
        database = Database(settings)
        with database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            connection.execute(insert(head).values(id=1, revision=0, chain=GENESIS))
        database.dispose()
        return settings

    machine = type("LedgerOf", (Ledger,), {"made": staticmethod(made)})
    run_state_machine_as_test(
        machine,
        settings=how(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # twelve steps are short enough
        ),
    )


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half_done(
    engine: str, postgresql: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=new_database(engine, postgresql, tmp_path), pool_size=2)
    migrate(settings)
    chance, acknowledged = random.Random(7), []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.record.importing", settings.database_url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as importer:  # fmt: skip
        assert importer.stdin is not None
        assert importer.stdout is not None
        for nth in range(10):
            importer.stdin.write("go\n")
            importer.stdin.flush()
            child = 0
            seen: list[int] = []
            while not child or (
                nth < 5 and not seen
            ):  # half of them are killed whenever, half after a first success
                word, number = importer.stdout.readline().split()
                child = int(number) if word == "child" else child
                seen += [int(number)] if word == "done" else []
            time.sleep(chance.random() * 0.12)
            os.kill(child, signal.SIGKILL)
            while (line := importer.stdout.readline().split()) != ["ended"]:
                seen.append(int(line[1]))
            acknowledged += seen
            whole(settings, acknowledged)
        importer.stdin.close()
        assert importer.wait(timeout=20) == 0
    assert len(acknowledged) >= 5


def whole(settings: Settings, acknowledged: list[int]) -> None:
    """Every acknowledged revision is there, and each revision has all of its rows."""
    database = Database(settings)
    with database.reading() as connection:
        newest = at_revision(connection).number
        assert acknowledged == sorted(acknowledged)
        assert set(acknowledged) <= set(range(1, newest + 1))
        assert connection.scalars(
            select(revisions.c.number).order_by(revisions.c.number)
        ).all() == [*range(1, newest + 1)]
        assert verify(connection) == []
        for table, each in ((claims, ENTRIES + 1), (settled, ENTRIES + 1), (entries, ENTRIES)):
            counted = (
                select(table.c.since, func.count()).group_by(table.c.since).order_by(table.c.since)
            )
            first = 1 if table is entries else 0  # `counter` is made once
            assert [tuple(row) for row in connection.execute(counted)] == [
                (number, each + (first if number == 1 else 0)) for number in range(1, newest + 1)
            ]
    database.dispose()
