"""Servers that follow the ledger's PostgreSQL: a past state is read from one that has come to it.

The newest state is read from the ledger's own server alone, so nobody is ever shown an older one
than before. What is asked of a revision is the same wherever it is read, so a copy that has
replayed it will do; one that has not, that does not answer or that follows no more, is passed over.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import count

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.record.problems import NotReady

# Seconds for which a copy that did not answer is not asked again.
REST = 5.0

_COME_TO = text("SELECT revision, pg_is_in_recovery() AS follows FROM head")
_FOLLOWS = text("SELECT pg_is_in_recovery(), system_identifier FROM pg_control_system()")


class Replicas:
    """The copies that past states are read from, in turn."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = engines
        self._resting = dict.fromkeys(range(len(engines)), 0.0)
        self._turns = count()

    def connection_at(self, revision: int) -> Connection | None:
        """A connection to a copy that has come to a revision; None where there is none."""
        first = next(self._turns)
        for step in range(len(self._engines)):
            place = (first + step) % len(self._engines)
            if self._resting[place] < time.monotonic() and (found := self._at(place, revision)):
                return found
        return None

    def _at(self, place: int, revision: int) -> Connection | None:
        try:
            connection = self._engines[place].connect()
            seen = connection.execute(_COME_TO).first()
        except (DBAPIError, PoolTimeout):
            self._resting[place] = time.monotonic() + REST
            return None
        if seen and seen.follows and seen.revision >= revision:
            return connection
        connection.close()
        return None

    def faults(self, primary: Engine) -> Iterator[str]:
        """What is wrong with them; NotReady where one is no copy of the ledger's own server."""
        if not self._engines:
            return
        own: int | None = None
        for engine in (primary, *self._engines):
            address = engine.url.render_as_string(hide_password=True)
            try:
                with engine.connect() as connection:
                    follows, system = connection.execute(_FOLLOWS).one()
            except DBAPIError as error:
                yield f"{address} does not answer yet: {' '.join(str(error.orig).split())}"
                continue
            if engine is primary:
                own = system
            elif not follows or (own is not None and system != own):
                raise NotReady(
                    f"MUSTER_REPLICA_URLS names {address}, which is no replica of the ledger's "
                    "database: name servers that follow it by streaming replication."
                )

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines:
            engine.dispose()
