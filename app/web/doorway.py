"""What every request passes first: limits and well-formedness of the address, and HEAD for every GET.

uvicorn has no limits of its own here, Starlette decodes a broken query without a word, and FastAPI answers HEAD with
405, which several table readers send before they read.
"""

from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.problems import problem


class Doorway:
    """ASGI middleware: refuse what cannot be read, answer HEAD as GET without a body, forbid guessing at types."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        if refusal := self._refusal(scope):
            await refusal(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", "muster.head": True}
            send = _without_body(send)
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        query = scope["query_string"]
        if len(query) > self.settings.max_query:
            return problem(414, f"The query has {len(query)} bytes; at most {self.settings.max_query} are read.")
        for part, name in ((query.replace(b"+", b" "), "query"), (scope.get("raw_path") or b"", "path")):
            fault = _fault(unquote_to_bytes(part))
            if fault:
                return problem(400, f"The {name} {fault}.")
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdigit() and int(length) > self.settings.max_import:
            return problem(413, f"The body has {length} bytes; at most {self.settings.max_import} are taken anywhere.")
        return None


def _fault(words: bytes) -> str | None:
    try:
        text = words.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        return "holds a control character"
    return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]
        await send(message)

    return sending


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending
