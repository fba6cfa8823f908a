"""What an answer says beside its rows: its permanent address, its pages, and its tag for caches.

A tag is made of the revision's chain, the address and the version of Muster, so it is known before
anything is reckoned, and an unchanged answer costs one look at the head row. Tags are weak, because
gzip changes the bytes, but for a file that leaves as it is. An address that names its revision
(and, for an estimate, its day) is answered the same for ever, and says so.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode

import orjson
from fastapi import Request
from starlette.responses import Response

from app import __version__
from app.record.database import Connection
from app.record.problems import HistoryChanged, Mend, Refused
from app.record.revisions import Revision, at_revision
from app.web.http.conditional import accepts, held_tags, unchanged
from app.web.http.place import path_of
from app.web.http.problems import problem
from app.web.http.statuses import NOT_ACCEPTABLE

VARY = "Accept, Accept-Encoding"
OTHER_HISTORY = "The cursor was made by a ledger with another history: begin again without it."
_AS_WRITTEN = "%&=+!$'()*,;:@/?-._~"
_STATE = ("revision", "known_at")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


@dataclass(frozen=True, slots=True)
class Form:
    """A form that answers have: the suffix of its addresses, and its media type.

    `otherwise` is said to who takes no such answer. None where the address names the form: it says
    already what is wanted, and `Accept` is not asked.
    """

    name: str
    media_type: str
    binary: bool = False
    otherwise: str | None = None


@dataclass(frozen=True)
class Read:
    """One read under way: the request, the state of the ledger it is answered from, and what it
    left to be filled in.

    `filled` are the parameters whose meaning changes with time, as days: as_of left out, or
    today-30d. `exact` is, where the answer is the same to the byte whenever it is made, all else
    that its bytes depend on.
    """

    request: Request
    at: Revision
    form: Form
    filled: Mapping[str, str] = field(default_factory=dict)
    exact: str | None = None

    @cached_property
    def path(self) -> str:
        """The path that was asked for, as it is written in an address; whole where the server has a
        public one.
        """
        path = quote(self.request.scope["path"])
        public = self.request.app.state.settings.public_url
        return f"{self.request.url.scheme}://{self.request.url.netloc}{path}" if public else path

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The parameters as given, without those that name the state of the ledger, and with what
        was filled in.
        """
        given = self.request.query_params.multi_items()
        return [
            *((k, v) for k, v in given if k not in {*_STATE, *self.filled}),
            *self.filled.items(),
        ]

    @cached_property
    def permalink(self) -> str:
        """The address of this very answer, for ever: what was asked, as it was written, at its
        revision.
        """
        written = self.request.scope["query_string"].decode("latin-1").split("&")
        without = {*_STATE, *self.filled}
        kept = [
            quote(pair, safe=_AS_WRITTEN) for pair in written if pair and _name(pair) not in without
        ]
        named = [*kept, *(f"{k}={v}" for k, v in self.filled.items()), f"revision={self.at.number}"]
        return f"{self.path}?{'&'.join(named)}"

    @cached_property
    def tag(self) -> str:
        """The entity tag of the answer: weak, unless it is the same to the byte."""
        about = f"{self.permalink}\n{self.request.query_params.get('known_at')}\n{__version__}"
        if self.exact is not None:
            about += f"\n{self.exact}"
        seal = hashlib.sha256(about.encode()).hexdigest()[:16]
        return f'{"W/" if self.exact is None else ""}"{self.at.chain[:16]}-{seal}"'

    @property
    def headers(self) -> dict[str, str]:
        """What caches and followers need to know."""
        lasts = "revision" in self.request.query_params and not self.filled
        return {
            "ETag": self.tag,
            "Cache-Control": FOR_EVER if lasts else ASK_AGAIN,
            "Vary": VARY,
            "Link": f'<{self.permalink}>; rel="canonical"',
        }

    @cached_property
    def held(self) -> list[str]:
        """The tags that the caller holds."""
        return held_tags(self.request)

    def late(self, response: Response) -> Response:
        """An answer that is there; 304 where the caller holds any (`*`), which only now is known to
        be true.
        """
        return unchanged(self.headers) if self.held == ["*"] else response

    def early(self) -> Response | None:
        """The answer that needs no reckoning: 304 when the caller holds it already, 406 when its
        form is not wanted.
        """
        if self.tag.removeprefix("W/") in self.held:
            return unchanged(self.headers)
        if self.form.otherwise and not accepts(self.request, self.form.media_type):
            return problem(NOT_ACCEPTABLE, self.form.otherwise)
        return None

    def cursor(self, key: Any) -> str | None:
        """The cursor of a page that begins after a key; None for None."""
        if key is None:
            return None
        seal = self._seal(key, self.at.number, self.at.chain[:16])
        packed = json.dumps(
            [key, self.at.number, self.at.chain[:16], seal], separators=(",", ":")
        ).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def after(self, cursor: str | None) -> Any:
        """The key a cursor begins after; Refused if it is of another query, HistoryChanged if of
        another ledger.
        """
        if cursor is None:
            return None
        key, number, chain, seal = unpack(cursor)
        if number == self.at.number and chain != self.at.chain[:16]:
            raise HistoryChanged(OTHER_HISTORY)
        if number != self.at.number or seal != self._seal(key, number, chain):
            raise Refused(
                [
                    Mend(
                        "cursor",
                        "is of another query; begin again without it, or ask what was asked before",
                    )
                ]
            )
        return key

    def slice(
        self, rows: Sequence[Any], cursor: str | None, size: int
    ) -> tuple[Sequence[Any], int | None]:
        """A page of rows that are all at hand, and where the next one begins; the cursor's key is a
        row number.
        """
        start = self.after(cursor) or 0
        if not isinstance(start, int):
            raise Refused([Mend("cursor", "is of another query; begin again without it")])
        return rows[start : start + size], start + size if start + size < len(rows) else None

    def _seal(self, key: Any, number: int, chain: str) -> str:
        same = sorted(
            (k, v)
            for k, v in self.asked
            if k not in ("cursor", "size", "fields", "dialect", "download")
        )
        path = path_of(self.request.scope).removesuffix(f".{self.form.name}")
        return hashlib.sha256(repr((path, same, key, number, chain)).encode()).hexdigest()[:16]


