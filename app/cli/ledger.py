"""The commands that fill, copy and prove a ledger: seed, import, export, verify, rebuild."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import click
import orjson
from sqlalchemy import Connection

from app.cli.spoken import opened, shown
from app.record import (
    documents,
    erasing,
    history,
    ledger,
    mappings,
    proof,
    series,
    settled,
    trials,
)
from app.record.documents import Document, load_yaml
from app.record.files import hash_of, open_table
from app.record.ledger import ChangeNote, Recorded, Taken, record
from app.record.mappings import TableMapping
from app.record.plain import read_json
from app.record.problems import Mend, Refused
from app.record.revisions import at_revision
from app.record.series import TableFile
from app.record.shipped import shipped

# The seeds in the order in which they are told.
SEEDS = ("article", "press", "after", "force")
# An export names where it ends in its first line, so that one that was cut short is known for it.
FIRST_LINE = b'{"muster":"history","version":1,'


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--if-empty", is_flag=True, help="Do nothing when the ledger holds anything already.")
def seed(files: tuple[Path, ...], if_empty: bool) -> None:
    """Load the seeds, or the FILES named, each as one revision: all, or nothing. A second time
    changes nothing.
    """
    database = opened()
    with database.reading() as connection:
        database.require_schema(connection)
        newest = at_revision(connection).number
    if if_empty and newest:
        click.echo(f"The ledger holds {newest} revisions; nothing to seed.")
        return
    paths = list(files) or _seeds()
    loaded = [(path, load_yaml(path)) for path in paths]
    lines = []
    with database.writing() as connection:
        for path, document in loaded:
            try:
                done = record(
                    connection, document, ChangeNote("muster seed", document.message or path.stem)
                )
            except Refused as refused:
                raise refused.within(str(path)) from refused
            lines.append(f"{path.name}: {outcome(done)}")
    click.echo("\n".join(lines))


def _seeds() -> list[Path]:
    """What comes with Muster, in the order in which it is told: what makes a mission first."""
    found = (p for p in shipped("seeds").glob("*/*.yaml") if p.parent.name != "mappings")
    order = {name: place for place, name in enumerate(SEEDS)}
    return sorted(found, key=lambda path: (order.get(path.stem, len(order)), str(path)))


@click.command(name="import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How to read tables.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def take(files: tuple[Path, ...], mapping: Path | None, dry_run: bool) -> None:
    """Import FILES: documents (YAML or JSON), tables by a mapping (CSV, XLSX, Parquet), or the
    export of a ledger.

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
                click.echo(
                    f"{path.name}: "
                    f"{_recorded(connection, str(path), documents.load(path), dry_run)}"
                )
        if dry_run:
            connection.rollback()
            click.echo("This was a dry run: nothing was changed.")


def _recorded(connection: Connection, name: str, document: Document, dry_run: bool) -> str:
    try:
        taken = ledger.take(
            connection, document, ChangeNote("muster import", document.message or Path(name).name)
        )
    except Refused as refused:
        raise refused.within(name) from refused
    read = taken.new + taken.corrected + taken.unchanged
    words = (
        f"{outcome(taken.recorded)} ({read} claims read: {taken.new} new, {taken.corrected} "
        "corrected, "
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
    left = trials.unmentioned(connection, document)
    if left.number:
        yield f"{left.number} live claims of its sources are not in it, and stay:"
        yield from (f"  {key}" for key in left.claims)
        if left.number > len(left.claims):
            yield f"  and {left.number - len(left.claims)} more"


Table = tuple[str, Callable[[Connection], Document]]


def _tables(mapping: TableMapping, files: Sequence[Path]) -> list[Table]:
    """Read all tables before the ledger is touched; Refused with every bad line, up to a hundred,
    if any is bad.
    """
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
            f"{path.name}: {reading.rows} rows, {reading.left_out} left out, "
            f"{len(reading.rejected)} rejected, "
            f"{len(reading.failed_checks)} checks failed",
            err=True,
        )
        mends += [Mend(path.name, fault) for fault in reading.faults()]
        read.append(TableFile(path.name, hash_of(path), reading))
    if mends:
        more = [Mend("...", f"and {len(mends) - 100} more")] if len(mends) > 100 else []
        raise Refused(mends[:100] + more)
    return [
        (
            ", ".join(file.name for file in table),
            partial(series.document_of, mapping=mapping, files=table),
        )
        for table in series.together(mapping, read)
    ]


