"""Fixtures of the process tests: one sandbox process, a fresh project and fresh books for each test."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes.harness import CONFIGURATION, PROGRAM, Project, Server


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Server]:
    """Serve the simulators for the whole session."""
    with subprocess.Popen([*PROGRAM, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith("url: "):
                base = line.strip().removeprefix("url: ").removesuffix("/interworks")
                break
        yield Server(base)
        process.terminate()
        process.stdout.read()


@pytest.fixture
def server(sandbox: Server) -> Server:
    """Return the sandbox with empty books, no faults and default settings."""
    httpx.post(f"{sandbox.base}/_sim/reset", timeout=30)
    return sandbox


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Project:
    """Return a project with nothing but its configuration."""
    (tmp_path / "specs").mkdir()
    text = CONFIGURATION.format(url=f"{server.base}/interworks")
    (tmp_path / "reconciler.yaml").write_text(text, encoding="utf-8")
    return Project(tmp_path, server)
