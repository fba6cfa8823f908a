"""The commands for whoever keeps or copies a ledger: keys, export, import, follow."""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, TextIO

import click
import orjson
from sqlalchemy import Connection, select

from app.record import documents, history, keys, ledger, mappings, series, trials
from app.record.database import Database, migrate
from app.record.documents import Document
from app.record.files import hash_of, open_table
from app.record.keys import Scope
from app.record.ledger import Because, Recorded, Taken
from app.record.mappings import TableMapping
from app.record.problems import Mend, Refused
from app.record.revisions import at_revision
from app.record.series import TableFile
from app.record.tables import api_keys
from app.settings import Settings


@click.group()
def key() -> None:
    """Keys for those who write: `write` adds, corrects and retracts; `admin` also edits labels and imports."""


@key.command()
@click.argument("name")
@click.option("--scope", type=click.Choice(["write", "admin"]), required=True, help="What the key may do.")
def add(name: str, scope: Scope) -> None:
    """Make a key. It is shown once, here; only its hash is kept."""
    with opened().writing() as connection:
        made = keys.add_key(connection, name, scope, datetime.now(UTC))
    click.echo(made)


@key.command(name="list")
def list_keys() -> None:
    """Show the keys by name, with what they may do."""
    with opened().reading() as connection:
        rows = connection.execute(select(api_keys).order_by(api_keys.c.id)).all()
    for row in rows:
        state = f"revoked {row.revoked_at}" if row.revoked_at else "in force"
        click.echo(f"{row.name}\t{row.scope}\t{row.shown}...\tmade {row.made_at}\t{state}")


@key.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Take a key's rights away, for good; what it wrote stays."""
    with opened().writing() as connection:
        keys.revoke_key(connection, name, datetime.now(UTC))
    click.echo(f"{name} is revoked.")


# An export names where it ends in its first line, so that one that was cut short is known for it.
FIRST_LINE = b'{"muster":"history","version":1,'


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True), default="-")
def export(file: TextIO) -> None:
    """Write the whole ledger with its history to FILE (or print it): one JSON object a line, one revision each.

    `muster import` of it into an empty ledger gives the same chain and the same answers. Keys never leave.
    """
    database = opened()
    with database.reading() as connection:
        database.require_schema(connection)
        at = at_revision(connection)
        file.write(FIRST_LINE.decode() + f'"revision":{at.number},"chain":"{at.chain}"}}\n')
        for content in history.told_after(connection, 0, at.number):
            file.write(orjson.dumps(content).decode() + "\n")


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="How to read tables.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def take(files: tuple[Path, ...], mapping: Path | None, dry_run: bool) -> None:
    """Import FILES: documents (YAML or JSON), tables by a mapping (CSV, XLSX, Parquet), or the export of a ledger.

    All of them, or nothing.
    """
    database = opened()
    tables = [] if mapping is None else _tables(mappings.load_mapping(mapping), files)
    with database.writing() as connection:
        for names, make in tables:
            click.echo(f"{names}: {_recorded(connection, names, make(connection), dry_run)}")
        for path in files if mapping is None else ():
            if _is_history(path):
                click.echo(f"{path.name}: the history up to revision {_replayed(connection, path)}")
            else:
                click.echo(f"{path.name}: {_recorded(connection, str(path), documents.load(path), dry_run)}")
        if dry_run:
            connection.rollback()
            click.echo("This was a dry run: nothing was changed.")


def _recorded(connection: Connection, name: str, document: Document, dry_run: bool) -> str:
    try:
        taken = ledger.take(connection, document, Because("muster import", document.message or Path(name).name))
    except Refused as refused:
        raise refused.within(name) from refused
    read = taken.new + taken.corrected + taken.unchanged
    words = (
        f"{outcome(taken.recorded)} ({read} claims read: {taken.new} new, {taken.corrected} corrected, "
        f"{taken.unchanged} unchanged; {taken.retracted} retracted)"
    )
    return "\n  ".join([words, *(_looked_at(connection, document, taken) if dry_run else ())])


def _looked_at(connection: Connection, document: Document, taken: Taken) -> Iterator[str]:
    """What to look at before a document is taken for good, in lines."""
    for mission in trials.new_missions(connection, taken):
        near = f", near to {', '.join(mission.near)}: is it another one?" if mission.near else ""
        yield f"new mission {mission.slug} ({mission.name}){near}"
    if (more := len(taken.new_missions) - trials.MOST_NAMED) > 0:
        yield f"and {more} more new missions"
    left = trials.untold(connection, document)
    if left.number:
        yield f"{left.number} live claims of its sources are not in it, and stay:"
        yield from (f"  {key}" for key in left.claims)
        if left.number > len(left.claims):
            yield f"  and {left.number - len(left.claims)} more"


