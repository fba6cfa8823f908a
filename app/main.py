"""The application, put together: `create_app(settings)` and nothing else. Served with uvicorn
--factory.
"""

import importlib
import pkgutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from app import __version__
from app.record.cache import Cache
from app.record.database import Database
from app.settings import Settings
from app.web import routes
from app.web.formats import sqlite
from app.web.http import problems
from app.web.http.exports import Exports
from app.web.http.guesses import Guesses
from app.web.http.statuses import NOT_FOUND
from app.web.http.turns import Turns
from app.web.middleware.again import Again
from app.web.middleware.in_turn import InTurn
from app.web.middleware.limits import Limits
from app.web.middleware.metrics import Metrics
from app.web.middleware.proxies import Proxies
from app.web.middleware.telemetry import Telemetry
from app.web.pages.protocol import nothing_here
from app.web.resources import unknown_forms
from app.web.routes import health
from app.web.schemas import openapi
from app.web.schemas.writes import require_scopes

ABOUT = """Muster keeps what each source says of a deployment as that source's
claim, and answers how many are there now, how many on a past day, what was thought then, who
promised and has not come, what was delivered, and who says so.

Every figure is a range: `_low`, best, `_high`; null is *not known*, never zero. Every answer names
the `revision` of the ledger it comes from and a `permalink` that answers the same for ever. Reads
need no key and may come from any origin. Dates are EDTF (ISO 8601-2); days are local days. Errors
are problem details (RFC 9457).
"""

TAGS = [
    {
        "name": "strength",
        "description": "How many, on a day, on what evidence; who promised and has not come; "
        "what does not add up.",
    },
    {
        "name": "entries",
        "description": "What happened or was promised, by kind, as the claims settle.",
    },
    {"name": "claims", "description": "What each source says."},
    {"name": "subjects", "description": "Missions, contingents, sources and nations."},
    {"name": "revisions", "description": "What changed in the ledger, when and why."},
    {"name": "ledger", "description": "The whole of it in one file, and what all files are."},
    {"name": "writes", "description": "For whoever keeps the ledger; with a key."},
    {"name": "health", "description": "For whoever runs the server."},
]

# Questions in the order in which they are read about; those that are not here come after them.
FIRST = (
    *("strength", "series", "compare", "fulfilment", "promises", "reconciliation", "conflicts"),
    *("entries", "timeline", "news", "claims", "subjects", "revisions", "snapshot"),
    *("datapackage", "writes", "imports", "health"),
)


def rooms() -> list[APIRouter]:
    """The routes of every file in app/web/routes."""
    names = {module.name for module in pkgutil.iter_modules(routes.__path__)}
    ordered = [*FIRST, *sorted(names - set(FIRST))]
    return [importlib.import_module(f"{routes.__name__}.{name}").router for name in ordered]


ROOMS = rooms()

READABLE = [
    "ETag",
    "Link",
    "Location",
    "Idempotent-Replayed",
    "Retry-After",
    "Content-Disposition",
    "Content-Range",
    "Accept-Ranges",
    "Repr-Digest",
    "X-Request-Id",
]


# Bytes of finished tables and pictures kept for whoever asks for the same, or for the next range of
# it.
FILES_KEPT = 64 * 1024 * 1024
# Bytes of answers kept as they left.
ANSWERS_KEPT = 32 * 1024 * 1024
# Files of the whole ledger on disk, those of the revisions last asked for.
LEDGERS_KEPT = 4
# What leaves as it is: its tag is strong.
AS_IT_IS = (*DEFAULT_EXCLUDED_CONTENT_TYPES, sqlite.FORM.media_type)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the ledger that the settings name."""
    settings = settings or Settings()
    database = Database(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # Seconds that a thread which reckons keeps all others waiting; health is one of them.
        sys.setswitchinterval(0.0005)
        yield
        app.state.metrics.close()
        database.dispose()

    app = FastAPIOffline(
        title="Muster",
        version=__version__,
        summary="An open ledger of who was sent where.",
        description=ABOUT,
        openapi_tags=TAGS,
        license_info={"name": "MIT", "identifier": "MIT"},
        redoc_url=None,
        swagger_ui_parameters={"defaultModelsExpandDepth": 0, "tryItOutEnabled": True},
        lifespan=lifespan,
    )
    app.state.database = database
    app.state.settings = settings
    app.state.files = Cache(FILES_KEPT, len)
    app.state.ledgers = Cache(LEDGERS_KEPT, lambda _file: 1)
    app.state.metrics = Metrics(database)
    app.state.guesses = Guesses()
    app.state.written = health.Written()
    app.state.exports = Exports(settings.max_exports, settings.max_exports_per_address)
    problems.install(app)
    app.add_exception_handler(NOT_FOUND.status, nothing_here)
    for room in ROOMS:
        app.include_router(room)
    app.include_router(unknown_forms)

    require_scopes(app)
    openapi.describe(app)
    _stand_before(app, settings, database)
    return app


def _stand_before(app: FastAPI, settings: Settings, database: Database) -> None:
    """What a request passes before any route, the last first."""
    app.add_middleware(InTurn, turns=Turns(settings.max_reckonings, settings.request_timeout))
    app.add_middleware(
        GZipMiddleware, minimum_size=500, compresslevel=4, exclude_content_types=AS_IT_IS
    )
    app.add_middleware(Again, database=database, most=ANSWERS_KEPT)
    app.add_middleware(Limits, settings=settings, database=database)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"],
        # Any: what is sent for tracing is no reason to refuse a reader.
        allow_headers=["*"],
        expose_headers=READABLE,
        max_age=86400,
    )
    app.add_middleware(Telemetry, settings=settings, metrics=app.state.metrics)
    app.add_middleware(Proxies, settings=settings)
