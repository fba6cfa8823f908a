"""Plain data from JSON and YAML, strictly read: what a lenient parser lets pass or changes in
silence is refused.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import ScalarNode

from app.record.problems import Mend, Refused


def read_json(raw: bytes) -> Any:
    """Plain data from JSON; Refused for what a lenient parser lets pass or changes in silence."""
    try:
        words = raw.decode("utf-8")
        content = json.loads(
            words, object_pairs_hook=_pairs, parse_constant=_no_number, parse_int=_whole
        )
        if re.search(r"\\u[dD][89a-fA-F]", words):
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise Refused([Mend("/", "is nested too deeply")]) from error
    except UnicodeError as error:
        raise Refused([Mend("/", "is not UTF-8, or holds half of a surrogate pair")]) from error
    except ValueError as error:
        raise Refused([Mend("/", f"is not JSON: {error}")]) from error
    return content


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the name {twice!r:.60} stands twice in one object")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _whole(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError(f"the number {digits:.30} is too large")
    return int(digits)


def load_plain(path: Path) -> Any:
    """Plain data from a YAML file, strictly read; Refused when it is not YAML."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _PlainConstructor
    yaml.Composer = _PlainComposer
    try:
        return yaml.load(path.read_bytes().decode("utf-8"))
    except (YAMLError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused([Mend(str(path), f"is not YAML: {' '.join(str(error).split())}")]) from error


class _PlainComposer(Composer):
    """Knows no anchors: a few lines of them can stand for more than any machine holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            raise YAMLError("a document has no anchors and aliases: write out what is meant")
        return super().compose_node(parent, index)


class _PlainConstructor(SafeConstructor):
    """Takes a date as the words that stand there, and for a number only plain digits."""


def _scalar(node: Any) -> str:
    if not isinstance(node, ScalarNode):
        raise YAMLError(f"{node.tag} stands before what is not one value")
    return str(node.value)


def _words(_constructor: SafeConstructor, node: Any) -> str:
    return _scalar(node)


def _digits(_constructor: SafeConstructor, node: Any) -> int | str:
    words = _scalar(node)
    return int(words) if re.fullmatch(r"-?[0-9]{1,18}", words) else words


_PlainConstructor.add_constructor("tag:yaml.org,2002:timestamp", _words)
_PlainConstructor.add_constructor("tag:yaml.org,2002:float", _words)
_PlainConstructor.add_constructor("tag:yaml.org,2002:int", _digits)
