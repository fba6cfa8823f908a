"""docs/arithmetic.md: every table of what was told is laid out, and every line of what is answered
is reckoned.
"""

import re
from collections.abc import Callable
from typing import Any, cast, get_args

import pytest

from app.estimate.categories import PARENTS
from app.estimate.entries import Fact, Policy
from app.estimate.outcomes import PARTS, promises
from app.estimate.questions import Question
from app.estimate.strength import MEASURES, Strength
from tests.builders import (
    arrival,
    arriving,
    bounds,
    claim,
    day,
    departure,
    mandate,
    pledge,
    report,
    shown,
    succession,
)
from tests.builders import told as settled
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "arithmetic.md").read_text()
TELLING: dict[str, Callable[..., Fact]] = {
    "report": report,
    "complete report": report,
    "arrival": arrival,
    "departure": departure,
    "pledge": pledge,
    "mandate": lambda _nation, when, count, **said: mandate(
        when, count, **{name: words for name, words in said.items() if name != "category"}
    ),
}
EXPECTED = "announced "


def tables(words: str) -> list[list[dict[str, str]]]:
    """The tables of a Markdown text, as rows by their headers."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", words, re.MULTILINE):
        lines = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()
        ]
        found.append([dict(zip(lines[0], cells, strict=True)) for cells in lines[2:]])
    return found


def rules() -> list[Any]:
    """Each pair of what was told and what is answered, under its heading."""
    found = []
    for section in PAGE.split("\n## ")[1:]:
        name, both = section.splitlines()[0], tables(section + "\n")
        assert len(both) % 2 == 0, name
        found += [
            pytest.param(*pair, id=f"{name} {n}")
            for n, pair in enumerate(zip(both[::2], both[1::2], strict=True))
        ]
    return found


def whom(words: str) -> tuple[str | None, str | None]:
    """A nation and a category: `everybody`, `KEN`, `police`, `KEN police`."""
    named = [] if words in ("everybody", "unallocated") else words.split()
    nation = next((word for word in named if word.isupper()), None)
    category = next((word for word in named if word in PARENTS), None)
    assert len(named) == sum(each is not None for each in (nation, category)), words
    return nation, category


def told(place: int, row: dict[str, str]) -> Fact:
    if row["told"] == "succession":
        mission, mode, predecessor = row["of"].split()
        return succession(mission, predecessor, row["day"], mode=mode)
    nation, category = whom(row["of"])
    said: dict[str, Any] = {
        "grade": row.get("grade") or "B2",
        "by": row.get("by") or f"source-{place}",
        "key": row.get("key") or f"{place:02}",
    }
    said |= {name: row[name] for name in ("fulfils", "out", "amends", "reason") if row.get(name)}
    if row["told"] == "complete report":
        said["complete"] = True
    if row.get("in"):
        said["mission"] = row["in"]
    if row["told"].startswith(EXPECTED):
        said["status"] = "expected"
    tell = TELLING[row["told"].removeprefix(EXPECTED)]
    return tell(nation, row["day"], row["count"], category=category, **said)


def laid_out(rows: list[dict[str, str]]) -> list[Fact]:
    """What was told, as facts; rows of one key are claims of one arrival."""
    facts: dict[str, Fact] = {}
    for place, row in enumerate(rows):
        fact = told(place, row)
        if before := facts.get(fact.entry.key):
            claims = [*before.value.voices, *fact.value.voices]
            of = claims[-1]
            entry = arriving("KEN", key=of.entry)
            each = [
                claim(
                    c.date.edtf,
                    "unknown" if c.count.silent else c.count.low,
                    by=c.source,
                    status=c.status,
                    grade=c.grade,
                    out=c.out_by.isoformat() if c.out_by else None,
                )
                for c in claims
            ]
            fact = settled(entry, *each)
        facts[fact.entry.key] = fact
    return list(facts.values())


@pytest.mark.parametrize(("facts", "answers"), rules())
def test_the_page_draws_what_is_reckoned(
    facts: list[dict[str, str]], answers: list[dict[str, str]]
) -> None:
    ledger = laid_out(facts)
    for row in answers:
        found, told = reckoned(ledger, row), {**row}
        for name in ASKED:
            told.pop(name, None)
        # A promise says all that its columns do, a figure what is filled in.
        if not row.get("promise"):
            told = {name: words for name, words in told.items() if words}
        assert {name: found[name] for name in told} == told


# What a line asks; all else it answers.
ASKED = ("asked", "on", "in", "max_age", "policy", "promise")


def promised(ledger: list[Fact], row: dict[str, str]) -> dict[str, str]:
    """How one promise stands on a day."""
    strength = Strength.of(ledger, {})
    found = {each.fact.entry.key: each for each in promises(strength, Question(day(row["on"])))}
    promise = found[row["promise"]]
    first, late = promise.first_due, promise.late
    said = {
        "first due": first.edtf if first else "",
        "moved": str(promise.moved),
        "late": bounds(*late) if late else "",
        "outcome": promise.outcome,
    }
    return said | {name: bounds(*promise.parts[name]) for name in PARTS}


def reckoned(ledger: list[Fact], row: dict[str, str]) -> dict[str, str]:
    if row.get("promise"):
        return promised(ledger, row)
    nation, category = whom(row["asked"])
    question = Question(
        day(row["on"]),
        missions=tuple(row.get("in", "").split()),
        nations=(nation,) if nation else (),
        categories=(category,) if category else (),
        max_age=int(row["max_age"]) if row.get("max_age") else None,
    )
    policy = row.get("policy", "graded")
    assert policy in get_args(Policy)
    table = Strength.of(ledger, {}, cast(Policy, policy)).table(question)
    if row["asked"] == "unallocated":
        return {
            "answer": bounds(*table.unallocated.remainders["present"]) if table.unallocated else "0"
        }
    figure = table.total.figures["present"]
    least, most = figure.spread
    said = {
        "answer": shown(figure),
        "spread": f"{least} {'∞' if most is None else most}",
        "disputed": "yes" if figure.disputed else "no",
    }
    for name in MEASURES:
        total = table.total.figures[name].sum if name in table.total.figures else None
        said[name] = bounds(total.low, total.best, total.high) if total else "none"
    return said


def test_every_rule_of_the_page_is_tried() -> None:
    assert len(rules()) >= 12
    assert sum(len(pair.values[1]) for pair in rules()) >= 40
