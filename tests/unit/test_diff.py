"""Rules of comparing what is wanted with what was observed."""

from typing import Any

import pytest

from reconciler import diff
from reconciler.contract import Change, Field

FIELDS = {
    "items": Field(unordered=True),
    "email": Field(fold=True),
    "key": Field(secret=True, write_only=True),
    "trial": Field(create_only=True),
}


def found(wanted: Any, observed: Any, applied: Any = None) -> list[Change]:
    """Compare with the fields above; a fingerprint is the text of the value."""
    return list(diff.changes(wanted, observed, fields=FIELDS, applied=applied or {}, fingerprint=str))


@pytest.mark.parametrize(
    ("wanted", "observed"),
    [
        pytest.param({"name": "a"}, {"name": "a", "other": 1}, id="unmanaged-field"),
        pytest.param({"items": [{"p": 1}, {"p": 2}]}, {"items": [{"p": 2}, {"p": 1}]}, id="unordered-list"),
        pytest.param({"email": "IT@acme.example"}, {"email": "it@ACME.example"}, id="letter-case"),
        pytest.param({"trial": 30}, {"trial": 10}, id="create-only"),
        pytest.param({"name": None}, {"name": None}, id="both-cleared"),
    ],
)
def test_what_means_the_same_is_no_change(wanted: Any, observed: Any) -> None:
    """Only managed fields count, and only by what they mean."""
    assert found(wanted, observed) == []


def test_changes_are_exact_and_sorted() -> None:
    """A nested difference is named by its innermost path, in order."""
    wanted = {"name": "b", "address": {"city": "Oslo", "zip": "1"}}
    observed = {"name": "a", "address": {"city": "Bergen", "zip": "1"}}
    assert found(wanted, observed) == [Change("/address/city", "Bergen", "Oslo"), Change("/name", "a", "b")]


def test_types_are_not_confused() -> None:
    """Text, number and boolean that look alike differ."""
    assert found({"a": "1", "b": True}, {"a": 1, "b": 1}) == [Change("/a", 1, "1"), Change("/b", 1, True)]


def test_clearing_shows_null() -> None:
    """A managed null differs from a value that is there."""
    assert found({"phone": None}, {"phone": "1"}) == [Change("/phone", "1", None)]


def test_new_object_shows_what_is_set() -> None:
    """Of an object that does not exist, cleared fields are no change."""
    assert found({"name": "a", "phone": None}, None) == [Change("/name", None, "a")]


def test_missing_field_is_unknown_not_different() -> None:
    """A field that was not observed differs only if it is not what was last applied."""
    assert found({"name": "a"}, {}, {"name": "a"}) == []
    assert found({"name": "b"}, {}, {"name": "a"}) == [Change("/name", diff.UNKNOWN, "b")]


def test_write_only_is_compared_with_what_was_applied() -> None:
    """What is never read back is compared by its fingerprint, whatever the vendor shows."""
    assert found({"key": "s"}, {"key": "masked"}, {"key": "s"}) == []
    assert found({"key": "s"}, {"key": "s"}, {"key": "old"}) == [Change("/key", diff.SECRET, diff.SECRET)]


def test_secret_is_never_shown() -> None:
    """Neither side of a secret's change appears."""
    assert "hunter2" not in repr(found({"key": "hunter2"}, None) + found({"key": "hunter2"}, {"key": "hunter1"}))
