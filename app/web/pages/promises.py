"""Promises in words, as the page says them: announced for 23 May 2024, moved five times, came 33
days late.
"""

from collections.abc import Sequence
from typing import Any

from app.estimate.outcomes import KINDS, Promised, promises
from app.estimate.strength import Strength
from app.record.database import Connection
from app.record.kinds import KINDS as OF_KINDS
from app.web.pages import wording
from app.web.pages.lists import titles_of
from app.web.pages.view import View

MOST = 20
_NUMBERS = ("", "once", "twice", *(f"{n} times" for n in ("three", "four", "five", "six")))


def promises_shown(seen: View, strength: Strength) -> dict[str, Any]:
    """The newest promises of a question: what each is, its story in words, how it stands. A pledge
    that is open stands in the list of pledges.
    """
    found = promises(strength, seen.resolved.question, KINDS)
    listed = [each for each in found if each.fact.entry.kind != "pledge" or each.outcome != "open"]
    rows = promises_in_words(seen.connection, listed[: -MOST - 1 : -1])
    return {"rows": rows, "total": len(found)}


def promises_in_words(connection: Connection, promised: Sequence[Promised]) -> list[dict[str, Any]]:
    """Promises as rows: what each is, its story, how it stands."""
    titles = titles_of(connection, (each.fact.entry.key for each in promised))
    return [
        {
            "key": each.fact.entry.key,
            "title": titles[each.fact.entry.key],
            "mission": each.fact.entry.mission,
            "promised": wording.counted(*each.parts["promised"]),
            "unit": OF_KINDS[each.fact.entry.kind].unit,
            "outcome": each.outcome,
            "words": story(each),
        }
        for each in promised
    ]


def story(promise: Promised) -> str:
    """One promise from its announcement to what came of it, in a line."""
    words = [_announced(promise)]
    if promise.moved:
        words.append(f"moved {_times(promise.moved)}")
    return ", ".join([*words, *_became(promise)])


def _announced(promise: Promised) -> str:
    if promise.first_due:
        return f"announced for {wording.edtf(promise.first_due.edtf)}"
    verb = "pledged" if promise.fact.entry.kind == "pledge" else "announced"
    on = f" by {wording.day(promise.announced)}" if promise.announced else ""
    return f"{verb}{on}" if verb == "pledged" else f"{verb}{on}, no day named"


def _times(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number} times"


def _became(promise: Promised) -> list[str]:
    """What came of it."""
    if promise.outcome == "late":
        late = promise.late[1] if promise.late else None
        return [f"came {late:,} day{'' if late == 1 else 's'} late"]
    if promise.outcome == "on_time":
        in_time = "came in time, on" if promise.first_due else "came on"
        return [f"{in_time} {wording.day(promise.came_on)}"]
    if promise.outcome == "in_part":
        return _in_part(promise)
    if promise.outcome == "lapsed":
        return [*_last_due(promise), "did not come"]
    if promise.amended_by:
        return ["amended"]
    if promise.outcome == "cancelled":
        return ["called off"]
    # Who came against all that a nation pledged is reckoned for the nation, not for one pledge.
    of_people = promise.fact.entry.kind == "pledge"
    return ["no arrival is named as keeping it" if of_people else "still to come"]


def _last_due(promise: Promised) -> list[str]:
    """For when it was last announced, where that moved."""
    if not (promise.moved and promise.last_due):
        return []
    return [f"last for {wording.edtf(promise.last_due.edtf)}"]


def _in_part(promise: Promised) -> list[str]:
    parts = {name: wording.counted(*found) for name, found in promise.parts.items()}
    left = [
        f"{parts[name]} {words}"
        for name, words in (
            ("expected", "still to come"),
            ("lapsed", "did not come"),
            ("cancelled", "called off"),
        )
        if promise.parts[name] != (0, 0, 0)
    ]
    return [f"{parts['come']} of {parts['promised']} came", *left]
