"""What changed, when and why: the revisions of the ledger, each with what it added, corrected and retracted.

The feed is the list of revisions after a place in the history. A place is a number and the start of the chain there, so
a reader whose history is another is told so (409) and never goes on with the wrong one.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Connection
from starlette.responses import Response

from app.record import history, listings
from app.record.filters import Filters
from app.record.kinds.fields import about
from app.record.listings import REVISIONS
from app.record.problems import HistoryChanged, Mend, Refused
from app.record.revisions import at_revision
from app.record.subjects import changed_in
from app.web.dependencies import LIST_ERRORS, ONE_ERRORS, TABLE_ERRORS, FormatPath, reading
from app.web.formats import atom
from app.web.http import answers
from app.web.http.answers import Question
from app.web.http.problems import documented
from app.web.lists import one_response, table_response
from app.web.schemas import models
from app.web.schemas.parameters import Number, Truth
from app.web.schemas.queries import Asked, ListAsked, ListFileAsked, columns_of, one_of_each

router = APIRouter(prefix="/v1", tags=["revisions"])

SIZE = 100


class ChangedShown(BaseModel):
    """Keys of what a revision changed, by table."""

    missions: list[str] = Field(description="Slugs of missions.")
    contingents: list[str] = Field(description="Slugs of contingents.")
    sources: list[str] = Field(description="Slugs of sources.")
    claims: list[str] = Field(description="Keys of claims.")


class AddedShown(ChangedShown):
    """Keys of what a revision added, by table."""

    entries: list[str] = Field(description="Keys of entries.")


RevisionAlone = models.with_more(
    "RevisionAloneShown",
    models.RevisionShown,
    "One commit, with what it changed.",
    added=(AddedShown, "What it opened."),
    corrected=(ChangedShown, "What it closed and opened anew, with other content."),
    retracted=(ChangedShown, "What it closed."),
)


class FeedAsked(ListAsked):
    """The change feed."""

    after: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(-[0-9a-f]{16})?$")] | None = about(
        "Only revisions after this place: a number, or the `after` of the answer before, which names its history too.",
        default=None,
    )
    rows: Truth = about("true adds all that a revision is: enough to keep a copy.", default=False)


COLUMNS = [*listings.shown_columns(REVISIONS), "added", "corrected", "retracted"]


@router.get(
    "/revisions",
    operation_id="list_revisions",
    summary="Follow the changes",
    description="Every commit to the ledger, in the order of commits and without gaps, each with what it added, "
    "corrected and retracted. Ask again with `after` as the answer gave it, and no change is missed or met twice.",
    dependencies=[Depends(one_of_each(FeedAsked))],
    responses={200: models.json_answer(models.feed_of(RevisionAlone)), **models.NOT_MODIFIED, **LIST_ERRORS},
)
def list_revisions(request: Request, asked: Annotated[FeedAsked, Query()]) -> Response:
    """The feed as JSON."""
    with reading(request, asked, asked.cursor) as (connection, at):
        question = Question(request, at)
        filters = Filters(after=_place(connection, asked.after))
        if filters.after is not None and filters.after > at.number:
            raise Refused([Mend("after", f"comes after revision {at.number}, which is asked for")])
        if early := question.early():
            return early
        sort = columns_of(asked.sort, "sort", list(REVISIONS.columns))
        wanted = columns_of(asked.fields, "fields", COLUMNS) or COLUMNS
        size = asked.size or SIZE
        after = question.after(asked.cursor)
        found = listings.page(connection, REVISIONS, at.number, filters, sort, size, after)
        rows = [_fed(connection, row, wanted, asked.rows) for row in found.rows]
    number, chain = (found.rows[-1]["number"], found.rows[-1]["chain"]) if found.rows else (at.number, at.chain)
    place = None if sort else f"{number}-{chain[:16]}"
    return answers.listed(question, rows, size, found.total, found.next, after=place)


@router.get(
    "/revisions.atom",
    operation_id="feed_of_revisions",
    summary="Subscribe to the changes",
    description="The newest fifty commits as an Atom feed (RFC 4287).",
    dependencies=[Depends(one_of_each(Asked))],
    response_class=Response,
    responses={
        200: {"description": "The feed.", "content": {atom.MEDIA_TYPE: {"schema": {"type": "string"}}}},
        **models.NOT_MODIFIED,
        **documented(400, 406, 414, 422, 500, 503),
    },
)
def feed_of_revisions(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """The newest revisions as Atom."""
    with reading(request, asked) as (connection, at):
        question = Question(request, at, "atom")
        if early := question.early():
            return early
        newest = listings.page(connection, REVISIONS, at.number, Filters(), ["-number"], 50, count=False).rows
        first = at_revision(connection, min(1, at.number)).chain
    return Response(atom.written(newest, first), headers=question.headers, media_type=atom.MEDIA_TYPE)


@router.get(
    "/revisions.{format}",
    operation_id="table_of_revisions",
    summary="Download revisions",
    description="Every commit to the ledger as a table: whole, unless a size is asked for.",
    dependencies=[Depends(one_of_each(ListFileAsked))],
    response_class=Response,
    responses={200: models.table_answer(), **models.NOT_MODIFIED, **TABLE_ERRORS},
)
def table_of_revisions(
    request: Request,
    asked: Annotated[ListFileAsked, Query()],
    format: FormatPath,
) -> Response:
    """The revisions as a table."""
    return table_response(request, asked, format, REVISIONS, models.RevisionShown)


@router.get(
    "/revisions/{number}",
    operation_id="get_revision",
    summary="Get one revision",
    description="One revision by its number, with the keys of what it added, corrected and retracted.",
    dependencies=[Depends(one_of_each(Asked))],
    responses={200: models.json_answer(models.answer_of(RevisionAlone)), **models.NOT_MODIFIED, **ONE_ERRORS},
)
def get_revision(
    request: Request, number: Annotated[Number, Path(description="Its number.")], asked: Annotated[Asked, Query()]
) -> Response:
    """One revision."""
    return one_response(
        request, asked, REVISIONS, number, lambda connection, _at, key: changed_in(connection, int(key))
    )


def _place(connection: Connection, after: str | None) -> int | None:
    """The number that a reader has come to; HistoryChanged when this ledger's history is not the reader's."""
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
        raise Refused([Mend("after", mend.detail, mend.did_you_mean) for mend in refused.mends]) from refused
    if chain and here.chain[:16] != chain:
        raise HistoryChanged(f"Revision {number} is another one here: begin again, from the first.")
    return int(number)


def _fed(connection: Connection, row: Mapping[str, Any], wanted: list[str], whole: bool) -> dict[str, Any]:
    """A revision with what it changed, as far as it is asked for."""
    changed = changed_in(connection, row["number"]) if {"added", "corrected", "retracted"} & set(wanted) else {}
    told = {name: {**row, **changed}[name] for name in wanted}
    return told | ({"rows": history.whole(connection, row["number"])} if whole else {})