def _is_history(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(FIRST_LINE)) == FIRST_LINE


def _replayed(connection: Connection, path: Path) -> int:
    with path.open("rb") as file:
        end = read_json(next(file))
        for line in file:
            history.replay(connection, read_json(line))
    at = at_revision(connection)
    if (at.number, at.chain) != (end.get("revision"), end.get("chain")):
        raise Refused(
            [
                Mend(
                    path.name,
                    f"ends at revision {at.number}, and should go on to {end.get('revision')}",
                )
            ]
        )
    return at.number


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True), default="-")
def export(file: TextIO) -> None:
    """Write the whole ledger with its history to FILE (or print it): one JSON object a line, one
    revision each.

    `muster import` of it into an empty ledger gives the same chain and the same answers. Keys never
    leave.
    """
    database = opened()
    with database.reading() as connection:
        database.require_schema(connection)
        at = at_revision(connection)
        file.write(FIRST_LINE.decode() + f'"revision":{at.number},"chain":"{at.chain}"}}\n')
        every = history.revisions_after(connection, 0, at.number)
        for content in shown(every, "exporting", at.number):
            file.write(orjson.dumps(content).decode() + "\n")


@click.command()
@click.option("--against", metavar="HEAD", help="A head kept elsewhere, as NUMBER:CHAIN.")
def verify(against: str | None) -> None:
    """Check all that the ledger can be held to: the hash chain, what entries settle to, the words
    that are searched, and texts that are gone. Says which were erased, and what is outside.
    """
    kept = _head(against) if against else None
    database = opened()
    with database.reading() as connection:
        database.require_schema(connection)
        connection.rollback()  # the proof reads one state of the ledger, from its first question on
        found = proof.proven(connection, kept, partial(shown, label="verifying"))
    for line in found.erased:
        click.echo(line)
    for fault in found.faults:
        click.echo(fault, err=True)
    if found.faults:
        sys.exit(1)
    click.echo(f"{found.revision} revisions, unbroken. Head: {found.revision}:{found.chain}")
    click.echo(f"Not proven: {proof.OUTSIDE}.")


def _head(words: str) -> tuple[int, str]:
    number, colon, chain = words.strip().partition(":")
    if not (colon and number.isdecimal() and re.fullmatch("[0-9a-f]{64}", chain)):
        raise click.BadParameter("write it as NUMBER:CHAIN, with 64 hexadecimal digits")
    return int(number), chain


@click.command()
@click.argument("what", metavar="CLAIM")
@click.option("--revision", is_flag=True, help="Erase who committed a revision, and their message.")
@click.confirmation_option(prompt="A text that is erased cannot be brought back. Erase it?")
def erase(what: str, revision: bool) -> None:
    """Erase the texts of a claim, in all its versions, for good. Its numbers and dates stay, the
    chain holds, and a revision says that they were erased.
    """
    if revision and not what.isdecimal():
        raise click.BadParameter("the number of a revision is meant")
    with opened().writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        number = erasing.erase(connection, int(what) if revision else what)
    click.echo(
        f"Erased in revision {number}. Copies made before, backups and caches still hold it; so do "
        "servers that run, until they are started anew."
    )


@click.command()
@click.option("--check", is_flag=True, help="Report only; leave what is kept as it is.")
def rebuild(check: bool) -> None:
    """Remake what the entries settle to from their claims, and say what differed. Exits 1 if
    anything did.
    """
    database = opened()
    with database.writing() as connection:
        faults = settled.rebuild(connection, partial(shown, label="rebuilding"))
        if check:
            connection.rollback()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
    click.echo("What the entries settle to agrees with their claims.")


def outcome(done: Recorded | None) -> str:
    """What a revision did, in words; None: there was none."""
    if done is None:
        return "no change"
    opened = ", ".join(f"{number} {table}" for table, number in done.opened.items())
    closed = ", ".join(f"{number} {table}" for table, number in done.closed.items())
    return f"revision {done.revision}, {opened}" + (f"; closed {closed}" if closed else "")
