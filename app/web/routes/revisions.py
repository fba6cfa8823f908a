"""What changed, when and why: the revisions of the ledger, each with what it added, corrected and
retracted.

The feed is the list of revisions after a place in the history. A place is a number and the start of
the chain there, so a reader whose history is another is told so (409) and never goes on with the
wrong one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from app.record import history, listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds.fields import about
from app.record.listings import REVISIONS
from app.record.problems import HistoryChanged, Mend, Refused
from app.record.revisions import Revision, at_revision
from app.record.subjects import changed_in
from app.web import resources
from app.web.dependencies import ONE_ERRORS, reading
from app.web.formats import JSON, atom
from app.web.formats.tables import Row
from app.web.http import answers
from app.web.http.answers import Read
from app.web.http.problems import documented
from app.web.http.statuses import OF_A_QUESTION, OK
from app.web.lists import one_response
from app.web.resources import OfLedger, Prepared, Resource
from app.web.schemas import models
from app.web.schemas.parameters import Number, Truth
from app.web.schemas.queries import ListQuery, ReadQuery, one_of_each

router = APIRouter(prefix="/v1", tags=["revisions"])


class Changed(BaseModel):
    """Keys of what a revision changed, by table."""

    missions: list[str] = Field(description="Slugs of missions.")
    contingents: list[str] = Field(description="Slugs of contingents.")
    sources: list[str] = Field(description="Slugs of sources.")
    claims: list[str] = Field(description="Keys of claims.")


class Added(Changed):
    """Keys of what a revision added, by table."""

    entries: list[str] = Field(description="Keys of entries.")


RevisionAlone = models.with_more(
    "RevisionDetail",
    models.Revision,
    "One commit, with what it changed.",
    added=(Added, "What it opened."),
    corrected=(Changed, "What it closed and opened anew, with other content."),
    retracted=(Changed, "What it closed."),
)


class Head(BaseModel):
    """The newest revision, to be kept elsewhere."""

    number: int = Field(description="Its number; 0 while the ledger is empty.")
    chain: str = Field(description="Its chain: SHA-256 over all revisions up to it.")
    recorded_at: datetime | None = Field(description="When it was recorded.")
    head: str = Field(description="NUMBER:CHAIN, as `muster verify --against` takes it.")


class FeedQuery(ListQuery):
    """The change feed."""

    after: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(-[0-9a-f]{16})?$")] | None = (
        about(
            "Only revisions after this place: a number, or the `after` of the answer before, "
            "which names its history too.",
            default=None,
        )
    )
    rows: Truth = about("true adds all that a revision is: enough to keep a copy.", default=False)


COLUMNS = [*listings.shown_columns(REVISIONS), "added", "corrected", "retracted"]


def _ask(connection: Connection, at: Revision, query: ListQuery) -> Prepared:
    """The feed, which also takes a place to go on after, and shows what each revision changed; a
    table has the commits alone.
    """
    if not isinstance(query, FeedQuery):
        shown = listings.shown_columns(REVISIONS)
        return Prepared(shown, lambda _wanted, _sort: OfLedger(REVISIONS, Filters()))
    after = _place(connection, query.after)
    if after is not None and after > at.number:
        raise Refused([Mend("after", f"comes after revision {at.number}, which is asked for")])

    def rows(wanted: Sequence[str], sort: list[str]) -> OfLedger:
        return OfLedger(
            REVISIONS,
            Filters(after=after),
            finish=lambda connection, page: [
                _fed(connection, row, wanted, query.rows) for row in page
            ],
            beside=lambda page: {"after": None if sort else _end(page, at)},
            more=["rows"] if query.rows else [],
        )

    return Prepared(COLUMNS, rows, sortable=list(REVISIONS.columns))


def _end(page: Sequence[Row], at: Revision) -> str:
    """The place in the history at which a page ends."""
    number, chain = (page[-1]["number"], page[-1]["chain"]) if page else (at.number, at.chain)
    return f"{number}-{chain[:16]}"


@router.get(
    "/revisions.atom",
    operation_id="feed_of_revisions",
    summary="Subscribe to the changes",
    description="The newest fifty commits as an Atom feed (RFC 4287).",
    dependencies=[Depends(one_of_each(ReadQuery))],
    response_class=Response,
    responses={
        OK: models.file_answer(atom.FORM),
        **models.NOT_MODIFIED,
        **documented(*OF_A_QUESTION),
    },
)
def feed_of_revisions(request: Request, asked: Annotated[ReadQuery, Query()]) -> Response:
    """The newest revisions as Atom."""
    with reading(request, asked) as (connection, at):
        read = Read(request, at, atom.FORM)
        if early := read.early():
            return early
        newest = listings.page(
            connection, REVISIONS, at.number, Filters(), ["-number"], 50, count=False
        ).rows
        first = at_revision(connection, min(1, at.number)).chain
    place = read.path.removesuffix(".atom")
    items = [
        # The chain names a revision for ever.
        atom.Item(
            row["chain"],
            f"{row['number']}: {row['message']}",
            row["recorded_at"],
            row["author"],
            row["cause"],
            f"{place}/{row['number']}",
            row["message"],
        )
        for row in newest
    ]
    feed = atom.written(first, "Muster: changes to the ledger", read.path, items)
    return read.late(Response(feed, headers=read.headers, media_type=atom.FORM.media_type))


resources.add(
    router,
    Resource(
        path="/revisions",
        name="revisions",
        operation="list_revisions",
        summary="Follow the changes",
        table_summary="Download revisions",
        about="Every commit to the ledger, in the order of commits and without gaps, each with "
        "what it added, "
        "corrected and retracted. Ask again with `after` as the answer gave it, and no change is "
        "missed or met twice.",
        about_table=" The commits as a table: whole, unless a size is asked for.",
        query=FeedQuery,
        table_query=ListQuery,
        row=models.Revision,
        answer=models.feed_of(RevisionAlone),
        ask=_ask,
    ),
)


@router.get(
    "/revisions/head",
    operation_id="get_head",
    summary="Get the head, to keep elsewhere",
    description="The newest revision with its whole chain. Kept elsewhere, it is what "
    "`muster verify --against` holds a ledger to: whoever can write the database can make another "
    "history, but none that has this head.",
    dependencies=[Depends(one_of_each(ReadQuery))],
    responses={
        OK: models.json_answer(models.answer_of(Head)),
        **models.NOT_MODIFIED,
        **documented(*OF_A_QUESTION),
    },
)
def get_head(request: Request, asked: Annotated[ReadQuery, Query()]) -> Response:
    """The newest revision, or the one asked for, as a head."""
    with reading(request, asked) as (_, at):
        read = Read(request, at, JSON)
        if early := read.early():
            return early
        return answers.one(
            read,
            {
                "number": at.number,
                "chain": at.chain,
                "recorded_at": at.recorded_at,
                "head": f"{at.number}:{at.chain}",
            },
        )


@router.get(
    "/revisions/{number}",
    operation_id="get_revision",
    summary="Get one revision",
    description="One revision by its number, with the keys of what it added, corrected and "
    "retracted.",
    dependencies=[Depends(one_of_each(ReadQuery))],
    responses={
        OK: models.json_answer(models.answer_of(RevisionAlone)),
        **models.NOT_MODIFIED,
        **ONE_ERRORS,
    },
)
def get_revision(
    request: Request,
    number: Annotated[Number, Path(description="Its number.")],
    asked: Annotated[ReadQuery, Query()],
) -> Response:
    """One revision."""
    return one_response(
        request,
        asked,
        REVISIONS,
        number,
        lambda connection, _at, key: changed_in(connection, int(key)),
    )


def _place(connection: Connection, after: str | None) -> int | None:
    """The number that a reader has come to; HistoryChanged when this ledger's history is not the
    reader's.
    """
    if after is None:
        return None
    number, _, chain = after.partition("-")
    try:
        here = at_revision(connection, int(number))
    except Refused as refused:
        if chain:
            raise HistoryChanged(
                f"This ledger has no revision {number} yet: its history is not the one read before."
            ) from refused
        raise refused.named("after") from refused
    if chain and here.chain[:16] != chain:
        raise HistoryChanged(f"Revision {number} is another one here: begin again, from the first.")
    return int(number)


def _fed(
    connection: Connection, row: Mapping[str, Any], wanted: Sequence[str], whole: bool
) -> dict[str, Any]:
    """A revision with what it changed, as far as it is asked for."""
    changed = (
        changed_in(connection, row["number"])
        if {"added", "corrected", "retracted"} & set(wanted)
        else {}
    )
    chosen = {name: {**row, **changed}[name] for name in wanted}
    return chosen | ({"rows": history.whole(connection, row["number"])} if whole else {})
