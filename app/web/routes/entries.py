"""What happened or was promised: the lists of the kinds of entry, and each entry with all its
claims.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.record import listings
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS, Kind
from app.record.listings import CLAIMS, ENTRIES
from app.record.revisions import Revision
from app.web.dependencies import ONE_ERRORS, KeyPath
from app.web.http.statuses import OK
from app.web.lists import add_list, one_response
from app.web.schemas import models
from app.web.schemas.queries import ReadQuery, entries_asked, one_of_each

router = APIRouter(prefix="/v1", tags=["entries"])


def _add(kind: Kind) -> None:
    listing, row = ENTRIES[kind.name], models.ENTRY_ROWS[kind.name]
    words = kind.plural.replace("-", " ")
    add_list(
        router,
        f"/{kind.plural}",
        listing,
        entries_asked(kind),
        row,
        name=words,
        about=f"{kind.about} One row an entry, as its claims settle by default. Source: its "
        "claims.",
    )
    alone = models.with_more(
        f"{row.__name__}Detail",
        row,
        f"One {kind.one}, with every account of it.",
        claims=(list[models.Claim], "Every live claim of it, best graded first."),  # type: ignore[valid-type]
    )
    operation = f"get_{kind.name}"

    def alone_response(
        request: Request, key: KeyPath, asked: Annotated[ReadQuery, Query()]
    ) -> Response:
        return one_response(request, asked, listing, key, claims_of)

    router.get(
        f"/{kind.plural}/{{key}}",
        operation_id=operation,
        summary=f"Get one {kind.one}",
        description=f"One {kind.one} by its key, as its claims settle, with all its live claims "
        "and their sources.",
        dependencies=[Depends(one_of_each(ReadQuery))],
        responses={
            OK: models.json_answer(models.answer_of(alone)),
            **models.NOT_MODIFIED,
            **ONE_ERRORS,
        },
    )(alone_response)


def claims_of(connection: Connection, at: Revision, key: str) -> Mapping[str, Any]:
    """The live claims of an entry, best graded first."""
    found = listings.page(
        connection,
        CLAIMS,
        at.number,
        Filters(entries=(key,)),
        ("grade",),
        listings.WHOLE,
        count=False,
    )
    return {"claims": found.rows}


for _kind in KINDS.values():
    _add(_kind)
