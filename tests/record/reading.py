"""Reads little tables by little mappings, as the command does, and makes the document that the
ledger would be given.
"""

from pathlib import Path
from typing import Any

from app.record.documents import Document, read_document
from app.record.files import open_table
from app.record.language import TableMapping, read_mapping
from app.record.mappings import Reading, read_table

# A mapping of the least that it must say, to which a test adds what it is about.
LEAST: dict[str, Any] = {
    "series": "little",
    "source": {"publisher": "The Gazette"},
    "date": {"column": "Day"},
    "mission": {"constant": "Example Mission"},
    "nation": {"column": "Nation"},
    "counts": [{"column": "Troops", "category": "troops"}],
}


def mapped(**more: Any) -> TableMapping:
    """The least mapping, with more said, or otherwise."""
    return read_mapping(LEAST | more)


def read(mapping: TableMapping, table: Path) -> Reading:
    """What a table tells by a mapping."""
    columns, rows = open_table(table, mapping.file)
    return read_table(mapping, rows, columns)


def read_words(mapping: TableMapping, words: str, place: Path) -> Reading:
    """What a CSV tells by a mapping."""
    table = place / "table.csv"
    table.write_bytes(words.encode("utf-8"))
    return read(mapping, table)


def counts(reading: Reading) -> list[Any]:
    """The counts that were told, in their order; nothing may have been refused."""
    assert reading.faults() == []
    document_of(reading)
    return [told.claim.get("count", told.claim) for told in reading.statements]


def document_of(reading: Reading) -> Document:
    """What a table tells as a document: it proves that each thing told is one that the ledger
    takes.
    """
    missions = [
        {"slug": slug, "name": name} | ({"host_country": host} if host else {})
        for slug, (name, host) in reading.missions.items()
    ]
    sources = list({told.source["slug"]: told.source for told in reading.statements}.values())
    entries = [told.entry | {"claims": [told.claim]} for told in reading.statements]
    return read_document({"missions": missions, "sources": sources, "entries": entries})
