"""The command `muster`: serve, migrate, seed, verify, rebuild; those for keepers and copiers are in commands.py."""

import gc
import logging.config
import sys
from pathlib import Path

import click
import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError

from app import __version__
from app.commands import export, follow, key, opened, outcome, take
from app.record import evidence, revisions
from app.record.database import migrate, sqlite_warning
from app.record.documents import load_yaml
from app.record.ledger import Because, record
from app.record.nations import SEEDS
from app.record.problems import HistoryChanged, NotReady, Refused
from app.settings import Settings
from app.web.logs import logging_of


class _Command(click.Group):
    """Says what cannot be done in a sentence, without a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotReady as error:
            raise click.ClickException(str(error)) from error
        except ValidationError as error:
            lines = [
                f"MUSTER_{str(fault['loc'][0]).upper().removeprefix('MUSTER_')}: {fault['msg']}"
                for fault in error.errors()
            ]
            raise click.ClickException("\n".join(["A setting is wrong.", *lines])) from error
        except ArgumentError as error:
            raise click.ClickException(f"MUSTER_DATABASE_URL: {error}") from error
        except HistoryChanged as error:
            raise click.ClickException(f"Nothing was loaded. {error}") from error
        except Refused as refused:
            lines = [f"{mend.where}: {mend.detail}{_hint(mend.did_you_mean)}" for mend in refused.mends]
            raise click.ClickException("\n".join(["Nothing was loaded.", *lines])) from refused


def _hint(word: str | None) -> str:
    return f" (did you mean {word}?)" if word else ""


@click.group(cls=_Command)
@click.version_option(__version__, prog_name="muster")
def main() -> None:
    """Muster, an open ledger of who was sent where. Settings are read from the environment: MUSTER_DATABASE_URL, ..."""
    # What was imported stays until the end: the garbage collector need not look through it again and again.
    gc.freeze()


@main.command()
def serve() -> None:
    """Answer over HTTP on MUSTER_HOST and PORT."""
    settings = Settings()
    logging.config.dictConfig(logging_of(settings))
    if warning := sqlite_warning():
        logging.getLogger("muster").warning(warning)
    click.echo(f"Muster {__version__} serves on http://{settings.host}:{settings.port} (documentation at /docs)")
    uvicorn.run(
        "app.main:create_app", factory=True, host=settings.host, port=settings.port, log_level=settings.log_level,
        log_config=None, access_log=settings.log_format == "text", server_header=False,
    )  # fmt: skip


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this version's schema; run it alone, before serving."""
    migrate(Settings())
    click.echo("The database has the schema of this version.")


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--if-empty", is_flag=True, help="Do nothing when the ledger holds anything already.")
def seed(files: tuple[Path, ...], if_empty: bool) -> None:
    """Load the seeds, or the FILES named, each as one revision: all, or nothing. A second time changes nothing."""
    database = opened()
    with database.reading() as connection:
        database.require_schema(connection)
        newest = revisions.at_revision(connection).number
    if if_empty and newest:
        click.echo(f"The ledger holds {newest} revisions; nothing to seed.")
        return
    paths = list(files) or sorted(path for path in SEEDS.glob("*/*.yaml") if path.parent.name != "mappings")
    documents = [(path, load_yaml(path)) for path in paths]
    lines = []
    with database.writing() as connection:
        for path, document in documents:
            try:
                done = record(connection, document, Because("muster seed", document.message or path.stem))
            except Refused as refused:
                raise refused.within(str(path)) from refused
            lines.append(f"{path.name}: {outcome(done)}")
    click.echo("\n".join(lines))


@main.command()
def verify() -> None:
    """Check the hash chain: no revision changed, missing or out of order."""
    database = opened()
    with database.reading() as connection:
        database.require_schema(connection)
        faults = revisions.verify(connection)
        newest = revisions.at_revision(connection).number
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
    click.echo(f"{newest} revisions, unbroken.")


@main.command()
@click.option("--check", is_flag=True, help="Report only; leave what is kept as it is.")
def rebuild(check: bool) -> None:
    """Remake what the entries settle to from their claims, and say what differed. Exits 1 if anything did."""
    database = opened()
    with database.writing() as connection:
        faults = evidence.rebuild(connection)
        if check:
            connection.rollback()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
    click.echo("What the entries settle to agrees with their claims.")


main.add_command(key)
main.add_command(export)
main.add_command(take)
main.add_command(follow)


if __name__ == "__main__":
    main()
