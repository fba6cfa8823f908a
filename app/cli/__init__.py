"""The command `muster`: one file for the server, the ledger, the keys, and following another
ledger.
"""

import gc

import click

from app import __version__
from app.cli.backup import backup
from app.cli.follow import follow
from app.cli.keys import key
from app.cli.ledger import erase, export, rebuild, seed, take, verify
from app.cli.server import migrate_command, serve
from app.cli.spoken import Spoken


@click.group(cls=Spoken)
@click.version_option(__version__, prog_name="muster")
def main() -> None:
    """Muster, an open ledger of who was sent where. Settings are read from the environment:
    MUSTER_DATABASE_URL, ...
    """
    # What was imported stays until the end: the garbage collector need not look through it again
    # and again.
    gc.freeze()


for command in (
    serve,
    migrate_command,
    seed,
    take,
    export,
    backup,
    verify,
    rebuild,
    erase,
    key,
    follow,
):
    main.add_command(command)
