"""Imports documents in a loop and says which were recorded, until it is killed; started by
test_machine.

It reads a line for each start, forks a child that works, and prints the child's number, so that
killing one costs no start of Python. The child prints the number of each revision after its
transaction has ended, and nothing else.
"""

import os
import sys
from typing import Any

from app.record.database import Database
from app.record.documents import read_document
from app.record.ledger import ChangeNote, record
from app.settings import Settings

ENTRIES = 40


def document(start: int, nth: int) -> dict[str, Any]:
    """A document of new entries with one claim each, and a correction of one claim that every
    document makes.
    """
    claim = {"source": "wire", "status": "occurred", "count": 1, "date": "2024-07-16"}
    entries = [
        {
            "key": f"d{start}-{nth}-{n}",
            "kind": "pledge",
            "mission": "haiti",
            "nation": "KEN",
            "claims": [claim],
        }
        for n in range(ENTRIES)
    ]
    told = {**entries[0], "key": "counter", "claims": [claim | {"count": start * 1000 + nth}]}
    subjects = {
        "missions": [{"slug": "haiti", "name": "Haiti"}],
        "sources": [{"slug": "wire", "publisher": "Wire"}],
    }
    return {**subjects, "entries": [*entries, told]}


def work(url: str, start: int) -> None:
    """Import until the end."""
    database = Database(Settings(database_url=url, pool_size=1))
    nth = 0
    while True:
        nth += 1
        with database.writing() as connection:
            done = record(
                connection,
                read_document(document(start, nth)),
                ChangeNote("importer", f"{start}-{nth}"),
            )
        assert done is not None
        os.write(1, f"done {done.revision}\n".encode())


def main() -> None:
    """Start a child for every line that comes in."""
    for start, _line in enumerate(sys.stdin, 1):
        child = os.fork()
        if child == 0:
            work(sys.argv[1], start)
        os.write(1, f"child {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"ended\n")


if __name__ == "__main__":
    main()
