"""One bare number as text, for a cell of a spreadsheet."""

from app.web.http.answers import Form

FORM = Form("txt", "text/plain; charset=utf-8")


def written(number: int | None) -> bytes:
    """A number as digits and nothing else; nothing at all where it is not known."""
    return b"" if number is None else str(number).encode()
