"""The commands for whoever runs the server: serve, migrate."""

import asyncio
import logging.config
import os
import socket
import sys
from contextlib import suppress
from functools import partial
from tempfile import TemporaryDirectory

import click
import uvicorn
from uvicorn.supervisors import multiprocess

from app import __version__
from app.logs import logging_of
from app.main import create_app
from app.record.database import Database, migrate
from app.record.engines import sqlite_warning
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
    config = serving(settings, workers)
    sockets = [listening(config, settings)]
    with TemporaryDirectory(prefix="muster-") as counted, suppress(KeyboardInterrupt):
        if workers == 1:
            Server(config).run(sockets)
        else:
            os.environ.setdefault(SHARED_METRICS, counted)
            # The library has no other way to say what each process runs.
            multiprocess.Process = Worker  # type: ignore[misc]
            multiprocess.Multiprocess(config, sockets).run()


def serving(settings: Settings, workers: int = 1) -> uvicorn.Config:
    """How the application is served: no proxy is believed here, for those of the settings are
    believed in all that they say.
    """
    return uvicorn.Config(
        partial(create_app, settings), factory=True, host=settings.host, port=settings.port,
        log_level=settings.log_level, log_config=logging_of(settings),
        access_log=settings.log_format == "text", server_header=False, proxy_headers=False,
        workers=workers, timeout_worker_healthcheck=START,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )  # fmt: skip


class Server(uvicorn.Server):
    """Once it is told to end, gives the answers under way some time, and then ends with them.

    uvicorn only ends what it runs for them, and then waits for whoever reads nothing.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, in a bounded time."""
        bound = self.config.timeout_graceful_shutdown or 0
        self.config.timeout_graceful_shutdown = bound + 5
        timer = asyncio.get_running_loop().call_later(bound, self._hang_up)
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


class Worker(multiprocess.Process):
    """One of several processes that answer: it ends as one alone does."""

    @property
    def server(self) -> uvicorn.Server:
        """The server in it."""
        if self._server is None:
            self._server = Server(self.config)
        return self._server


def listening(config: uvicorn.Config, settings: Settings) -> socket.socket:
    """The socket that is listened on. The system cuts off who does not read what is sent, where it
    can (Linux): nobody who is hung keeps a place or a connection.
    """
    found = config.bind_socket()
    if sys.platform == "linux":
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, settings.send_timeout * 1000)
    return found


@click.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to this version's schema; run it alone, before serving."""
    migrate(Settings())
    click.echo("The database has the schema of this version.")
