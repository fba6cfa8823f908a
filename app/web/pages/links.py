"""What a page was asked, and the addresses that ask it otherwise: every control is a change of the
address.

Empty parameters ask nothing: a plain form sends them for every field that was left alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from pydantic import StringConstraints, ValidationError
from starlette.datastructures import QueryParams

from app.record.kinds.fields import about
from app.record.problems import Mend, Refused
from app.web.http.problems import mend_of, nearest
from app.web.schemas.estimates import CutOffsQuery, grouping
from app.web.schemas.parameters import DayOrMoment, Word, today
from app.web.schemas.queries import ReadQuery

SORTS = (
    "name",
    "present",
    "pledged",
    "expected",
    "lapsed",
    "arrived",
    "departed",
    "lost",
    "expected_departures",
    "authorised",
    "method",
    "evidence",
)
A = TypeVar("A", bound=ReadQuery)
_ORDER = (
    *(
        "mission",
        "nation",
        "category",
        "contingent",
        "lineage",
        "source",
        "as_of",
        "published_by",
        "min_grade",
        "policy",
    ),
    *(
        "group_by",
        "sort",
        "working",
        "interval",
        "theme",
        "width",
        "revision",
        "known_at",
        "download",
    ),
)
_ONLY_HERE = ("sort", "working")


class DayPageQuery(CutOffsQuery):
    """A page that says something of a day: whose, up to what day, on what evidence."""

    as_of: DayOrMoment | None = about(
        "The day asked for, at its end. Default: today (UTC).", default=None
    )

    @property
    def day(self) -> date:
        """The day that is meant: what was known then is first asked of that day."""
        return self.as_of or self.published_by or today()

    @property
    def filled(self) -> dict[str, str]:
        """What the page fills in, so that its links ask for the day that it is of."""
        then = self.published_by
        return {"as_of": then.isoformat()} if then and not self.as_of else {}


class PageQuery(DayPageQuery):
    """The page of figures: what strength takes, and how the page shows it."""

    group_by: Annotated[str, StringConstraints(max_length=40)] | None = about(
        "Rows: any of mission, nation, category, with commas; none. Default: nation; mission, "
        "where several are shown.",
        default=None,
    )
    sort: Word | None = about(
        "Column to sort the rows by; - before it reverses it. Default: -present.", default=None
    )
    working: Word | None = about(
        "Row whose working is shown: its group's values with commas, or total.", default=None
    )

    @property
    def groups(self) -> tuple[str, ...] | None:
        """The grouping asked for; Refused for what is none."""
        return None if self.group_by is None else grouping(self.group_by)

    @property
    def order(self) -> tuple[str, bool]:
        """The column sorted by, and whether downwards; Refused for a column there is not."""
        asked = self.sort or "-present"
        name = asked.removeprefix("-")
        if name not in SORTS:
            raise Refused(
                [
                    Mend(
                        "sort",
                        f"{name!r:.60} is not one of {', '.join(SORTS)}",
                        nearest(name, SORTS),
                    )
                ]
            )
        return name, asked.startswith("-")


# What others hang on to an address that is shared, and is no question. The API refuses it.
_TRACKS = re.compile(r"utm_\w+|fbclid|gclid|_")


def read_query(query: QueryParams, model: type[A]) -> A:
    """The query of a page as a model, without its empty parameters; Refused names everything to
    mend.
    """
    try:
        return model.model_validate(_given(query, model))
    except ValidationError as error:
        known = list(model.model_fields)
        faults = [
            {**fault, "loc": ("query", *fault["loc"])} for fault in error.errors(include_url=False)
        ]
        raise Refused([mend_of(fault, known) for fault in faults]) from error


def _given(query: QueryParams, model: type[ReadQuery]) -> dict[str, Any]:
    """What is not empty, by parameter; Refused where two values stand for one that is single."""
    given: dict[str, Any] = {}
    for name, value in query.multi_items():
        field = model.model_fields.get(name)
        if not value.strip() or _TRACKS.fullmatch(name):
            continue
        if field and str(field.annotation).startswith("list"):
            given.setdefault(name, []).append(value)
        elif given.setdefault(name, value) != value:
            detail = "is given more than once, with different values; give it once"
            raise Refused([Mend(name, detail, value)])
    return given


@dataclass(frozen=True, slots=True)
class Address:
    """A question as name and value pairs, in a fixed order; `host` is the scheme and host it was
    asked at.
    """

    asked: dict[str, Any]
    host: str

    def to(self, path: str = "/", **changes: Any) -> str:
        """The address of a path with this question, some parameters changed; None leaves one
        out.
        """
        merged = {**self.asked, **changes}
        ordered = [name for name in _ORDER if name in merged] + [
            name for name in merged if name not in _ORDER
        ]
        pairs = [(name, merged[name]) for name in ordered if merged[name] not in (None, [], "")]
        flat = [
            (name, str(one))
            for name, value in pairs
            for one in (value if isinstance(value, list) else [value])
        ]
        return f"{path}?{urlencode(flat)}" if flat else path

    def api(self, path: str, **changes: Any) -> str:
        """The address of the same question to the API, from the root."""
        return self.to(path, **dict.fromkeys(_ONLY_HERE), **changes)

    def series(self, path: str, **changes: Any) -> str:
        """The address of the same question over time, up to the day asked for; the total alone: a
        line has no rows.
        """
        kept = {
            "as_of": None,
            "group_by": "none",
            "interval": "change",
            "to": self.asked.get("as_of"),
        }
        return self.api(path, **{**kept, **changes})

    def lists(self, path: str, **changes: Any) -> str:
        """The address of a list about the same missions and nations, at the same state of the
        ledger; some parameters changed.
        """
        kept = {
            name: self.asked.get(name) for name in ("mission", "nation", "revision", "known_at")
        }
        return Address({**kept, **changes}, self.host).to(path)

    def narrowed(self, group: dict[str, str | None]) -> str:
        """The address of one row of a table, as a question of its own."""
        rest = {"group_by": None, "sort": None, "working": None}
        return self.to("/", **rest, **{name: value for name, value in group.items() if value})

    def state(self, path: str) -> str:
        """The address of another page at the same state of the ledger."""
        kept = {name: self.asked.get(name) for name in ("revision", "known_at")}
        return Address(kept, self.host).to(path)


def pairs_of(asked: ReadQuery, **filled: Any) -> dict[str, Any]:
    """What was asked as parameters, those left to their defaults left out; `filled` are what the
    page fills in.
    """
    found = asked.model_dump(mode="json", exclude_defaults=True) | filled
    words = {True: "true", False: "false"}
    return {
        name: words[found[name]] if isinstance(found[name], bool) else found[name]
        for name in type(asked).model_fields
        if name in found
    }


_SUBJECTS = ("mission", "nation", "category", "contingent")


def about_one(asked: DayPageQuery, group_by: str, **subject: str) -> PageQuery:
    """The question of a page whose address names what it is about; Refused where the parameters
    name something too.
    """
    if doubled := [name for name in _SUBJECTS if getattr(asked, name)]:
        detail = "this page is about what its address names; ask / for anything else"
        raise Refused([Mend(name, detail) for name in doubled])
    narrowed = {name: [value] for name, value in subject.items()}
    return PageQuery.model_validate({**pairs_of(asked), **narrowed, "group_by": group_by})


def snippets(table: str, series: str, columns: Iterable[str]) -> list[dict[str, str]]:
    """The addresses of a table and its series as they are used elsewhere. Percent-encoded: no quote
    stands in them.
    """
    power = (
        f'let Source = Csv.Document(Web.Contents("{table}"), [Delimiter=",", Encoding=65001, '
        "QuoteStyle=QuoteStyle.Csv]),\n    Table = Table.PromoteHeaders(Source, "
        "[PromoteAllScalars=true])\nin Table"
    )
    grafana = (
        "Data source: Infinity.  Type: CSV.  Parser: Backend.  Source: URL.  Method: GET.\n"
        f"A table.  Format: Table.  URL: {table}\nColumns: {', '.join(columns)}\n"
        f"A graph.  Format: Time series.  URL: {series}\n"
        "Columns: date (time), present_low, present, present_high (number)"
    )
    return [
        {"name": "curl", "code": f"curl '{table}'"},
        {"name": "pandas", "code": f'import pandas as pd\n\nstrength = pd.read_csv("{table}")'},
        {"name": "R", "code": f'strength <- read.csv("{table}")'},
        {"name": "Google Sheets", "code": f'=IMPORTDATA("{table}")'},
        {"name": "Power Query (Excel, Power BI)", "code": power},
        {"name": "Grafana", "code": grafana},
    ]