def _name(pair: str) -> str:
    """The name of a parameter, however it is written."""
    return unquote_plus(pair.partition("=")[0])


def unpack(cursor: str) -> tuple[Any, int, str, str]:
    """What a cursor says: key, revision, chain, seal. Refused when it is not one of ours."""
    try:
        packed = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        )
        if not isinstance(packed, list):
            raise ValueError(cursor)
        key, number, chain, seal = packed
        whole = [n for n in (key, number) if isinstance(n, int)]
        if not (isinstance(chain, str) and isinstance(seal, str) and isinstance(key, str | int)):
            raise ValueError(cursor)
        if not isinstance(number, int) or any(
            isinstance(n, bool) or not 0 <= n < 2**31 for n in whole
        ):
            raise ValueError(cursor)
    except (ValueError, RecursionError) as error:
        raise Refused(
            [Mend("cursor", "is not a cursor; take page.next of the answer before, whole")]
        ) from error
    return key, number, chain, seal


def at_cursor(
    connection: Connection, cursor: str, revision: int | None, known_at: str | None
) -> Revision:
    """The state to go on from: the one that the first page was answered from, whatever came
    since.
    """
    number = unpack(cursor)[1]
    try:
        found = at_revision(connection, number)
    except Refused as refused:
        raise HistoryChanged(OTHER_HISTORY) from refused
    another = revision is not None and revision != number and known_at is None
    if not another and known_at is not None:
        # What was known at a time may have grown since the first page, but not shrunk.
        another = at_revision(connection, revision, known_at).number < number
    if another:
        raise Refused(
            [
                Mend(
                    "cursor",
                    "is of another query; begin again without it, or ask what was asked before",
                )
            ]
        )
    return found


def one(read: Read, data: Mapping[str, Any]) -> Response:
    """The answer that shows one thing."""
    body = {"data": data, **state(read)}
    return read.late(
        Response(orjson.dumps(body), headers=read.headers, media_type=read.form.media_type)
    )


def listed(
    read: Read, rows: Sequence[Any], size: int, in_all: int, following: Any, **more: Any
) -> Response:
    """The answer that shows a page of rows."""
    cursor = read.cursor(following)
    body = {
        "data": rows,
        **more,
        **state(read),
        "page": {"size": size, "next": cursor, "total": in_all},
    }
    headers = with_next(read, following)
    return read.late(Response(orjson.dumps(body), headers=headers, media_type=read.form.media_type))


def with_next(read: Read, following: Any) -> dict[str, str]:
    """The headers of a page, with the address of the next one if there is one."""
    headers, cursor = read.headers, read.cursor(following)
    if cursor:
        given, filled = read.request.query_params.multi_items(), read.filled
        onward = [*((k, v) for k, v in given if k not in {"cursor", *filled}), *filled.items()]
        address = f"{read.path}?{urlencode([*onward, ('cursor', cursor)])}"
        headers["Link"] += f', <{address}>; rel="next"'
    return headers


def state(read: Read) -> dict[str, Any]:
    """What every answer says of the ledger it came from."""
    at = read.at
    return {"revision": at.number, "recorded_at": at.recorded_at, "permalink": read.permalink}
