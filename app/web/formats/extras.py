"""The libraries that only some formats need: the extras of the package."""

from typing import Any

from app.record.problems import NotInstalled


def extra(module: str, name: str) -> Any:
    """A library of one of the extras of the package; NotInstalled, naming the extra, where it is
    not there.
    """
    try:
        return __import__(module)
    except ImportError as error:
        raise NotInstalled(
            f"This server was installed without muster[{name}], which this format needs."
        ) from error
