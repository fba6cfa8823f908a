"""Slugs: the names in addresses that are made of the words of a table."""

import hashlib
import re
from functools import lru_cache

from app.record.nations import fold

# Letters that are not a letter of the alphabet with a mark, which `fold` takes off.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


@lru_cache(maxsize=20_000)
def slug_of(name: str) -> str:
    """A name as a slug; ValueError where letters would be lost, and two names could become one."""
    plain = fold(name).translate(_LETTERS)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug or any(char.isalpha() and not char.isascii() for char in plain):
        raise ValueError(
            f"{name!r:.60} makes no name for addresses; give one of a-z and 0-9, by `values` or "
            "a slug"
        )
    return slug


def fitting(slug: str) -> str:
    """A slug no longer than the ledger takes: the end of a longer one is a digest of it."""
    return (
        slug
        if len(slug) <= 120
        else f"{slug[:103].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:16]}"
    )
