"""Nations by name: codes of ISO 3166, and the names and aliases people type, from
seeds/nations.yaml.

Not only nations contribute: states that are no more, organisations, several nations together, and
those of whom a source does not say where they come from have codes of three letters too, which
clash with none of the standard.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal

from ruamel.yaml import YAML

from app.record.shipped import shipped

# How a table may name a nation: by code, name or alias, or by the codes of one standard alone.
Scheme = Literal["name", "alpha3", "alpha2", "m49"]


@dataclass(frozen=True, slots=True)
class Nation:
    """One that sends or gives. `contributor`: nation, former, organisation, multinational,
    unknown.
    """

    code: str
    name: str
    contributor: str
    aliases: tuple[str, ...] = ()
    alpha2: str | None = None
    m49: str | None = None
    once: tuple[str, ...] = ()
    existed_from: date | None = None
    existed_until: date | None = None


@cache
def nations() -> dict[str, Nation]:
    """All that are known, by code, in the order of codes."""
    lists = YAML(typ="safe", pure=True).load(shipped("seeds/nations.yaml"))
    found = {
        row["code"]: _nation("nation" if contributor == "nations" else contributor, row)
        for contributor, rows in lists.items()
        for row in rows
    }
    return dict(sorted(found.items()))


def _nation(contributor: str, row: Mapping[str, object]) -> Nation:
    renamed = {"from": "existed_from", "until": "existed_until"}
    fields = {
        renamed.get(name, name): tuple(value) if isinstance(value, list) else value
        for name, value in row.items()
    }
    return Nation(contributor=contributor, **fields)  # type: ignore[arg-type]


# The columns of the list of them, and what a table has in each: aliases stand in one cell.
NATION_COLUMNS: dict[str, type] = {
    "code": str,
    "name": str,
    "aliases": str,
    "contributor": str,
    "existed_from": date,
    "existed_until": date,
}


def nation_cells(nation: Nation) -> dict[str, Any]:
    """One as the row of a table."""
    joined = "; ".join(nation.aliases) or None
    return {name: getattr(nation, name) for name in NATION_COLUMNS} | {"aliases": joined}


def nation_name(code: str | None) -> str | None:
    """The name of a code; None for None."""
    return None if code is None else nations()[code].name


@lru_cache(maxsize=20_000)
def nation_code(words: str) -> str:
    """The code that a code, name or alias stands for; ValueError, with the nearest name, for any
    other word.
    """
    code = _by_words().get(fold(words)) if _seen(words).isprintable() else None
    if code is None:
        near = near_nation(words)
        hint = (
            f"; did you mean {near}?"
            if near
            else "; write an ISO 3166 alpha-3 code, as KEN, or a country's name"
        )
        raise ValueError(f"{words!r:.60} is not a nation{hint}")
    return code


def nation_by(words: str, scheme: Scheme = "name") -> str:
    """The code that words stand for in a table that names nations by one scheme; ValueError for any
    other words.

    Codes that were withdrawn from the same state are read too. M49 is read without its leading
    zeros as well, which a spreadsheet takes away.
    """
    if scheme == "name":
        return nation_code(words)
    written = _seen(words).strip().upper()
    code = _by_scheme()[scheme].get(written.zfill(3) if scheme == "m49" and written else written)
    if code is None:
        standard = {
            "alpha3": "an ISO 3166 alpha-3",
            "alpha2": "an ISO 3166 alpha-2",
            "m49": "an M49",
        }[scheme]
        raise ValueError(f"{words!r:.60} is not {standard} code")
    return code


def near_nation(words: str) -> str | None:
    """The name that a word is a plain slip of; None where it may be another's too, or is merely
    alike.

    Likeness of letters says nothing of countries (GER is not Niger), so a hint has the same words,
    most of them as they are, and long ones with the same first letter and a letter or two amiss,
    and nobody else has a word as near.
    """
    tokens = tuple(fold(words).split())
    if len(tokens) > 15:
        return None
    codes = {code for known, code in _joined().get("".join(tokens), ()) if len(tokens) < len(known)}
    if not codes and all(token in _by_tokens() or _near_tokens(token) for token in tokens):
        codes = {
            code for known, code in _names().get(len(tokens), ()) if _is_slip(tokens, known, code)
        }
    return nations()[min(codes)].name if len(codes) == 1 else None


def _is_slip(tokens: tuple[str, ...], known: tuple[str, ...], code: str) -> bool:
    """As many words, the same but for slips, each of which could be a word of this nation only."""
    amiss = [(token, meant) for token, meant in zip(tokens, known, strict=True) if token != meant]
    return all(
        token[0] == meant[0]
        and meant in _near_tokens(token)
        and all(code in _by_tokens()[other] for other in _near_tokens(token))
        for token, meant in amiss
    )


@lru_cache(maxsize=2000)
def _near_tokens(token: str) -> frozenset[str]:
    """The words of names that a word is a slip of: none of one that is itself a word of a name."""
    known = _by_tokens()
    return (
        frozenset()
        if token in known
        else frozenset(other for other in known if _near(token, other))
    )


def _near(one: str, other: str) -> bool:
    """A letter amiss in a word of five letters, two in one of ten."""
    shorter = min(len(one), len(other))
    most = 2 if shorter >= 10 else 1
    if (
        len(one) + len(other) < 10
        or abs(len(one) - len(other)) > most
        or len(set(one) ^ set(other)) > 2 * most
    ):
        return False
    row, before = list(range(len(other) + 1)), [0]
    for at, letter in enumerate(one):
        before, last, row = row, before, [at + 1]
        for place, meant in enumerate(other):
            edits = min(before[place] + (letter != meant), before[place + 1] + 1, row[place] + 1)
            if at and place and letter == other[place - 1] and one[at - 1] == meant:
                edits = min(edits, last[place - 1] + 1)
            row.append(edits)
    return row[-1] <= most


# Characters that are not seen: soft hyphens, joiners, marks of direction, selectors of variants,
# byte order marks.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Letters that Unicode does not take apart, and those of Arabic script that are written one for
# another.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "ƶ": "z",
        "ı": "i",
        "ŋ": "n",
        "ə": "e",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        "ƴ": "y",
        **dict.fromkeys("\u0649\u06cc\u06d2", "\u064a"),  # yeh: alef maqsura, Farsi, barree
        **dict.fromkeys(
            "\u06c1\u06be\u06d5\u0629", "\u0647"
        ),  # heh: goal, doachashmee, ae, teh marbuta
        "\u06a9": "\u0643",  # kaf: keheh
        "\u0671": "\u0627",  # alef: wasla
        "\u0640": "",  # tatweel, which only stretches
        **dict.fromkeys(
            "\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8", " "
        ),  # apostrophes that count as letters
    }
)


def _seen(words: str) -> str:
    """Words without what is not seen; a space that does not break is a space."""
    return (
        words
        if words.isascii()
        else re.sub("[\u00a0\u2000-\u200a\u202f\u3000]", " ", _UNSEEN.sub("", words))
    )


@lru_cache(maxsize=20_000)
def fold(words: str) -> str:
    """Words as they are compared: without case, accents, punctuation, what is not seen, and a
    leading `the`.
    """
    plain = words.casefold()
    if not words.isascii():
        seen = _UNSEEN.sub("", words)
        letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold())
        plain = "".join(char for char in letters if not unicodedata.combining(char)).translate(
            _LETTERS
        )
    plain = re.sub(r"[^\w&]+", " ", plain.replace(".", "")).replace("&", " and ")
    return re.sub(r"^the ", "", " ".join(plain.split()))


@cache
def _by_words() -> dict[str, str]:
    return {
        folded: code
        for code, nation in nations().items()
        for words in (code, nation.name, *nation.aliases)
        if (folded := fold(words))
    }


@cache
def _names() -> dict[int, list[tuple[tuple[str, ...], str]]]:
    """The words of every name and whose it is, by how many words they are."""
    found: dict[int, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for known, code in _by_words().items():
        tokens = tuple(known.split())
        found[len(tokens)].append((tokens, code))
    return dict(found)


@cache
def _joined() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The same, by the words written as one."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for known, code in _by_words().items():
        found[known.replace(" ", "")].append((tuple(known.split()), code))
    return dict(found)


@cache
def _by_tokens() -> dict[str, set[str]]:
    """The codes of the words in names."""
    found: dict[str, set[str]] = defaultdict(set)
    for known, code in _by_words().items():
        for token in known.split():
            found[token].add(code)
    return dict(found)


@cache
def _by_scheme() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"alpha3": {}, "alpha2": {}, "m49": {}}
    for code, nation in nations().items():
        for known in filter(None, (code, nation.alpha2, nation.m49, *nation.once)):
            found["m49" if known.isdigit() else f"alpha{len(known)}"][known] = code
    return found
