"""The whole ledger at a revision as one file, for whoever asks it in SQL."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app import __version__
from app.record.cache import Cache
from app.record.database import Connection
from app.record.engines import sqlite as library
from app.record.erasing import last_erasure
from app.record.snapshot import write_snapshot
from app.web.dependencies import reading
from app.web.formats import on_disk, sqlite
from app.web.formats.on_disk import OnDisk
from app.web.http.answers import Read
from app.web.http.problems import documented
from app.web.http.statuses import OF_A_QUESTION, OK, RANGE_NOT_SATISFIABLE
from app.web.http.turns import turn
from app.web.schemas import models
from app.web.schemas.queries import FileQuery, one_of_each

router = APIRouter(prefix="/v1", tags=["ledger"])

LICENCE = "A source names the licence of its figures, where it states one: sources.licence."


@router.get(
    "/ledger.sqlite",
    operation_id="sqlite_of_ledger",
    summary="Download the ledger as an SQLite file",
    description="The ledger at a revision as one SQLite file, for Datasette, DuckDB, Superset and "
    "whatever else reads SQL: missions, contingents, sources, nations, entries with what they "
    "settle to, live claims, and a view for each list of entries, under the names of their columns "
    "in CSV. Days are ISO texts, counts are integers, true is 1; what is not known is null. The "
    "file of a revision is the same to the byte wherever it is made under one address by this "
    "version of Muster and of SQLite, until a text is erased, and "
    "`Repr-Digest` is its SHA-256 (RFC 9530). Its `user_version` is the revision.",
    dependencies=[Depends(one_of_each(FileQuery))],
    response_class=Response,
    responses={
        OK: models.file_answer(sqlite.FORM),
        **models.NOT_MODIFIED,
        **documented(*OF_A_QUESTION, RANGE_NOT_SATISFIABLE),
    },
)
def sqlite_of_ledger(request: Request, asked: Annotated[FileQuery, Query()]) -> Response:
    """The ledger as a file."""
    with reading(request, asked) as (connection, at):
        # An erasure changes what is told of past revisions, and another library a few bytes.
        exact = f"{last_erasure(connection)} {library.sqlite_version}"
        read = Read(request, at, sqlite.FORM, exact=exact)
        return read.early() or read.late(_answer(read, connection))


def _answer(read: Read, connection: Connection) -> Response:
    """The file of a revision, if it is still at hand, or made; MustWait while another makes it, or
    too many reckon.
    """
    files: Cache[OnDisk] = read.request.app.state.ledgers
    name = (read.at.number, read.at.chain, read.path, read.exact)
    file = files.get(name)
    if file is None and (question := turn()):
        question.lead(name)
        question.take_place()
        file = files.get(name)  # the other may just have ended
    return on_disk.file_answer(read, lambda: file or files.keep(name, _made(read, connection)))


def _made(read: Read, connection: Connection) -> OnDisk:
    at = read.at
    about = {
        "muster_version": __version__,
        "revision": at.number,
        "recorded_at": at.recorded_at,
        "chain": at.chain,
        "permalink": f"{read.path}?revision={at.number}",
        "documentation": read.path.removesuffix("/v1/ledger.sqlite") + "/docs",
        "licence": LICENCE,
    }
    return on_disk.made(partial(write_snapshot, connection, at.number, about))
