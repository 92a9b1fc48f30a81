"""The lies of acceptance, told by our own simulators: what their adapters declare is attacked as any other."""

import dataclasses
from collections.abc import Callable
from datetime import datetime

import pytest

from reconciler.sandbox import Sandbox
from reconciler.testing import conformance
from reconciler.testing.conformance import Bench
from tests.contract.conformance_benches import BENCHES
from tests.contract.conformance_dimensions import ENTERPRISE
from tests.contract.conformance_office import books, edit, office

LAGS = {"interworks": {"lag": 20.0, "lagOn": ["accounts", "orders"]}, "dimensions": {"lag": 20.0}}
"""Simulator settings under which look-ups show nothing for longer than the five seconds that are declared."""


def lagging(name: str) -> Bench:
    """Return a vendor's bench with a simulator whose look-ups lag longer than declared."""
    bench = BENCHES[name]

    def app(now: Callable[[], datetime]) -> Sandbox:
        made: Sandbox = bench.app(now)
        office(made).change_settings(LAGS[name])
        return made

    return dataclasses.replace(bench, app=app)


@pytest.mark.parametrize("name", LAGS)
def test_look_up_that_lags_is_found(name: str) -> None:
    """A look-up that is blind for longer than declared makes a second, and the suite says why."""
    found = conformance.suite(lagging(name)).findings("lag")
    assert sorted({one.what for one in found}) == ["create"]
    assert all("with more than the declared 5 s of lag it does not happen" in one.seen for one in found)


def test_immutable_field_that_changes_is_found() -> None:
    """A connection that watches sub-accounts all of a sudden is found, although nobody edited a manifest."""
    first, second, *_ = ENTERPRISE.story

    def watch(app: Sandbox) -> None:
        (row,) = [one for one in books(app)["pbxs"] if one["name"] == "Acme HQ"]
        edit(app, "pbxs", row["id"], monitorSubAccounts=True)

    story = (first, dataclasses.replace(second, before=watch))
    (found,) = conformance.suite(dataclasses.replace(ENTERPRISE, story=story)).findings("immutable")
    assert (found.subject, found.what) == ("dimensions/pbx", "monitorSubAccounts")


def test_role_list_that_is_cut_is_found() -> None:
    """The vendor counts no roles: that a cut list of them cannot be told is said of the declaration."""
    bare: Bench = dataclasses.replace(ENTERPRISE, excuses={})
    (found,) = conformance.suite(bare).findings("whole-lists")
    assert found.what == "read user data/roles"
