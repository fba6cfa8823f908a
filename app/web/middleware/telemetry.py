"""Every request is seen from outside: it has a name of its own, is counted and timed, and told in
the log if wanted.
"""

import logging
import re
import time
import uuid
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.middleware.metrics import Metrics

log = logging.getLogger("muster.request")

UNMATCHED = "unmatched"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Call:
    """One request under way. `route` is the template that it met, which only the inner rooms come
    to know.
    """

    name: str
    route: str = UNMATCHED
    status: int | None = None
    began: float = field(default_factory=time.perf_counter)


def call_of(scope: Scope) -> Call:
    """The request that a scope belongs to."""
    found: Call = scope["muster.call"]
    return found


def route_of(scope: Scope) -> str:
    """The template of the route that a request met; one word for all that met none."""
    if scope.get("endpoint") is None:
        return UNMATCHED
    # What is mounted, and what the framework adds on a fixed path, has no template.
    return str(getattr(scope.get("route"), "path", None) or scope.get("root_path") or scope["path"])


class Telemetry:
    """ASGI middleware, the outermost: names each request in X-Request-Id, counts it, times it, logs
    it.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self.logs = (
            settings.log_format == "json"
        )  # in text, uvicorn's own line of a request is enough
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see how it ends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call = Call(_name(scope))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", call.name.encode())]
            await send(message)

        self.metrics.under_way.inc()
        try:
            await self.app({**scope, "muster.call": call}, receive, sending)
        finally:
            self.metrics.under_way.dec()
            self._tell(scope, call, time.perf_counter() - call.began)

    def _tell(self, scope: Scope, call: Call, seconds: float) -> None:
        self.metrics.answered(call.route, scope["method"], call.status, seconds)
        if not self.logs:
            return
        # The path without its query, and no header: what a caller keeps secret stays out of the
        # log.
        fields = {
            "method": scope["method"],
            "path": scope["path"],
            "route": call.route,
            "status": call.status,
            "duration_ms": round(seconds * 1000, 3),
            "request_id": call.name,
            "client": (scope.get("client") or (None,))[0],
        }
        log.info("%s %s %s", scope["method"], scope["path"], call.status, extra={"fields": fields})


def _name(scope: Scope) -> str:
    """The name that the caller gave the request, if it is one; else a new one."""
    given = Headers(scope=scope).getlist("x-request-id")
    return given[0] if len(given) == 1 and _NAME.fullmatch(given[0]) else uuid.uuid4().hex
