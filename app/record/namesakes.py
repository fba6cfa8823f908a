"""Names of missions that are taken: two missions of one name would each hold half of the people."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.record.documents import MissionDraft
from app.record.nations import fold
from app.record.problems import Mend
from app.record.tables import missions


def namesakes(
    connection: Connection, drafts: Sequence[MissionDraft], left: Mapping[str, Mapping[str, Any]]
) -> list[Mend]:
    """What is wrong with the names of missions that a document makes or renames; `left` are the
    missions that it names, as it leaves them. A slug is a name too.
    """
    if not drafts:
        return []
    live = select(missions.c.slug, missions.c.name).where(missions.c.until.is_(None))
    before = {row.slug: row.name for row in connection.execute(live)}
    after = before | {slug: row["name"] for slug, row in left.items()}
    holders: dict[str, set[str]] = {}
    for slug, name in after.items():
        for word in {fold(slug), fold(name)} - {""}:
            holders.setdefault(word, set()).add(slug)
    found = []
    for place, draft in enumerate(drafts):
        name = after[draft.slug]
        if before.get(draft.slug) == name:
            continue
        same = holders.get(fold(name), set()) | holders.get(fold(draft.slug), set())
        others = sorted(same - {draft.slug})
        if others:
            detail = f"{name:.60} is {others[0]} already: use that slug, or name it otherwise"
            detail += f" (in {draft.slug})"
            found.append(Mend(f"/missions/{place}/name", detail, others[0]))
    return found
