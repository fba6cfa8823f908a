"""The recipes of docs/dashboards.md, as they stand there, but for the host."""

import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "dashboards.md").read_text()
WRITTEN = "http://127.0.0.1:8000"
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M)


def recipes(language: str, host: str = WRITTEN) -> list[str]:
    """The recipes in a language, asking a host."""
    found = [text.replace(WRITTEN, host) for written, text in BLOCKS if written == language]
    assert found, language
    return found


def promised(recipe: str, mark: str = "#") -> list[str]:
    """What the lines of a recipe say, behind a mark, that they print."""
    return re.findall(rf"[);] +{mark} (.+)$", recipe, re.M)
