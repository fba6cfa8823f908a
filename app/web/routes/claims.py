"""Who says so: every account of every source."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.record.listings import CLAIMS
from app.web.dependencies import ONE_ERRORS, KeyPath
from app.web.http.statuses import OK
from app.web.lists import add_list, one_response
from app.web.schemas import models
from app.web.schemas.queries import ClaimsQuery, ReadQuery, one_of_each

router = APIRouter(prefix="/v1", tags=["claims"])

add_list(
    router,
    "/claims",
    CLAIMS,
    ClaimsQuery,
    models.Claim,
    name="claims",
    about="What each source says of each entry, contradictions and all. Counts are people "
    "(items, for deliveries).",
)


@router.get(
    "/claims/{key}",
    operation_id="get_claim",
    summary="Get one claim",
    description="One claim by its key, as it stood at the revision.",
    dependencies=[Depends(one_of_each(ReadQuery))],
    responses={
        OK: models.json_answer(models.answer_of(models.Claim)),
        **models.NOT_MODIFIED,
        **ONE_ERRORS,
    },
)
def get_claim(request: Request, key: KeyPath, asked: Annotated[ReadQuery, Query()]) -> Response:
    """One claim."""
    return one_response(request, asked, CLAIMS, key, lambda *_: {})
