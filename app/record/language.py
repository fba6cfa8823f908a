"""The language of mappings: which column of a table says what. Nothing about any one table is
written in code.
"""

import re
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from app.estimate.categories import PARENTS, covers
from app.estimate.counts import parse_count
from app.estimate.entries import STATUSES
from app.record.cells import Figures
from app.record.documents import Draft, Grade, read_draft
from app.record.files import FileForm, Pattern, sort_of
from app.record.kinds import KINDS
from app.record.kinds.fields import Category, Slug, Words, about, any_of, field_types
from app.record.places import Column, Condition, DatePlace, NationPlace, OwnFields, Place, Word
from app.record.problems import Refused

# What speaks for all categories together, where a mapping has to name it.
ALL = "all"


class CountColumn(Draft):
    """A column of figures, or several that are added, or one a day; with what they count."""

    column: Column | None = about("Name of the column.", default=None)
    sum: Annotated[list[Column], Field(min_length=1)] | None = about(
        "Names of columns to add; where some are missing, the sum is `at least` the others.",
        default=None,
    )
    across: Pattern | None = about(
        "A pattern of the names of columns, one a day; its first group, or else the name, says "
        "the day.",
        default=None,
    )
    low: Column | None = about("Name of the column with the least it may be.", default=None)
    high: Column | None = about("Name of the column with the most it may be.", default=None)
    category: Category | None = about(
        "The category they count; left out: what the `category` column says.", default=None
    )
    estimated: Condition | None = about(
        "The rows in which the figure is about that many (~).", default=None
    )
    fields: dict[str, Words] = about(
        "Fields of the entry that this column alone decides.", default={}
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "CountColumn":
        given = sum(found is not None for found in (self.column, self.sum, self.across))
        if given > 1 or not (given or self.low or self.high):
            raise ValueError(
                "give a column, a sum of columns, a pattern `across` columns, or low and high"
            )
        if self.across and (self.low or self.high):
            raise ValueError("low and high go with a column or a sum")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns that are read, but for those `across`."""
        return [name for name in (*self.added, self.low, self.high) if name]

    @property
    def added(self) -> list[str]:
        """The columns of the figure itself."""
        return self.sum or ([self.column] if self.column else [])


class Check(Draft):
    """A column that is the sum of others: compared, never loaded."""

    column: Column = about("Name of the column that is a total.")
    sum: Annotated[list[Column], Field(min_length=1)] = about(
        "Names of the columns that add up to it."
    )


_Place = Annotated[Place, Tag("(place)")]
WordsOrPlace = Annotated[Annotated[Words, Tag("(words)")] | _Place, Discriminator(sort_of)]
GradeOrPlace = Annotated[Annotated[Grade, Tag("(words)")] | _Place, Discriminator(sort_of)]
WordsOrDate = Annotated[
    Annotated[Words, Tag("(words)")] | Annotated[DatePlace, Tag("(place)")], Discriminator(sort_of)
]


class TableSource(Draft):
    """The source of the figures: in words, in which `{date}` is the date of a row, or by column."""

    slug: Place | None = about(
        "What names it, after the series; left out: one source a day for strength reports, "
        "otherwise one in all.",
        default=None,
    )
    publisher: WordsOrPlace = about("Who published it.")
    title: WordsOrPlace | None = about("Its title.", default=None)
    licence: WordsOrPlace | None = about("The licence of its figures.", default=None)
    grade: GradeOrPlace | None = about("Admiralty grade of its figures.", default=None)
    language: WordsOrPlace | None = about("Its language.", default=None)
    url: WordsOrPlace | None = about("Its address.", default=None)
    published: WordsOrDate | None = about(
        "When it was published; left out: not known.", default=None
    )

    @property
    def labels(self) -> dict[str, str | Place]:
        """What it is called, by the names of a source's fields."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name != "slug"}
        return {name: value for name, value in given.items() if value is not None}


class ClaimPlaces(Draft):
    """Where the rest of what a claim says is found."""

    status: Place = about(f"{any_of(STATUSES)}.", default=Place(constant="occurred"))
    grade: Place | None = about("Admiralty grade of a row.", default=None)
    locator: Place | None = about("Where in the source; left out: line and columns.", default=None)
    summary: Place | None = about("What it says, in our own words.", default=None)
    count_text: Place | None = about(
        "The number as it is worded; left out: the cell, unless it is a number.", default=None
    )
    date_text: Place | None = about("The date as it is worded.", default=None)


class TableMapping(Draft):
    """How to read a table."""

    series: Slug = about("Name of the series: entries and sources are named after it.")
    file: FileForm = about("How the table stands in its file.", default=FileForm())
    source: TableSource = about("Where it comes from.")
    kind: str = about(
        "What each figure, or each row, is: a kind of entry.", default="strength_report"
    )
    key: Place | None = about(
        "What names an entry, after the series; for kinds other than strength reports.",
        default=None,
    )
    date: DatePlace = about("The day its figures stand for.")
    mission: Place = about("The mission, by a name of which its slug is made.")
    mission_slug: Place | None = about(
        "The slug of the mission, where it is not made of the name.", default=None
    )
    host_country: NationPlace | None = about("Where the mission is.", default=None)
    nation: NationPlace | None = about(
        "Whose people; left out: of all nations together.", default=None
    )
    category: Place | None = about("The category, in a table with one figure a row.", default=None)
    fields: OwnFields = about("The fields that the kind has of its own.", default=OwnFields())
    counts: list[CountColumn] = about("The columns of figures.", default=[])
    parents: dict[str, Literal["whole", "rest"]] = about(
        "Where a category and one under it are both counted: whether the figure of the wider one "
        "is the whole, or the "
        "rest beside the narrower ones. `all` is every category together.",
        default={},
    )
    same_scope: Literal["refuse", "add"] = about(
        "Rows of one and the same scope and day: refuse or add.", default="refuse"
    )
    skip: list[Condition] = about("Rows that are left out: any of these holds.", default=[])
    only: list[Condition] = about("Rows that are read: all of these hold.", default=[])
    total_row: Condition | None = about(
        "The row that is the total of the others: compared, never loaded, and refused when it is "
        "not there.",
        default=None,
    )
    checks: list[Check] = about("The columns that are totals of others.", default=[])
    missing: list[Word] = about(
        "What stands where nothing is told; an empty cell always does.", default=[]
    )
    unknown: list[Word] = about(
        "What stands where there are some number of people that is not known.", default=[]
    )
    words: dict[Word, Word] = about(
        "What other words in the cells of figures mean, in our notation.", default={}
    )
    thousands: Literal[",", ".", " ", "'"] | None = about(
        "The mark at the thousands of figures.", default=None
    )
    claim: ClaimPlaces = about("The rest of what a claim says.", default=ClaimPlaces())
    complete: bool = about(
        "The table lists everybody: who is left out is not there any more.", default=False
    )
    covers: Literal["day", "missions"] = about(
        "What a file speaks for. day: the whole day of its series, so that what it told of that "
        "day and does not tell "
        "now is retracted. This is the default, because a table that is published anew replaces "
        "the one before it, and "
        "a line that is gone from it is not said any more. missions: only the missions that "
        "stand in it on that day; "
        "for a table that comes in several files, each of some missions.",
        default="day",
    )

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(
                f"{kind!r:.60} is not a kind of entry; the kinds are {', '.join(KINDS)}"
            )
        return kind

    @field_validator("words")
    @classmethod
    def _in_the_notation(cls, words: dict[str, str]) -> dict[str, str]:
        for meaning in words.values():
            parse_count(meaning)
        return words

    @model_validator(mode="after")
    def _fits_together(self) -> "TableMapping":
        twice = sorted(
            {*self.missing} & {*self.unknown} | {*self.missing, *self.unknown} & {*self.words}
        )
        if twice:
            raise ValueError(f"{twice[0]!r} cannot be two of missing, unknown and words")
        self._has_the_fields_of_its_kind()
        self._is_named_as_its_kind()
        self._names_its_sources()
        self._names_the_days()
        self._counts_nobody_twice()
        return self

    def _has_the_fields_of_its_kind(self) -> None:
        fields, kind = field_types(KINDS[self.kind].fields), self.kind.replace("_", " ")
        given = self._given_fields()
        if foreign := sorted(given - fields.keys()):
            raise ValueError(f"a {kind} has no {foreign[0]}; it has {', '.join(fields)}")
        required = {name for name, of in fields.items() if not of.optional}
        if lacking := sorted(required - given):
            raise ValueError(f"a {kind} needs {lacking[0]}: say where it stands")

    def _given_fields(self) -> set[str]:
        """The fields of an entry for which it names a place, a column or a value."""
        own = {name for name in OwnFields.model_fields if getattr(self.fields, name) is not None}
        decided = {name for count in self.counts for name in count.fields}
        of_columns = {"category" for count in self.counts if count.category}
        place = {"nation": self.nation, "category": self.category}
        return own | decided | of_columns | {name for name, found in place.items() if found}

    def _is_named_as_its_kind(self) -> None:
        if self.is_of_reports:
            if self.key or not self.counts:
                raise ValueError(
                    "a strength report needs counts, and is named by what it is about: leave the "
                    "key out"
                )
        elif not self.key or self.complete or self.parents or (self.total_row and not self.counts):
            raise ValueError(
                f"a {self.kind.replace('_', ' ')} needs a key, and no table of them is complete"
            )

    def _names_its_sources(self) -> None:
        labels = self.source.labels.values()
        by_row = any(isinstance(label, Place) for label in labels)
        dated = any(isinstance(label, str) and "{date}" in label for label in labels)
        if not self.source.slug and (by_row or (dated and not self.is_of_reports)):
            raise ValueError(
                "a source that differs from row to row needs a slug: say what names it under source"
            )

    def _names_the_days(self) -> None:
        across = [bool(count.across) for count in self.counts]
        if any(across) != bool(self.date.header) or (not all(across) and any(across)):
            raise ValueError("columns `across` days and `date: {header: true}` go together")

    def _counts_nobody_twice(self) -> None:
        """Refuse a category beside one under it, unless it is said what the figure of the wider one
        is.
        """
        named = self._named_categories()
        if unknown := sorted(named - PARENTS.keys()):
            raise ValueError(
                f"{unknown[0]!r} is not a category; the categories are {', '.join(PARENTS)}"
            )
        if not self.is_of_reports:
            return
        for name, under in self._counted_under(named).items():
            if under and name not in self.parents:
                fault = f"{name} is counted beside {', '.join(sorted(under))}, which lie under it"
                ways = (
                    f"parents: {{{name}: whole}} if its figure includes them, "
                    f"{{{name}: rest}} if it does not"
                )
                raise ValueError(f"{fault}: say {ways}")
        if foreign := sorted(name for name in self.parents if name not in (*PARENTS, ALL)):
            raise ValueError(f"parents: {foreign[0]!r} is not a category, nor all")

    def _named_categories(self) -> set[str]:
        """The categories that stand in the mapping."""
        named = {count.category for count in self.counts if count.category}
        if self.category:
            named |= {*(self.category.values or {}).values(), self.category.constant or ""} - {""}
        return named

    def _counted_under(self, named: set[str]) -> dict[str, set[str]]:
        """The categories that are counted under each of some, and under all of them together."""
        under = {
            name: {other for other in named if other != name and covers(name, other)}
            for name in named
        }
        if not self.category and any(count.category is None for count in self.counts):
            under[ALL] = named
        return under

    @property
    def is_of_reports(self) -> bool:
        """Its figures are strength reports."""
        return self.kind == "strength_report"

    @property
    def categories(self) -> set[str | None]:
        """The categories that it can tell of; None: all of them together, or any that stands in the
        table.
        """
        by_column = self._categories_by_column()
        named = [{count.category} if count.category else by_column for count in self.counts]
        return set().union(*named) if named else by_column

    def _categories_by_column(self) -> set[str | None]:
        place = self.category
        if place and place.constant:
            return {place.constant}
        if not place or not place.values or place.otherwise != "refuse":
            return {None}
        return {name or None for name in place.values.values()} | (
            {None} if place.optional else set()
        )

    @property
    def figures(self) -> Figures:
        """How its figures are read."""
        return Figures(frozenset(self.missing), frozenset(self.unknown), self.words, self.thousands)

    @property
    def places(self) -> list[Place]:
        """Every place at which it finds a word."""
        own = [getattr(self.fields, name) for name in type(self.fields).model_fields]
        claim = [getattr(self.claim, name) for name in ClaimPlaces.model_fields]
        about_it = [
            self.date,
            self.mission,
            self.mission_slug,
            self.host_country,
            self.nation,
            self.category,
            self.key,
        ]
        found = [*about_it, self.source.slug, *self.source.labels.values(), *own, *claim]
        return [place for place in found if isinstance(place, Place)]

    def columns(self) -> list[str]:
        """All columns that a table must have."""
        read = [name for place in self.places for name in place.read]
        counted = [name for count in self.counts for name in count.columns]
        checked = [name for check in self.checks for name in (check.column, *check.sum)]
        conditions = [
            *self.skip,
            *self.only,
            self.total_row,
            *(count.estimated for count in self.counts),
        ]
        asked = [condition.column for condition in conditions if condition]
        return list(dict.fromkeys([*read, *counted, *checked, *asked]))


def read_mapping(content: Any) -> TableMapping:
    """Make a mapping of plain data; Refused with every place that is wrong."""
    try:
        return read_draft(TableMapping, content)
    except Refused as refused:
        # Which sort of value was tried is no part of the place.
        raise Refused(
            [replace(mend, where=re.sub(r"/\([a-z]+\)", "", mend.where)) for mend in refused.mends]
        ) from refused
