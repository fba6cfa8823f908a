"""Programs of the desktop: R, LibreOffice and Chromium. `make test-clients` runs these tests, `make
test` does not.

A test whose program is not on this machine is left out, and the summary names the program; with
MUSTER_REQUIRE_CLIENTS=1 it fails instead.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
# What else than --headless a browser needs that runs as root in a container and asks nobody but us.
ALONE = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync"""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless it, or a file of it, was asked for by name."""
    asked = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(path == HERE or HERE in path.parents for path in asked) else True


def program(name: str, *commands: str) -> str:
    """Path of a program by the first of its commands that is there; leaves the test out, or fails
    it, without one.
    """
    for command in commands:
        if found := shutil.which(command):
            return found
    missing = f"{name} is not on this machine: sh tests/clients/install.sh"
    if os.environ.get("MUSTER_REQUIRE_CLIENTS") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def rscript() -> str:
    """R's command for scripts."""
    found = program("R", "Rscript")
    asked = subprocess.run(
        [found, "--vanilla", "-e", 'library("jsonlite")'], capture_output=True, timeout=60
    )
    return found if asked.returncode == 0 else program("jsonlite of R (r-cran-jsonlite)")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window, that asks nobody but us."""
    path = program("Chromium", "chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ALONE.split())
        yield opened
        opened.close()


@contextmanager
def elsewhere(page: bytes) -> Iterator[str]:
    """Another site: serves one page, whatever is asked for. Gives its origin."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(timeout=20)
