"""What comes in with a write: whose key, which body, on what condition, and whether it was sent
before.
"""

import hashlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from app.record.keys import ApiKey, KeyScope, known_key
from app.record.plain import read_json
from app.record.problems import Mend, NotAllowed, Refused
from app.settings import Settings
from app.web.dependencies import database
from app.web.http.guesses import Guesses, shown_key
from app.web.http.place import client_of, path_of
from app.web.http.statuses import CONTENT_TOO_LARGE, RATE_LIMITED, UNSUPPORTED_MEDIA_TYPE
from app.web.schemas.writes import WriteQuery

NO_KEY = (
    "Writing needs a key: send it as `Authorization: Bearer muster_...`. "
    "`muster key add` makes one."
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One write under way."""

    request: Request
    key: ApiKey
    raw: bytes
    asked: WriteQuery

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
    scope: KeyScope, limit: Callable[[Settings], int], model: type[WriteQuery] = WriteQuery
) -> Callable[[Request, WriteQuery], Awaitable[Incoming]]:
    """What a write of a scope comes with; the key is looked at before the body is read. It says to
    the framework by which model its query is read.
    """

    async def read(request: Request, asked: WriteQuery) -> Incoming:
        key = await run_in_threadpool(_authenticated, request, scope)
        body = await _body(request, limit(request.app.state.settings))
        return Incoming(request, key, body, asked)

    read.__annotations__["asked"] = Annotated[model, Query()]
    return read


def _authenticated(request: Request, scope: KeyScope) -> ApiKey:
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
