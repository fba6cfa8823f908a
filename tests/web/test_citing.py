"""A figure cited elsewhere: what stands on the page, and what would break where it is pasted."""

import html
import re

import pytest

from app.web.pages.citing import bibtex_of, wiki_of
from tests.conftest import Twins

HOST = {"Host": "muster.example"}


def code(read: Twins, asked: str, name: str) -> str:
    page = read(f"/?{asked}", headers=HOST).text
    found = re.search(rf'<pre id="{name}"[^>]*><code>(.*?)</code>', page, re.S)
    assert found, name
    return html.unescape(found[1])


def test_the_same_figure_is_cited_in_three_ways(read: Twins) -> None:
    asked = "mission=haiti-mss&as_of=2024-07-18"
    title = "396 people present, Multinational Security Support Mission in Haiti, on 18 July 2024"
    cite, bibtex, wiki = (code(read, asked, name) for name in ("cite", "bibtex", "wikipedia"))
    assert cite.startswith(f"Muster: {title}. Revision 2, recorded 2026-11-24. http://muster.ex")
    assert bibtex.startswith("@misc{muster-r2-2024-07-18,")
    assert f"  title = {{{title}}}," in bibtex
    assert "  year = {2026}," in bibtex
    assert bibtex.count("{") == bibtex.count("}")
    assert wiki.startswith(f"{{{{cite web |title={title} |website=Muster |date=2026-11-24 |url=")
    for each in (cite, bibtex, wiki):
        (address,) = re.findall(r"http://muster\.example(/\?[^ }|]*)", each)
        assert read(address, headers=HOST).status_code == 200
        assert "revision=2" in address


def test_a_stale_figure_is_cited_as_when_it_was_known(read: Twins) -> None:
    for name in ("cite", "bibtex", "wikipedia"):
        words = code(read, "mission=haiti-mss&as_of=2026-11-01", name)
        assert "when last known, 30 September 2024" in words


@pytest.mark.parametrize(
    ("words", "bibtex", "wiki"),
    [
        ("a|b", "a|b", "a{{!}}b"),
        ("{{x}}", r"\{\{x\}\}", "&#123;&#123;x&#125;&#125;"),
        ("[1] 50% & $5_#", r"[1] 50\% \& \$5\_\#", "&#91;1&#93; 50% & $5_#"),
        ("\\end~^", r"\textbackslash{}end\textasciitilde{}\textasciicircum{}", "\\end~^"),
    ],
)
def test_what_would_break_where_it_is_pasted_is_written_otherwise(
    words: str, bibtex: str, wiki: str
) -> None:
    assert (bibtex_of(words), wiki_of(words)) == (bibtex, wiki)
