"""How a whole document enters over HTTP: all of it as one revision, or nothing; first as a trial,
if that is wanted.
"""

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import Response

from app.record import documents, trials
from app.record.database import Connection
from app.record.documents import Document
from app.record.kinds.fields import about
from app.record.ledger import ChangeNote, Taken, take
from app.web.schemas.models import WriteResult
from app.web.schemas.writes import ChangeNoteFields, body_of, write_route
from app.web.writing.request import Incoming, incoming
from app.web.writing.transaction import Done, commit

router = APIRouter(prefix="/v1", tags=["writes"])


class Claims(BaseModel):
    """The claims that a document changed and did not change."""

    new: int = about("Claims of the document that were not in the ledger.")
    corrected: int = about("Claims of the document that were in the ledger with another content.")
    retracted: int = about("Claims of its complete sources that it does not tell any more.")
    unchanged: int = about("Claims of the document that were in the ledger as they are.")


class NewMission(BaseModel):
    """A mission that the ledger did not know."""

    slug: str = about("Its slug.")
    name: str = about("Its name.")
    near: list[str] = about(
        "Slugs of missions whose names are near to it: it may be a slip of the pen."
    )


class Trial(BaseModel):
    """What to look at before the document is taken."""

    untold: int = about(
        "Live claims of the document's sources that are not in it and stay; see `complete`."
    )
    untold_claims: list[str] = about("Keys of the first fifty of them.")
    new_missions: list[NewMission] = about("The first fifty missions that it would make.")
    new_missions_left_out: int = about("Missions that it would make beyond these.")


class Imported(WriteResult):
    """What a document changed."""

    claims: Claims = about("How many claims it changed, and how.")
    trial: Trial | None = about("Of a dry run: what to look at; null otherwise.")


@router.post(
    "/imports",
    operation_id="import_document",
    summary="Import a document",
    description="One document, all or nothing, as one revision. What is in the ledger already "
    "changes nothing; a claim "
    "that differs is a correction; what the document leaves out stays, but for the claims of a "
    "source that it calls "
    "complete, which are retracted. For tables, use `muster import --mapping`.",
    **write_route("admin", body_of("DocumentCreate", Document), created=False, answered=Imported),
)
def import_document(
    sent: Annotated[Incoming, Depends(incoming("admin", lambda settings: settings.max_import))],
) -> Response:
    """A document."""
    content = sent.content
    cause = content.pop("cause", None) if isinstance(content, dict) else None
    document = documents.read_document(content)
    given = documents.read_draft(ChangeNoteFields, {"cause": cause, "message": document.message})
    beside: dict[str, Any] = {}

    def act(connection: Connection, note: ChangeNote) -> Done:
        taken = take(connection, document, replace(note, cause=given.cause))
        beside["claims"] = {name: getattr(taken, name) for name in Claims.model_fields}
        beside["trial"] = _trial(connection, document, taken) if sent.asked.dry_run else None
        return None, None

    return commit(sent, given, act, beside=beside)


def _trial(connection: Connection, document: Document, taken: Taken) -> dict[str, Any]:
    unmentioned = trials.unmentioned(connection, document)
    made = trials.new_missions(connection, taken)
    return {
        "untold": unmentioned.number,
        "untold_claims": unmentioned.claims,
        "new_missions": [asdict(mission) for mission in made],
        "new_missions_left_out": len(taken.new_missions) - len(made),
    }
