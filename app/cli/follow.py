"""The command that keeps a copy of another ledger, by its change feed."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import click

from app.record import history
from app.record.database import Database, migrate
from app.record.plain import read_json
from app.record.problems import Mend, NotReady, Refused
from app.record.revisions import at_revision
from app.settings import Settings

PAGE = 20  # revisions asked for at once
MOST = 256 * 1024 * 1024  # bytes of an answer that are read
LONGEST = 3600  # seconds that an answer may take, or a server may ask to wait


@click.command()
@click.argument("url")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--every",
    type=click.IntRange(1),
    help="Ask again after so many seconds, for ever. Default: once.",
)
def follow(url: str, file: Path, every: int | None) -> None:
    """Keep FILE, a ledger of your own (SQLite), a true copy of the one served at URL, by its change
    feed.
    """
    settings = Settings(database_url=f"sqlite:///{file.absolute()}")
    migrate(settings)
    database = click.get_current_context().with_resource(Database(settings, bounded=False))
    while True:
        wait = every or 0
        try:
            click.echo(_caught_up(url, database))
        except (_Passing, NotReady) as passing:
            if not every:
                raise
            wait = max(every, getattr(passing, "after", 0))
            click.echo(f"{_words(passing)}; asked again in {wait} seconds.", err=True)
        if not every:
            return
        time.sleep(wait)


class _Passing(Refused):
    """The server does not answer as a ledger does now, and may later: after so many seconds, if it
    said so.
    """

    after = 0


def _words(passing: Exception) -> str:
    return passing.mends[0].detail if isinstance(passing, Refused) else str(passing)


def _passing(words: str, after: int = 0) -> _Passing:
    found = _Passing([Mend("URL", words)])
    found.after = min(after, LONGEST)
    return found


def _caught_up(url: str, database: Database) -> str:
    count, size = 0, PAGE
    while True:
        try:
            fed = _next_revisions(url, database, size)
        except _TooLarge as large:
            if size == 1:
                raise _passing(f"{url} answered more than {MOST:,} bytes") from large
            size = 1
            continue
        if not fed:
            break
        _taken(url, database, fed)
        count, size = count + len(fed), PAGE
    with database.reading() as connection:
        return f"{count} new; the copy is at revision {at_revision(connection).number}."


def _taken(url: str, database: Database, fed: list[dict[str, Any]]) -> None:
    for content in fed:
        try:
            with database.writing() as connection:
                history.replay(connection, content)
        except Refused as refused:
            raise _passing(f"{url} answered what {refused.mends[0].detail}") from refused


class _TooLarge(Exception):
    """The answer has more bytes than are read."""


def _next_revisions(url: str, database: Database, size: int) -> list[dict[str, Any]]:
    with database.reading() as connection:
        at = at_revision(connection)
    # Before the first revision there is no chain to compare.
    place = f"{at.number}-{at.chain[:16]}" if at.number else "0"
    asked = urllib.parse.urlencode({"after": place, "rows": "true", "size": size})
    try:
        with urllib.request.urlopen(
            f"{url.rstrip('/')}/v1/revisions?{asked}", timeout=60
        ) as answer:
            return _fed(url, _body(answer))
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(url, error) from error
    except ValueError as error:
        raise Refused([Mend("URL", f"{url} does not answer: {error}")]) from error
    except (OSError, HTTPException) as error:
        raise _passing(f"{url} does not answer: {error}") from error


def _body(answer: Any) -> bytes:
    """What is answered, in a bounded size and time."""
    read, due = bytearray(), time.monotonic() + LONGEST
    while piece := answer.read1(65_536):
        read += piece
        if len(read) > MOST:
            raise _TooLarge
        if time.monotonic() > due:
            raise OSError("the answer has no end")
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and len(read) < int(length):
        raise OSError("the answer was cut short")
    return bytes(read)


def _fed(url: str, body: bytes) -> list[dict[str, Any]]:
    """The revisions of an answer; what is none of ours was said by something between us."""
    try:
        content = read_json(body)
        return [
            {**row, **row["rows"]} for row in content["data"] if int(row["number"]) and row["chain"]
        ]
    except (Refused, KeyError, TypeError, ValueError) as error:
        raise _passing(f"{url} answered what is no feed of a ledger") from error


def _refusal(url: str, error: urllib.error.HTTPError) -> Refused:
    """What a refusal means: who runs this must act on a ledger's own, besides those that pass."""
    try:
        detail, ours = str(json.loads(error.read(65_536))["detail"]), True
    except (ValueError, KeyError, TypeError, OSError, HTTPException):
        detail, ours = error.reason, False
    words = f"{url} answered {error.code}: {detail}"
    if ours and error.code < 500 and error.code not in (408, 425, 429):
        return Refused([Mend("URL", words)])
    after = error.headers.get("Retry-After", "")
    return _passing(words, int(after) if after.isascii() and after.isdigit() else 0)
