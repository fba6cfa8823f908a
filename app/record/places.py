"""Where a mapping finds a word: in a column, in several, or the same for every row; and what it
makes of it.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from app.estimate.dates import BadDate, parse_day
from app.record.cells import Cells, cell
from app.record.documents import Draft
from app.record.files import Pattern
from app.record.kinds import OWN_FIELDS
from app.record.kinds.fields import Sort, Words, about
from app.record.nations import nation_by
from app.record.periods import Form, chosen_day, period, spanned


def _one_space(words: str) -> str:
    return " ".join(words.split())


def _as_words(value: Any) -> Any:
    """A whole number in a mapping as the words of a cell: 9999 and "9999" are the same there."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Column = Annotated[Words, AfterValidator(_one_space)]
Word = Annotated[str, BeforeValidator(_as_words), Field(max_length=400)]


class Place(Draft):
    """Where a word stands: a column, several, or a constant. Then `pattern` and `values` are
    applied, in this order.
    """

    column: Column | None = about("Name of the column.", default=None)
    columns: Annotated[list[Column], Field(min_length=2)] | None = about(
        "Names of several columns; what stands in them is joined.", default=None
    )
    join: str = about("What stands between the words of several columns.", default=" ")
    constant: Annotated[Words, BeforeValidator(_as_words)] | None = about(
        "The value of every row, where there is no column.", default=None
    )
    pattern: Pattern | None = about(
        "A regular expression that the words match; its first group, if it has one, is what is "
        "taken.",
        default=None,
    )
    values: dict[Word, Word] | None = about(
        "What each value means; an empty meaning says nothing.", default=None
    )
    otherwise: Literal["refuse", "keep"] = about(
        "Any value that `values` does not name: refuse, or keep as it stands.", default="refuse"
    )
    optional: bool = about("An empty cell is allowed, and says nothing.", default=False)

    @model_validator(mode="after")
    def _one_of_them(self) -> "Place":
        if sum(given is not None for given in (self.column, self.columns, self.constant)) != 1:
            raise ValueError("give a column, several columns or a constant")
        return self

    @property
    def named(self) -> list[str]:
        """The columns that are read."""
        return self.columns or ([self.column] if self.column else [])

    @property
    def read(self) -> list[str]:
        """All columns that a table must have for it."""
        return self.named

    @property
    def title(self) -> str:
        """What to call it in a refusal."""
        return " and ".join(self.named) or "the constant"

    def words(self, row: Cells) -> str | None:
        """What a row says there; None when it says nothing. ValueError when the mapping does not
        know it.
        """
        found = self.constant or self.join.join(
            filter(None, (cell(row, name) for name in self.named))
        )
        return self.meaning(found)

    def value(self, row: Cells) -> Any:
        """What a row says there, as an entry has it; None when it says nothing."""
        return self.words(row)

    def needed(self, row: Cells) -> Any:
        """What a row says there; ValueError when that is nothing, and is not said to be meant."""
        found = self.value(row)
        if found is None and not (self.optional or "" in (self.values or {}).values()):
            raise ValueError(
                f"{self.title} is empty; if that is meant, say `optional: true` in the mapping"
            )
        return found

    def meaning(self, found: str) -> str | None:
        """What words in this place mean."""
        if not found and self.optional and "" not in (self.values or {}):
            return None
        if found and self.pattern:
            found = self._matched(found, self.pattern)
        return (found if self.values is None else self._valued(found, self.values)) or None

    def _matched(self, found: str, pattern: str) -> str:
        match = re.fullmatch(pattern, found)
        if not match:
            raise ValueError(f"{self.title} is {found!r:.60}, which does not match {pattern!r:.60}")
        return (match[1] if match.re.groups else found) or ""

    def _valued(self, found: str, values: Mapping[str, str]) -> str:
        if found not in values and self.otherwise == "refuse":
            raise ValueError(f"{self.title} is {found!r:.60}, which the mapping does not know")
        return values.get(found, found)


class NumberPlace(Place):
    """Where a whole number stands, in plain digits."""

    def value(self, row: Cells) -> int | None:
        """The number of a row."""
        words = self.words(row)
        if words is not None and not re.fullmatch(r"[0-9]{1,10}", words):
            raise ValueError(f"{self.title} is {words!r:.60}, which is not a whole number")
        return None if words is None else int(words)


