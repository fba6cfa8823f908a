"""A question under way: what a page was asked, the state of the ledger, and what the page filled
in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.record.database import Connection
from app.record.filters import Filters
from app.record.nations import nation_name
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.web.pages import wording
from app.web.pages.links import Address, PageQuery, pairs_of
from app.web.schemas.estimates import Resolved


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at. `here` is the address as it was asked, `filled` the one that says
    everything; `missions` are the names of all there are.
    """

    connection: Connection
    at: Revision
    asked: PageQuery
    resolved: Resolved
    here: Address
    filled: Address
    missions: Mapping[str, str]

    @property
    def as_of(self) -> date:
        """The day of the figures."""
        return self.resolved.question.as_of

    @property
    def groups(self) -> tuple[str, ...]:
        """What the rows are."""
        return self.resolved.question.group_by

    @property
    def filters(self) -> Filters:
        """The lists under the figures are about the same missions and nations."""
        return replace(self.resolved.about, sources=())

    def lists(self, path: str) -> str:
        """The address of a list about the same missions, those of their lines among them."""
        return self.filled.lists(path, mission=list(self.resolved.question.missions))

    @property
    def nations(self) -> str:
        """The nations asked for, in words; empty for all."""
        return wording.listed(nation_name(code) or code for code in self.resolved.question.nations)

    @property
    def title(self) -> str:
        """What is looked at, in words."""
        missions = wording.listed(self.missions.get(slug, slug) for slug in self.asked.mission)
        what = wording.listed(wording.CATEGORIES[name].lower() for name in self.asked.category)
        if len(self.resolved.question.missions) > len(self.asked.mission):
            missions = f"{missions}, with what came before and after"
        found = " in ".join(filter(None, [self.nations, missions])) or "All missions"
        return f"{found}: {what}" if what.strip() else found

    def group_name(self, group: Mapping[str, str | None]) -> str:
        """The group of a row, in words."""
        return wording.group_name(group, self.groups, self.missions)


def view(connection: Connection, at: Revision, asked: PageQuery, host: str) -> View:
    """A question with what it leaves open filled in: the only mission there is, and what the rows
    are.
    """
    names, here = mission_names(connection, at.number), Address(pairs_of(asked), host)
    if not asked.mission and len(names) == 1:
        asked = asked.model_copy(update={"mission": list(names)})
    groups = asked.groups
    if groups is None:  # none of them is a grouping too: the total alone
        groups = ("nation",) if len(asked.mission) == 1 else ("mission",)
    # What was known then is first asked of that day; another must be asked for.
    filled = Address(
        pairs_of(asked, mission=asked.mission, group_by=",".join(groups) or "none", **asked.filled),
        host,
    )
    resolved = asked.resolved(connection, at, asked.day, groups)
    return View(connection, at, asked, resolved, here, filled, names)
