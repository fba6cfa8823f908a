"""What every request passes first: limits and well-formedness of the address, and HEAD for every
GET.

uvicorn has no limits of its own here, Starlette decodes a broken query without a word, and FastAPI
answers HEAD with 405, which several table readers send before they read.
"""

import re
import time
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

import limits
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.record.database import Database
from app.record.keys import known_key
from app.record.problems import Mend, NotReady
from app.settings import Settings
from app.web.http import statuses
from app.web.http.guesses import shown_key
from app.web.http.place import ASKED_HOST, client_of, path_of
from app.web.http.problems import our_fault, problem
from app.web.middleware.telemetry import call_of, route_of

_KEY = re.compile(rb"muster_[a-z2-7]{20}")


class Limits:
    """ASGI middleware: refuse what cannot be read, answer HEAD as GET without a body, forbid
    guessing at types.
    """

    def __init__(self, app: ASGIApp, settings: Settings, database: Database) -> None:
        self.app = app
        self.settings = settings
        self.database = database
        self.allowed = limits.parse(settings.rate_limit) if settings.rate_limit else None
        self.limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sending = _Sending(send, b"transfer-encoding" in dict(scope["headers"]))
        if scope["method"] == "HEAD":
            scope = _without(
                {**scope, "method": "GET", "muster.head": True}, b"range"
            )  # ranges are for GET (RFC 9110)
            sending.bare = True
        if refusal := self._refusal(scope) or await self._too_often(scope):
            await refusal(scope, receive, sending)
            return
        scope, call = _plain_if_asked(scope), call_of(scope)
        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if sending.started:
                raise
            await our_fault(scope["path"], error, call.name)(scope, receive, sending)
        finally:
            call.route = route_of(scope)

    async def _too_often(self, scope: Scope) -> ASGIApp | None:
        """Refuse who asks more often than is allowed; those who watch the server always may."""
        if self.allowed is None or _watches(scope):
            return None
        key = shown_key(Headers(scope=scope))
        known = await run_in_threadpool(self._known, key) if key else None
        who = f"key {known}" if known else f"address {client_of(scope)}"
        if self.limiter.hit(self.allowed, who):
            return None
        wait = max(
            1, round(self.limiter.get_window_stats(self.allowed, who).reset_time - time.time())
        )
        return problem(
            statuses.RATE_LIMITED,
            f"At most {self.allowed} are answered.",
            headers={"Retry-After": str(wait)},
        )

    def _known(self, key: str) -> int | None:
        """The number of a key that is in force: only such a one has a measure of its own."""
        try:
            with self.database.reading() as connection:
                found = known_key(connection, key)
        except NotReady:
            return None
        return found.id if found else None

    def _other_host(self, scope: Scope) -> ASGIApp | None:
        """Refuse what was asked of another host than those that are ours."""
        allowed = self.settings.allowed_hosts
        host = re.sub(r":[0-9]*$", "", str(scope.get(ASKED_HOST, ""))).lower().rstrip(".")
        if not allowed or _watches(scope):
            return None
        if any(host == one or (one[:2] == "*." and host.endswith(one[1:])) for one in allowed):
            return None
        return problem(statuses.BAD_REQUEST, "This server is not the host that was asked for.")

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if refusal := self._other_host(scope):
            return refusal
        pairs = scope["query_string"].split(b"&")
        # What a permalink or a next page adds does not count, so that the longest question has
        # both.
        asked = b"&".join(
            pair for pair in pairs if not pair.startswith((b"revision=", b"as_of=", b"cursor="))
        )
        if (
            len(asked) > self.settings.max_query
            or len(scope["query_string"]) > self.settings.max_query + 1500
        ):
            given = len(scope["query_string"])
            return problem(
                statuses.URI_TOO_LONG,
                f"The query has {given} bytes; at most {self.settings.max_query} are read.",
            )
        mends = [mend for pair in pairs if (mend := _no_text(pair))]
        if mends:
            return problem(
                statuses.BAD_REQUEST,
                f"The query is no text: {mends[0].where} {mends[0].detail}.",
                mends,
            )
        if fault := _fault(unquote_to_bytes(scope.get("raw_path") or b"")):
            return problem(statuses.BAD_REQUEST, f"The path {fault}.")
        return self._other_body(scope)

    def _other_body(self, scope: Scope) -> ASGIApp | None:
        """Refuse a key where the address stands, and a body that is none or too long."""
        if _KEY.search(unquote_to_bytes(scope["query_string"] + b" " + scope.get("raw_path", b""))):
            return problem(
                statuses.BAD_REQUEST,
                "A key stands in the address, where others see it: revoke it, and send the new one "
                "as `Authorization: Bearer muster_...`.",
            )
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            return problem(
                statuses.BAD_REQUEST, "The body has two lengths.", headers={"Connection": "close"}
            )
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.settings.max_import:
            return problem(
                statuses.CONTENT_TOO_LARGE,
                f"The body has {length} bytes; at most {self.settings.max_import} are taken "
                "anywhere.",
            )
        return None


