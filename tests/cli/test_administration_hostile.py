"""Rules of what orders at Divalto rest on: files that are attached, keys that end, a catalogue that moves."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.cli import administration
from tests.cli.administration import ODATA, ORDER, PURCHASE_ORDER, REFERENCE, Check, Office
from tests.cli.stage import Stage

MIB = 1024 * 1024
UNFIT = {
    "outside": ("../outside.pdf", "leaves the project"),
    "absolute": ("ROOT/outside.pdf", "leaves the project"),
    "link": ("documents/link.pdf", "is a symbolic link"),
    "linked-folder": ("elsewhere/outside.pdf", "is a symbolic link"),
    "missing": ("documents/none.pdf", "does not exist"),
    "too-large": ("documents/large.pdf", "at most 10485760 are taken"),
    "far-too-large": ("documents/huge.pdf", "is larger than"),
    "pipe": ("documents/pipe.pdf", "is not a regular file"),
    "folder": ("documents", "is not a regular file"),
    "no-document": (".git/config", "is of no format that is taken"),
    "no-pdf": ("documents/text.pdf", "does not hold what pdf files hold"),
    "empty": ("documents/empty.pdf", "is empty"),
}


def unfit_files(made: Office) -> None:
    """Have one order for each file that cannot be attached."""
    root = made.root.parent
    (root / "outside.pdf").write_bytes(PURCHASE_ORDER)
    folder = made.root / "documents"
    (folder / "link.pdf").symlink_to(root / "outside.pdf")
    (made.root / "elsewhere").symlink_to(root)
    os.mkfifo(folder / "pipe.pdf")
    made.attach("large.pdf", PURCHASE_ORDER + bytes(10 * MIB))
    made.attach("huge.pdf", PURCHASE_ORDER)
    os.truncate(folder / "huge.pdf", 10_000 * MIB)
    made.attach("text.pdf", b"Bonjour\n")
    made.attach("empty.pdf", b"")
    made.git("init", "--quiet")
    for name, (path, _) in UNFIT.items():
        text = ODATA.replace("odata-hq", name).replace("documents/bc.pdf", path.replace("ROOT", str(root)))
        made.write(name, text)
    ended = made.run("validate", "-o", "json")
    assert ended.code == 1
    said = {one["file"]: one["summary"] for one in ended.document["diagnostics"] if one["code"] == "E487"}
    assert [name for name, (_, reason) in UNFIT.items() if reason not in said.get(f"specs/{name}.yaml", "")] == []
    assert "specs/odata.yaml" not in said


def changed_file(made: Office) -> None:
    """Change a file between plan and apply, and change it back."""
    assert made.run("plan", "--out", "plan.json").code == 0
    made.attach("bc.pdf", PURCHASE_ORDER + b"% and one more seat\n")
    ended = made.run("apply", "plan.json")
    assert (ended.code, "plan again" in ended.err) == (4, True)
    made.attach("bc.pdf", PURCHASE_ORDER)
    assert made.vendor.mutations() == []
    assert made.run("apply", "plan.json").code == 0
    assert made.vendor.books()["submissions"] == [REFERENCE]


KEYS: Sequence[tuple[Mapping[str, Any], str, str]] = (
    ({"keyExpiresInDays": 0}, "KEY_EXPIRED", "make a new key"),
    ({"keyExpiresInDays": 365, "ordersRight": False}, "RIGHT_MISSING", "give the credentials the right"),
)


def useless_keys(made: Office) -> None:
    """Let the key end, and the right to orders be lost."""
    for settings, reason, cure in KEYS:
        made.vendor.settings(**settings)
        checked, applied = made.side_by_side("check divalto", "apply --yes")
        assert [checked.code, applied.code] == [1, 1]
        for text in (checked.err, applied.out):
            assert reason in text
            assert cure in text
        assert "divalto: divalto" not in checked.err
        assert f"{ORDER} could not be read" in applied.out
    assert made.vendor.mutations() == []


def ending_key(made: Office) -> None:
    """Let the key end in ten days."""
    made.vendor.settings(keyExpiresInDays=10)
    end = made.vendor.rows("keys")[0]["expiresUTC"]
    checked, planned = made.side_by_side("check", "plan --detailed-exitcode")
    assert [checked.code, planned.code] == [0, 2]
    assert f"the key expires {end}" in checked.out
    assert f"E499: warning: the API key of divalto expires {end}" in planned.out
    assert "Make a new key on my.divalto.com" in planned.out


def moved_catalogue(made: Office) -> None:
    """Change the vendor's catalogue after it was pulled."""
    assert made.run("catalogue", "pull", "divalto").code == 0
    pulled = (made.root / "catalogue" / "divalto.json").read_bytes()
    made.vendor.sim("POST", "/seed", {"catalog": {"revision": "2030-01-01.1"}})
    planned = made.run("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "E468: warning" in planned.out
    assert "reconciler catalogue pull divalto" in planned.out
    again = made.run("catalogue", "pull", "divalto")
    assert (again.code, "commit it" in again.err) == (0, True)
    assert (made.root / "catalogue" / "divalto.json").read_bytes() != pulled
    assert "E468" not in made.run("plan").out


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory, stage: Stage) -> Check:
    """Play the cases; to check one is to wait for its end, and to fail as it did."""
    cases = (unfit_files, changed_file, useless_keys, ending_key, moved_catalogue)
    return administration.ahead(stage, tmp_path_factory.mktemp("hostile"), cases, {"odata": ODATA})


def test_files_that_cannot_be_attached(check: Check) -> None:
    """Each is refused offline at its place with its reason; none of them is waited for or read whole."""
    check(unfit_files)


def test_file_that_changed_after_the_plan(check: Check) -> None:
    """A saved plan is for the bytes that were reviewed: 4 and nothing is sent; for those bytes it can be applied."""
    check(changed_file)


def test_keys_that_are_of_no_use(check: Check) -> None:
    """Check and apply end with 1, name the vendor's reason once and say what to do; nothing is concluded or sent."""
    check(useless_keys)


def test_key_that_ends_soon(check: Check) -> None:
    """Ten days ahead check and plan say when, and the plan what to do; it keeps nothing from being done."""
    check(ending_key)


def test_catalogue_that_moved(check: Check) -> None:
    """Pulled it is a file for git; once the vendor's is another, a plan that orders warns until it is pulled again."""
    check(moved_catalogue)
