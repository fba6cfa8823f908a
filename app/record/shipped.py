"""What comes with the code: `migrations/` and `seeds/`, beside it in the repository, in it where it
is installed.
"""

from pathlib import Path

from app.record.problems import NotReady

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """A folder, or a file in one, that belongs to this Muster: `migrations`, `seeds/nations.yaml`.
    NotReady if missing.

    A wheel carries both folders in the package (`sources` in pyproject.toml). In a checkout, and
    where one is installed as editable, they stand beside it.
    """
    for place in (PACKAGE, PACKAGE.parent):
        if (found := place / name).exists():
            return found
    raise NotReady(f"This Muster is not whole: {name} is missing from {PACKAGE}. Install it again.")
