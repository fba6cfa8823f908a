"""How facts are written over HTTP: one thing at a time, each write one revision through the
ledger's one door.

A correction or retraction names the state it was made on (If-Match): the tag of any answer that
showed the claim. It is stale when the claim has changed since that revision, and not merely because
somebody wrote something else.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.record import documents, listings
from app.record.changes import contingent_slug
from app.record.database import Connection
from app.record.documents import ClaimDraft, Document, Draft, EntryDraft
from app.record.held import entry_row
from app.record.keys import KeyScope
from app.record.kinds import KINDS, Kind
from app.record.ledger import ChangeNote, record, retract
from app.record.listings import CLAIMS, CONTINGENTS, ENTRIES, MISSIONS, SOURCES
from app.record.lists import Listing
from app.record.problems import Conflict, Mend, NotFound, Refused, Stale
from app.record.revisions import at_revision, seen_revision
from app.web.dependencies import KeyPath
from app.web.http.statuses import CONFLICT, NOT_FOUND, PRECONDITION_FAILED, PRECONDITION_REQUIRED
from app.web.schemas.writes import (
    ChangeNoteFields,
    RetractionQuery,
    WriteQuery,
    body_of,
    edit_of,
    write_route,
)
from app.web.writing.request import Incoming, incoming
from app.web.writing.transaction import Done, commit, split

router = APIRouter(prefix="/v1", tags=["writes"])

# What a change of something may be answered beside what any write is.
OF_A_CHANGE = (NOT_FOUND, PRECONDITION_FAILED, PRECONDITION_REQUIRED)


def _recorded(
    connection: Connection, part: str, draft: Draft, note: ChangeNote, below: str = ""
) -> None:
    """Put one draft through the door; what is refused is named as the caller wrote it."""
    if isinstance(
        draft, documents.SourceLabels
    ):  # one source alone is never all that a document tells of it
        draft = documents.SourceDraft(**draft.model_dump(exclude_unset=True))
    try:
        record(connection, Document.model_validate({part: [draft]}), note)
    except Refused as refused:
        raise refused.below(f"/{part}/0{below}") from refused


def _live(connection: Connection, listing: Listing, key: str) -> bool:
    try:
        listings.one(connection, listing, at_revision(connection).number, key)
    except NotFound:
        return False
    return True


def create_entry(sent: Incoming, kind: str) -> Response:
    """A new entry with its first claims."""
    note, content = split(sent.content)
    draft: Any = documents.read_draft(documents.DRAFTS[kind], {"kind": kind, **content})

    def act(connection: Connection, note: ChangeNote) -> Done:
        if entry_row(connection, draft.key):
            raise Conflict(f"There is an entry {draft.key!r} already: add a claim to it instead.")
        _recorded(connection, "entries", draft, note)
        return ENTRIES[kind], draft.key

    return commit(sent, note, act)


def add_claim(sent: Incoming, kind: str, key: str) -> Response:
    """A further claim of an entry."""
    note, content = split(sent.content)
    draft = documents.read_draft(ClaimDraft, content)

    def act(connection: Connection, note: ChangeNote) -> Done:
        entry = _entry_draft(connection, key, draft, kind)
        name = draft.key or f"{key}--{draft.source}"
        if _live(connection, CLAIMS, name):
            raise Conflict(
                f"There is a claim {name!r} already: correct it with PUT, or give this one a key "
                "of its own."
            )
        _recorded(connection, "entries", entry, note, "/claims/0")
        return CLAIMS, name

    return commit(sent, note, act)


def correct_claim(sent: Incoming, key: str) -> Response:
    """Another content for a claim of the same key and source."""
    note, content = split(sent.content)
    if content.get("key", key) != key:
        raise Refused([Mend("/key", "is the one in the address, and never changes")])
    draft = documents.read_draft(ClaimDraft, {**content, "key": key})

    def act(connection: Connection, note: ChangeNote) -> Done:
        held = _seen(connection, sent, key)
        if draft.source != held["source"]:
            detail = (
                f"the claim is of {held['source']}, and stays so: retract it, and add one "
                f"of {draft.source}"
            )
            raise Refused([Mend("/source", detail)])
        _recorded(
            connection,
            "entries",
            _entry_draft(connection, held["entry"], draft),
            note,
            "/claims/0",
        )
        return CLAIMS, key

    return commit(sent, note, act)


def retract_claim(sent: Incoming, key: str) -> Response:
    """Close a claim."""
    given = sent.asked.model_dump(include=set(ChangeNoteFields.model_fields))
    why = documents.read_draft(ChangeNoteFields, given)

    def act(connection: Connection, note: ChangeNote) -> Done:
        _seen(connection, sent, key)
        retract(connection, key, note)
        return CLAIMS, None

    return commit(sent, why, act)


def _seen(connection: Connection, sent: Incoming, key: str) -> dict[str, Any]:
    """The live claim of a key, if the caller has seen it as it is; Stale when not."""
    at = at_revision(connection)
    held = listings.one(connection, CLAIMS, at.number, key)
    wanted = sent.request.headers.get("if-match")
    if wanted is None:
        raise Stale(
            "Say which state you change: send If-Match with the ETag of an answer that showed it.",
            None,
        )
    if wanted.strip() == "*":
        return held
    seen = max(seen_revision(connection, tag) or 0 for tag in wanted.split(","))
    if held["since"] > seen:
        raise Stale(
            f"The claim {key!r} was changed in revision {held['since']}, after what you saw.", held
        )
    return held


def _entry_draft(
    connection: Connection, key: str, claim: ClaimDraft, kind: str | None = None
) -> EntryDraft:
    """An entry of the ledger as a draft, with one claim."""
    row = entry_row(connection, key)
    if row is None or kind not in (None, row["kind"]):
        raise NotFound(KINDS[kind].one if kind else "entry", key)
    if claim.complete and row["kind"] != "strength_report":
        detail = (
            f"only a claim of a strength_report can be complete, and this is of kind {row['kind']}"
        )
        raise Refused([Mend("/complete", detail)])
    model = documents.DRAFTS[row["kind"]]
    return model(
        **{name: row[name] for name in model.model_fields if name != "claims"}, claims=[claim]
    )


_LABELS: dict[str, tuple[Listing, type[Draft]]] = {
    "missions": (MISSIONS, documents.MissionDraft),
    "contingents": (CONTINGENTS, documents.ContingentDraft),
    "sources": (SOURCES, documents.SourceLabels),
}


def create_subject(sent: Incoming, part: str) -> Response:
    """A new mission, contingent or source."""
    listing, model = _LABELS[part]
    note, content = split(sent.content)
    draft: Any = documents.read_draft(model, content)
    slug = (
        contingent_slug(draft.mission, draft.nation, draft.category)
        if part == "contingents"
        else draft.slug
    )

    def act(connection: Connection, note: ChangeNote) -> Done:
        if _live(connection, listing, slug):
            raise Conflict(
                f"There is a {listing.thing} {slug!r} already: edit its labels with PATCH."
            )
        _recorded(connection, part, draft, note)
        return listing, slug

    return commit(sent, note, act)


def edit_subject(sent: Incoming, part: str, slug: str) -> Response:
    """Other labels for a mission, contingent or source; what is left out stays."""
    listing, model = _LABELS[part]
    note, content = split(sent.content)

    def act(connection: Connection, note: ChangeNote) -> Done:
        held = listings.one(connection, listing, at_revision(connection).number, slug)
        identity = ("mission", "nation", "category") if part == "contingents" else ("slug",)
        for name in identity:
            if name in content:
                raise Refused([Mend(f"/{name}", "is what it is known by, and never changes")])
        kept = {name: _plain(held[name]) for name in model.model_fields}
        _recorded(connection, part, documents.read_draft(model, kept | content), note)
        return listing, slug

    return commit(sent, note, act)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _sent(scope: KeyScope, model: type[WriteQuery] = WriteQuery) -> Any:
    return Depends(incoming(scope, lambda settings: settings.max_body, model))


def _add_kind(kind: Kind) -> None:
    shape = kind.fields.__name__.removesuffix("Fields")

    def create(sent: Annotated[Incoming, _sent("write")]) -> Response:
        return create_entry(sent, kind.name)

    def claim(sent: Annotated[Incoming, _sent("write")], key: KeyPath) -> Response:
        return add_claim(sent, kind.name, key)

    router.post(
        f"/{kind.plural}",
        operation_id=f"create_{kind.name}",
        summary=f"Add a {kind.one}",
        description=f"A new {kind.one} with its first claims, as one revision. The kind is given "
        "by the address.",
        **write_route(
            "write", body_of(f"{shape}Create", documents.DRAFTS[kind.name]), CONFLICT, created=True
        ),
    )(create)
    router.post(
        f"/{kind.plural}/{{key}}/claims",
        operation_id=f"add_claim_of_{kind.name}",
        summary=f"Add a claim of a {kind.one}",
        description=f"What another source says of a {kind.one} that is in the ledger already.",
        **write_route(
            "write", body_of("ClaimCreate", ClaimDraft), NOT_FOUND, CONFLICT, created=True
        ),
    )(claim)


def _add_subject(part: str) -> None:
    listing, model = _LABELS[part]
    shape = listing.thing.capitalize()

    def create(sent: Annotated[Incoming, _sent("write")]) -> Response:
        return create_subject(sent, part)

    def edit(sent: Annotated[Incoming, _sent("admin")], slug: KeyPath) -> Response:
        return edit_subject(sent, part, slug)

    router.post(
        f"/{part}",
        operation_id=f"create_{listing.thing}",
        summary=f"Add a {listing.thing}",
        description=f"A new {listing.thing}, as one revision.",
        **write_route("write", body_of(f"{shape}Create", model), CONFLICT, created=True),
    )(create)
    identity = {"mission", "nation", "category"} if part == "contingents" else {"slug"}
    router.patch(
        f"/{part}/{{slug}}",
        operation_id=f"edit_{listing.thing}",
        summary=f"Edit the labels of a {listing.thing}",
        description="Only the fields that are given change; what was shown before stays in the "
        "revisions before.",
        **write_route("admin", edit_of(f"{shape}Patch", model, identity), NOT_FOUND, created=False),
    )(edit)


for _kind in KINDS.values():
    _add_kind(_kind)
for _part in _LABELS:
    _add_subject(_part)


@router.put(
    "/claims/{key}",
    operation_id="correct_claim",
    summary="Correct a claim",
    description="Closes the claim and opens it anew with the content given; the account before "
    "stays in the history.",
    **write_route(
        "write",
        body_of("ClaimCreate", ClaimDraft),
        NOT_FOUND,
        PRECONDITION_FAILED,
        PRECONDITION_REQUIRED,
        created=False,
        if_match=True,
    ),
)
def put_claim(sent: Annotated[Incoming, _sent("write")], key: KeyPath) -> Response:
    """A corrected claim."""
    return correct_claim(sent, key)


@router.delete(
    "/claims/{key}",
    operation_id="retract_claim",
    summary="Retract a claim",
    description="Closes the claim; an entry left without a live claim is not shown any more. "
    "Nothing is deleted.",
    **write_route(
        "write",
        None,
        NOT_FOUND,
        PRECONDITION_FAILED,
        PRECONDITION_REQUIRED,
        created=False,
        asked=RetractionQuery,
        if_match=True,
    ),
)
def delete_claim(
    sent: Annotated[Incoming, _sent("write", RetractionQuery)], key: KeyPath
) -> Response:
    """A claim no more."""
    return retract_claim(sent, key)
