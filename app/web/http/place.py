"""Where a request was asked: the scheme, host and prefix that callers know this server by, and the
path below them.

The prefix is ASGI's `root_path`, and stands at the beginning of every path, so that an address made
of a path leads back through the proxy.
"""

import re
from ipaddress import IPv6Address, ip_address
from typing import Any

from starlette.requests import Request
from starlette.types import Scope

# In a request's scope: the host that was asked for, before a public address stood in its place.
ASKED_HOST = "muster.host"

HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def prefix_of(scope: Scope) -> str:
    """The prefix that the application is under: `/muster`, or nothing."""
    return str(scope.get("app_root_path", scope.get("root_path", "")))


def path_of(scope: Scope) -> str:
    """The path below the prefix, as the application knows it."""
    return str(scope["path"]).removeprefix(prefix_of(scope)) or "/"


def host_of(request: Request) -> str:
    """Scheme, host and prefix that a page was asked at, for the addresses that are copied from it;
    empty where the host is none.
    """
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        return ""
    return f"{request.url.scheme}://{host}{prefix_of(request.scope)}"


def client_of(scope: Scope) -> str:
    """Who asks, as far as an address tells: of IPv6 its network, for whoever has one has all of
    it.
    """
    client: Any = scope.get("client")
    try:
        address = ip_address(client[0])
    except (TypeError, ValueError):
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return ":".join(address.exploded.split(":")[:4])
