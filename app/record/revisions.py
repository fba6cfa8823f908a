"""Revisions of the ledger: their unbroken order, and the hash chain that shows a changed history.

A revision takes its number from the one head row, in the write's own transaction: numbers are in
commit order and have no gaps. Its chain is a hash over the chain before it and the digest of its
own content. In that content stand the texts of claims, and who committed it, only as salted digests
of their own: a text can be erased on request, with its salt, and the chain still holds, as does the
proof of every number and date beside it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, func, select, update

from app.record.problems import Mend, Refused
from app.record.tables import VERSIONED, claims, entries, head, revisions

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


def recorded_content(connection: Connection, revision: Row) -> str:
    """The content of a revision as the tables hold it now."""
    number = revision["number"]
    opened: dict[str, Any] = {
        name: connection.execute(select(table).where(table.c.since == number)).mappings().all()
        for name, table in {**VERSIONED, "entries": entries}.items()
    }
    closed = [
        (name, key)
        for name, table in VERSIONED.items()
        for key in connection.scalars(select(_key(name)).where(table.c.until == number))
    ]
    return content_of(revision, opened, closed)


def _key(name: str) -> Any:
    return claims.c.key if name == "claims" else VERSIONED[name].c.slug


def verify(connection: Connection) -> list[str]:
    """What is wrong with the history, in sentences; an empty list when every link holds."""
    # The head is read first: what others write meanwhile comes after it.
    top = connection.execute(select(head)).first()
    if top is None:
        return ["the head row is gone"]
    faults: list[str] = []
    number, chain = 0, GENESIS
    query = select(revisions).where(revisions.c.number <= top.revision).order_by(revisions.c.number)
    beyond = connection.scalar(select(func.max(revisions.c.number))) or 0
    if beyond > (
        connection.scalar(select(head.c.revision)) or 0
    ):  # read again: a write may have come between
        faults.append(f"the head says revision {top.revision}, and there is a revision {beyond}")
    for row in connection.execute(query).mappings().all():
        if row["number"] != number + 1:
            faults.append(f"revision {number + 1} is missing: the next one is {row['number']}")
        faults += _faults_of(connection, row, chain)
        number, chain = row["number"], row["chain"]
    faults += [
        f"claim {row['key']} of revision {row['since']}: its text was changed"
        for row in connection.execute(
            select(claims).where(claims.c.since <= top.revision)
        ).mappings()
        if not hidden_holds(row, row["digest"], texts_of(row), TEXTS)
    ]
    # In no digest: it is the entry's, kept beside the claim too.
    moved = select(claims.c.key, claims.c.since).join(entries, entries.c.key == claims.c.entry)
    moved = moved.where(claims.c.mission.is_distinct_from(entries.c.mission))
    faults += [
        f"claim {key} of revision {since}: its mission is not its entry's"
        for key, since in connection.execute(moved.where(claims.c.since <= top.revision))
    ]
    if (top.revision, top.chain) != (number, chain):
        faults.append(f"the head says revision {top.revision}; the last one recorded is {number}")
    return faults


def _faults_of(connection: Connection, row: Row, before: str) -> Iterator[str]:
    """What is wrong with one revision, after the chain before it."""
    number = row["number"]
    if not hidden_holds(row, row["about_digest"], about_of(row), ("author", "message")):
        yield f"revision {number}: its author or message was changed"
    if digest("", recorded_content(connection, row)) != row["digest"]:
        yield f"revision {number}: its content was changed after it was recorded"
    if link(before, number, row["recorded_at"], row["digest"]) != row["chain"]:
        yield f"revision {number}: its chain does not follow from the one before"


def hidden_holds(row: Row, kept: str, content: str, names: Iterable[str]) -> bool:
    """Texts agree with their digest; or they are erased, all of them, with their salt."""
    if row["salt"] is None:
        return not any(row[name] for name in names)
    return digest(row["salt"], content) == kept


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
