"""What writes were answered, by the key that wrote and the name it gave the write: the same write
again is answered alike, and done once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from app.record.problems import Mend, Refused
from app.record.tables import replies

# How long the same write is answered as it was, and how many that are older one write lets go of.
KEPT_FOR = timedelta(days=30)
PRUNED = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """What a write is answered."""

    status: int
    body: str
    location: str | None = None
    again: bool = False


def reply_before(connection: Connection, key: int, name: str, request: str) -> Reply | None:
    """What a key was answered to the write of a name before; Refused when that was another
    `request`, by its hash.
    """
    query = select(replies).where(replies.c.api_key == key, replies.c.key == name)
    row = connection.execute(query).first()
    if row is None:
        return None
    if row.request != request:
        detail = "came with another request before; use a new one for a new write"
        raise Refused([Mend("Idempotency-Key", detail)])
    return Reply(row.status, row.body, row.location, again=True)


def keep_reply(
    connection: Connection, key: int, name: str, request: str, reply: Reply, now: datetime
) -> None:
    """Remember a reply, in the write's own transaction."""
    _prune(connection, now)
    row = {"api_key": key, "key": name, "request": request, "made_at": now.isoformat()}
    row |= {"status": reply.status, "body": reply.body, "location": reply.location}
    connection.execute(insert(replies), [row])


def _prune(connection: Connection, now: datetime) -> None:
    """Let go of the oldest replies that are too old, a few at each write, so that a write costs the
    same however many there are.
    """
    oldest = select(replies.c.id, replies.c.made_at).order_by(replies.c.id).limit(PRUNED)
    before = (now - KEPT_FOR).isoformat()
    gone = [row.id for row in connection.execute(oldest) if row.made_at < before]
    if gone:
        connection.execute(delete(replies).where(replies.c.id.in_(gone)))
