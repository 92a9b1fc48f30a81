"""Rules of sealing: only its recipients open a secret, only as what it was sealed for, and no error shows a key."""

import concurrent.futures
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler import sealing
from reconciler.errors import SealingError
from reconciler.model import Secret

SECRET = Secret("AVG-KEY-0123-☎")
BOUND = {"origin": "https://bss.example.com", "asset": "a-1", "name": "license_key"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where an identity file is to be."""
    return tmp_path / ".reconciler" / "identity.txt"


def shown(error: BaseException) -> str:
    """Return everything a traceback of an error shows."""
    return "".join(traceback.format_exception(error))


def test_recipient_opens_what_was_sealed(path: Path) -> None:
    """A secret comes back whole to the holder of the identity, and the blob shows nothing of it."""
    recipient = sealing.create_identity(path)
    blob = sealing.seal(SECRET, [recipient], bound=BOUND)
    assert b"AVG-KEY" not in blob
    assert b"a-1" not in blob
    identity = sealing.read_identity(path)
    assert sealing.recipient_of(identity) == recipient
    assert sealing.open_sealed(blob, identity, bound=dict(reversed(BOUND.items()))) == SECRET


def test_every_recipient_opens_it_and_nobody_else(tmp_path: Path) -> None:
    """Each of several recipients can open a secret; a stranger cannot."""
    paths = [tmp_path / name for name in ("one", "two", "stranger")]
    recipients = [sealing.create_identity(path) for path in paths]
    blob = sealing.seal(SECRET, recipients[:2], bound=BOUND)
    one, two, stranger = map(sealing.read_identity, paths)
    assert sealing.open_sealed(blob, one, bound=BOUND) == sealing.open_sealed(blob, two, bound=BOUND) == SECRET
    with pytest.raises(SealingError, match="does not open with this key") as caught:
        sealing.open_sealed(blob, stranger, bound=BOUND)
    assert stranger.reveal() not in shown(caught.value)


@pytest.mark.parametrize(
    "change", [{"asset": "a-2"}, {"name": "coupon"}, {"extra": "x"}], ids=lambda one: next(iter(one))
)
def test_moved_blob_does_not_open(path: Path, change: dict[str, str]) -> None:
    """A blob that was copied onto another asset is not taken for that asset's secret."""
    blob = sealing.seal(SECRET, [sealing.create_identity(path)], bound=BOUND)
    with pytest.raises(SealingError, match="belongs to something else"):
        sealing.open_sealed(blob, sealing.read_identity(path), bound=BOUND | change)


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda blob: blob[:-1], lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]), lambda _: b"x" * 300],
    ids=["empty", "cut", "flipped", "other"],
)
def test_damaged_blob_does_not_open(path: Path, damage: Callable[[bytes], bytes]) -> None:
    """What was changed on disk is refused, never half opened."""
    blob = sealing.seal(SECRET, [sealing.create_identity(path)], bound=BOUND)
    with pytest.raises(SealingError) as caught:
        sealing.open_sealed(damage(blob), sealing.read_identity(path), bound=BOUND)
    assert "AVG-KEY" not in shown(caught.value)


def test_without_recipient_nothing_is_sealed() -> None:
    """Nobody to seal to is an error that names the setting."""
    with pytest.raises(SealingError, match=r"sealing\.recipients"):
        sealing.seal(SECRET, [], bound=BOUND)


@pytest.mark.parametrize("text", ["", "age1", "bob@example.com", "ssh-ed25519 AAAA"])
def test_recipient_that_is_none(path: Path, text: str) -> None:
    """A recipient that is no public key is refused, also beside a good one."""
    with pytest.raises(SealingError, match="age1") as caught:
        sealing.seal(SECRET, [sealing.create_identity(path), text], bound=BOUND)
    assert "AVG-KEY" not in shown(caught.value)


def test_private_key_as_recipient_is_not_shown(path: Path) -> None:
    """A private key that was put where the public one belongs is refused without showing it."""
    sealing.create_identity(path)
    private = sealing.read_identity(path).reveal()
    with pytest.raises(SealingError) as caught:
        sealing.seal(SECRET, [private], bound=BOUND)
    assert private not in shown(caught.value)


@pytest.mark.parametrize("text", ["", "hunter2", "AGE-SECRET-KEY-1HUNTER2"])
def test_identity_that_is_none(text: str) -> None:
    """An identity that is no key is refused without showing it."""
    with pytest.raises(SealingError, match="AGE-SECRET-KEY-1") as caught:
        sealing.recipient_of(Secret(text))
    assert "HUNTER2" not in shown(caught.value).upper()


def test_identity_may_come_with_comments(path: Path) -> None:
    """The text that age-keygen writes is an identity wherever it is kept, in a variable too."""
    recipient = sealing.create_identity(path)
    assert sealing.recipient_of(Secret(path.read_text(encoding="ascii"))) == recipient


def test_of_several_that_make_an_identity_one_does(path: Path) -> None:
    """Runs that begin at the same time end with one whole identity, and nothing else beside it."""

    def make(_: int) -> str | None:
        try:
            return sealing.create_identity(path)
        except SealingError:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = [recipient for recipient in pool.map(make, range(8)) if recipient is not None]
    assert made == [sealing.recipient_of(sealing.read_identity(path))]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_created_identity_is_private(path: Path) -> None:
    """A new identity can be read by its owner only, whatever the umask says, and is never replaced."""
    before = os.umask(0)
    try:
        sealing.create_identity(path)
    finally:
        os.umask(before)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    content = path.read_bytes()
    with pytest.raises(SealingError, match=r"identity\.txt cannot be written"):
        sealing.create_identity(path)
    assert path.read_bytes() == content


def test_identity_is_not_written_through_a_link(path: Path) -> None:
    """A link in the place of the new file is not followed."""
    path.parent.mkdir()
    path.symlink_to(path.with_name("target"))
    with pytest.raises(SealingError):
        sealing.create_identity(path)
    assert not path.with_name("target").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_identity_that_others_may_use_is_refused(path: Path, mode: int) -> None:
    """A key that others may read or replace is no secret; the error says how to close it."""
    sealing.create_identity(path)
    path.chmod(mode)
    with pytest.raises(SealingError, match="chmod 600"):
        sealing.read_identity(path)


def as_directory(path: Path) -> None:
    """Put a directory in the place of an identity."""
    path.mkdir(mode=0o700)


def as_link(path: Path) -> None:
    """Put a link to a good identity in its place."""
    sealing.create_identity(path.with_name("real"))
    path.symlink_to(path.with_name("real"))


def as_pipe(path: Path) -> None:
    """Put a pipe that nobody writes in the place of an identity."""
    os.mkfifo(path, 0o600)


def as_comment(path: Path) -> None:
    """Write a file with no key in it."""
    path.write_text("# public key: age1...\n\n", encoding="ascii")
    path.chmod(0o600)


@pytest.mark.parametrize("put", [as_directory, as_link, as_pipe, as_comment, Path.exists], ids=lambda put: put.__name__)
def test_identity_that_is_no_file_of_ours(path: Path, put: Callable[[Path], object]) -> None:
    """Only a regular file with a key in it is read; anything else is an error that names it, and none blocks."""
    path.parent.mkdir(mode=0o700)
    put(path)
    with pytest.raises(SealingError, match=r"identity\.txt .*; "):
        sealing.read_identity(path)
