"""The board of promises: who promised and has not come first, then who came, late or in time."""

from collections.abc import Sequence
from typing import Any

from app.estimate.outcomes import OUTCOMES, Outcome, Promised, promises
from app.record.database import Connection
from app.record.kinds.fields import about
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web.estimates import reckoning
from app.web.pages import wording
from app.web.pages.links import Address, DayPageQuery, pairs_of
from app.web.pages.promises import promises_in_words

MOST = 100
OWED: tuple[Outcome, ...] = ("lapsed", "in_part", "open")
DONE: tuple[Outcome, ...] = tuple(name for name in OUTCOMES if name not in OWED)


class BoardQuery(DayPageQuery):
    """The board of promises: whose, as of what day, and how they stand."""

    outcome: list[Outcome] = about("How it stands; repeat for several.", default=[])


def board_page(connection: Connection, at: Revision, asked: BoardQuery) -> dict[str, Any]:
    """The promises of a question in two lists: what is owed, and what came or was called off."""
    resolved = asked.resolved(connection, at, asked.day)
    found = promises(reckoning(connection, at, resolved), resolved.question)
    names = mission_names(connection, at.number)
    wanted = asked.outcome or OUTCOMES
    parts = [("owed", "Promised, and not come", OWED), ("done", "Come, or called off", DONE)]
    return {
        "as_of": asked.day,
        "about": wording.of_whom(resolved.question.nations, asked.mission, names),
        "missions": names,
        "parts": [
            _part(connection, asked, id_, heading, outcomes, found)
            for id_, heading, of in parts
            if (outcomes := [name for name in of if name in wanted])
        ],
    }


def _part(
    connection: Connection,
    asked: BoardQuery,
    name: str,
    heading: str,
    outcomes: Sequence[Outcome],
    found: Sequence[Promised],
) -> dict[str, Any]:
    """The newest promises of some outcomes, in the order of these."""
    # The newest first; of what is sorted so, each outcome keeps that order.
    of_it = [each for each in reversed(found) if each.outcome in outcomes]
    of_it.sort(key=lambda each: outcomes.index(each.outcome))
    rows = promises_in_words(connection, of_it[:MOST])
    whole = Address(pairs_of(asked, outcome=list(outcomes), **asked.filled), "")
    return {
        "id": name,
        "heading": heading,
        "rows": rows,
        "total": len(of_it),
        "json": whole.api("/v1/promises"),
        "csv": whole.api("/v1/promises.csv"),
    }
