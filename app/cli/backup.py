"""The command that copies a ledger while it is written, and proves the copy."""

from contextlib import closing
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url

from app.cli.spoken import opened
from app.record.database import Database
from app.record.problems import Mend, Refused
from app.record.proof import proven
from app.settings import Settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the whole ledger to FILE, keys and all, while it may be written, and prove the copy.

    A FILE that is there is replaced once the new one is proven. A plain copy of the file of a
    ledger lacks what is still in its log.
    """
    database = opened()
    if not database.is_sqlite:
        raise Refused([Mend("FILE", "is for SQLite: use pg_dump, which comes with PostgreSQL")])
    source = make_url(Settings().database_url).database or ""
    if file.exists() and file.samefile(source):
        raise Refused([Mend("FILE", "is the ledger itself")])
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        _copy(database, part)
        settings = Settings(database_url=f"sqlite:///{part}")
        with Database(settings, bounded=False) as copied, copied.reading() as connection:
            copied.require_schema(connection)
            found = proven(connection)
        if found.faults:
            raise Refused([Mend("FILE", fault) for fault in found.faults[:20]])
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{file} holds the ledger up to {found.revision}:{found.chain}")


def _copy(database: Database, part: Path) -> None:
    """Copy in one step, which keeps nobody from writing; the copy is one file, without a log."""
    with database.reading() as connection:
        raw: Any = connection.connection.driver_connection
        with closing(type(raw)(str(part), isolation_level=None)) as target:
            raw.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
