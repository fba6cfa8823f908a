"""What is new about some missions or nations, for feed readers: the entries that changed last."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.record import listings
from app.record.database import Connection
from app.record.kinds import KINDS
from app.record.listings import REVISIONS, TIMELINE
from app.record.revisions import at_revision
from app.record.subjects import mission_names
from app.web.dependencies import reading
from app.web.formats import atom
from app.web.http.answers import Read
from app.web.http.place import host_of
from app.web.http.problems import documented
from app.web.http.statuses import OF_A_QUESTION, OK
from app.web.pages import wording
from app.web.pages.provenance import entry_name
from app.web.schemas import models
from app.web.schemas.queries import NewsQuery, one_of_each

router = APIRouter(prefix="/v1", tags=["entries"])

MOST = 50


@router.get(
    "/timeline.atom",
    operation_id="feed_of_timeline",
    summary="Subscribe to what happens",
    description="The fifty entries that changed last, of some missions, nations or kinds, as an "
    "Atom feed (RFC 4287): each says what it is, how many and when, and leads to its page. An "
    "entry of which something else is said is a new item.",
    dependencies=[Depends(one_of_each(NewsQuery))],
    response_class=Response,
    responses={
        OK: models.file_answer(atom.FORM),
        **models.NOT_MODIFIED,
        **documented(*OF_A_QUESTION),
    },
)
def feed_of_timeline(request: Request, asked: Annotated[NewsQuery, Query()]) -> Response:
    """The newest entries as Atom."""
    with reading(request, asked) as (connection, at):
        filters = asked.filters(connection, at)
        read = Read(request, at, atom.FORM)
        if early := read.early():
            return early
        newest = listings.page(
            connection, TIMELINE, at.number, filters, ["-revision"], MOST, count=False
        ).rows
        first = at_revision(connection, min(1, at.number)).chain
        names = mission_names(connection, at.number)
        numbers = {row["revision"] for row in newest}
        commits = {number: _commit(connection, number) for number in numbers}
    items = [_item(row, commits[row["revision"]], names, host_of(request), first) for row in newest]
    feed = atom.written(first, f"Muster: {_about(asked, filters.nations, names)}", read.path, items)
    return read.late(Response(feed, headers=read.headers, media_type=atom.FORM.media_type))


def _commit(connection: Connection, number: int) -> Mapping[str, Any]:
    return listings.one(connection, REVISIONS, number, number)


def _about(asked: NewsQuery, nations: Sequence[str], names: Mapping[str, str]) -> str:
    """What is followed, in words; `nations` are codes, where any name may be asked for."""
    kinds = wording.listed(KINDS[kind].plural.replace("-", " ") for kind in asked.kind)
    whom = wording.of_whom(nations, asked.mission, names)
    return ", ".join(filter(None, [kinds, whom])) or "all that happens"


def _item(
    row: Mapping[str, Any],
    commit: Mapping[str, Any],
    names: Mapping[str, str],
    host: str,
    first: str,
) -> atom.Item:
    """An entry as it was changed by a commit."""
    unit, number = KINDS[row["kind"]].unit, (row["count_low"], row["count"], row["count_high"])
    count = "" if number == (0, None, None) else f": {wording.counted(*number)} {unit}"
    claims = f"{row['claims']} claim{'' if row['claims'] == 1 else 's'}"
    return atom.Item(
        f"{first}:{row['key']}:{row['revision']}",
        f"{entry_name(row)}{count}, {row['status']} {wording.edtf(row['date'])}",
        commit["recorded_at"],
        commit["author"],
        row["kind"],
        f"{host}/entries/{row['key']}",
        f"{names.get(row['mission'], row['mission'])}. {claims}"
        f"{', disputed' if row['disputed'] else ''}. Revision {row['revision']}: "
        f"{commit['message']}",
    )
