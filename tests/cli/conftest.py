"""Fixtures of the command line's tests: a vendor on a port, a repository, and one that has been applied."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.repository import Repository
from tests.cli.server import Vendor, serving
from tests.cli.stage import Stage


@pytest.fixture(scope="session")
def bss() -> Iterator[Vendor]:
    """Keep one sandbox for the whole run."""
    with serving() as vendor:
        yield vendor


@pytest.fixture
def vendor(bss: Vendor) -> Vendor:
    """Return the vendor with empty books."""
    bss.sim("POST", "/reset")
    return bss


@pytest.fixture
def repository(tmp_path: Path, vendor: Vendor) -> Repository:
    """Return a repository with the main job and a vendor that has seen nothing of it."""
    return Repository(tmp_path / "repository", vendor)


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """Return a repository whose main job is done, with a vendor of its own. Tests read it and change nothing."""
    with serving() as vendor:
        repository = Repository(tmp_path_factory.mktemp("applied") / "repository", vendor)
        repository.commit()
        repository.apply()
        yield repository


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Return a stage for tables of cases."""
    with contextlib.ExitStack() as stack:
        yield Stage(stack)