def _watches(scope: Scope) -> bool:
    """Whether it is asked how the server is."""
    path = path_of(scope)
    return path.startswith("/health/") or path == "/metrics"


def _no_text(pair: bytes) -> Mend | None:
    """What is wrong with one part of a query, if it is no text."""
    name, _, value = (unquote_to_bytes(part) for part in pair.replace(b"+", b" ").partition(b"="))
    fault = _fault(name) or _fault(value)
    shown = "".join(char if char.isprintable() else "?" for char in name.decode("utf-8", "replace"))
    return Mend(shown or "query", fault, asked=True) if fault else None


def _fault(words: bytes) -> str | None:
    try:
        text = words.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        return "holds a control character"
    return None


def _plain_if_asked(scope: Scope) -> Scope:
    """Without Accept-Encoding where it forbids gzip, or a range is asked for: ranges are of the
    bytes as they are.
    """
    words = ",".join(Headers(scope=scope).getlist("accept-encoding")).lower()
    weights = dict(re.findall(r"([a-z*-]+)\s*;\s*q\s*=\s*([0-9.]+)", words))
    ranged = "range" in Headers(scope=scope)
    if not ranged and not re.fullmatch(r"0(\.0*)?", weights.get("gzip", "1")):
        return scope
    return _without(scope, b"accept-encoding")


def _without(scope: Scope, header: bytes) -> Scope:
    return {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if name != header],
    }


def _each_once(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Headers as they are, but in Vary each name once: what compresses adds its own to ours."""
    for name, value in headers:
        if name == b"vary":
            value = b", ".join(dict.fromkeys(part.strip() for part in value.split(b",")))
        yield name, value


def _guards(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """What every answer is held to in a browser; a page has its own policy."""
    names = dict(headers)
    yield b"x-content-type-options", b"nosniff"
    if b"content-security-policy" not in names:
        html = names.get(b"content-type", b"").startswith(b"text/html")
        yield b"content-security-policy", _DOCUMENTATION if html else _NO_PAGE
        yield b"referrer-policy", b"no-referrer"


# The documentation has a script and styles in it; its files are our own.
_DOCUMENTATION = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
# A picture has styles.
_NO_PAGE = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class _Sending:
    """Sends an answer on: with the header that every answer has, and without its body where HEAD
    asked.
    """

    def __init__(self, send: Send, endless: bool) -> None:
        self.send = send
        self.endless = endless
        self.bare = False
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if (
                self.endless and message["status"] >= statuses.FAILED
            ):  # what is still sent is not read
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            message["headers"] = [
                *_each_once(message["headers"]),
                *_guards(message["headers"]),
            ]
        elif message["type"] == "http.response.body" and self.bare:
            message = {**message, "body": b""}
        await self.send(message)
