"""Rules of renaming an object and changing it in one go: only the change is made, nothing else is forgotten."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.passes.harness import actions, done
from tests.passes.telephony import Telephony

PBX = ("metadata: {name: acme-hq}", "metadata: {name: acme-main, previously: [acme-hq]}")
USER = ("metadata: {name: tom-lang}", "metadata: {name: tom-l, previously: [tom-lang]}")
CUSTOMER = ("metadata: {name: acme-dental}", "metadata: {name: acme, previously: [acme-dental]}")
DEVICES = ("devices: [{id: tom-soft, clientType: desktop}]", "devices: []")


def made(root: Path, *, read_mode: str = "full") -> Telephony:
    """Return an estate that was applied, its log empty."""
    telephony = Telephony(root, read_mode=read_mode)
    assert done(telephony.apply())
    telephony.calls()
    return telephony


def edit(telephony: Telephony, *changes: tuple[str, str]) -> None:
    """Change the manifests."""
    for old, new in changes:
        telephony.manifests = [text.replace(old, new) for text in telephony.manifests]


@pytest.mark.parametrize("mode", ["full", "sparse"])
@pytest.mark.parametrize(
    ("changes", "call"),
    [
        ([PBX, ("displayName: Acme HQ", "displayName: Acme Main")], "PATCH customers/-/pbxs/-"),
        ([CUSTOMER, ("account: acme-dental", "account: acme"), ("three sites", "four sites")], "PATCH customers/-"),
    ],
    ids=["connection", "customer"],
)
def test_rename_with_a_change_is_one_request(
    tmp_path: Path, mode: str, changes: Sequence[tuple[str, str]], call: str
) -> None:
    """What is not read back stays known as applied under the new name: a connection restarts once, not twice."""
    telephony = made(tmp_path, read_mode=mode)
    edit(telephony, *changes)
    telephony.until_quiet()
    assert telephony.calls() == [call]
    assert actions(telephony.plan()) == []


def test_rename_with_a_change_keeps_what_was_given(tmp_path: Path) -> None:
    """What came from here under the old name is taken away under the new one when it leaves the list."""
    telephony = made(tmp_path)
    edit(telephony, USER, ("displayName: Tom Lang", "displayName: Tom L."))
    telephony.until_quiet()
    edit(telephony, (", customer.user.supervisorl1", ""), DEVICES)
    telephony.until_quiet()
    assert telephony.calls() == [
        "PATCH customers/-/users/-",
        "PATCH customers/-/users/-",
        "PUT customers/-/users/-/devices/pbx/tom-soft/unassign",
    ]
    assert actions(telephony.plan()) == []
