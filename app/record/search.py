"""A search by number: the entries whose figure is one. Words are looked for by the filters of
lists, in what was folded when it was written.
"""

import re

from sqlalchemy import Connection, func, select

from app.estimate.counts import LIMIT
from app.record.filters import Filters, entry_conditions
from app.record.tables import live_at, settled

_NUMBER = re.compile(r"[0-9]{1,3}([ ,.\u00a0\u202f']?[0-9]{3})*|[0-9]{1,12}", re.ASCII)


def number_in(words: str) -> int | None:
    """The number that words are, with or without its thousands set apart; None for other words."""
    plain = words.strip()
    if not _NUMBER.fullmatch(plain):
        return None
    found = int(re.sub(r"[^0-9]", "", plain))
    return found if found <= LIMIT else None


def entries_counting(
    connection: Connection, revision: int, number: int, most: int
) -> tuple[list[str], int]:
    """The newest entries that settle to a number at a revision, by their keys, and how many there
    are in all.
    """
    where = (settled.c.count == number, live_at(settled, revision))
    newest = select(settled.c.entry).where(*where)
    order = (settled.c.date_earliest.desc().nulls_last(), settled.c.entry)
    keys = connection.scalars(newest.order_by(*order).limit(most)).all()
    total = connection.scalar(select(func.count()).select_from(settled).where(*where))
    return list(keys), total or 0


def counting_with_words(
    connection: Connection, revision: int, number: int, filters: Filters
) -> int:
    """How many of these entries are told of in the words of filters too."""
    where = (settled.c.count == number, live_at(settled, revision))
    words = entry_conditions(filters, revision, settled)
    found = select(func.count()).select_from(settled).where(*where, *words)
    return connection.scalar(found) or 0
