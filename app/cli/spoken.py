"""What every command shares: the ledger it opens, and that it says what cannot be done in a
sentence.
"""

import click
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError

from app.record.database import Database
from app.record.faults import own_words
from app.record.problems import HistoryChanged, NotReady, Refused
from app.settings import Settings


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
            lines = [
                f"{mend.where}: {mend.detail}{_hint(mend.did_you_mean)}" for mend in refused.mends
            ]
            raise click.ClickException("\n".join(["Nothing was loaded.", *lines])) from refused


def _hint(word: str | None) -> str:
    return f" (did you mean {word}?)" if word else ""


def opened() -> Database:
    """The ledger that the settings name, closed when the command ends."""
    return click.get_current_context().with_resource(Database(Settings()))
