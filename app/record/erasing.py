"""Texts are erased on request, with their salt; a revision of its own says so.

It is the one change to rows that were recorded. The chain holds, for it stands on digests of the
texts; the proof of the ledger lists what is erased, and takes texts that are gone without such a
revision for a fault.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from app.record import settled as settling
from app.record.changes import Changes, searchable
from app.record.ledger import ChangeNote, write
from app.record.problems import Mend, NotFound, Refused
from app.record.revisions import TEXTS, lock_head
from app.record.tables import claims, replies, revisions, settled

AUTHOR = "muster erase"
_ERASED = re.compile(r"Erased: the texts of (.*)", re.S)


def subject_of(what: str | int) -> str:
    """What texts are of, in words: a claim by its key, or a revision by its number."""
    return f"claim {what}" if isinstance(what, str) else f"revision {what}"


def erased_subjects(revision: Mapping[str, Any]) -> list[str]:
    """What a revision says was erased."""
    found = _ERASED.fullmatch(str(revision["message"]))
    return [found[1]] if found and revision["author"] == AUTHOR else []


def last_erasure(connection: Connection) -> int:
    """The newest revision that tells of an erasure; 0 where nothing was erased."""
    query = select(func.max(revisions.c.number)).where(revisions.c.author == AUTHOR)
    return connection.scalar(query) or 0


def erase(connection: Connection, what: str | int, now: datetime | None = None) -> int:
    """Erase the texts of all that a claim ever said, or who committed a revision and their message;
    the revision that says so. NotFound where there is none.
    """
    before, chain = lock_head(connection)
    if isinstance(what, int):
        query = select(revisions.c.author).where(revisions.c.number == what)
        if connection.scalar(query) == AUTHOR:
            raise Refused([Mend("--revision", f"revision {what} tells what was erased, and stays")])
    if not blank(connection, subject_of(what)):
        raise NotFound("claim" if isinstance(what, str) else "revision", str(what))
    about = ChangeNote(AUTHOR, f"Erased: the texts of {subject_of(what)}", "reassessed")
    write(connection, Changes(), about, before + 1, chain, now or datetime.now(UTC))
    return before + 1


def blank(connection: Connection, subject: str) -> bool:
    """Take the texts of a subject away; false where there is no such subject."""
    sort, _, name = subject.partition(" ")
    if sort == "claim":
        return _blank_claim(connection, name)
    number = int(name) if name.isdecimal() else 0
    gone = update(revisions).where(revisions.c.number == number)
    return connection.execute(gone.values(author="", message="", salt=None)).rowcount > 0


def _blank_claim(connection: Connection, key: str) -> bool:
    rows = connection.execute(select(claims).where(claims.c.key == key)).mappings().all()
    if not rows:
        return False
    nothing = dict.fromkeys(TEXTS)
    for row in rows:
        words = searchable("claims", {**row, **nothing})
        blank = nothing | {"salt": None, "words": words}
        connection.execute(update(claims).where(claims.c.id == row["id"]).values(blank))
    entry = rows[0]["entry"]
    for row in connection.execute(select(settled).where(settled.c.entry == entry)).mappings().all():
        made = settling.settled_rows(connection, row["since"], [entry])[entry]
        connection.execute(
            update(settled).where(settled.c.id == row["id"]).values(words=made["words"])
        )
    # What was answered to a write may hold its texts.
    connection.execute(delete(replies).where(replies.c.body.contains(key, autoescape=True)))
    return True
