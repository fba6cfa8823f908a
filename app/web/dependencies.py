"""What routes depend on: the ledger to read, the parts of a path, the errors that are documented of
each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Path, Request

from app.record.database import Connection, Database
from app.record.revisions import Revision, at_revision
from app.web.http import answers
from app.web.http.problems import documented
from app.web.http.statuses import (
    HISTORY_CHANGED,
    NOT_FOUND,
    NOT_INSTALLED,
    OF_A_QUESTION,
    RANGE_NOT_SATISFIABLE,
)
from app.web.http.turns import turn
from app.web.schemas.queries import ReadQuery

LIST_ERRORS = documented(*OF_A_QUESTION, HISTORY_CHANGED)
TABLE_ERRORS = LIST_ERRORS | documented(RANGE_NOT_SATISFIABLE, NOT_INSTALLED)
ONE_ERRORS = documented(*OF_A_QUESTION, NOT_FOUND)
KeyPath = Annotated[str, Path(description="Its key or slug.", max_length=250)]


def database(request: Request) -> Database:
    """The ledger's database."""
    found: Database = request.app.state.database
    return found


@contextmanager
def reading(
    request: Request, asked: ReadQuery, cursor: str | None = None
) -> Iterator[tuple[Connection, Revision]]:
    """A connection to read with, and the revision to answer from."""
    held = database(request)
    revision = answers.unpack(cursor)[1] if cursor else asked.revision
    with held.reading(revision) as connection, _left_alone(held, connection):
        held.require_schema(connection)
        if cursor:
            yield connection, answers.at_cursor(connection, cursor, asked.revision, asked.known_at)
        else:
            yield connection, at_revision(connection, asked.revision, asked.known_at)


@contextmanager
def _left_alone(held: Database, connection: Connection) -> Iterator[None]:
    """Statements are broken off when whoever asked has left."""
    question = turn()
    if question is None:
        yield
        return
    raw: Any = connection.connection.driver_connection
    try:
        with question.stopping(raw.interrupt if held.is_sqlite else raw.cancel_safe):
            yield
    finally:
        # PostgreSQL may come to break off a statement only when the next one runs.
        if question.left and not held.is_sqlite:
            connection.invalidate()