class Condition(Draft):
    """A condition on the rows: that a column holds one of some values, matches a pattern, or is
    empty.
    """

    column: Column = about("Name of the column.")
    values: list[Word] | None = about("It holds one of these.", default=None)
    pattern: Pattern | None = about("Its words match this regular expression.", default=None)
    empty: bool | None = about("It is empty, or (false) is not.", default=None)

    @model_validator(mode="after")
    def _one_of_them(self) -> "Condition":
        if sum(given is not None for given in (self.values, self.pattern, self.empty)) != 1:
            raise ValueError("give values, a pattern, or empty")
        return self

    def holds(self, row: Cells) -> bool:
        """Whether a row is such a row."""
        words = cell(row, self.column)
        if self.values is not None:
            return words in self.values
        return (
            bool(re.fullmatch(self.pattern, words)) if self.pattern else (not words) == self.empty
        )


class NationPlace(Place):
    """Where a nation stands, and how it is given."""

    scheme: Literal["name", "alpha2", "alpha3", "m49"] = about(
        "How nations are given: name (a name, an alias or an alpha-3 code), alpha2, alpha3 or m49.",
        default="name",
        alias="as",
    )

    def value(self, row: Cells) -> str | None:
        """The code of the nation."""
        return self.code(row)

    def code(self, row: Cells) -> str | None:
        """The alpha-3 code of the nation of a row; None when it names none. ValueError for what is
        no nation.
        """
        words = self.words(row)
        if words is None:
            return None
        try:
            return nation_by(words, self.scheme)
        except ValueError as error:
            raise ValueError(f"{self.title}: {error}") from error


class DatePlace(Place):
    """Where a day or a period stands, and in what order its parts are given."""

    column: Column | None = about("Name of the column.", default=None)
    header: Literal[True] | None = about(
        "The days are in the names of the columns of figures, each taken by its `across`.",
        default=None,
    )
    form: Form = about("What is given, and in what order.", default="day", alias="as")
    months: Annotated[list[Words], Field(min_length=12, max_length=12)] | None = about(
        "The names of the twelve months, where they are not English.", default=None
    )
    day: Literal["first", "last"] | None = about(
        "The day of a month, quarter or year that is meant; left out: the whole of it, as EDTF.",
        default=None,
    )
    estimated: Condition | None = about(
        "The rows in which the date is about then (~).", default=None
    )
    to: "DatePlace | None" = about(
        "Where the end of a span stands, if it is one; empty and `optional`: the span is open.",
        default=None,
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "DatePlace":
        given = (self.column, self.columns, self.constant, self.header)
        if sum(found is not None for found in given) != 1:
            raise ValueError("give a column, several columns, a constant, or `header: true`")
        return self

    @property
    def read(self) -> list[str]:
        """All columns that a table must have for it."""
        return (
            self.named
            + ([self.estimated.column] if self.estimated else [])
            + (self.to.read if self.to else [])
        )

    def value(self, row: Cells) -> Any:
        """The date as EDTF."""
        return self.edtf(row)

    def edtf(self, row: Cells, header: str | None = None) -> str | None:
        """The date of a row, or of the header of its figure, as EDTF; None when there is none."""
        words = self.meaning(header or "") if self.header else self.words(row)
        if words is None:
            return None
        try:
            made = period(words, self.form, tuple(self.months or ()))
            made = chosen_day(made, self.day) if self.day else made
        except BadDate as error:
            raise ValueError(f"{self.title if header is None else header}: {error}") from error
        if self.estimated and "/" not in made and made[-1:].isdigit() and self.estimated.holds(row):
            made += "~"
        return made if self.to is None else spanned(made, self.to.end(row))

    def end(self, row: Cells) -> str | None:
        """The end of a span; None where it is open. ValueError where that is not said to be
        meant.
        """
        made = self.edtf(row)
        if made is None and not self.optional:
            raise ValueError(
                f"{self.title} is empty; if the span is open then, say `optional: true` in the "
                "mapping"
            )
        return made


class DayPlace(DatePlace):
    """Where one day stands: a month or a span is refused."""

    def value(self, row: Cells) -> Any:
        """The day of a row."""
        made = self.edtf(row)
        try:
            return None if made is None else parse_day(made)
        except BadDate as error:
            raise ValueError(f"{self.title}: {error}") from error


# The sort of place in which a field of a kind is found, by what it holds.
_PLACES: dict[Sort, type[Place]] = {
    "nation": NationPlace,
    "date": DatePlace,
    "day": DayPlace,
    "number": NumberPlace,
}

OwnFields: type[Draft] = create_model(  # type: ignore[call-overload]
    "OwnFields",
    __base__=Draft,
    __doc__="Where the fields that a kind of entry has of its own are found.",
    **{
        name: (_PLACES.get(of.sort, Place) | None, about(f"The entry's `{name}`.", default=None))
        for name, of in OWN_FIELDS.items()
        if name not in ("nation", "category", "contingent")
    },
)
