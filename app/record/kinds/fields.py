"""The field types that the kinds share, with their public descriptions, and what a kind is made
of.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.estimate.categories import PARENTS
from app.estimate.dates import parse_date
from app.record.nations import nation_code

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
# Two hyphens stand only in the keys of claims, between entry and source: so no two made of parts
# are ever the same.
CLAIM_KEY = r"^[a-z0-9]+(-{1,2}[a-z0-9]+)*$"


# Control characters but for line ends and tabs, halves of surrogate pairs, and what Unicode says is
# no character.
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff"
    + "".join(chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
    + "]"
)


def _plain(words: str) -> str:
    """Refuse what no database keeps alike."""
    if found := _NO_TEXT.search(words):
        raise ValueError(f"holds the character U+{ord(found[0]):04X}, which is not text")
    return words


def _category(name: str) -> str:
    if name not in PARENTS:
        raise ValueError(f"{name!r} is not a category; the categories are {', '.join(PARENTS)}")
    return name


def _edtf(words: str) -> str:
    return parse_date(words).edtf


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_plain),
]
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400),
    AfterValidator(_plain),
]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=120)]
ClaimKey = Annotated[str, StringConstraints(pattern=CLAIM_KEY, max_length=250)]
Nation = Annotated[str, StringConstraints(max_length=100), AfterValidator(nation_code)]
Category = Annotated[str, AfterValidator(_category)]
Edtf = Annotated[str, StringConstraints(max_length=40), AfterValidator(_edtf)]


class Fields(BaseModel):
    """What a kind of entry is about."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: `name` in a row, `plural` in addresses, its public texts, its fields."""

    name: str
    plural: str
    one: str
    about: str
    fields: type[Fields]
    example: str
    has_contingent: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The kind's own columns, `contingent` (derived) after `category`."""
        names = list(self.fields.model_fields)
        if self.has_contingent:
            names.insert(names.index("category") + 1, "contingent")
        return tuple(names)

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The fields that have a fixed list of values, each a filter of the kind's list."""
        found: dict[str, tuple[str, ...]] = {}
        for name, field in self.fields.model_fields.items():
            values = get_args(field.annotation)
            if values and all(isinstance(value, str) for value in values):
                found[name] = values
        return found


def about(description: str, **more: Any) -> Any:
    """A documented field or parameter."""
    return Field(description=description, **more)


def any_of(values: Iterable[str]) -> str:
    """A list of values in words: a, b or c."""
    *first, last = values
    return f"{', '.join(first)} or {last}" if first else last
