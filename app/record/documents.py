"""The one document shape in which everything enters and leaves whole: missions, contingents,
sources, entries.

Nothing is guessed: an unknown field, a number in quotes with an underscore, a date that does not
exist are refused with the place where they stand. What a document leaves out it does not change,
unless it says that a source is complete.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from app.estimate.counts import LIMIT, BadCount, Count, parse_count
from app.estimate.entries import Status
from app.record.kinds import KINDS
from app.record.kinds.fields import (
    TURNS,
    Category,
    ClaimKey,
    Edtf,
    Nation,
    Slug,
    Text,
    Words,
    about,
)
from app.record.plain import load_plain, read_json
from app.record.problems import Mend, Refused

GRADE = r"^[A-F][1-6]$"
Grade = Annotated[str, StringConstraints(pattern=GRADE)]
HASHES = r"^sha256:[0-9a-f]{64}( sha256:[0-9a-f]{64})*$"
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), Edtf.__metadata__[-1]]


def _of_a_host(address: str) -> str:
    parts = urlsplit(address)
    if not parts.hostname or "@" in parts.netloc or TURNS.search(address):
        raise ValueError("is no address of a host: write https://example.org/page, without a user")
    return address


Address = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[\x21-\x7e\u00a0-\U0010ffff]+$", max_length=2000),
    AfterValidator(_of_a_host),
]


D = TypeVar("D", bound=BaseModel)


class Draft(BaseModel):
    """Something on its way into the ledger."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ClaimDraft(Draft):
    """What one source says of the entry that the claim stands under."""

    source: Slug = about("Slug of the source, in this document or already in the ledger.")
    key: ClaimKey | None = about(
        "Key of the claim; left out: the entry's key, two hyphens, the source's slug.", default=None
    )
    status: Status = about("What the source says of the entry.")
    count: int | str | None = about(
        "How many, in the notation 200, ~200, >=600, <=2500, 150..200, some, unknown; left out: "
        "says no number. "
        "With count_low or count_high given, the best figure alone.",
        default=None,
    )
    count_low: int | None = about("The least it allows.", default=None, ge=0, le=LIMIT)
    count_high: int | None = about(
        "The most it allows; null = no upper bound.", default=None, ge=0, le=LIMIT
    )
    count_text: Words | None = about("The number as the source words it.", default=None)
    complete: bool = about(
        "Of a strength report: the source lists everybody there on that day, so who is not named "
        "is not there.",
        default=False,
    )
    date: Edtf = about(
        "When, as EDTF: 2024-07-16, 2024-07, 2024-07-XX, 2024-33 (a quarter), "
        "2024-07-14/2024-07-16, 2024-07-16~."
    )
    date_text: Words | None = about("The date as the source words it.", default=None)
    grade: Grade | None = about(
        "Admiralty grade, A1 to F6; left out: the source's grade, or F6.", default=None
    )
    locator: Words | None = about("Where in the source: a page, a paragraph.", default=None)
    summary: Text | None = about("What it says, in our own words.", default=None)

    @field_validator("count")
    @classmethod
    def _in_the_notation(cls, words: int | str | None) -> int | str | None:
        parse_count(words)
        return words

    @model_validator(mode="after")
    def _has_a_count(self) -> "ClaimDraft":
        if self.count_low is not None or self.count_high is not None:
            self.range()
        return self

    def range(self) -> Count:
        """The count it gives."""
        if self.count_low is None and self.count_high is None:
            return parse_count(self.count)
        if isinstance(self.count, str):
            raise BadCount(
                "count is a plain number or left out when count_low or count_high are given"
            )
        return Count(self.count_low or 0, self.count, self.count_high)


class MissionDraft(Draft):
    """A multinational deployment."""

    slug: Slug = about("Its stable name in addresses.")
    name: Words = about("Its name.")
    host_country: Nation | None = about("Where it is deployed: alpha-3 code.", default=None)
    lead_nation: Nation | None = about("Who leads it: alpha-3 code.", default=None)
    predecessor: Slug | None = about("Slug of the mission it follows.", default=None)
    started: Edtf | None = about("First day, as EDTF.", default=None)
    ended: Edtf | None = about("Last day, as EDTF; null = it goes on.", default=None)


class ContingentDraft(Draft):
    """What is known of a contingent besides its numbers."""

    mission: Slug = about("Slug of the mission.")
    nation: Nation = about("Whose people: alpha-3 code.")
    category: Category = about("Personnel category.")
    units: Words | None = about("The units that make it up, in words.", default=None)


class SourceLabels(Draft):
    """One publication."""

    slug: Slug = about("Its stable name in addresses.")
    series: Slug | None = about(
        "Name of the series that it is one issue of, as a table of every month.", default=None
    )
    covers: Literal["day", "missions"] | None = about(
        "What a complete table lists on its day. day: every mission of its series, so that one "
        "it does not name has "
        "nobody; missions: those that stand in it.",
        default=None,
    )
    publisher: Words = about("Who published it.")
    title: Words | None = about("Its title.", default=None)
    url: Address | None = about("Its address on the web.", default=None)
    published: Edtf | None = about(
        "When it was published, as EDTF; null = not known.", default=None
    )
    grade: Grade | None = about(
        "Admiralty grade of its claims where they have none of their own.", default=None
    )
    derived_from: Slug | None = about(
        "Slug of the source that it repeats; the two are one witness.", default=None
    )
    language: (
        Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", max_length=35)]
        | None
    ) = about("Its language, as a BCP 47 tag.", default=None)
    retrieved_on: Day | None = about("The day it was read.", default=None)
    archive_url: Address | None = about("Address of a kept copy.", default=None)
    licence: Words | None = about("The licence of its figures, where it states one.", default=None)
    file_hash: Annotated[str, StringConstraints(pattern=HASHES)] | None = about(
        "SHA-256 of each file that was read for it, for a table: sorted, with spaces between.",
        default=None,
    )


