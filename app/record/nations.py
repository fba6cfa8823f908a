"""Which nation is meant: ISO 3166-1 alpha-3 codes, and the names and aliases people type, from seeds/nations.yaml."""

import re
import unicodedata
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path

from ruamel.yaml import YAML

SEEDS = Path(__file__).parents[2] / "seeds"


@cache
def nations() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Code to name and aliases, in the order of codes."""
    rows = YAML(typ="safe", pure=True).load(SEEDS / "nations.yaml")["nations"]
    return {row["code"]: (row["name"], tuple(row.get("aliases", ()))) for row in rows}


def nation_name(code: str | None) -> str | None:
    """The name of a code; None for None."""
    return None if code is None else nations()[code][0]


@lru_cache(maxsize=20_000)
def nation_code(words: str) -> str:
    """The code that a code, name or alias stands for; ValueError, with the nearest name, for any other word."""
    code = _by_words().get(fold(words)) if words.isprintable() else None
    if code is None:
        near = near_nation(words)
        hint = f"; did you mean {near}?" if near else "; write an ISO 3166-1 alpha-3 code, as KEN, or a country's name"
        raise ValueError(f"{words!r:.60} is not a nation{hint}")
    return code


def near_nation(words: str) -> str | None:
    """The name that is nearest to a word, if any is near."""
    found = get_close_matches(fold(words), _by_words(), n=1, cutoff=0.75)
    return nations()[_by_words()[found[0]]][0] if found else None


@lru_cache(maxsize=20_000)
def fold(words: str) -> str:
    """Words as they are compared: without case, accents, punctuation and a leading `the`."""
    plain = words.casefold()
    if not words.isascii():
        letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
        plain = "".join(char for char in letters if not unicodedata.combining(char))
    plain = re.sub(r"[^\w&]+", " ", plain.replace(".", "")).replace("&", " and ")
    return re.sub(r"^the ", "", " ".join(plain.split()))


@cache
def _by_words() -> dict[str, str]:
    return {
        fold(words): code
        for code, (name, aliases) in nations().items()
        for words in (code, name, *aliases)
        if fold(words)
    }
