"""Reading regular files below a root: each directory and file is opened by handle and never through a link.

A name is resolved one segment at a time against the handle of its directory, so that nothing outside the root
can be reached, also when the tree changes meanwhile.
"""

import contextlib
import dataclasses
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.files.limits import Limits
from reconciler.model import Place, Problem

_SUFFIXES = (".yaml", ".yml")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOCTTY", 0)


@dataclasses.dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as read: its path relative to the root with forward slashes, and its bytes."""

    path: str
    text: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """What was read, sorted by path, and what could not be."""

    sources: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]


class _Refused(Exception):
    """A path is not read; carries the problem."""

    def __init__(self, code: str, path: str, summary: str, detail: str = "") -> None:
        super().__init__(summary)
        self.code = code
        self.problem = Problem(code, summary, detail, Place(path))


def read_source(root: Path, path: str, limits: Limits) -> SourceFile | Problem:
    """Read one regular file below `root`; a problem when it is missing, too large, a link or no file."""
    try:
        segments = _segments(path)
        if not segments:
            raise _irregular(path)
        with _opened_directory(root, segments[:-1], path=path) as directory:
            return SourceFile("/".join(segments), _read(directory, segments[-1], path=path, limits=limits))
    except _Refused as refused:
        return refused.problem


def read_tree(root: Path, patterns: Sequence[str], limits: Limits) -> Tree:
    """Read every .yaml and .yml file that `patterns` name, each once, in the order of their paths.

    A pattern is a directory (read with everything below it), a file, or a glob with `*`, `?` and `**`. Hidden
    files and directories are left out. A pattern that yields nothing is a problem.
    """
    collection = _Collection(limits)
    for pattern in patterns:
        before = collection.seen
        try:
            _collect(root, pattern, collection)
        except _Refused as refused:
            collection.problems.append(refused.problem)
        else:
            if collection.seen == before:
                collection.refuse(_Refused("E101", pattern, f"no manifests under {pattern}", "add a .yaml file there"))
    sources = tuple(collection.sources[path] for path in sorted(collection.sources))
    return Tree(sources, tuple(dict.fromkeys(sorted(collection.problems, key=lambda problem: problem.sort_key))))


def selected(path: str, patterns: Sequence[str]) -> bool:
    """Say whether `read_tree` with these patterns would read the file at `path`, were it there."""
    parts = path.split("/")
    if not path.endswith(_SUFFIXES) or any(part.startswith(".") for part in parts):
        return False
    return any(_names(tuple(parts), _segments(pattern)) for pattern in patterns)


def _names(parts: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if any(set("*?") & set(segment) for segment in segments):
        return _matcher(segments).fullmatch("/".join(parts)) is not None
    return parts[: len(segments)] == segments


class _Collection:
    """What a run has read so far, within its limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sources: dict[str, SourceFile] = {}
        self.problems: list[Problem] = []
        self.seen = 0
        self.bytes = 0

    def refuse(self, refused: _Refused) -> None:
        self.seen += 1
        self.problems.append(refused.problem)

    def add(self, directory: int, name: str, *, path: str) -> None:
        self.seen += 1
        if path in self.sources:
            return
        if len(self.sources) >= self.limits.files:
            raise _Refused("E107", path, f"more than {self.limits.files} files", "narrow `specs` in reconciler.yaml")
        data = _read(directory, name, path=path, limits=self.limits)
        self.bytes += len(data)
        if self.bytes > self.limits.total_bytes:
            raise _Refused(
                "E107", path, f"files hold more than {self.limits.total_bytes} bytes in all", "narrow `specs`"
            )
        self.sources[path] = SourceFile(path, data)


def _collect(root: Path, pattern: str, collection: _Collection) -> None:
    segments = _segments(pattern)
    wild = next((index for index, segment in enumerate(segments) if set("*?") & set(segment)), len(segments))
    base, matcher = segments[:wild], _matcher(segments) if wild < len(segments) else None
    if matcher is None and base and base[-1].endswith(_SUFFIXES):
        with _opened_directory(root, base[:-1], path=pattern) as directory:
            collection.add(directory, base[-1], path="/".join(base))
        return
    with _opened_directory(root, base, path=pattern) as directory:
        _walk(directory, base, matcher=matcher, collection=collection)


