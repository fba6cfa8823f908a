"""An operator's desk: a served ledger, the command that loads tables into it, and answers whose
rows must add up.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.estimate.strength import ADDITIVE
from app.settings import Settings
from tests.conftest import served

MEASURES = ADDITIVE
JSON = {"Content-Type": "application/json"}

# A table by nation of a mission, and a mapping of it.
HEAD = "Day,Mission,Nation,Troops,Police\n"
BY_NATION = """
series: SERIES
source: {publisher: The Office of SERIES, grade: GRADE, published: "PUBLISHED"}
date: {column: Day}
mission: {column: Mission}
nation: {column: Nation}
counts:
  - {column: Troops, category: troops}
  - {column: Police, category: police}
unknown: [n/k]
complete: true
"""


def by_nation(
    series: str = "office", grade: str = "A2", published: str = "{date}", more: str = ""
) -> str:
    """A mapping of tables by nation, with more said."""
    words = {"SERIES": series, "GRADE": grade, "PUBLISHED": published}
    return (
        "".join(words.get(part, part) for part in re.split("(SERIES|GRADE|PUBLISHED)", BY_NATION))
        + more
    )


def table(*lines: str) -> str:
    """A table by nation, of its lines."""
    return HEAD + "".join(f"{line}\n" for line in lines)


class Desk:
    """Types commands on a ledger and asks its server; `load` and `ask` must succeed, `refused` must
    not.
    """

    def __init__(self, settings: Settings, client: httpx2.Client, place: Path) -> None:
        self.url, self.client, self.place, self.files = settings.database_url, client, place, 0
        self.headers: dict[str, str] = {}

    def type(self, *words: str | Path) -> Result:
        """What a command does."""
        return CliRunner().invoke(
            main, [str(word) for word in words], env={"MUSTER_DATABASE_URL": self.url}
        )

    def file(self, words: str, suffix: str = ".csv") -> Path:
        """A file with some words in it."""
        self.files += 1
        path = self.place / f"{self.files}{suffix}"
        path.write_bytes(words.encode())
        return path

    def import_(self, mapping: str | Path, *tables: str | Path) -> Result:
        """What `muster import` does with tables, each words or a file, by a mapping in words or in
        a file.
        """
        by = self.file(mapping, ".yaml") if isinstance(mapping, str) else mapping
        return self.type(
            *("import", "--mapping", by),
            *(self.file(table) if isinstance(table, str) else table for table in tables),
        )

    def load(self, mapping: str | Path, *tables: str | Path) -> None:
        """Load tables that must be taken."""
        done = self.import_(mapping, *tables)
        assert done.exit_code == 0, done.output

    def refused(self, mapping: str | Path, *tables: str | Path) -> str:
        """What is said of tables that must be refused; nothing may have been stored."""
        before = self.read("/v1/revisions")
        done = self.import_(mapping, *tables)
        assert done.exit_code == 1, done.output
        assert self.read("/v1/revisions") == before
        return done.stderr

    def tell(self, document: str) -> None:
        """Load a document in YAML."""
        done = self.type("import", self.file(document, ".yaml"))
        assert done.exit_code == 0, done.output

    def read(self, path: str, **asked: Any) -> Any:
        """The body of an answer that must be there."""
        answer = self.client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, as_of: str, **asked: Any) -> Any:
        """The strength on a day; its rows must add up to its total, and the total must be that
        without rows.
        """
        body = self.read("/v1/strength", as_of=as_of, **asked)
        add_up(body["data"], body["total"])
        alone = self.read("/v1/strength", as_of=as_of, **(asked | {"group_by": "none"}))["total"]
        assert [alone[name] for name in MEASURES] == [body["total"][name] for name in MEASURES]
        return body

    def series(self, **asked: Any) -> list[Any]:
        """The strength over time; the rows of each day must add up to what stands for the whole
        that day.
        """
        body = self.read("/v1/strength/series", **asked)
        rows: list[Any] = body["data"]
        for whole in body["total"]:
            add_up([row for row in rows if row["date"] == whole["date"]], whole)
        return rows

    def present(self, as_of: str, by: str = "nation", **asked: Any) -> dict[Any, Any]:
        """Who is present on a day, by group; what no row explains is None, the total `total`."""
        body = self.ask(as_of, group_by=by, **asked)
        return {row[by]: row["present"] for row in body["data"]} | {
            "total": body["total"]["present"]
        }

    def write(self, method: str, path: str, body: Any, status: int) -> Any:
        """Write over HTTP with a key; `status` is what must be answered."""
        if not self.headers:
            made = self.type("key", "add", "desk", "--scope", "admin")
            assert made.exit_code == 0, made.output
            self.headers = {"Authorization": f"Bearer {made.stdout.split()[-1]}"}
        answer = self.client.request(
            method, path, content=json.dumps(body), headers=self.headers | JSON
        )
        assert answer.status_code == status, answer.text
        return answer.json()


def add_up(rows: list[Any], total: Any) -> None:
    """Rows add up to a total, in every measure; a low stands in where a best is not known."""
    for name in MEASURES:
        if not rows:
            assert (total[f"{name}_low"], total[name], total[f"{name}_high"]) == (0, 0, 0), name
            continue
        assert sum(row[f"{name}_low"] for row in rows) == total[f"{name}_low"], name
        best = [row[f"{name}_low"] if row[name] is None else row[name] for row in rows]
        assert total[name] is None or sum(best) == total[name], name
        highs = [row[f"{name}_high"] for row in rows]
        if total[f"{name}_high"] is not None and None not in highs:
            assert sum(highs) == total[f"{name}_high"], name


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    """A desk over an empty ledger, on each database."""
    with served(settings) as client:
        yield Desk(settings, client, tmp_path)
