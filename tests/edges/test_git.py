"""Reading git: real repositories in a temporary directory, made with the real binary."""

import os
import subprocess
from pathlib import Path

import pytest

from reconciler import git
from reconciler.errors import ReconcilerError


def run(folder: Path, *arguments: str) -> str:
    """Run git in `folder` and return what it prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    names = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    allow = ["-c", "protocol.file.allow=always"]
    done = subprocess.run(
        ["git", *names, *allow, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, name: str, text: str) -> str:
    """Write a file, commit everything and return the commit."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    run(folder, "add", "--all")
    run(folder, "commit", "--quiet", "--message", f"change {name}")
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return an empty repository."""
    folder = tmp_path / "project"
    folder.mkdir()
    run(folder, "init", "--quiet")
    return folder


def test_head_is_the_commit(repository: Path) -> None:
    """HEAD is the full id of the commit checked out."""
    made = commit(repository, "specs/a.yaml", "a: 1\n")

    assert git.read_head(repository) == made
    assert git.read_head(repository / "specs") == made


def test_head_outside_a_repository_is_none(tmp_path: Path) -> None:
    """A directory outside git has no commit, is not dirty and holds no tree; nothing is raised."""
    assert git.read_head(tmp_path) is None
    assert git.read_dirty(tmp_path) is False
    assert git.read_tree_at(tmp_path, "0" * 40, ["specs"]) is None
    assert git.find_top(tmp_path) is None


def test_head_before_the_first_commit_is_none(repository: Path) -> None:
    """A repository without a commit has no HEAD, but its files are changes."""
    (repository / "a.yaml").write_text("a: 1\n", encoding="utf-8")

    assert git.read_head(repository) is None
    assert git.read_dirty(repository) is True


def test_no_git_binary_is_no_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git on PATH there is no commit, and nothing is raised for lack of one."""
    commit(repository, "a.yaml", "a: 1\n")
    monkeypatch.setenv("PATH", str(repository / "nowhere"))

    assert git.read_head(repository) is None
    assert git.read_dirty(repository) is False
    assert git.read_is_ancestor(repository, "a" * 40, "b" * 40) is None


@pytest.mark.parametrize("name", ["specs/a.yaml", "specs/new.yaml"], ids=["changed", "untracked"])
def test_a_change_makes_the_tree_dirty(repository: Path, name: str) -> None:
    """A changed or an untracked file makes the tree dirty."""
    commit(repository, "specs/a.yaml", "a: 1\n")
    assert git.read_dirty(repository) is False

    (repository / name).write_text("a: 2\n", encoding="utf-8")

    assert git.read_dirty(repository) is True


@pytest.mark.parametrize("name", ["status/Account/acme.yaml", ".reconciler/state.db"])
def test_what_apply_writes_never_counts(repository: Path, name: str) -> None:
    """Written-back status and local state do not make the tree dirty."""
    commit(repository, "specs/a.yaml", "a: 1\n")
    path = repository / name
    path.parent.mkdir(parents=True)

    path.write_text("a: 2\n", encoding="utf-8")

    assert git.read_dirty(repository) is False
    assert git.read_dirty(repository, ignore=()) is True


def test_only_the_project_directory_counts(repository: Path) -> None:
    """In a repository with several projects, another directory's changes do not make this one dirty."""
    commit(repository, "one/a.yaml", "a: 1\n")
    commit(repository, "two/a.yaml", "a: 1\n")
    (repository / "two" / "a.yaml").write_text("a: 2\n", encoding="utf-8")

    assert git.read_dirty(repository / "one") is False
    assert git.read_dirty(repository / "two") is True


def test_ancestry_tells_a_rewind_from_progress(repository: Path) -> None:
    """The later commit descends from the earlier, a commit from itself, and not the other way round."""
    first = commit(repository, "a.yaml", "a: 1\n")
    second = commit(repository, "a.yaml", "a: 2\n")

    assert git.read_is_ancestor(repository, first, second) is True
    assert git.read_is_ancestor(repository, first, first) is True
    assert git.read_is_ancestor(repository, second, first) is False


