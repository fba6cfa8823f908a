"""API keys of those who may write. Only their hashes are kept; a key itself is shown once, when it
is made.

A key is 256 random bits, so a plain hash is enough: there is nothing to guess. Its prefix tells
what it is to who finds one, and its last character checks the rest, so that a key cut short is
known without asking the database.
"""

import base64
import hashlib
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection, insert, select, update

from app.record.problems import Mend, Refused
from app.record.revisions import stamp
from app.record.tables import api_keys

KeyScope = Literal["write", "admin"]
SCOPES = get_args(KeyScope)
PREFIX = "muster_"
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that is known and not revoked."""

    id: int
    name: str
    scope: KeyScope

    def allows(self, scope: KeyScope) -> bool:
        """admin allows everything that write does."""
        return self.scope in ("admin", scope)


def add_key(connection: Connection, name: str, scope: KeyScope, now: datetime) -> str:
    """Make a key and keep its hash. Refused when the name is taken."""
    if not (name.isprintable() and name.strip() == name and 1 <= len(name) <= 100):
        raise Refused(
            [Mend("NAME", "is 1 to 100 printable characters, without a space at either end")]
        )
    if name.casefold().startswith("muster "):
        raise Refused([Mend("NAME", "begins as Muster's own commands do, which sign what they do")])
    if connection.scalar(select(api_keys.c.id).where(api_keys.c.name == name)):
        raise Refused(
            [
                Mend(
                    "NAME",
                    f"there is a key named {name!r} already; names stay with what they wrote",
                )
            ]
        )
    body = base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower()
    key = f"{PREFIX}{body}{_check_digit(body)}"
    row = {
        "name": name,
        "scope": scope,
        "shown": key[: len(PREFIX) + 6],
        "hash": _hash(key),
        "made_at": stamp(now),
    }
    connection.execute(insert(api_keys), [row])
    return key


def revoke_key(connection: Connection, name: str, now: datetime) -> None:
    """Take a key's rights away, for good. Refused when there is none of that name in force."""
    gone = update(api_keys).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
    if connection.execute(gone.values(revoked_at=stamp(now))).rowcount == 0:
        raise Refused([Mend("NAME", f"there is no key {name!r} in force")])


def known_key(connection: Connection, key: str) -> ApiKey | None:
    """The key that a caller shows; None when it is malformed, unknown or revoked."""
    body = key.removeprefix(PREFIX)
    if not key.isascii() or body == key or len(body) != 53 or _check_digit(body[:-1]) != body[-1]:
        return None
    query = select(api_keys.c.id, api_keys.c.name, api_keys.c.scope)
    found = connection.execute(
        query.where(api_keys.c.hash == _hash(key), api_keys.c.revoked_at.is_(None))
    ).first()
    return ApiKey(*found) if found else None


def _check_digit(body: str) -> str:
    return _DIGITS[zlib.crc32(body.encode()) % len(_DIGITS)]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
