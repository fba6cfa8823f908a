"""A figure cited elsewhere: in a sentence, in BibTeX, in Wikipedia's own template."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.web.pages import wording
from app.web.pages.view import View

# What BibTeX reads as its own, as it is written to be read as itself.
_BIBTEX = {char: f"\\{char}" for char in "{}&%$#_"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def citations(
    seen: View, head: Mapping[str, Any], permalink: str, read_on: date
) -> list[tuple[str, str, str]]:
    """Ways to cite a figure of a page: an id, what it is called, and the words."""
    words, at = _words(seen, head), seen.at
    recorded = at.recorded_at[:10] if at.recorded_at else ""
    plain = (
        f"Muster: {words}. Revision {at.number}{f', recorded {recorded}' if recorded else ''}. "
        f"{permalink} (read on {wording.day(read_on)})."
    )
    year = f"\n  year = {{{recorded[:4]}}}," if recorded else ""
    bibtex = (
        f"@misc{{muster-r{at.number}-{seen.as_of},\n"
        f"  title = {{{bibtex_of(words)}}},\n"
        f"  author = {{{{Muster}}}},{year}\n"
        f"  note = {{Revision {at.number} of the ledger; read {read_on}}},\n"
        f"  url = {{{permalink}}}\n}}"
    )
    dated = f" |date={recorded}" if recorded else ""
    wikipedia = (
        f"{{{{cite web |title={wiki_of(words)} |website=Muster{dated} |url={permalink} "
        f"|access-date={read_on}}}}}"
    )
    return [
        ("cite", "Cite", plain),
        ("bibtex", "BibTeX", bibtex),
        ("wikipedia", "Wikipedia", wikipedia),
    ]


def _words(seen: View, head: Mapping[str, Any]) -> str:
    """What is cited: the number as far as it is known, of whom, and as known when."""
    count = f"{head['cell'].whole} " if head["state"] in ("known", "unknown") else ""
    known = f" when last known, {head['known']}" if head["stale"] else ""
    out = seen.asked.published_by
    published = f", as published by {wording.day(out)}" if out else ""
    return f"{count}people present{known}, {seen.title}, on {wording.day(seen.as_of)}{published}"


def bibtex_of(words: str) -> str:
    """Words as BibTeX prints them."""
    return "".join(_BIBTEX.get(char, char) for char in words)


def wiki_of(words: str) -> str:
    """Words as a template of MediaWiki takes them for the title of a link."""
    words = re.sub(r"[{}]", lambda brace: f"&#{ord(brace[0])};", words)
    return words.replace("|", "{{!}}").replace("[", "&#91;").replace("]", "&#93;")