class SourceDraft(SourceLabels):
    """One publication, and whether the document tells all that it says."""

    complete: Annotated[
        Annotated[bool, Tag("all")] | Annotated[list[Slug], Field(min_length=1), Tag("missions")],
        Discriminator(lambda value: "missions" if isinstance(value, list) else "all"),
    ] = about(
        "The document tells all that this source says: its live claims that are not in the "
        "document are retracted. "
        "A list of missions: only its claims about these. Of a complete source with a file_hash, "
        "a claim that only "
        "moved to another locator is left alone, and the hash joins those kept where the file "
        "changes a claim. "
        "Said of this document, and not kept.",
        default=False,
        exclude=True,
    )


class EntryDraft(Draft):
    """One thing that happened, stood or was promised, with what sources say of it."""

    key: Slug = about("Its stable name in addresses.")
    kind: str = about("The kind of entry.")
    mission: Slug = about("Slug of the mission.")
    replaces: Slug | None = about(
        "Key of an entry that named the wrong subject, which this one replaces.", default=None
    )
    claims: Annotated[list[ClaimDraft], Field(min_length=1)] = about(
        "What sources say of it; at least one claim."
    )

    @model_validator(mode="after")
    def _only_reports_are_complete(self) -> "EntryDraft":
        if self.kind != "strength_report" and any(claim.complete for claim in self.claims):
            raise ValueError(
                "only a claim of a strength_report can be complete, and this is of kind "
                f"{self.kind}"
            )
        return self


DRAFTS: dict[str, type[EntryDraft]] = {
    name: create_model(
        f"{kind.fields.__name__.removesuffix('Fields')}Draft",
        __base__=(EntryDraft, kind.fields),  # type: ignore[arg-type]
        __doc__=kind.about,
        kind=(Literal[name], about("The kind of entry.")),  # type: ignore[arg-type]
    )
    for name, kind in KINDS.items()
}

AnyEntry: Any = Annotated[Union[tuple(DRAFTS.values())], Field(discriminator="kind")]  # noqa: UP007


class Document(Draft):
    """Missions, contingents, sources and entries; each list may be left out."""

    message: Words | None = about("What the document records, in a line.", default=None)
    missions: list[MissionDraft] = about("Missions, new or with changed labels.", default=[])
    contingents: list[ContingentDraft] = about("Labels of contingents.", default=[])
    sources: list[SourceDraft] = about("Sources, new or with changed labels.", default=[])
    entries: list[AnyEntry] = about("Entries with their claims.", default=[])


def read_document(content: Any) -> Document:
    """Make a document of plain data; Refused with every place that is wrong."""
    return read_draft(Document, content)


MOST_MENDS = 100


def read_draft(model: type[D], content: Any) -> D:
    """Make a draft of plain data; Refused with every place that is wrong."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        mends = [
            _mend(problem, content) for problem in error.errors(include_url=False)[: 2 * MOST_MENDS]
        ]
        # A count is tried as a number and as words; one place needs one mend.
        raise Refused(
            list({mend.where: mend for mend in reversed(mends)}.values())[::-1][:MOST_MENDS]
        ) from error


def load(path: Path) -> Document:
    """Read a document from a file, JSON by its name and YAML otherwise; Refused, naming the file,
    entry and field.
    """
    if path.suffix != ".json":
        return load_yaml(path)
    try:
        return read_document(read_json(path.read_bytes()))
    except Refused as refused:
        raise refused.within(str(path)) from refused


def load_yaml(path: Path) -> Document:
    """Read a document from a YAML file; Refused, naming the file, the entry and the field."""
    content = load_plain(path)
    try:
        return read_document({} if content is None else content)
    except Refused as refused:
        raise refused.within(str(path)) from refused


def _mend(problem: Any, content: Any) -> Mend:
    """One refusal of Pydantic's as a pointer and a sentence; the entry's key is named with it."""
    path = _place_in_document(problem["loc"])
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    key = _key_of(_thing_at(path, content))
    detail = problem["msg"].removeprefix("Value error, ")
    return Mend(
        _printable(pointer[:300]) or "/",
        _printable(f"{detail:.400}" + (f" (in {key!s:.120})" if key else "")),
    )


def _place_in_document(loc: Sequence[int | str]) -> list[int | str]:
    """Pydantic's path to a value without the steps that only say which of several shapes was
    tried.
    """
    path = list(loc)
    if path[:1] == ["entries"] and len(path) > 2 and path[2] in KINDS:
        del path[2]  # of an entry
    if path[-1:] in (["int"], ["str"]):
        del path[-1]  # of a count
    if path[2:3] == ["complete"]:
        del path[3:4]  # whether it was taken for a list
    return path


def _thing_at(path: Sequence[int | str], content: Any) -> Any:
    """The mission, contingent, source or entry that a path leads into; None where it leads into
    none.
    """
    if len(path) < 2 or not isinstance(content, dict):
        return None
    things, nth = content.get(str(path[0])), path[1]
    return (
        things[nth]
        if isinstance(things, list) and isinstance(nth, int) and nth < len(things)
        else None
    )


def _key_of(thing: Any) -> Any:
    return (thing.get("key") or thing.get("slug")) if isinstance(thing, dict) else None


def _printable(words: str) -> str:
    """Words that can be shown anywhere: what is no text is named by its number."""
    return "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in words)
