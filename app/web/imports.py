"""How a whole document enters over HTTP: all of it as one revision, or nothing; first as a trial, if that is wanted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection
from starlette.responses import Response

from app.record import documents
from app.record.documents import Document
from app.record.kinds.fields import about
from app.record.ledger import Because, record
from app.web.asked import one_of_each
from app.web.commits import Done, Why, commit
from app.web.incoming import Incoming, incoming
from app.web.parameters import Truth
from app.web.stated import body_of, write_route

router = APIRouter(prefix="/v1", tags=["writes"])


class ImportAsked(BaseModel):
    """How a document is taken."""

    model_config = ConfigDict(extra="forbid")

    dry_run: Truth = about("true answers what would change, and changes nothing.", default=False)


@router.post(
    "/imports",
    operation_id="import_document",
    summary="Import a document",
    description="One document, all or nothing, as one revision. What is in the ledger already changes nothing; a claim "
    "that differs is a correction; what the document leaves out stays. For tables, use `muster import --mapping`.",
    **write_route("admin", body_of("DocumentWritten", Document), created=False, asks=True),
)
def import_document(
    sent: Annotated[Incoming, Depends(incoming("admin", lambda settings: settings.max_import))],
    asked: Annotated[ImportAsked, Query()],
    _once: Annotated[None, Depends(one_of_each(ImportAsked))],
) -> Response:
    """A document."""
    content = sent.content
    cause = content.pop("cause", None) if isinstance(content, dict) else None
    document = documents.read_document(content)
    why = documents.read_draft(Why, {"cause": cause, "message": document.message})

    def act(connection: Connection, because: Because) -> Done:
        record(connection, document, because)
        return None, None

    return commit(sent, why, act, dry_run=asked.dry_run)
