"""The commands for the keys of those who write: add, list, revoke."""

from datetime import UTC, datetime

import click
from sqlalchemy import select

from app.cli.spoken import opened
from app.record import keys
from app.record.keys import KeyScope
from app.record.tables import api_keys


@click.group()
def key() -> None:
    """Keys for those who write: `write` adds, corrects and retracts; `admin` also edits labels and
    imports.
    """


@key.command()
@click.argument("name")
@click.option("--scope", type=click.Choice(keys.SCOPES), required=True, help="What the key may do.")
def add(name: str, scope: KeyScope) -> None:
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
