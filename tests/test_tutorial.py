"""The tutorial is done as it stands: every file that it shows is written, every command is run
against a server that it starts itself, and what is printed is what it says.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest

from tests.conftest import ROOT, free_port

PAGE = (ROOT / "docs" / "tutorial.md").read_text()
PATIENCE = 60  # seconds
WRITTEN = "http://127.0.0.1:8000"
STEPS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M)
# A file is named in the sentence before it.
FILES = re.findall(
    r"`([a-z]+\.(?:yaml|csv))`[^`]*:\n\n```(?:yaml|csv)\n(.*?)^```", PAGE, re.S | re.M
)


class Window:
    """A folder with a ledger of its own, and a shell in it that has the commands of the page."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.host = f"http://127.0.0.1:{port}"
        self.environment = {**os.environ, "MUSTER_PORT": str(port), "MUSTER_LOG_LEVEL": "error"}
        self.environment["PATH"] = f"{folder / 'bin'}:{os.environ['PATH']}"
        self.servers: list[subprocess.Popen[bytes]] = []
        (folder / "bin").mkdir()
        command = folder / "bin" / "muster"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m app "$@"\n')
        command.chmod(0o700)

    def printed(self, command: str) -> str:
        """What a command prints; what it exports stays."""
        if export := re.fullmatch(r"export (\w+)=(.*)", command):
            self.environment[export[1]] = export[2]
            return ""
        done = subprocess.run(
            ["sh", "-euc", command.replace(WRITTEN, self.host)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=True,
        )
        return done.stdout.replace("\r\n", "\n")

    def serve(self, command: str) -> None:
        """Start a server by a command, and wait until it answers."""
        server = subprocess.Popen(shlex.split(command), cwd=self.folder, env=self.environment)
        self.servers.append(server)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether a server is there and ready."""
        try:
            return httpx2.get(f"{self.host}/health/ready").status_code == 200
        except httpx2.TransportError:
            return False


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """A window, whose servers end with the test."""
    found = Window(tmp_path, free_port())
    yield found
    for server in found.servers:
        server.terminate()
        server.wait(timeout=30)


class Tags(HTMLParser):
    """The tags of a piece of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, dict(attrs)))


def calls(text: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what it is to print."""
    found = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.M)
    assert len(found) == text.count("$ ")
    return found


def drawn(window: Window, text: str) -> str:
    """The words of the picture that a piece of a page shows."""
    ((tag, attributes),) = Tags(text).found
    assert tag == "img"
    assert attributes["alt"]
    answer = httpx2.get(str(attributes["src"]).replace(WRITTEN, window.host), timeout=PATIENCE)
    assert answer.headers["content-type"] == "image/svg+xml"
    described: Any = ElementTree.fromstring(answer.text).findtext(
        "{http://www.w3.org/2000/svg}desc"
    )
    return str(described)


def test_it_is_short_and_shows_no_block_that_is_not_done() -> None:
    assert len(PAGE.splitlines()) < 150
    assert {language for language, _ in STEPS} == {"console", "sh", "yaml", "csv", "html"}
    assert [name for name, _ in FILES] == ["landing.yaml", "strength.csv", "mapping.yaml"]
    blocks = [language for language, _ in STEPS if language in ("yaml", "csv")]
    assert len(blocks) == len(FILES)


def test_every_command_prints_what_the_page_says(window: Window) -> None:
    for name, text in FILES:
        (window.folder / name).write_text(text)
    pictures: list[tuple[str, str]] = []
    ran = 0
    for language, text in STEPS:
        if language == "sh":
            window.serve(text)
        elif language == "html":
            pictures.append((text, drawn(window, text)))
        elif language == "console":
            for command, output in calls(text):
                assert window.printed(command).strip() == output.strip(), command
                ran += 1
    assert ran > 9
    ((picture, before),) = pictures
    assert "80" in before
    # "The chart above shows it too, without a change."
    after = drawn(window, picture)
    assert "2025-03-31: 61" in after
    assert "128" in after
    assert httpx2.get(f"{window.host}/?mission=harbour-watch", timeout=PATIENCE).status_code == 200
