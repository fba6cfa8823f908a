"""What every command shares: the ledger it opens, and that it says what cannot be done in a
sentence.
"""

import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError

from app.record.database import Database
from app.record.faults import own_words
from app.record.problems import HistoryChanged, NotFound, NotReady, Refused
from app.settings import Settings

T = TypeVar("T")
SHOWN_EVERY = 2.0  # seconds


class Spoken(click.Group):
    """Says what cannot be done in a sentence, without a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotReady as error:
            words = own_words(error.__cause__)
            raise click.ClickException(
                f"{error}\nPostgreSQL says: {words}" if words else str(error)
            ) from error
        except NotFound as error:
            raise click.ClickException(str(error)) from error
        except ValidationError as error:
            lines = [_setting(fault) for fault in error.errors()]
            raise click.ClickException("\n".join(["A setting is wrong.", *lines])) from error
        except ArgumentError as error:
            raise click.ClickException(f"MUSTER_DATABASE_URL: {error}") from error
        except HistoryChanged as error:
            raise click.ClickException(f"Nothing was loaded. {error}") from error
        except Refused as refused:
            lines = [
                f"{mend.where}: {mend.detail}{_hint(mend.did_you_mean)}" for mend in refused.mends
            ]
            raise click.ClickException("\n".join(["Nothing was loaded.", *lines])) from refused


def _setting(fault: Any) -> str:
    """What is wrong with a setting, named as an operator writes it; or with several together."""
    if not fault["loc"]:
        return str(fault["msg"]).removeprefix("Value error, ")
    return f"MUSTER_{str(fault['loc'][0]).upper().removeprefix('MUSTER_')}: {fault['msg']}"


def _hint(word: str | None) -> str:
    return f" (did you mean {word}?)" if word else ""


def opened() -> Database:
    """The ledger that the settings name, closed when the command ends. The bounds of the server's
    questions are not for whoever runs it.
    """
    return click.get_current_context().with_resource(Database(Settings(), bounded=False))


def shown(passing: Iterable[T], label: str, most: int | None = None) -> Iterator[T]:
    """What a command goes through; where that takes long, how far it has come, on stderr."""
    most = len(passing) if isinstance(passing, Sized) else most
    due = time.monotonic() + SHOWN_EVERY
    for nth, one in enumerate(passing, start=1):
        yield one
        if time.monotonic() >= due:
            click.echo(f"{label}: {nth:,} of {most:,}", err=True)
            due = time.monotonic() + SHOWN_EVERY
