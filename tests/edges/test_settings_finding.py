"""Finding `reconciler.yaml`."""

from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.settings import loading
from tests.edges.settings_samples import HEAD, PLUGINS


def test_the_file_is_found_upwards(tmp_path: Path) -> None:
    """From any directory of the project the nearest configuration above is taken."""
    (tmp_path / "reconciler.yaml").touch()
    deep = tmp_path / "specs" / "deep"
    deep.mkdir(parents=True)

    assert loading.find_project(deep) == tmp_path / "reconciler.yaml"


def test_the_search_ends_at_the_git_root(tmp_path: Path) -> None:
    """A configuration above the repository is another project's."""
    (tmp_path / "reconciler.yaml").touch()
    inner = tmp_path / "repository"
    (inner / ".git").mkdir(parents=True)

    with pytest.raises(ConfigurationError, match=r"no reconciler.yaml in .*repository or above; create one"):
        loading.find_project(inner)


def test_a_named_file_is_taken_or_refused(tmp_path: Path) -> None:
    """--config names the file, relative to the working directory; a missing one is an error and nothing is searched."""
    (tmp_path / "reconciler.yaml").touch()
    (tmp_path / "other.yaml").touch()

    assert loading.find_project(tmp_path, Path("other.yaml")) == tmp_path / "other.yaml"
    with pytest.raises(ConfigurationError, match=r"missing.yaml does not exist or is no file"):
        loading.find_project(tmp_path, Path("missing.yaml"))


def test_a_linked_configuration_is_refused(tmp_path: Path) -> None:
    """A symbolic link in place of the file is not followed."""
    (tmp_path / "real.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "reconciler.yaml").symlink_to(tmp_path / "real.yaml")

    loaded = loading.load_settings(tmp_path / "reconciler.yaml", plugins=PLUGINS)

    assert [problem.code for problem in loaded.problems] == ["E103"]
    assert loaded.settings is None
