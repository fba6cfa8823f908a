"""Is it well: for whoever runs the server. live: the process answers. ready: the ledger can be read
and written.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app import __version__
from app.record.database import Database
from app.record.engines import sqlite_warning
from app.record.problems import NotReady
from app.record.revisions import at_revision
from app.web.dependencies import database
from app.web.http.problems import documented
from app.web.http.statuses import OF_ANY, UNAVAILABLE

router = APIRouter(prefix="/health", tags=["health"])

AGAIN = 5.0  # seconds after which it is tried again whether the ledger can be written


class Live(BaseModel):
    """The process answers."""

    status: str = Field(description="Always `live`.")
    version: str = Field(description="Version of Muster.")


class Ready(BaseModel):
    """The ledger can be used."""

    status: str = Field(description="Always `ready`.")
    revision: int = Field(description="Newest revision of the ledger.")
    warning: str | None = Field(description="What an operator should know; null = nothing.")


@router.get(
    "/live",
    operation_id="get_live",
    summary="Is the process alive?",
    responses={**documented(*OF_ANY)},
)
async def live() -> Live:
    """Answers as long as the process does; asks nothing of the database."""
    return Live(status="live", version=__version__)


@router.get(
    "/ready",
    operation_id="get_ready",
    summary="Can the ledger be used?",
    responses={**documented(*OF_ANY, UNAVAILABLE)},
)
async def ready(request: Request) -> Ready:
    """Red (503, saying why) while the database is missing, locked, read-only, full or of another
    schema. That it can be written is tried by writing, once in some seconds.
    """
    # Not one of the threads that questions wait for: whoever watches the server is answered.
    return await asyncio.to_thread(_looked_at, database(request), request.app.state.written)


class Written:
    """When the ledger was last written as a trial."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.at: float | None = None

    def require(self, held: Database) -> None:
        """NotReady unless it can be written, or could be a moment ago."""
        with self.lock:
            if self.at is None or time.monotonic() - self.at > AGAIN:
                self.at = None
                held.require_writable()
                self.at = time.monotonic()


def _looked_at(held: Database, written: Written) -> Ready:
    with _named("reading"), held.reading() as connection:
        held.require_schema(connection)
        revision = at_revision(connection).number
    with _named("writing"):
        written.require(held)
    return Ready(
        status="ready", revision=revision, warning=sqlite_warning() if held.is_sqlite else None
    )


@contextmanager
def _named(what: str) -> Iterator[None]:
    try:
        yield
    except NotReady as error:
        raise NotReady(f"{error} ({what} fails)") from error
