"""The templates of the pages, and the files they use: each file under an address that holds a hash
of its content.
"""

import hashlib
import html
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import __version__
from app.web.pages import wording

PLACE = Path(__file__).parent
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def _files() -> dict[str, tuple[str, bytes]]:
    """The static files by the name in their address, which holds a hash of their content: media
    type and bytes.
    """
    found = {}
    for path in sorted((PLACE / "static").iterdir()):
        content = path.read_bytes()
        named = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
        found[named] = (MEDIA_TYPES[path.suffix], content)
    return found


FILES = _files()
ADDRESSES = {re.sub(r"\.[0-9a-f]{12}\.", ".", name): f"/static/{name}" for name in FILES}
# A page changes with its templates and files too, not only with the ledger.
_MADE_OF = [
    __version__,
    *FILES,
    *(path.read_text() for path in sorted((PLACE / "templates").iterdir())),
]
BUILD = hashlib.sha256("\n".join(_MADE_OF).encode()).hexdigest()

templates = Environment(
    loader=FileSystemLoader(PLACE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
)
templates.globals.update(static=ADDRESSES, version=__version__)
templates.filters.update(
    day=wording.day,
    edtf=wording.edtf,
    number=wording.number,
    category=lambda name: wording.CATEGORIES.get(name, name),
)
templates.globals["counted"] = wording.counted
# For words in HTML that is shown as text, to be pasted elsewhere: escaped here once, and once more
# where it is shown.
templates.filters["quoted"] = html.escape
