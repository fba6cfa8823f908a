"""What tells others of the site: crawlers (robots.txt, sitemap.xml) and language models
(llms.txt).
"""

from collections.abc import Iterator
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.record.filters import Filters
from app.record.listings import SOURCES
from app.record.subjects import mission_names
from app.record.tallies import nations_named
from app.web.dependencies import reading
from app.web.http.answers import ASK_AGAIN
from app.web.http.place import host_of
from app.web.pages.provenance import rows_of
from app.web.schemas.queries import ReadQuery

router = APIRouter(include_in_schema=False)

# As many as one file may name.
MOST_PAGES = 50_000
_HEADERS = {"Cache-Control": ASK_AGAIN}
# The same figures in another order, or with their working, are no page of their own.
_ROBOTS = """User-agent: *
Disallow: /*?*sort=
Disallow: /*?*working=
Disallow: /*?*revision=
Disallow: /embed
Disallow: /search
Disallow: /metrics
Allow: /

Sitemap: {host}/sitemap.xml
"""
_MODELS = """# Muster

> An open ledger of who was sent where: missions, contingents, arrivals and departures, reports of
> strength, pledges, deliveries and mandates, each as what a named source claims.

Every figure is a range (`_low`, best, `_high`); null is not known, never zero. `stale` and
`last_known` say when a figure is too old to be said of the day asked: say "last known 406, on 30
September 2024" then. `disputed` means that independent sources cannot all be right. Every answer
has a `permalink` that answers the same for ever: cite that, and the sources that `explain=true`
names.

## Ask

- [How many, on a day]({host}/v1/strength?mission=SLUG&as_of=2024-12-31): with method, age, range
- [Then and now]({host}/v1/strength/compare?mission=SLUG&as_of=2024-07-01&b_as_of=2024-12-31)
- [Over time]({host}/v1/strength/series?mission=SLUG&interval=month)
- [Who promised and has not come]({host}/v1/fulfilment?mission=SLUG)
- [Which promise was kept, and how late]({host}/v1/promises?mission=SLUG)
- [What contradicts what]({host}/v1/conflicts?mission=SLUG)
- [What each source says]({host}/v1/claims?mission=SLUG)
- [Every table, its columns and their types]({host}/v1/datapackage.json)
- [The whole ledger as an SQLite file]({host}/v1/ledger.sqlite)
- [The document of the API]({host}/openapi.json), [to browse]({host}/docs)

## Missions

{missions}
"""


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """What crawlers need not read."""
    return Response(
        _ROBOTS.format(host=host_of(request)), headers=_HEADERS, media_type="text/plain"
    )


@router.get("/sitemap.xml")
def sitemap(request: Request) -> Response:
    """The pages that stand for something: missions, nations, sources, the lists of them."""
    with reading(request, ReadQuery()) as (connection, at):
        missions = list(mission_names(connection, at.number))
        sources = [row["slug"] for row in rows_of(connection, SOURCES, at, Filters())]
        nations = sorted({tally.nation for tally in nations_named(connection, at.number)})
    addresses = Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for path in _paths(missions, nations, sources):
        SubElement(SubElement(addresses, "url"), "loc").text = host_of(request) + path
        if len(addresses) == MOST_PAGES:
            break
    written = tostring(addresses, "utf-8", xml_declaration=True)
    return Response(written, headers=_HEADERS, media_type="application/xml")


def _paths(missions: list[str], nations: list[str], sources: list[str]) -> Iterator[str]:
    yield from ("/", "/missions", "/nations", "/promises", "/conflicts", "/sources", "/revisions")
    yield "/docs"
    yield from (f"/?mission={quote(slug)}" for slug in missions)
    yield from (f"/missions/{quote(slug)}" for slug in missions)
    yield from (f"/nations/{code}" for code in nations)
    yield from (f"/sources/{quote(slug)}" for slug in sources)


@router.get("/llms.txt")
def for_models(request: Request) -> Response:
    """What a language model should know before it quotes a figure."""
    host = host_of(request)
    with reading(request, ReadQuery()) as (connection, at):
        names = mission_names(connection, at.number)
    missions = "\n".join(f"- [{name}]({host}/?mission={slug})" for slug, name in names.items())
    words = _MODELS.format(host=host, missions=missions or "None yet.")
    return Response(words, headers=_HEADERS, media_type="text/markdown")
