"""What comes in with a write: whose key, which body, on what condition, and whether it was sent
before.
"""

import hashlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import Connection, delete, insert, select
from starlette.concurrency import run_in_threadpool

from app.record.keys import ApiKey, Scope, known_key
from app.record.plain import read_json
from app.record.problems import Mend, NotAllowed, Refused
from app.record.tables import replies
from app.settings import Settings
from app.web.dependencies import database
from app.web.http.guesses import Guesses, shown_key
from app.web.http.place import client_of, path_of
from app.web.http.statuses import CONTENT_TOO_LARGE, RATE_LIMITED, UNSUPPORTED_MEDIA_TYPE

NO_KEY = (
    "Writing needs a key: send it as `Authorization: Bearer muster_...`. "
    "`muster key add` makes one."
)


# How long the same write is answered as it was, and how many that are older one write lets go of.
KEPT_FOR = timedelta(days=30)
PRUNED = 100


@dataclass(frozen=True, slots=True)
class Incoming:
    """One write under way."""

    request: Request
    key: ApiKey
    raw: bytes

    @property
    def content(self) -> Any:
        """The body as plain data; Refused when it is not one JSON value, strictly read."""
        return read_json(self.raw)

    @property
    def once(self) -> str | None:
        """The Idempotency-Key: with the same one, a write is done once and answered alike."""
        given = self.request.headers.get("idempotency-key")
        if given is not None and not (
            given.isascii() and given.isprintable() and 1 <= len(given) <= 255
        ):
            raise Refused([Mend("Idempotency-Key", "is 1 to 255 printable ASCII characters")])
        return given

    @property
    def digest(self) -> str:
        """A hash of what is asked: method, address and body."""
        path = path_of(self.request.scope)
        line = f"{self.request.method} {path}?{self.request.url.query}\n".encode()
        return hashlib.sha256(line + self.raw).hexdigest()


def incoming(
    scope: Scope, limit: Callable[[Settings], int]
) -> Callable[[Request], Awaitable[Incoming]]:
    """What a write of a scope comes with; the key is looked at before the body is read."""

    async def read(request: Request) -> Incoming:
        key = await run_in_threadpool(_authenticated, request, scope)
        return Incoming(request, key, await _body(request, limit(request.app.state.settings)))

    return read


def _authenticated(request: Request, scope: Scope) -> ApiKey:
    key, address = shown_key(request.headers), client_of(request.scope)
    guesses: Guesses = request.app.state.guesses
    if key and (wait := guesses.wait(address, key)):
        after = {"Retry-After": str(math.ceil(wait))}
        raise RATE_LIMITED.error("Too many wrong keys came from your address.", after)
    held = database(request)
    with held.reading() as connection:
        held.require_schema(connection)
        found = known_key(connection, key) if key else None
    if key:
        guesses.tell(address, key, found is not None)
    if found is None:
        raise NotAllowed(NO_KEY, known=False)
    if not found.allows(scope):
        raise NotAllowed(
            f"The key {found.name!r} has scope {found.scope}; this needs {scope}.", known=True
        )
    return found


async def _body(request: Request, limit: int) -> bytes:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UNSUPPORTED_MEDIA_TYPE.error("Send the body as it is, without Content-Encoding.")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise CONTENT_TOO_LARGE.error(f"At most {limit} bytes are taken here.")
        chunks.append(chunk)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if size and media != "application/json":
        raise UNSUPPORTED_MEDIA_TYPE.error("Send the body as application/json.")
    return b"".join(chunks)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a write is answered."""

    status: int
    body: str
    location: str | None = None
    again: bool = False


def replied_before(connection: Connection, sent: Incoming) -> Reply | None:
    """What the same write was answered before; Conflict when its Idempotency-Key came with another
    write.
    """
    if sent.once is None:
        return None
    query = select(replies).where(replies.c.api_key == sent.key.id, replies.c.key == sent.once)
    row = connection.execute(query).first()
    if row is None:
        return None
    if row.request != sent.digest:
        raise Refused(
            [
                Mend(
                    "Idempotency-Key",
                    "came with another request before; use a new one for a new write",
                )
            ]
        )
    return Reply(row.status, row.body, row.location, again=True)


def _prune(connection: Connection, now: datetime) -> None:
    """Let go of the oldest replies that are too old, a few at each write, so that a write costs the
    same however many there are.
    """
    oldest = select(replies.c.id, replies.c.made_at).order_by(replies.c.id).limit(PRUNED)
    before = (now - KEPT_FOR).isoformat()
    gone = [row.id for row in connection.execute(oldest) if row.made_at < before]
    if gone:
        connection.execute(delete(replies).where(replies.c.id.in_(gone)))


def keep_reply(connection: Connection, sent: Incoming, reply: Reply, now: datetime) -> None:
    """Remember a reply, in the write's own transaction."""
    if sent.once is None:
        return
    _prune(connection, now)
    row = {
        "api_key": sent.key.id,
        "key": sent.once,
        "request": sent.digest,
        "made_at": now.isoformat(),
    }
    connection.execute(
        insert(replies),
        [row | {"status": reply.status, "body": reply.body, "location": reply.location}],
    )
