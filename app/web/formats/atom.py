"""The newest changes as Atom (RFC 4287), for feed readers."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from app.web.http.answers import Form

FORM = Form("atom", "application/atom+xml")
NEVER = "1970-01-01T00:00:00Z"


class Item(NamedTuple):
    """One thing in a feed: `name` is its own for ever, wherever it is copied to; `updated` a time
    in UTC, `link` the address of its page, `term` what sort of change it is.
    """

    name: str
    title: str
    updated: str
    author: str
    term: str
    link: str
    summary: str


def written(name: str, title: str, address: str, items: Sequence[Item]) -> bytes:
    """Items, newest first, as a feed; `address` is the feed's own, whole where the server knows
    what it is called.
    """
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    SubElement(feed, "id").text = f"urn:muster:{name}"
    SubElement(feed, "title").text = title
    SubElement(feed, "updated").text = items[0].updated if items else NEVER
    SubElement(feed, "link", rel="self", href=address)
    for item in items:
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = f"urn:muster:{item.name}"
        SubElement(entry, "title").text = item.title
        SubElement(entry, "updated").text = item.updated
        SubElement(SubElement(entry, "author"), "name").text = item.author
        SubElement(entry, "category", term=item.term)
        SubElement(entry, "link", href=item.link)
        SubElement(entry, "summary").text = item.summary
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + bytes(
        tostring(feed, "utf-8", xml_declaration=False)
    )
