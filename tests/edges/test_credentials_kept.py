"""A changing credential from sign-in to ledger and back: crashes, two runs at once, replaced values, lost keys."""

import dataclasses
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler import sealing
from tests.edges import rotation_samples, token_server
from tests.edges.ledger_samples import database
from tests.edges.rotation_samples import START, Place, attempt
from tests.edges.token_server import PREFIX, Books

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def server() -> Iterator[tuple[str, Books]]:
    """Return the address and the books of a token server."""
    with token_server.serving() as found:
        yield found


@pytest.fixture
def books(server: tuple[str, Books]) -> Books:
    """Return what the server knows."""
    return server[1]


@pytest.fixture
def place(tmp_path: Path, server: tuple[str, Books]) -> Place:
    """Return a project that has signed in nowhere yet."""
    return Place(tmp_path, server[0], new_key(tmp_path / "key.txt"))


def new_key(path: Path) -> str:
    """Make a key to seal to."""
    sealing.create_identity(path)
    return sealing.read_identity(path).reveal()


def test_each_run_goes_on_with_the_newest(place: Place, books: Books) -> None:
    """The configured value begins, then each run uses what the one before it was given."""
    assert [attempt(place) for _ in range(3)] == ["", "", ""]
    assert books.grants == [START, f"{PREFIX}1", f"{PREFIX}2"]
    assert (books.dead, books.reads) == ([], 3)


def test_the_files_hold_no_token(place: Place) -> None:
    """Neither the database nor anything beside it shows a token, a secret or the key."""
    assert attempt(place) == ""
    files = [path for path in database(place.root).parent.iterdir() if path.is_file()]
    assert database(place.root) in files
    for path in files:
        content = path.read_bytes()
        assert b"canary" not in content
        assert place.key.encode() not in content


def test_a_crash_right_after_the_rotation_loses_nothing(place: Place, books: Books) -> None:
    """A process that dies between the durable write and the use of the token leaves the next run a good one."""
    process = SPAWN.Process(target=rotation_samples.die_after_rotation, args=(place,))
    process.start()
    process.join(60)
    assert (process.exitcode, books.reads) == (9, 0)

    assert attempt(place) == ""
    assert (books.grants, books.dead) == ([START, f"{PREFIX}1"], [])


def test_two_runs_at_once_use_it_one_after_the_other(place: Place, books: Books) -> None:
    """Two processes that sign in at the same time both succeed, and the vendor never sees a dead one."""
    pipes = [SPAWN.Pipe() for _ in range(2)]
    for _, theirs in pipes:
        SPAWN.Process(target=rotation_samples.sign_in_elsewhere, args=(place, theirs), daemon=True).start()
    assert [ours.recv() for ours, _ in pipes] == ["ready", "ready"]
    for ours, _ in pipes:
        ours.send("go")

    assert [ours.recv() if ours.poll(60) else "nothing" for ours, _ in pipes] == ["", ""]
    assert (books.dead, books.reads) == ([], 2)
    assert books.grants == [START, f"{PREFIX}1"]


def test_a_replaced_value_begins_anew(place: Place, books: Books) -> None:
    """Once the operator configures another value that one is used, and what follows from it is kept."""
    assert attempt(place) == ""
    books.alive = f"{PREFIX}replaced"
    replaced = dataclasses.replace(place, start=f"{PREFIX}replaced")
    assert attempt(replaced) == ""
    assert attempt(replaced) == ""
    assert books.grants == [START, f"{PREFIX}replaced", f"{PREFIX}2"]


def test_a_mistyped_value_ends_nothing(place: Place, books: Books) -> None:
    """A configured value that the vendor never took leaves what is kept: put right, runs go on with that."""
    assert attempt(place) == ""
    assert "does not accept the configured starting value" in attempt(dataclasses.replace(place, start="mistyped"))
    assert attempt(place) == ""
    assert books.grants == [START, "mistyped", f"{PREFIX}1"]


def test_a_value_that_is_taken_away_and_put_back_is_nothing_new(place: Place, books: Books) -> None:
    """The configured value may go once one is kept; the same value put back later does not begin anew."""
    without = dataclasses.replace(place, start=None)
    assert [attempt(one) for one in (place, without, place)] == ["", "", ""]
    assert books.dead == []


def test_a_former_project_name_hands_it_on(place: Place, books: Books) -> None:
    """A renamed project goes on with what it kept under its former name, and then keeps its own."""
    assert attempt(place) == ""
    renamed = dataclasses.replace(place, projects=("acme-new", "acme-infra"), start=None)
    assert attempt(renamed) == ""
    assert attempt(dataclasses.replace(renamed, projects=("acme-new",))) == ""
    assert books.dead == []


def test_a_dead_consent_names_the_cure_and_no_token(place: Place, books: Books) -> None:
    """When the vendor has ended the consent the error says so and how to renew it, without any token."""
    assert attempt(place) == ""
    books.alive = "none"
    said = attempt(place)
    assert said.startswith("acme has ended the consent that this project signs in with; run `reconciler login acme`")
    assert "canary" not in said
    assert books.dead == [f"{PREFIX}1"]


def test_a_lost_answer_is_told(place: Place, books: Books) -> None:
    """A token that was replaced while its answer got lost is dead; the error says that this happened."""
    books.lose = 1
    said = attempt(place)
    assert "the answer to an earlier sign-in of this run was lost" in said
    assert "reconciler login acme" in said
    assert "canary" not in said


def test_nothing_kept_and_nothing_configured(place: Place, books: Books) -> None:
    """Without any value a person must log in first; the vendor is not asked."""
    assert "reconciler login acme" in attempt(dataclasses.replace(place, start=None))
    assert books.grants == []


def test_another_key_opens_nothing(place: Place, books: Books, tmp_path: Path) -> None:
    """A run with another key ends before anything is sent, and says which setting it is about."""
    assert attempt(place) == ""
    said = attempt(dataclasses.replace(place, key=new_key(tmp_path / "other.txt")))
    assert said.startswith(
        "the credential kept for acme cannot be opened: what is sealed does not open with this key; "
    )
    assert "sealing.credentialKey" in said
    assert "canary" not in said
    assert len(books.grants) == 1


def test_a_kept_credential_is_for_its_host_only(place: Place, books: Books) -> None:
    """A changed configuration cannot have it sent to another host."""
    assert attempt(place) == ""
    with token_server.serving() as (elsewhere, others):
        said = attempt(dataclasses.replace(place, host=elsewhere))
        assert "belongs to something else" in said
        assert "run `reconciler login acme`" in said
        assert others.grants == []
    assert len(books.grants) == 1
