"""The commands for whoever runs the server: serve, migrate."""

import logging.config
import os
from tempfile import TemporaryDirectory

import click
import uvicorn

from app import __version__
from app.logs import logging_of
from app.record.database import Database, migrate, sqlite_warning
from app.record.problems import NotReady
from app.settings import Settings

# Seconds in which a worker must have come up, also on a machine that is busy.
START = 60
# Where the workers of one server count together; the library reads it when it is loaded.
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"


@click.command()
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Processes that answer; MUSTER_WORKERS else."
)
def serve(workers: int | None) -> None:
    """Answer over HTTP on MUSTER_HOST and PORT."""
    settings = Settings()
    workers = workers or settings.workers
    logging.config.dictConfig(logging_of(settings))
    with Database(settings) as database:
        unsafe = sqlite_warning() if database.is_sqlite else None
        if unsafe and workers > 1:
            raise NotReady(unsafe)
        for warning in [*([unsafe] if unsafe else []), *database.faults_of_replicas()]:
            logging.getLogger("muster").warning(warning)
    click.echo(
        f"Muster {__version__} serves on http://{settings.host}:{settings.port} (documentation "
        "at /docs)"
    )
    with TemporaryDirectory(prefix="muster-") as counted:
        if workers > 1:
            os.environ.setdefault(SHARED_METRICS, counted)
        uvicorn.run(
            "app.main:create_app", factory=True, host=settings.host, port=settings.port,
            workers=workers, timeout_worker_healthcheck=START,
            log_level=settings.log_level, log_config=logging_of(settings),
            access_log=settings.log_format == "text", server_header=False,
        )  # fmt: skip


@click.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this version's schema; run it alone, before serving."""
    migrate(Settings())
    click.echo("The database has the schema of this version.")
