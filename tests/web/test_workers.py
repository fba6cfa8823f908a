"""Several workers of one server, as a process over HTTP, on both databases: whoever answers knows
what another wrote before.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from app.cli import main
from app.settings import Settings
from tests.conftest import free_port
from tests.test_commands import MUSTER, answered

WORKERS = 2
WRITES, READS = 10, 5


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """What a server of a new ledger is started with."""
    return os.environ | {
        "MUSTER_DATABASE_URL": settings.database_url,
        "MUSTER_PORT": str(free_port()),
        "MUSTER_LOG_FORMAT": "json",
    }


@contextmanager
def serving(environment: dict[str, str], *words: str) -> Iterator[tuple[str, Any]]:
    """The address of a server, and its process, while it runs."""
    for command in ("migrate", "seed"):
        done = CliRunner().invoke(main, [command], env=environment)
        assert done.exit_code == 0, done.output
    address = f"http://127.0.0.1:{environment['MUSTER_PORT']}"
    with subprocess.Popen(
        [MUSTER, "serve", *words],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            with httpx2.Client(base_url=address) as client:
                answered(client, "/health/live", process)
            yield address, process
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
            assert "Traceback" not in err
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def key_for(environment: dict[str, str]) -> dict[str, str]:
    """The header of a new key that may write."""
    made = CliRunner().invoke(main, ["key", "add", "desk", "--scope", "write"], env=environment)
    found = re.search(r"muster_\w+", made.output)
    assert found, made.output
    return {"Authorization": f"Bearer {found[0]}"}


def arrival(nth: int) -> dict[str, object]:
    """One more officer."""
    claim = {
        "source": "tripfoumi-enfo-2024-07-16",
        "status": "occurred",
        "count": 1,
        "date": "2024-07-16",
    }
    about = {"key": f"one-{nth}", "mission": "haiti-mss", "nation": "BEN", "category": "police"}
    return about | {"direction": "arrival", "claims": [claim]}


def test_what_one_worker_wrote_is_read_from_all_and_they_count_and_end_together(
    environment: dict[str, str],
) -> None:
    with serving(environment, "--workers", str(WORKERS)) as (address, process):
        workers, key = workers_of(process.pid), key_for(environment)
        assert len(workers) == WORKERS
        for nth in range(1, WRITES + 1):
            with httpx2.Client(base_url=address) as client:
                written = client.post("/v1/movements", json=arrival(nth), headers=key)
                assert written.status_code == 201, written.text
            for _ in range(READS):
                with httpx2.Client(base_url=address) as client:
                    read = client.get("/v1/strength?as_of=2024-07-17&nation=Benin").json()
                assert read["revision"] == written.json()["revision"]
                assert read["total"]["arrived"] == nth
        with httpx2.Client(base_url=address) as client:
            counted = client.get("/metrics").text
        asked = 'muster_requests_total{method="GET",route="/v1/strength",status="200"}'
        assert f"{asked} {READS * WRITES}.0\n" in counted
        assert f"\nmuster_revision {read['revision']}.0\n" in counted
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def workers_of(pid: int) -> set[int]:
    """The processes that a server started and that answer."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {
        int(child)
        for child in children
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
    }
