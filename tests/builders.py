"""Facts that read like news, for tests: `arrival("KEN", "2024-06-25", "200", by="nouvelliste")`.

Each builder answers an `app.estimate` Fact, settled by the real `settle` from one claim. Where
sources compete, name the entry and let each speak: `told(arriving("KEN"), claim("2024-06-25",
"200", by="nouvelliste"), claim(...))`.

Unless told otherwise it is the police of `haiti-mss`, graded B2, and the source was out on the last
day of the date. Keys are made of what is said, so that nothing depends on the order of the tests;
pass `key=` for a second alike.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from app.estimate.counts import parse_count
from app.estimate.dates import parse_date
from app.estimate.entries import Claim, Entry, Fact, Policy, Status
from app.estimate.settling import settle

MISSION = "haiti-mss"
CATEGORY = "police"
SOURCE = "nouvelliste"


def day(words: str) -> date:
    """A plain day, for asking: `day("2024-07-18")`."""
    return date.fromisoformat(words)


def arriving(nation: str, key: str | None = None, **about: Any) -> Entry:
    """The identity of an arrival."""
    return _movement("arrival", nation, key, about)


def departing(nation: str, key: str | None = None, **about: Any) -> Entry:
    """The identity of a departure."""
    return _movement("departure", nation, key, about)


def reporting(nation: str | None, key: str | None = None, **about: Any) -> Entry:
    """The identity of a strength report; `None` and `category=None` speak for the whole mission."""
    about = {"mission": MISSION, "category": CATEGORY} | about
    return Entry(key or _name("report", nation, **about), "strength_report", nation=nation, **about)


def pledging(nation: str, key: str | None = None, **about: Any) -> Entry:
    """The identity of a pledge."""
    about = {"mission": MISSION, "category": CATEGORY} | about
    return Entry(key or _name("pledge", nation, **about), "pledge", nation=nation, **about)


def mandating(key: str | None = None, mission: str = MISSION, expires: str | None = None) -> Entry:
    """The identity of a mandate."""
    return Entry(
        key or f"mandate-{mission}",
        "mandate",
        mission,
        expires=parse_date(expires) if expires else None,
    )


def succeeding(
    mission: str, predecessor: str, key: str | None = None, mode: str = "continues"
) -> Entry:
    """The identity of a succession: `mission` follows `predecessor`."""
    name = key or f"succession-{mission}-{predecessor}"
    return Entry(name, "succession", mission, predecessor=predecessor, mode=mode)


def visiting(nation: str | None, key: str | None = None, mission: str = MISSION) -> Entry:
    """The identity of a visit, which has a count and is nobody's strength."""
    return Entry(key or _name("visit", nation, mission, None), "event", mission, nation=nation)


def claim(
    when: str,
    count: str | int | None = "unknown",
    *,
    by: str = SOURCE,
    status: Status = "occurred",
    grade: str = "B2",
    out: str | None = "",
    repeats: str | None = None,
    recorded: int = 1,
    key: str | None = None,
    complete: bool = False,
) -> Claim:
    """What one source says. `out` is the day it was certainly out (None: not known); `repeats` is
    its origin.
    """
    span = parse_date(when)
    out_by = span.latest if out == "" else date.fromisoformat(out) if out else None
    return Claim(
        key or by,
        "",
        by,
        repeats or by,
        status,
        parse_count(count),
        span,
        grade,
        out_by,
        recorded,
        complete,
    )


def told(entry: Entry, *claims: Claim, policy: Policy = "graded") -> Fact:
    """What the claims of one entry settle to."""
    value = settle(
        [replace(c, key=f"{entry.key}/{c.key}", entry=entry.key) for c in claims], policy
    )
    assert value is not None
    return Fact(entry, value)


def arrival(nation: str, when: str, count: str | int = "unknown", **said: Any) -> Fact:
    """`nation` sent so many."""
    return _said(arriving, nation, when, count, said)


def departure(nation: str, when: str, count: str | int = "unknown", **said: Any) -> Fact:
    """`nation` took so many home."""
    return _said(departing, nation, when, count, said)


def report(nation: str | None, when: str, count: str | int = "unknown", **said: Any) -> Fact:
    """So many of `nation` (None: of all nations) were there."""
    return _said(reporting, nation, when, count, said)


def pledge(nation: str, when: str, count: str | int = "unknown", **said: Any) -> Fact:
    """`nation` promised so many."""
    return _said(pledging, nation, when, count, said)


def visit(nation: str | None, when: str, count: str | int = "unknown", **said: Any) -> Fact:
    """So many came to look and left again."""
    return _said(visiting, nation, when, count, said)


def succession(mission: str, predecessor: str, when: str, **said: Any) -> Fact:
    """`mission` follows `predecessor` from a day on."""
    about = {name: said.pop(name) for name in ("key", "mode") if name in said}
    return told(succeeding(mission, predecessor, **about), claim(when, **said))


def mandate(when: str, count: str | int = "unknown", **said: Any) -> Fact:
    """So many are allowed, from a day on."""
    about, words = _split(said)
    entry = mandating(**({"key": f"mandate-{about.get('mission', MISSION)}-{_slug(when)}"} | about))
    return told(entry, claim(when, count, **words))


def ledger(*facts: Fact | Iterable[Fact]) -> list[Fact]:
    """Facts and lists of facts in one list."""
    return [fact for part in facts for fact in ([part] if isinstance(part, Fact) else part)]


def shown(figure: Any) -> str:
    """A figure as words, to be read beside the news: `carried 486 496 506`, `reported 396`,
    `counted 1 ? ∞`.
    """
    return f"{figure.method} {bounds(figure.sum.low, figure.sum.best, figure.sum.high)}"


def bounds(low: int, best: int | None, high: int | None) -> str:
    """Low, best and high as words; once where they are one; `?` has no best and `∞` no bound."""
    if low == best == high:
        return str(low)
    return f"{low} {'?' if best is None else best} {'∞' if high is None else high}"


_ABOUT = ("mission", "category", "fulfils", "key", "expires", "reason", "amends")


def _split(said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the entry is about, and what is claimed of it."""
    about = {name: value for name, value in said.items() if name in _ABOUT}
    return about, {name: value for name, value in said.items() if name not in _ABOUT}


def _said(
    entry: Any, nation: str | None, when: str, count: str | int, said: dict[str, Any]
) -> Fact:
    about, words = _split(said)
    named = entry(nation, **about)
    if "key" not in about:
        named = replace(named, key=f"{named.key}-{_slug(when)}")
    return told(named, claim(when, count, **words))


def _movement(direction: str, nation: str, key: str | None, about: dict[str, Any]) -> Entry:
    about = {"mission": MISSION, "category": CATEGORY} | about
    named = key or _name(direction, nation, about["mission"], about["category"])
    return Entry(named, "movement", nation=nation, direction=direction, **about)


def _name(kind: str, nation: str | None, mission: str, category: str | None, **_rest: Any) -> str:
    return "-".join([kind, mission, (nation or "all").lower(), category or "all"])


def _slug(when: str) -> str:
    return when.replace("/", "_").replace("..", "open")
