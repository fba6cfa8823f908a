"""The newest changes as Atom (RFC 4287), for feed readers."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.web.http.answers import Form

FORM = Form("atom", "application/atom+xml")


def written(revisions: Sequence[Mapping[str, Any]], chain: str, address: str) -> bytes:
    """Revisions, newest first, as a feed of the ledger whose first revision has that chain.

    `address` is the feed's own, from which all others are made: whole where the server knows what
    it is called.
    """
    place = address.removesuffix(".atom")
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    SubElement(feed, "id").text = f"urn:muster:{chain}"
    SubElement(feed, "title").text = "Muster: changes to the ledger"
    SubElement(feed, "updated").text = (
        revisions[0]["recorded_at"] if revisions else "1970-01-01T00:00:00Z"
    )
    SubElement(feed, "link", rel="self", href=address)
    for row in revisions:
        entry = SubElement(feed, "entry")
        # The chain names a revision for ever, wherever it is copied to.
        SubElement(entry, "id").text = f"urn:muster:{row['chain']}"
        SubElement(entry, "title").text = f"{row['number']}: {row['message']}"
        SubElement(entry, "updated").text = row["recorded_at"]
        SubElement(SubElement(entry, "author"), "name").text = row["author"]
        SubElement(entry, "category", term=row["cause"])
        SubElement(entry, "link", href=f"{place}/{row['number']}")
        SubElement(entry, "summary").text = row["message"]
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + bytes(
        tostring(feed, "utf-8", xml_declaration=False)
    )
