"""How the log is written: uvicorn's text, or one JSON object a line on stderr for whoever collects
it.
"""

import copy
import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from uvicorn.config import LOGGING_CONFIG

from app.settings import Settings


class JsonLines(logging.Formatter):
    """A record as one line: time (UTC), level, logger, message, the fields of a request, a
    traceback in one field.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line; whatever a message holds, it has no newline and is ASCII."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return _hidden(json.dumps(line, default=str))


# A key that somebody put into an address: the log is read by others.
_KEY = re.compile(r"muster_[a-z2-7]{20,}")


def _hidden(words: str) -> str:
    return _KEY.sub("muster_...", words)


class WithoutKeys(logging.Filter):
    """Hides keys in what a record is made of."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without keys."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _hidden(each) if isinstance(each, str) else each for each in record.args
            )
        return True


def logging_of(settings: Settings) -> dict[str, Any]:
    """The configuration of Python's logging that the settings ask for."""
    level = settings.log_level.upper()
    if settings.log_format == "text":
        config = copy.deepcopy(LOGGING_CONFIG)
        config["filters"] = {"keys": {"()": WithoutKeys}}
        for handler in config["handlers"].values():
            handler["filters"] = ["keys"]
        config["loggers"]["muster"] = {"handlers": ["default"], "level": level, "propagate": False}
        return config
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "json",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "uvicorn": {"handlers": ["stderr"], "level": level, "propagate": False},
            # Each request has a line of ours, with more in it and without its query.
            "uvicorn.access": {"handlers": [], "propagate": False},
            "muster": {"handlers": ["stderr"], "level": level, "propagate": False},
            "py.warnings": {"handlers": ["stderr"], "propagate": False},
        },
    }