def _walk(directory: int, prefix: tuple[str, ...], *, matcher: re.Pattern[str] | None, collection: _Collection) -> None:
    here = "/".join(prefix) or "."
    if len(prefix) > collection.limits.directory_depth:
        raise _Refused("E107", here, f"more than {collection.limits.directory_depth} directories deep", "flatten them")
    with os.scandir(directory) as entries:
        found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in found:
        try:
            _visit(directory, entry, prefix=prefix, matcher=matcher, collection=collection)
        except _Refused as refused:
            if refused.code == "E107":
                raise
            collection.refuse(refused)


def _visit(
    directory: int,
    entry: os.DirEntry[str],
    *,
    prefix: tuple[str, ...],
    matcher: re.Pattern[str] | None,
    collection: _Collection,
) -> None:
    path = "/".join((*prefix, entry.name))
    if entry.is_dir(follow_symlinks=False):
        with _step(directory, entry.name, path=path) as below:
            _walk(below, (*prefix, entry.name), matcher=matcher, collection=collection)
        return
    wanted = entry.name.endswith(_SUFFIXES) and (matcher is None or matcher.fullmatch(path) is not None)
    if entry.is_symlink() and (wanted or entry.is_dir()):
        raise _Refused("E103", path, f"{path} is a symbolic link", "replace it by the file itself")
    if wanted:
        collection.add(directory, entry.name, path=path)


def _segments(path: str) -> tuple[str, ...]:
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if path.startswith(("/", "~")) or ".." in parts or re.search(r"[\x00-\x1f\\]", path):
        raise _Refused("E102", path, f"path {path!r} leaves the project", "use a path below reconciler.yaml")
    return parts


def _matcher(segments: tuple[str, ...]) -> re.Pattern[str]:
    pattern = ""
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "**":
            pattern += ".*" if last else "(?:[^/]+/)*"
        else:
            translated = re.escape(segment).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
            pattern += translated if last else translated + "/"
    return re.compile(pattern)


@contextlib.contextmanager
def _opened_directory(root: Path, segments: tuple[str, ...], *, path: str) -> Iterator[int]:
    with contextlib.ExitStack() as stack:
        try:
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unreadable(error, str(root)) from error
        stack.callback(os.close, handle)
        for segment in segments:
            handle = stack.enter_context(_step(handle, segment, path=path))
        yield handle


@contextlib.contextmanager
def _step(directory: int, name: str, *, path: str) -> Iterator[int]:
    try:
        handle = os.open(name, _DIRECTORY, dir_fd=directory)
    except OSError as error:
        if error.errno == errno.ENOTDIR and _is_link(directory, name):
            raise _Refused("E103", path, f"{path} is a symbolic link", "replace it by the directory itself") from error
        raise _unreadable(error, path) from error
    try:
        yield handle
    finally:
        os.close(handle)


def _is_link(directory: int, name: str) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _read(directory: int, name: str, *, path: str, limits: Limits) -> bytes:
    try:
        handle = os.open(name, _FILE, dir_fd=directory)
    except OSError as error:
        raise _unreadable(error, path) from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _irregular(path)
        data = _read_whole(handle, limits.file_bytes + 1)
    except OSError as error:
        raise _unreadable(error, path) from error
    finally:
        os.close(handle)
    if len(data) > limits.file_bytes:
        raise _Refused("E106", path, f"{path} is larger than {limits.file_bytes} bytes", "split it into several files")
    return data


def _read_whole(handle: int, most: int) -> bytes:
    data = os.read(handle, most)
    while data and len(data) < most and (more := os.read(handle, most - len(data))):
        data += more
    return data


def _irregular(path: str) -> _Refused:
    return _Refused("E104", path, f"{path} is not a regular file", "name a file, and keep only files there")


def _unreadable(error: OSError, path: str) -> _Refused:
    if error.errno == errno.ELOOP:
        return _Refused("E103", path, f"{path} is a symbolic link", "replace it by the file itself")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return _Refused("E101", path, f"{path} does not exist", "create it, or correct the path")
    if error.errno == errno.ENXIO:
        return _irregular(path)
    return _Refused("E105", path, f"{path} cannot be read: {os.strerror(error.errno or 0)}", "check its permissions")
