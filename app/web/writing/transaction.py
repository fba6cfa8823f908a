"""How a write is done once and answered: one transaction, one revision, what it changed, what it
did to the totals.

Who keeps the ledger sees with every write the estimate before and after it, for each contingent it
touched. Because the ledger answers at any revision, both are asked after the write, in its own
transaction.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
from starlette.responses import Response

from app.estimate.entries import Scope
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.record import documents, listings, settled
from app.record.contingents import evidence_of
from app.record.database import Connection
from app.record.kinds import KINDS
from app.record.ledger import Cause, ChangeNote
from app.record.listings import ENTRIES
from app.record.lists import Listing
from app.record.problems import Mend, Refused
from app.record.replies import Reply, keep_reply, reply_before
from app.record.revisions import at_revision, lock_head
from app.record.subjects import changed_in
from app.web.dependencies import database
from app.web.estimates import figures_shown
from app.web.http.place import path_of, prefix_of
from app.web.http.statuses import CREATED, OK
from app.web.schemas.parameters import today
from app.web.schemas.writes import ChangeNoteFields
from app.web.writing.request import Incoming

# What a write did: the list that shows its subject, and the subject's key (None: it is gone, or
# there are many).
Done = tuple[Listing | None, str | None]
MOST_ESTIMATES = 50
CAUSES: dict[str, Cause] = {
    "POST": "new_source",
    "PUT": "source_corrected",
    "PATCH": "source_corrected",
    "DELETE": "our_error",
}


def commit(
    sent: Incoming,
    note: ChangeNoteFields,
    act: Callable[[Connection, ChangeNote], Done],
    beside: Mapping[str, Any] | None = None,
) -> Response:
    """Do a write once, in one transaction, and answer with what it changed; a dry run is undone
    after the answer.

    `beside` is what else stands in the answer; `act` may fill it.
    """
    prefix, dry_run = prefix_of(sent.request.scope), sent.asked.dry_run
    with database(sent.request).writing() as connection:
        before, _ = lock_head(connection)
        once = (sent.key.id, sent.once, sent.digest) if sent.once is not None else None
        if once and (reply := reply_before(connection, *once)):
            return _sent(reply, prefix)
        cause = note.cause or CAUSES[sent.request.method]
        subject = act(connection, ChangeNote(sent.key.name, note.message or _named(sent), cause))
        reply = _reply(connection, sent, before, subject, dry_run, beside or {})
        if dry_run:
            connection.rollback()
            return _sent(reply, prefix)
        if once:
            keep_reply(connection, *once, reply, datetime.now(UTC))
    return _sent(reply, prefix)


def _named(sent: Incoming) -> str:
    return f"{sent.request.method} {path_of(sent.request.scope)}"


def _reply(
    connection: Connection,
    sent: Incoming,
    before: int,
    subject: Done,
    dry_run: bool,
    beside: Mapping[str, Any],
) -> Reply:
    at = at_revision(connection)
    listing, key = subject
    wrote = at.number > before
    estimates, left_out = _estimates(connection, at.number) if wrote else ([], 0)
    body = {
        "data": listings.one(connection, listing, at.number, key) if listing and key else None,
        "dry_run": dry_run,
        "revision": at.number,
        "recorded_at": at.recorded_at,
        "changed": changed_in(connection, at.number if wrote else 0),
        "estimates": estimates,
        "estimates_left_out": left_out,
        **beside,
    }
    created = sent.request.method == "POST" and listing is not None and not dry_run
    location = _location(listing, key) if created and listing and key else None
    return Reply(CREATED if created else OK, orjson.dumps(body).decode(), location)


def _location(listing: Listing, key: str) -> str:
    plural = next(
        (KINDS[kind].plural for kind, found in ENTRIES.items() if found is listing),
        f"{listing.thing}s",
    )
    return f"/v1/{plural}/{key}"


def _sent(reply: Reply, prefix: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    if reply.location:
        headers["Location"] = prefix + reply.location
    if reply.again:
        headers["Idempotent-Replayed"] = "true"
    return Response(reply.body, reply.status, headers, "application/json")


def _estimates(connection: Connection, number: int) -> tuple[list[dict[str, Any]], int]:
    """Today's estimate before and after a revision, for each contingent it touched; how many more
    were left out.
    """
    touched = settled.contingents_touched(connection, number)
    shown = touched[:MOST_ESTIMATES]
    if not shown:
        return [], 0
    day = today()
    then, now = (_figures(connection, at, shown, day) for at in (number - 1, number))
    found = [
        {"contingent": slug, "as_of": day, "before": before, "after": after}
        for (slug, _), before, after in zip(shown, then, now, strict=True)
    ]
    return found, len(touched) - len(found)


def _figures(
    connection: Connection, revision: int, touched: Sequence[tuple[str, Scope]], day: date
) -> Iterator[dict[str, Any]]:
    """The figures of contingents on a day at a revision, from what they stand on alone."""
    evidence = evidence_of(connection, revision, [scope for _, scope in touched])
    strength = Strength.of(evidence.facts, evidence.ended, absences=evidence.absences)
    for _, scope in touched:
        asked = Question(as_of=day, contingents=(scope,))
        figures = strength.table(asked).total.figures
        yield figures_shown(figures) | {"method": figures["present"].method}


def split(content: Any) -> tuple[ChangeNoteFields, Any]:
    """A body as why it is written and what it says."""
    if not isinstance(content, dict):
        raise Refused([Mend("/", "is not a JSON object")])
    names = ChangeNoteFields.model_fields
    given = {name: content[name] for name in names if name in content}
    rest = {name: value for name, value in content.items() if name not in names}
    return documents.read_draft(ChangeNoteFields, given), rest
