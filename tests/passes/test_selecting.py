"""Rules of reconciling a part of the estate: it takes along what it cannot go on without, and nothing else."""

from pathlib import Path

import pytest

from reconciler.errors import Exit
from tests.passes.harness import actions, done
from tests.passes.telephony import Telephony

CUSTOMER = {"dimensions/customer/acme-dental"}
CONNECTED = {*CUSTOMER, "dimensions/pbx/acme-hq"}


@pytest.mark.parametrize(
    ("selection", "addresses"),
    [
        ("name=acme-dental", CUSTOMER),
        ("name=acme-hq", CONNECTED),
        ("name=lea-martin", {*CONNECTED, "dimensions/user/lea-martin"}),
        ("name=tom-lang", {*CONNECTED, "dimensions/user/tom-lang"}),
    ],
    ids=["customer", "connection", "primary-user", "imported-user"],
)
def test_part_is_reconciled_from_nothing(tmp_path: Path, selection: str, addresses: set[str]) -> None:
    """A connection and a user come with their customer, users also with the connections that import them."""
    telephony = Telephony(tmp_path, selection=selection)
    assert {str(action.address) for action in telephony.plan().actions} == addresses
    assert done(telephony.apply())
    assert actions(telephony.plan()) == []
    telephony.selection = ""
    assert telephony.until_quiet() == [Exit.DONE]


def test_part_of_what_was_renamed(tmp_path: Path) -> None:
    """A user is found although its customer has another name now and was not selected."""
    telephony = Telephony(tmp_path)
    assert done(telephony.apply())
    renamed = [text.replace("account: acme-dental", "account: acme") for text in telephony.manifests]
    old, new = "metadata: {name: acme-dental}", "metadata: {name: acme, previously: [acme-dental]}"
    telephony.manifests = [text.replace(old, new) for text in renamed]
    telephony.selection = "name=tom-lang"
    assert actions(telephony.plan()) == []