def test_a_shallow_history_cannot_tell(repository: Path, tmp_path: Path) -> None:
    """A clone that lacks the older commit answers neither yes nor no."""
    first = commit(repository, "a.yaml", "a: 1\n")
    second = commit(repository, "a.yaml", "a: 2\n")
    run(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")

    assert git.read_is_ancestor(tmp_path / "shallow", first, second) is None


@pytest.mark.parametrize(
    "text", ["", "HEAD", "--help", "main", "f" * 40], ids=["empty", "ref", "option", "branch", "none"]
)
def test_only_commit_ids_are_asked_about(repository: Path, text: str) -> None:
    """What is not the id of a known commit, an option least of all, is never taken for one."""
    head = commit(repository, "a.yaml", "a: 1\n")

    assert git.read_is_ancestor(repository, text, head) is None
    assert git.read_tree_at(repository, text, ["."]) is None


def test_the_tree_of_a_commit_is_read_not_the_working_tree(repository: Path) -> None:
    """Files come from the commit whatever the working tree holds, bytes untouched, only below the paths asked for."""
    head = commit(repository, "specs/a.yaml", "a: 1\r\n")
    commit(repository, "other/b.yaml", "b: 1\n")
    (repository / "specs" / "a.yaml").write_text("a: changed\n", encoding="utf-8")

    tree = git.read_tree_at(repository, head, ["specs"])

    assert tree is not None
    assert [(file.path, file.data) for file in tree.files] == [("specs/a.yaml", b"a: 1\r\n")]


def test_paths_are_relative_to_the_project(repository: Path) -> None:
    """A project in a sub-directory sees its own paths."""
    head = commit(repository, "one/specs/a.yaml", "a: 1\n")

    tree = git.read_tree_at(repository / "one", head, ["specs"])
    whole = git.read_tree_at(repository / "one", head, ["."])

    assert tree is not None
    assert [file.path for file in tree.files] == ["specs/a.yaml"]
    assert whole == tree


def test_hostile_names_are_paths_or_refused(repository: Path) -> None:
    """A name like an option, a glob or pathspec magic is a plain path; one that cannot be shown is refused."""
    for name in ("-r.yaml", "*.yaml", ":(top)x.yaml", "naïve.yaml", "two\nlines.yaml"):
        (repository / name).write_text(name, encoding="utf-8")
    head = commit(repository, "plain.yaml", "a: 1\n")

    tree = git.read_tree_at(repository, head, ["."])
    one = git.read_tree_at(repository, head, ["-r.yaml", "*.yaml"])

    assert tree is not None
    assert one is not None
    assert {file.path for file in tree.files} == {"-r.yaml", "*.yaml", ":(top)x.yaml", "naïve.yaml", "plain.yaml"}
    assert list(tree.refused) == ["two\nlines.yaml"]
    assert {file.path for file in one.files} == {"-r.yaml", "*.yaml"}


def test_links_and_submodules_are_refused(repository: Path, tmp_path: Path) -> None:
    """A symbolic link and a submodule in a commit are named with the reason and not followed."""
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (repository / "link.yaml").symlink_to(tmp_path / "secret.txt")
    other = tmp_path / "other"
    other.mkdir()
    run(other, "init", "--quiet")
    commit(other, "b.yaml", "b: 1\n")
    run(repository, "submodule", "--quiet", "add", other.as_uri(), "module")
    head = commit(repository, "a.yaml", "a: 1\n")

    tree = git.read_tree_at(repository, head, ["."])

    assert tree is not None
    assert {file.path for file in tree.files} == {".gitmodules", "a.yaml"}
    assert set(tree.refused) == {"link.yaml", "module"}
    assert "symbolic link" in tree.refused["link.yaml"]
    assert "submodule" in tree.refused["module"]


def test_nothing_asked_is_nothing_read(repository: Path) -> None:
    """No path stands for no file, not for the whole tree."""
    head = commit(repository, "a.yaml", "a: 1\n")

    assert git.read_tree_at(repository, head, []) == git.Tree()


def test_no_program_of_the_repository_runs(repository: Path, tmp_path: Path) -> None:
    """A file system monitor and hooks that the repository's own configuration names do not run."""
    commit(repository, "a.yaml", "a: 1\n")
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    run(repository, "config", "core.fsmonitor", str(trap))
    hook = repository / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(trap.read_bytes())
    hook.chmod(0o755)
    (repository / "a.yaml").write_text("a: 2\n", encoding="utf-8")

    assert git.read_dirty(repository) is True
    assert not (tmp_path / "sprung").exists()

    run(repository, "status")
    assert (tmp_path / "sprung").exists(), "the trap would have shown a program that ran"


def test_inherited_git_variables_do_not_lead_elsewhere(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR of a surrounding hook does not make another repository answer."""
    head = commit(repository, "a.yaml", "a: 1\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert git.read_head(repository) == head


def test_a_failure_says_what_to_do(repository: Path) -> None:
    """When git fails on a repository, the error names the command and what to do."""
    commit(repository, "a.yaml", "a: 1\n")
    (repository / ".git" / "index").write_bytes(b"no index")

    with pytest.raises(ReconcilerError, match=r"git status failed in project: .*; run it by hand there"):
        git.read_dirty(repository)


def test_the_top_is_found_without_running_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root of the repository is found upwards from any directory of it."""
    monkeypatch.setenv("PATH", "")
    folder = repository / "specs" / "deep"
    folder.mkdir(parents=True)

    assert git.find_top(folder) == repository
