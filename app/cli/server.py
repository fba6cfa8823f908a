"""The commands for whoever runs the server: serve, migrate."""

import logging.config
import sys

import click
import uvicorn

from app import __version__
from app.logs import logging_of
from app.record.database import migrate, sqlite_warning
from app.settings import Settings


@click.command()
def serve() -> None:
    """Answer over HTTP on MUSTER_HOST and PORT."""
    settings = Settings()
    logging.config.dictConfig(logging_of(settings))
    if warning := sqlite_warning():
        logging.getLogger("muster").warning(warning)
    click.echo(
        f"Muster {__version__} serves on http://{settings.host}:{settings.port} (documentation "
        "at /docs)"
    )
    # Seconds that a thread which reckons keeps all others waiting; health is one of them.
    sys.setswitchinterval(0.0005)
    uvicorn.run(
        "app.main:create_app", factory=True, host=settings.host, port=settings.port,
        log_level=settings.log_level, log_config=None,
        access_log=settings.log_format == "text", server_header=False,
    )  # fmt: skip


@click.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this version's schema; run it alone, before serving."""
    migrate(Settings())
    click.echo("The database has the schema of this version.")
