"""What changed, when and why: the revisions of the ledger, each with what it added, corrected and retracted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.record.listings import REVISIONS
from app.record.subjects import changed_in
from app.web import shown
from app.web.asked import Asked, ListAsked, Number, one_of_each
from app.web.reads import ONE_ERRORS, add_list, one_response

router = APIRouter(prefix="/v1", tags=["revisions"])

add_list(
    router,
    "/revisions",
    REVISIONS,
    ListAsked,
    shown.RevisionShown,
    name="revisions",
    about="Every commit to the ledger, in the order of commits and without gaps.",
)


class ChangedShown(BaseModel):
    """Keys of what a revision changed, by table."""

    missions: list[str] = Field(description="Slugs of missions.")
    contingents: list[str] = Field(description="Slugs of contingents.")
    sources: list[str] = Field(description="Slugs of sources.")
    claims: list[str] = Field(description="Keys of claims.")


class AddedShown(ChangedShown):
    """Keys of what a revision added, by table."""

    entries: list[str] = Field(description="Keys of entries.")


RevisionAlone = shown.with_more(
    "RevisionAloneShown",
    shown.RevisionShown,
    "One commit, with what it changed.",
    added=(AddedShown, "What it opened."),
    corrected=(ChangedShown, "What it closed and opened anew, with other content."),
    retracted=(ChangedShown, "What it closed."),
)


@router.get(
    "/revisions/{number}",
    operation_id="get_revision",
    summary="Get one revision",
    description="One revision by its number, with the keys of what it added, corrected and retracted.",
    dependencies=[Depends(one_of_each(Asked))],
    responses={
        200: shown.json_answer(shown.answer_of(RevisionAlone)),
        **shown.NOT_MODIFIED,
        **ONE_ERRORS,
    },
)
def get_revision(
    request: Request, number: Annotated[Number, Path(description="Its number.")], asked: Annotated[Asked, Query()]
) -> Response:
    """One revision."""
    return one_response(
        request, asked, REVISIONS, number, lambda connection, _at, key: changed_in(connection, int(key))
    )
