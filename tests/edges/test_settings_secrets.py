"""Resolving secrets: which sources are taken, which are refused, and that no message holds a value."""

import os
from pathlib import Path

import pytest

from reconciler.errors import ConfigurationError
from reconciler.model import Secret, SecretSource
from reconciler.settings import secrets

LABEL = "vendors.bss.credentials.clientKey"


def write(path: Path, data: bytes = b"hunter2\n", mode: int = 0o600) -> Path:
    """Write a secret file with a mode."""
    path.write_bytes(data)
    path.chmod(mode)
    return path


def resolve(source: SecretSource, root: Path) -> Secret:
    """Resolve one source with one variable set and one empty."""
    return secrets.resolve(source, root, label=LABEL, environ={"KEY": "hunter2", "EMPTY": ""})


def test_a_variable_gives_its_value(tmp_path: Path) -> None:
    """The value is taken as it is, and does not show."""
    found = resolve(SecretSource("env", "KEY"), tmp_path)

    assert found.reveal() == "hunter2"
    assert str(found) == "(secret)"


@pytest.mark.parametrize(("name", "state"), [("MISSING", "is not set"), ("EMPTY", "is empty")])
def test_a_missing_variable_is_named_with_its_use(tmp_path: Path, name: str, state: str) -> None:
    """The message names the setting, the variable and what to do."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(SecretSource("env", name), tmp_path)

    assert str(caught.value) == (
        f"{LABEL}: environment variable {name} {state}; set it before the run, or name another source"
    )


@pytest.mark.parametrize("mode", [0o600, 0o400], ids=oct)
@pytest.mark.parametrize("data", [b"hunter2", b"hunter2\n", b"hunter2\r\n"], ids=["bare", "LF", "CRLF"])
def test_a_guarded_file_gives_its_text(tmp_path: Path, mode: int, data: bytes) -> None:
    """A file only its owner can use gives its text without the one line end at its end."""
    write(tmp_path / "key", data, mode)

    assert resolve(SecretSource("file", "key"), tmp_path) == Secret("hunter2")


def test_inner_lines_stay(tmp_path: Path) -> None:
    """Only one line end is taken off: an age identity has several lines."""
    write(tmp_path / "key", b"# comment\nAGE-SECRET-KEY\n\n")

    assert resolve(SecretSource("file", "key"), tmp_path).reveal() == "# comment\nAGE-SECRET-KEY\n"


def test_a_path_may_be_absolute_or_in_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may lie anywhere; `~` is the home directory."""
    write(tmp_path / "key")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert resolve(SecretSource("file", "~/key"), Path("/nowhere")) == Secret("hunter2")
    assert resolve(SecretSource("file", str(tmp_path / "key")), Path("/nowhere")) == Secret("hunter2")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700, 0o644], ids=oct)
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """Any bit beyond read and write for the owner is refused with the command that cures it."""
    write(tmp_path / "key", mode=mode)

    with pytest.raises(
        ConfigurationError, match=rf"file key has mode {mode:04o}, .*; run `chmod 0600` on it"
    ) as caught:
        resolve(SecretSource("file", "key"), tmp_path)

    assert "hunter2" not in str(caught.value)


def test_a_link_is_refused(tmp_path: Path) -> None:
    """A symbolic link is not followed, wherever it leads."""
    write(tmp_path / "key")
    (tmp_path / "link").symlink_to(tmp_path / "key")

    with pytest.raises(ConfigurationError, match="file link is a symbolic link; name the file itself"):
        resolve(SecretSource("file", "link"), tmp_path)


@pytest.mark.parametrize("kind", ["directory", "pipe", "device"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, kind: str) -> None:
    """A directory, a pipe and a device are refused at once; a pipe without a writer would block for ever."""
    name = {"directory": "folder", "pipe": "pipe", "device": "/dev/null"}[kind]
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe", 0o600)

    with pytest.raises(ConfigurationError, match="is not a regular file; name one"):
        resolve(SecretSource("file", name), tmp_path)


def test_another_users_file_is_refused(tmp_path: Path) -> None:
    """A file that someone else owns could be changed by them."""
    path = write(tmp_path / "key")
    facts = path.stat()
    other = os.stat_result((facts.st_mode, facts.st_ino, facts.st_dev, 1, os.geteuid() + 1, 0, 7, 0, 0, 0))

    with pytest.raises(secrets._Unusable, match="belongs to another user; make it yours with chown"):
        secrets._check_guarded(other, path, "file key")
    secrets._check_guarded(facts, path, "file key")


def test_a_directory_open_to_anyone_is_refused(tmp_path: Path) -> None:
    """Whoever may write to a directory above may replace the file; a sticky directory such as /tmp is no fault."""
    folder = tmp_path / "open"
    folder.mkdir()
    write(folder / "key")
    folder.chmod(0o777)

    with pytest.raises(ConfigurationError, match="which anyone can change; run `chmod o-w` on that directory"):
        resolve(SecretSource("file", "open/key"), tmp_path)

    folder.chmod(0o1777)
    assert resolve(SecretSource("file", "open/key"), tmp_path) == Secret("hunter2")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty; write the secret into it"),
        (b"\n", "is empty; write the secret into it"),
        (b"\xff\xfe", "is not UTF-8 text; save it as text"),
        (b"x" * 65_537, "holds more than 65536 bytes; name the file with the secret only"),
    ],
    ids=["empty", "line end", "binary", "large"],
)
def test_unusable_content_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    """Nothing, bytes that are no text, and more than a secret can be, are refused."""
    write(tmp_path / "key", data)

    with pytest.raises(ConfigurationError, match=words):
        resolve(SecretSource("file", "key"), tmp_path)


@pytest.mark.parametrize("name", ["missing", "no/such/folder", "a\0b"], ids=["file", "folder", "zero"])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    """What cannot be opened is a message, not a traceback."""
    with pytest.raises(ConfigurationError, match=r"file .* (does not exist|cannot be opened)"):
        resolve(SecretSource("file", name), tmp_path)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    """Every source that gives no secret has a line of its own."""
    write(tmp_path / "key")
    sources = {
        "first": SecretSource("env", "A"),
        "second": SecretSource("file", "key"),
        "third": SecretSource("file", "gone"),
    }

    with pytest.raises(ConfigurationError) as caught:
        secrets.resolve_all(sources, tmp_path, environ={})

    first, third = str(caught.value).splitlines()
    assert first.startswith("first: environment variable A is not set")
    assert third.startswith("third: file gone does not exist")
