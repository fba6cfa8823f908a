"""Where a request comes from and what it was asked for, when a proxy stands in front.

A proxy is believed when its address is among those trusted, and then in all that it says: who asks
(X-Forwarded-For), the scheme, the host, and the prefix that Muster is under. Of anybody else these
headers are nothing. A public address stands in the place of scheme, host and prefix, whoever asks.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.settings import Settings
from app.web.http.place import ASKED_HOST, HOST

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
# An address as proxies write it: with a port, or an IPv6 one in brackets.
_WITH_PORT = re.compile(r"\[(?P<six>[^]]+)\](:\d+)?|(?P<four>[\d.]+):\d+")


class Proxies:
    """ASGI middleware, the outermost: makes of a request what the caller asked."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.trusted = settings.trusted_proxies
        self.public = urlsplit(settings.public_url.rstrip("/")) if settings.public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as it was asked."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if self._trusts((scope.get("client") or ("",))[0]):
                self._believe(scope, headers)
            scope[ASKED_HOST] = Headers(scope=scope).get("host", "")
            if self.public:
                _name(scope, self.public.scheme, self.public.netloc, self.public.path)
        await self.app(scope, receive, send)

    def _trusts(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self.trusted)

    def _believe(self, scope: Scope, headers: Headers) -> None:
        """Take what a proxy says; of several values the last, which is its own."""
        if client := self._client(headers):
            scope["client"] = (client, 0)
        scheme, host, prefix = (
            ",".join(headers.getlist(f"x-forwarded-{name}")).rpartition(",")[2].strip()
            for name in ("proto", "host", "prefix")
        )
        _name(
            scope,
            scheme if scheme in ("http", "https") else scope["scheme"],
            host if HOST.fullmatch(host) else None,
            prefix.rstrip("/") if _PREFIX.fullmatch(prefix.rstrip("/")) else "",
        )

    def _client(self, headers: Headers) -> str | None:
        """The nearest address that is no proxy of ours; the farthest where all are. What is no
        address ends the list: who wrote it is not known.
        """
        listed = ",".join(headers.getlist("x-forwarded-for")).split(",")
        nearest = None
        for one in reversed([word.strip() for word in listed]):
            parts = _WITH_PORT.fullmatch(one)
            try:
                nearest = str(ip_address((parts["six"] or parts["four"]) if parts else one))
            except ValueError:
                break
            if not self._trusts(nearest):
                break
        return nearest


def _name(scope: Scope, scheme: str, host: str | None, prefix: str) -> None:
    """Name what a request was asked at. A proxy may have taken the prefix off its path, or not."""
    scope["scheme"] = scheme
    if host:
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [*others, (b"host", host.encode())]
    if prefix and not f"{scope['path']}/".startswith(f"{prefix}/"):
        scope["path"] = prefix + scope["path"]
    scope["root_path"] = prefix
