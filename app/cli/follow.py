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
from app.record.problems import Mend, Refused
from app.record.revisions import at_revision
from app.settings import Settings


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
        with urllib.request.urlopen(
            f"{url.rstrip('/')}/v1/revisions?{asked}", timeout=60
        ) as answer:
            body = read_json(answer.read())
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
    """What a server says of its refusal: ours in a problem document, one between us and it in words
    of its own.
    """
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError, TypeError):
        return error.reason
