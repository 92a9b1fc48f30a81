"""Files: only regular ones inside the root are read, and writing is whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from reconciler import files
from reconciler.files import Limits, SourceFile


def codes_of(tree: files.Tree) -> list[str]:
    """Return the codes of what could not be read."""
    return [problem.code for problem in tree.problems]


def paths_of(tree: files.Tree) -> list[str]:
    """Return the paths of what was read."""
    return [source.path for source in tree.sources]


def put(root: Path, *paths: str) -> None:
    """Write small files."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("a: 1\n", encoding="utf-8")


def test_directory_is_read_with_everything_below_sorted(tmp_path: Path) -> None:
    """A directory yields its .yaml and .yml files by path; hidden and other files are left out."""
    put(tmp_path, "specs/b.yaml", "specs/a/c.yml", "specs/.hidden/x.yaml", "specs/.y.yaml", "specs/notes.txt", "z.yaml")

    tree = files.read_tree(tmp_path, ["specs"], Limits())

    assert paths_of(tree) == ["specs/a/c.yml", "specs/b.yaml"]
    assert tree.sources[0] == SourceFile("specs/a/c.yml", b"a: 1\n")
    assert tree.problems == ()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("specs/*.yaml", ["specs/a.yaml"]),
        ("specs/**/*.yaml", ["specs/a.yaml", "specs/deep/b.yaml"]),
        ("specs/**", ["specs/a.yaml", "specs/deep/b.yaml"]),
        ("**/b.yaml", ["specs/deep/b.yaml"]),
        ("specs/?.yaml", ["specs/a.yaml"]),
        ("specs/deep/b.yaml", ["specs/deep/b.yaml"]),
        ("./specs//deep/", ["specs/deep/b.yaml"]),
        (".", ["specs/a.yaml", "specs/deep/b.yaml"]),
    ],
)
def test_pattern_names_files(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    """Patterns are directories, files, or globs with *, ? and **."""
    put(tmp_path, "specs/a.yaml", "specs/deep/b.yaml")

    tree = files.read_tree(tmp_path, [pattern, pattern], Limits())

    assert paths_of(tree) == expected
    assert tree.problems == ()


@pytest.mark.parametrize("pattern", ["../x", "/etc", "~/specs", "specs/../../x", "a\\b", "a\x00b"])
def test_path_out_of_the_project_is_refused(tmp_path: Path, pattern: str) -> None:
    """No pattern reaches outside the root."""
    assert codes_of(files.read_tree(tmp_path, [pattern], Limits())) == ["E102"]


@pytest.mark.parametrize("pattern", ["specs", "specs/*.yaml", "specs/a.yaml"])
def test_nothing_to_read_is_a_problem(tmp_path: Path, pattern: str) -> None:
    """A path that does not exist is reported, not taken as an empty project."""
    assert codes_of(files.read_tree(tmp_path, [pattern], Limits())) == ["E101"]


def test_empty_directory_is_a_problem(tmp_path: Path) -> None:
    """A directory without manifests is reported."""
    (tmp_path / "specs").mkdir()

    assert codes_of(files.read_tree(tmp_path, ["specs"], Limits())) == ["E101"]


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    """Links to files and directories, out of the root or within it, dangling or looping, are not followed."""
    put(tmp_path, "outside/secret.yaml", "root/specs/real.yaml")
    specs = tmp_path / "root" / "specs"
    (specs / "out.yaml").symlink_to(tmp_path / "outside" / "secret.yaml")
    (specs / "in.yaml").symlink_to("real.yaml")
    (specs / "loop.yaml").symlink_to("loop.yaml")
    (specs / "folder").symlink_to(tmp_path / "outside")
    (specs / "readme.txt").symlink_to("real.yaml")

    tree = files.read_tree(tmp_path / "root", ["specs"], Limits())

    assert paths_of(tree) == ["specs/real.yaml"]
    assert codes_of(tree) == ["E103"] * 4


def test_linked_directory_in_a_pattern_is_refused(tmp_path: Path) -> None:
    """A link is not followed either where a pattern names it."""
    put(tmp_path, "outside/a.yaml")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "specs").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "a.yaml").symlink_to(tmp_path / "outside" / "a.yaml")

    tree = files.read_tree(tmp_path / "root", ["specs", "specs/a.yaml", "a.yaml"], Limits())

    assert set(codes_of(tree)) == {"E103"}
    assert tree.sources == ()


def test_pipe_and_directory_with_a_manifest_name_are_refused(tmp_path: Path) -> None:
    """A pipe is refused without waiting for a writer; a directory is walked, whatever its name."""
    os.mkfifo(tmp_path / "pipe.yaml")
    put(tmp_path, "folder.yaml/a.yaml")

    tree = files.read_tree(tmp_path, ["."], Limits())

    assert codes_of(tree) == ["E104"]
    assert paths_of(tree) == ["folder.yaml/a.yaml"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=4), "E106"),
        (Limits(files=1), "E107"),
        (Limits(total_bytes=9), "E107"),
        (Limits(directory_depth=1), "E107"),
    ],
    ids=["file", "files", "bytes", "depth"],
)
def test_limit_is_refused(tmp_path: Path, limits: Limits, code: str) -> None:
    """Each limit on files has its code."""
    put(tmp_path, "specs/a.yaml", "specs/deep/b.yaml")

    assert code in codes_of(files.read_tree(tmp_path, ["specs"], limits))


def test_one_file_is_read_or_its_problem_returned(tmp_path: Path) -> None:
    """A single file gives its bytes, or the problem that says why not."""
    put(tmp_path, "documents/order.pdf")

    found = files.read_source(tmp_path, "documents/order.pdf", Limits())
    missing = files.read_source(tmp_path, "documents/other.pdf", Limits())

    assert found == SourceFile("documents/order.pdf", b"a: 1\n")
    assert not isinstance(missing, SourceFile)
    assert missing.code == "E101"


def test_empty_path_is_refused(tmp_path: Path) -> None:
    """A path that names only the root is no file."""
    found = files.read_source(tmp_path, ".", Limits())

    assert not isinstance(found, SourceFile)
    assert found.code == "E104"


def test_write_replaces_only_what_differs(tmp_path: Path) -> None:
    """Writing says whether anything changed, and leaves an equal file untouched."""
    target = tmp_path / "status" / "Account" / "acme.yaml"

    first = files.write_file(target, b"one")
    inode = target.stat().st_ino
    again = files.write_file(target, b"one")
    changed = files.write_file(target, b"two", mode=0o600)

    assert (first, again, changed) == (True, False, True)
    assert target.read_bytes() == b"two"
    assert target.stat().st_ino != inode
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in target.parent.iterdir()) == ["acme.yaml"]


def test_write_replaces_a_link_instead_of_following_it(tmp_path: Path) -> None:
    """A link at the target is replaced; what it pointed to stays."""
    (tmp_path / "victim").write_bytes(b"keep")
    (tmp_path / "target").symlink_to("victim")

    files.write_file(tmp_path / "target", b"new")

    assert (tmp_path / "victim").read_bytes() == b"keep"
    assert not (tmp_path / "target").is_symlink()


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """When the target cannot be replaced, no temporary file stays."""
    (tmp_path / "target" / "child").mkdir(parents=True)

    with pytest.raises(OSError, match="target"):
        files.write_file(tmp_path / "target", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["target"]
