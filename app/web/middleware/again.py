"""The same question again: the bytes of its answer as they left, while the ledger stands where it
stood.

An answer depends on its address, a few headers, the day and the state of the ledger, and on nothing
else. So a small one that is asked for again costs one look at the head row, and no routing, no
reading of parameters and no compressing.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.record.cache import Cache
from app.record.database import Database
from app.record.problems import NotReady
from app.web.http.place import path_of
from app.web.http.statuses import OK
from app.web.http.turns import STANDS
from app.web.schemas.parameters import today

# What an answer depends on, and what asks for less than the whole of one.
_ASKS = {b"host", b"accept", b"accept-encoding"}
_ASKS_FOR_LESS = {b"if-none-match", b"range", b"if-range"}


@dataclass(frozen=True, slots=True)
class _Left:
    """An answer as it left, the state of the ledger that it is of, and the route that it met."""

    stands: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    met: dict[str, Any]


class Again:
    """ASGI middleware, around what compresses: answers again what it answered before."""

    def __init__(self, app: ASGIApp, database: Database, most: int) -> None:
        self.app = app
        self.database = database
        self.left: Cache[_Left] = Cache(most, lambda answer: len(answer.body) + 2_000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a question as before, or pass it on."""
        name = _name(scope)
        if name is None:
            await self.app(scope, receive, send)
        elif (left := self.left.get(name)) and left.stands == await run_in_threadpool(self._stands):
            scope.update(left.met)
            await send({"type": "http.response.start", "status": OK, "headers": list(left.headers)})
            await send({"type": "http.response.body", "body": left.body})
        else:
            await self._pass_on(name, scope, receive, send)

    async def _pass_on(self, name: Hashable, scope: Scope, receive: Receive, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers.extend(message["headers"] if message["status"] == OK else ())
            elif message.get("more_body"):
                headers.clear()  # what comes in pieces is not kept
            elif headers and (stands := scope.get(STANDS)):
                met = {part: scope[part] for part in ("endpoint", "route") if part in scope}
                self.left.keep(name, _Left(stands, headers, message["body"], met))
            await send(message)

        await self.app(scope, receive, sending)

    def _stands(self) -> str | None:
        try:
            return self.database.stands()
        except NotReady:
            return None  # the route says why


def _name(scope: Scope) -> Hashable:
    """What an answer is kept under; None for what is not answered from what was kept."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    if not path_of(scope).startswith("/v1/"):
        return None
    asks = []
    for name, value in scope["headers"]:
        if name in _ASKS:
            asks.append((name, value))
        elif name in _ASKS_FOR_LESS:
            return None
    address = (scope["path"], scope["query_string"], scope["scheme"], scope.get("root_path"))
    return *address, *(scope["server"] or ()), tuple(asks), today()
