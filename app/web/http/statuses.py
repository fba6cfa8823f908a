"""How a request went, as numbers: what is answered, and every sort of problem, each with its
status, its words and an example. No other place knows a status.
"""

from typing import NamedTuple

from starlette.exceptions import HTTPException

from app.estimate.entries import POLICIES

OK, CREATED, PART, UNCHANGED, MOVED = 200, 201, 206, 304, 308
# From here on a request failed; from there on it is not the caller who should mend it.
FAILED, OUR_FAULT = 400, 500


class Sort(NamedTuple):
    """A sort of problem: its name (the end of its `type`), status and title, what it means and how
    to mend it, and what one says.
    """

    name: str
    status: int
    title: str
    about: str
    example: str

    def error(self, detail: str = "", headers: dict[str, str] | None = None) -> HTTPException:
        """A problem of the sort, to be raised."""
        return HTTPException(self.status, detail, headers)


BAD_REQUEST = Sort(
    "bad_request",
    400,
    "The request cannot be read",
    "The bytes of the request are not a request that can be read: mend what detail names.",
    "The query is not UTF-8.",
)
UNAUTHORIZED = Sort(
    "unauthorized",
    401,
    "A key is needed",
    "Writing needs a key: send it as `Authorization: Bearer muster_...`; the keeper of a "
    "ledger makes one with `muster key add`.",
    "Writing needs a key: send it as `Authorization: Bearer muster_...`. `muster key add` "
    "makes one.",
)
FORBIDDEN = Sort(
    "forbidden",
    403,
    "The key may not do that",
    "The key is known and may do less than this needs: `write` adds, corrects and retracts; "
    "`admin` also edits labels and imports.",
    "The key 'desk' has scope write; this needs admin.",
)
NOT_FOUND = Sort(
    "not_found",
    404,
    "There is nothing here",
    "Nothing of that name is in the ledger at the revision asked for. did_you_mean offers "
    "what is near.",
    "There is no movement 'haiti-mss-ken-third-group' in the ledger at this revision.",
)
METHOD_NOT_ALLOWED = Sort(
    "method_not_allowed",
    405,
    "This address does not take that method",
    "The address is right and the method is not; the Allow header lists those it takes.",
    "/v1/strength takes GET, HEAD.",
)
NOT_ACCEPTABLE = Sort(
    "not_acceptable",
    406,
    "The answer cannot be given in that form",
    "The Accept header allows no form that this address answers. Leave it out, or add a "
    "suffix as .csv to the address: then Accept is not asked.",
    "This address answers application/json; add a suffix as .csv to it for a table.",
)
CONFLICT = Sort(
    "conflict",
    409,
    "It stands against what is there",
    "It would stand against what is there already: correct that, or use another key.",
    "There is an entry 'haiti-mss-ken-first-group' already: add a claim to it instead.",
)
HISTORY_CHANGED = Sort(
    "history_changed",
    409,
    "It stands against what is there",
    "The cursor or place was made by a ledger with another history: begin again without it.",
    "The cursor was made by a ledger with another history: begin again without it.",
)
PRECONDITION_FAILED = Sort(
    "precondition_failed",
    412,
    "It was changed since",
    "Somebody changed it after the state that If-Match names. Read it anew, and decide again.",
    "The claim 'haiti-mss-ken-second-group--heed-2024-07-17' was changed in revision 3, after"
    " what you saw.",
)
CONTENT_TOO_LARGE = Sort(
    "content_too_large",
    413,
    "The request body is too large",
    "The body is larger than this server takes; part it.",
    "At most 1048576 bytes are taken here.",
)
URI_TOO_LONG = Sort(
    "uri_too_long",
    414,
    "The query is too long",
    "The query is longer than this server takes; ask for less at once.",
    "The query has 9000 bytes; at most 4096 are read.",
)
UNSUPPORTED_MEDIA_TYPE = Sort(
    "unsupported_media_type",
    415,
    "The body is not of a kind that is taken",
    "Send bodies as application/json, and without Content-Encoding.",
    "Send the body as application/json.",
)
RANGE_NOT_SATISFIABLE = Sort(
    "range_not_satisfiable",
    416,
    "There are not so many bytes",
    "The bytes asked for lie beyond the end; Content-Range tells how many there are.",
    "There are 2048 bytes; the range asked for is not among them.",
)
INVALID_INPUT = Sort(
    "invalid_input",
    422,
    "Something in the question is wrong",
    "Something in the question or the document is wrong. errors names each place, what is "
    "allowed, and the nearest right word where one is near. Nothing was changed.",
    f"policy: 'latst' is not one of {', '.join(POLICIES)}",
)
PRECONDITION_REQUIRED = Sort(
    "precondition_required",
    428,
    "A condition is needed",
    "Say which state you change: send If-Match with the ETag of an answer that showed it.",
    "Say which state you change: send If-Match with the ETag of an answer that showed it.",
)
RATE_LIMITED = Sort(
    "rate_limited",
    429,
    "Asked too often",
    "More requests than this server allows; Retry-After says when to ask again.",
    "At most 600 requests a minute are answered.",
)
INTERNAL_ERROR = Sort(
    "internal_error",
    500,
    "Muster failed",
    "A fault of Muster's own. X-Request-Id names this request in the server's log.",
    "This is a fault of Muster's, not of the question. It is in the log as request 0f9a6c3e.",
)
NOT_INSTALLED = Sort(
    "not_installed",
    501,
    "A part of Muster is not installed here",
    "The server was installed without the part that this form needs; another form will do.",
    "This server was installed without muster[tables], which this format needs.",
)
UNAVAILABLE = Sort(
    "unavailable",
    503,
    "The ledger cannot be used now",
    "The ledger cannot be used now: it is busy, not migrated or out of reach. Ask again later.",
    "The database has no ledger in it: run `muster migrate`.",
)

SORTS: tuple[Sort, ...] = tuple(each for each in vars().copy().values() if isinstance(each, Sort))

# What any request may be answered, and any question beside that.
OF_ANY = (BAD_REQUEST, URI_TOO_LONG, INTERNAL_ERROR)
OF_A_QUESTION = (*OF_ANY, NOT_ACCEPTABLE, INVALID_INPUT, UNAVAILABLE)


def sort_of(status: int) -> Sort:
    """The first sort of problem of a status; one without a page where none is known."""
    known = (sort for sort in SORTS if sort.status == status)
    return next(known, Sort("error", status, "The request failed", "", ""))