Table = tuple[str, Callable[[Connection], Document]]


def _tables(mapping: TableMapping, files: Sequence[Path]) -> list[Table]:
    """Read all tables before the ledger is touched; Refused with every bad line, up to a hundred, if any is bad."""
    read = []
    mends: list[Mend] = []
    for path in files:
        columns, rows = open_table(path, mapping.file)
        with click.progressbar(rows, label=f"reading {path.name}", file=sys.stderr) as bar:
            try:
                reading = mappings.read_table(mapping, bar, columns)
            except Refused as refused:
                raise refused.within(str(path)) from refused
        click.echo(
            f"{path.name}: {reading.rows} rows, {reading.left_out} left out, {len(reading.rejected)} rejected, "
            f"{len(reading.failed_checks)} checks failed",
            err=True,
        )
        mends += [Mend(path.name, fault) for fault in reading.faults()]
        read.append(TableFile(path.name, hash_of(path), reading))
    if mends:
        more = [Mend("...", f"and {len(mends) - 100} more")] if len(mends) > 100 else []
        raise Refused(mends[:100] + more)
    return [
        (", ".join(file.name for file in table), partial(series.document_of, mapping=mapping, files=table))
        for table in series.together(mapping, read)
    ]


def opened() -> Database:
    """The ledger that the settings name, closed when the command ends."""
    return click.get_current_context().with_resource(Database(Settings()))


def outcome(done: Recorded | None) -> str:
    """What a revision did, in words; None: there was none."""
    if done is None:
        return "no change"
    opened = ", ".join(f"{number} {table}" for table, number in done.opened.items())
    closed = ", ".join(f"{number} {table}" for table, number in done.closed.items())
    return f"revision {done.revision}, {opened}" + (f"; closed {closed}" if closed else "")


def _is_history(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(FIRST_LINE)) == FIRST_LINE


def _replayed(connection: Connection, path: Path) -> int:
    with path.open("rb") as file:
        end = documents.read_json(next(file))
        for line in file:
            history.replay(connection, documents.read_json(line))
    at = at_revision(connection)
    if (at.number, at.chain) != (end.get("revision"), end.get("chain")):
        raise Refused([Mend(path.name, f"ends at revision {at.number}, and should go on to {end.get('revision')}")])
    return at.number


@click.command()
@click.argument("url")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--every", type=click.IntRange(1), help="Ask again after so many seconds, for ever. Default: once.")
def follow(url: str, file: Path, every: int | None) -> None:
    """Keep FILE, a ledger of your own (SQLite), a true copy of the one served at URL, by its change feed."""
    settings = Settings(database_url=f"sqlite:///{file.absolute()}")
    migrate(settings)
    database = click.get_current_context().with_resource(Database(settings))
    while True:
        try:
            click.echo(_caught_up(url, database))
        except _Silent as silent:
            if not every:
                raise
            click.echo(f"{silent.mends[0].detail}; asked again in {every} seconds.", err=True)
        if not every:
            return
        time.sleep(every)


class _Silent(Refused):
    """The server does not answer now, and may later."""


def _caught_up(url: str, database: Database) -> str:
    count = 0
    while fed := _next_revisions(url, database):
        for content in fed:
            with database.writing() as connection:
                history.replay(connection, content)
        count += len(fed)
    with database.reading() as connection:
        return f"{count} new; the copy is at revision {at_revision(connection).number}."


def _next_revisions(url: str, database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        at = at_revision(connection)
    # Before the first revision there is no chain to compare.
    place = f"{at.number}-{at.chain[:16]}" if at.number else "0"
    asked = urllib.parse.urlencode({"after": place, "rows": "true", "size": 20})
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/v1/revisions?{asked}", timeout=60) as answer:
            body = documents.read_json(answer.read())
    except urllib.error.HTTPError as error:
        detail = _detail(error)
        refused = _Silent if error.code in (502, 503, 504) else Refused
        raise refused([Mend("URL", f"{url} answered {error.code}: {detail}")]) from error
    except ValueError as error:
        raise Refused([Mend("URL", f"{url} does not answer: {error}")]) from error
    except (OSError, HTTPException) as error:
        raise _Silent([Mend("URL", f"{url} does not answer: {error}")]) from error
    return [{**row, **row["rows"]} for row in body["data"]]


def _detail(error: urllib.error.HTTPError) -> str:
    """What a server says of its refusal: ours in a problem document, one between us and it in words of its own."""
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError, TypeError):
        return error.reason
