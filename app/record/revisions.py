"""Revisions of the ledger: their unbroken order, and the hash chain that shows a changed history.

A revision takes its number from the one head row, in the write's own transaction: numbers are in
commit order and have no gaps. Its chain is a hash over the chain before it and the digest of its
own content. In that content stand the texts of claims, and who committed it, only as salted digests
of their own: a text can be erased on request, with its salt, and the chain still holds, as does the
proof of every number and date beside it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, select, update

from app.record.problems import Mend, Refused
from app.record.tables import head, revisions

GENESIS = "0" * 64

Row = Mapping[str, Any] | RowMapping


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of the ledger: its number, the chain up to it, when it was recorded (None: before the
    first); and the number and chain of the newest.
    """

    number: int
    chain: str
    recorded_at: str | None
    newest: int
    newest_chain: str


def at_revision(
    connection: Connection, number: int | None = None, known_at: str | None = None
) -> Revision:
    """The newest revision, the one of a number, or the last one recorded by a time (a day: by its
    end, in UTC).
    """
    newest, chain = connection.execute(select(head.c.revision, head.c.chain)).one_or_none() or (
        0,
        GENESIS,
    )
    if number is not None and known_at is not None:
        raise Refused([Mend("known_at", "give revision or known_at, not both")])
    if number is not None and number > newest:
        raise Refused(
            [
                Mend(
                    "revision",
                    f"there is no revision {number} yet; the newest is {newest}",
                    str(newest),
                )
            ]
        )
    query = select(revisions.c.number, revisions.c.chain, revisions.c.recorded_at)
    if known_at is not None:
        query = query.where(revisions.c.recorded_at < _just_after(known_at))
        query = query.order_by(revisions.c.number.desc()).limit(1)
    else:
        query = query.where(revisions.c.number == (newest if number is None else number))
    found = connection.execute(query).first()
    if found is None:
        return Revision(0, GENESIS, None, newest, chain)
    return Revision(found.number, found.chain, found.recorded_at, newest, chain)


def stamp(moment: datetime) -> str:
    """A moment as the ledger keeps it: UTC, to the microsecond, so that text order is time
    order.
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


def _just_after(known_at: str) -> str:
    try:
        if not _MOMENT.fullmatch(known_at):
            raise ValueError(known_at)
        if len(known_at) == 10:
            return f"{date.fromisoformat(known_at) + timedelta(days=1)}T"
        moment = datetime.fromisoformat(known_at)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return stamp(moment + timedelta(microseconds=1))
    except (ValueError, OverflowError) as error:
        detail = f"{known_at!r:.60} is not a date or time; write 2024-07-18 or 2024-07-18T12:00:00Z"
        hint = "; a + in an address is written %2B" if " " in known_at else ""
        raise Refused([Mend("known_at", detail + hint)]) from error


def lock_head(connection: Connection) -> tuple[int, str]:
    """Hold the head row until the transaction ends, and read it: no other write can come
    between.
    """
    row = connection.execute(
        update(head).values(revision=head.c.revision).returning(head.c.revision, head.c.chain)
    ).one()
    return row.revision, row.chain


def digest(salt: str, content: str) -> str:
    """The salted hash of a content."""
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def link(before: str, number: int, recorded_at: str, own: str) -> str:
    """The chain of a revision, from the one before it and its own digest."""
    return hashlib.sha256(f"{before}\n{number}\n{recorded_at}\n{own}".encode()).hexdigest()


# What never enters a digest in the clear: the row's place in this database, its end (recorded by
# the revision that closes it), what is derived from other columns, and the texts, which their own
# digest stands for.
TEXTS = ("summary", "count_text", "date_text", "locator")
_UNSEALED = {"id", "until", "words", "salt"}
_UNSEALED_OF_CLAIMS = {*_UNSEALED, *TEXTS, "mission"}


def texts_of(claim: Row) -> str:
    """A claim's texts in one canonical form."""
    return _canonical({name: claim[name] for name in TEXTS})


def about_of(revision: Row) -> str:
    """Who committed a revision and what they said of it, in one canonical form."""
    return _canonical({name: revision[name] for name in ("author", "message")})


def content_of(
    revision: Row, opened: Mapping[str, Iterable[Row]], closed: Iterable[tuple[str, str]]
) -> str:
    """All that a revision is, in one canonical form: why, what it opened, what it closed; texts as
    their digests.
    """
    # The name that it had when the first chains were made: another would be another chain.
    lines = [_canonical({"cause": revision["cause"], "told": revision["about_digest"]})]
    for table in ("missions", "contingents", "sources", "entries", "claims"):
        hidden = _UNSEALED_OF_CLAIMS if table == "claims" else _UNSEALED
        lines += sorted(f"+{table} {_canonical(row, hidden)}" for row in opened.get(table, ()))
    return "\n".join([*lines, *sorted(f"-{table} {key}" for table, key in closed)])


def _canonical(row: Row, without: Iterable[str] = ()) -> str:
    content = {
        str(name): value for name, value in row.items() if value is not None and name not in without
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()


def texts_hold(
    row: Row, kept: str, content: Callable[[Row], str], names: Iterable[str], blank: str | None
) -> bool:
    """Texts agree with their digest, or are all as an erasure leaves them, with their salt."""
    if row["salt"] is None:
        return all(row[name] == blank for name in names)
    try:
        return bool(digest(row["salt"], content(row)) == row[kept])
    except (TypeError, ValueError):  # what no ledger holds
        return False


def seen_revision(connection: Connection, tag: str) -> int | None:
    """The revision of the answer that carried an entity tag; None for a tag of another history, or
    none of ours.
    """
    found = re.fullmatch(r'(?:W/)?"([0-9a-f]{16})-[0-9a-f]{16}"', tag.strip())
    if not found:
        return None
    # Sixteen hex digits: all chains that begin with them stand between these two.
    chain = revisions.c.chain
    query = select(revisions.c.number).where(chain >= found[1], chain < f"{found[1]}g")
    return connection.scalar(query.order_by(revisions.c.number.desc()).limit(1))
