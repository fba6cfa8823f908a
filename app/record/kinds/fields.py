"""The field types that the kinds share, and what a kind is made of.

What a field holds is said by its type alone: one of those below, or a `Literal` of the values that
it may have; with `| None` where it may be left out. From it follow the column, the filter, the
words on a page and the place in a mapping.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from app.estimate.categories import PARENTS
from app.estimate.counts import LIMIT
from app.estimate.dates import parse_date, parse_day
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


# What turns the order of the letters after it: a name that shows otherwise than it is kept.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _unturned(words: str) -> str:
    if found := TURNS.search(words):
        raise ValueError(f"holds U+{ord(found[0]):04X}, which turns the order of what follows")
    return words


def _category(name: str) -> str:
    if name not in PARENTS:
        raise ValueError(f"{name!r} is not a category; the categories are {', '.join(PARENTS)}")
    return name


def _edtf(words: str) -> str:
    return parse_date(words).edtf


def _day(value: Any) -> Any:
    """A day as a document writes it; any other value is left to be refused."""
    return parse_day(value) if isinstance(value, str) else value


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_plain),
]
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400),
    AfterValidator(_plain),
    AfterValidator(_unturned),
]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=120)]
Mission = Annotated[Slug, "of a mission"]
ClaimKey = Annotated[str, StringConstraints(pattern=CLAIM_KEY, max_length=250)]
Nation = Annotated[str, StringConstraints(max_length=100), AfterValidator(nation_code)]
Category = Annotated[str, AfterValidator(_category)]
Edtf = Annotated[str, StringConstraints(max_length=40), AfterValidator(_edtf)]
Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[int, Field(ge=0, le=LIMIT)]


class Fields(BaseModel):
    """What a kind of entry is about."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Sort = Literal["words", "nation", "category", "choice", "mission", "entry", "date", "day", "number"]
_SORTS: tuple[tuple[Any, Sort, type], ...] = (
    (Words, "words", str),
    (Text, "words", str),
    (Nation, "nation", str),
    (Category, "category", str),
    (Mission, "mission", str),
    (Slug, "entry", str),
    (Edtf, "date", str),
    (Day, "day", date),
    (Number, "number", int),
)


@dataclass(frozen=True, slots=True)
class FieldType:
    """What a field holds: its sort, the type of its values in a row, whether it may be left out,
    and the only values it may have, where there is such a list.
    """

    sort: Sort
    python: type = str
    optional: bool = False
    values: tuple[str, ...] = ()


@cache
def field_types(fields: type[Fields]) -> dict[str, FieldType]:
    """What each field holds; TypeError for a type that no column, page or mapping knows."""
    hints = get_type_hints(fields, include_extras=True)
    return {name: _field_type(name, hints[name]) for name in fields.model_fields}


def _field_type(name: str, hint: Any) -> FieldType:
    optional = type(None) in get_args(hint)
    bare = next(of for of in get_args(hint) if of is not type(None)) if optional else hint
    if get_origin(bare) is Literal:
        return FieldType("choice", str, optional, get_args(bare))
    for known, sort, python in _SORTS:
        if bare == known:
            return FieldType(sort, python, optional)
    raise TypeError(f"{name} is {hint}: a field of a kind is of a type in {__name__}, or a Literal")


InWords = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: `name` in a row, `plural` in addresses, its public texts, its fields.

    `headline` names an entry by its own fields in words (empty where nothing is known); left out:
    what it is, and of whom. `heading` stands over its list on the page of figures, which without
    one has no such list. `unit` is what its counts are of. `example` is one of it, as somebody
    would tell of it: its fields, and what a claim says; left out: its writes have no example.
    """

    name: str
    plural: str
    one: str
    about: str
    fields: type[Fields]
    headline: Callable[[InWords], str] | None = None
    heading: str | None = None
    unit: str = "people"
    has_contingent: bool = False
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def types(self) -> dict[str, FieldType]:
        """The kind's own columns and what they hold, `contingent` (derived) after `category`."""
        found: dict[str, FieldType] = {}
        for name, of in field_types(self.fields).items():
            found[name] = of
            if name == "category" and self.has_contingent:
                found["contingent"] = FieldType("words", optional=True)
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its own columns."""
        return tuple(self.types)

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The fields that have a fixed list of values, each a filter of the kind's list."""
        return {name: of.values for name, of in self.types.items() if of.values}

    def title(self, words: InWords) -> str:
        """An entry in a few words, from its own fields in words."""
        return self.headline(words) if self.headline else f"{self.one.capitalize()}: {whom(words)}"


def whom(words: InWords) -> str:
    """The people that an entry speaks of, from its fields in words."""
    within = f", {words['category'].lower()}" if words.get("category") else ""
    return f"{words.get('nation') or 'the whole mission'}{within}"


def about(description: str, **more: Any) -> Any:
    """A documented field or parameter."""
    return Field(description=description, **more)


def any_of(values: Iterable[str]) -> str:
    """A list of values in words: a, b or c."""
    *first, last = values
    return f"{', '.join(first)} or {last}" if first else last
