"""Reads git through the `git` binary: which commit, whether the tree is dirty, what a commit holds.

The only module that runs git to read. Argument lists and `--` terminators, never a shell; no hook, pager, file
system monitor, replacement object or lazy fetch may run; no lock is taken. Nothing here writes to a repository.
Where there is no git, no repository or no commit the answer is None; other failures raise `ReconcilerError`.
"""

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reconciler.errors import ReconcilerError

TIMEOUT = 30.0
"""Seconds one git command may take; reading a local repository takes far less."""
MAX_FILES = 200_000
"""Most files read from one commit."""
MAX_BYTES = 512 * 1024 * 1024
"""Most bytes read from one commit in all."""

_SAFE_CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "diff.external=",
    "submodule.recurse=false",
    "protocol.allow=never",
)
_KEPT_ENVIRONMENT = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "XDG_CONFIG_HOME")


@dataclasses.dataclass(frozen=True)
class TreeFile:
    """One regular file of a commit; `path` is relative to the directory that was asked about."""

    path: str
    data: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Tree:
    """The files of a commit, and the paths that were not followed with the reason."""

    files: tuple[TreeFile, ...] = ()
    refused: Mapping[str, str] = dataclasses.field(default_factory=dict)


def read_head(root: Path) -> str | None:
    """Return the commit of HEAD; None outside a repository, before the first commit and without git."""
    answer = _run(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}"])
    return None if answer is None or answer.returncode else answer.stdout.decode("ascii").strip()


def read_dirty(root: Path, *, ignore: Sequence[str] = ("status/", ".reconciler/")) -> bool:
    """Say whether anything under `root` differs from HEAD, untracked files included; False outside a repository.

    `ignore` are paths relative to `root` that never count, such as the written-back status and the local state.
    """
    if not _inside(root):
        return False
    excluded = [f":(exclude,literal){path.rstrip('/')}" for path in ignore]
    arguments = ["status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=all"]
    return bool(_output(root, [*arguments, "--", ".", *excluded]))


def read_is_ancestor(root: Path, old: str, new: str) -> bool | None:
    """Say whether `new` descends from (or is) `old`; None when the history is too shallow or lacks a commit to tell."""
    if not all(_has_commit(root, commit) for commit in (old, new)):
        return None
    answer = _run(root, ["merge-base", "--is-ancestor", "--end-of-options", old, new])
    if answer is None or answer.returncode not in {0, 1}:
        return None
    if answer.returncode == 0:
        return True
    return None if _shallow(root) else False


def read_tree_at(root: Path, commit: str, paths: Iterable[str]) -> Tree | None:
    """Return the regular files that `commit` holds under `paths` (relative to `root`, taken literally).

    Symbolic links and submodules are named in `refused` and never followed. None when the commit is unknown.
    """
    if not _has_commit(root, commit):
        return None
    asked = list(paths)
    if not asked:
        return Tree()
    listing = _output(root, ["ls-tree", "-r", "-l", "-z", "--", commit, *asked])
    wanted: list[tuple[str, str]] = []
    refused: dict[str, str] = {}
    total = 0
    for record in filter(None, listing.split(b"\0")):
        facts, _, raw = record.partition(b"\t")
        mode, _, blob, size = facts.decode("ascii").split()
        path = raw.decode("utf-8", "surrogateescape")
        reason = _refusal(mode, path)
        if reason:
            refused[path] = reason
            continue
        total += int(size)
        wanted.append((path, blob))
    if len(wanted) > MAX_FILES or total > MAX_BYTES:
        raise ReconcilerError(
            f"commit {commit[:12]} holds {len(wanted)} files with {total} bytes, more than is read; narrow `specs`"
        )
    return Tree(tuple(_blobs(root, wanted)), refused)


def find_top(start: Path) -> Path | None:
    """Return the nearest directory, upwards from `start`, that holds `.git`; None when there is none. Runs nothing."""
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)


def _refusal(mode: str, path: str) -> str:
    if mode == "120000":
        return "is a symbolic link, which is not followed; put the file itself there"
    if mode == "160000":
        return "is a submodule, which is not read; keep the manifests in this repository"
    if not path.isprintable() or any("\ud800" <= letter <= "\udfff" for letter in path):
        return "has a name with characters that cannot be shown; rename the file"
    return ""


def _blobs(root: Path, wanted: Sequence[tuple[str, str]]) -> Iterable[TreeFile]:
    if not wanted:
        return
    names = "".join(f"{blob}\n" for _, blob in wanted).encode("ascii")
    stream = _output(root, ["cat-file", "--batch"], given=names)
    offset = 0
    for path, blob in wanted:
        end = stream.index(b"\n", offset)
        header = stream[offset:end].split()
        if len(header) != 3 or header[0].decode("ascii") != blob:
            raise ReconcilerError(f"git holds no content for {path}; fetch the whole repository without a filter")
        size = int(header[2])
        yield TreeFile(path, stream[end + 1 : end + 1 + size])
        offset = end + size + 2


def _inside(root: Path) -> bool:
    answer = _run(root, ["rev-parse", "--is-inside-work-tree"])
    return answer is not None and answer.returncode == 0 and answer.stdout.strip() == b"true"


def _shallow(root: Path) -> bool:
    return _output(root, ["rev-parse", "--is-shallow-repository"]).strip() == b"true"


def _has_commit(root: Path, commit: str) -> bool:
    if not commit or not all(letter in "0123456789abcdef" for letter in commit):
        return False
    answer = _run(root, ["cat-file", "-e", f"{commit}^{{commit}}"])
    return answer is not None and answer.returncode == 0


def _output(root: Path, arguments: Sequence[str], *, given: bytes = b"") -> bytes:
    answer = _run(root, arguments, given=given)
    if answer is None:
        raise ReconcilerError("git cannot be run; install git or put it on PATH")
    if answer.returncode:
        words = answer.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise ReconcilerError(f"git {arguments[0]} failed in {root.name}: {words[-1][:200]}; run it by hand there")
    return answer.stdout


def _run(root: Path, arguments: Sequence[str], *, given: bytes = b"") -> subprocess.CompletedProcess[bytes] | None:
    """Run git in `root`; None when there is no git binary."""
    program = shutil.which("git")
    if program is None:
        return None
    options = [part for setting in _SAFE_CONFIG for part in ("-c", setting)]
    try:
        answer = subprocess.run(  # noqa: S603 - an argument list; commits are hexadecimal, paths follow `--`
            [program, "--no-pager", "--no-optional-locks", *options, *arguments],
            cwd=root,
            env=_environment(),
            input=given,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = (
            f"took longer than {TIMEOUT:.0f} s" if isinstance(error, subprocess.TimeoutExpired) else "could not start"
        )
        raise ReconcilerError(f"git {arguments[0]} {reason} in {root}; run it by hand there") from error
    if b"dubious ownership" in answer.stderr:
        raise ReconcilerError(
            f"git refuses {root}, which belongs to another user; run `git config --global --add safe.directory {root}`"
        )
    return answer


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_PAGER": "cat",
    }
