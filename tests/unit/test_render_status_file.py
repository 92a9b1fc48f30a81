"""Status files: contract keys, same bytes while nothing changed, YAML that reads back."""

import dataclasses
from datetime import timedelta

import pytest
import yaml

from reconciler.model import JsonObject
from reconciler.render import status_file
from tests.unit import render_samples


def test_status_file_has_the_keys_of_the_contract() -> None:
    """Every key of section 6 is there under its name."""
    text = _written()
    data = yaml.safe_load(text)

    assert list(data) == ["apiVersion", "kind", "metadata", "status"]
    assert list(data["status"]) == ["observedRevision", "objects", "assets"]
    assert data["status"]["objects"][2] == {
        "address": "panda/sync/acme-dental",
        "vendorId": None,
        "syncStatus": "Failed",
        "conditions": [
            {
                "type": "Stalled",
                "status": "True",
                "reason": "Refused",
                "message": "username is taken; choose another",
                "lastTransitionTime": "2026-03-04T11:30:00Z",
            }
        ],
    }
    assert data["status"]["assets"][0] == {
        "assetId": "A-1",
        "product": "AVG-BE",
        "quantity": 25,
        "syncStatus": "Synchronized",
        "purchasedAt": "2026-03-04T10:00:00Z",
        "expiresAt": "2027-03-04T10:00:00Z",
        "secrets": {"license_key": {"fingerprint": "hmac:1a2b3c4d"}},
    }


def test_status_file_does_not_change_with_the_time_of_reading() -> None:
    """A run that only looks again writes the same bytes, in whatever order the ledger lists."""
    later = [
        dataclasses.replace(record, observed_at=render_samples.NOON + timedelta(hours=1))
        for record in reversed(render_samples.objects())
    ]

    again = status_file.status_document(
        "Account", "acme-dental", objects=later, assets=reversed(render_samples.assets())
    )

    assert status_file.to_yaml(again) == _written()


def test_revision_is_null_while_objects_differ_in_it() -> None:
    """A manifest counts as observed at a revision only when all its objects are."""
    first, *rest = render_samples.objects()
    objects = [dataclasses.replace(first, manifest_revision="sha256:other"), *rest]

    data = status_file.status_document("Account", "acme-dental", objects=objects)

    assert data["status"] == {**_mapping(data["status"]), "observedRevision": None}


@pytest.mark.parametrize(
    "value",
    [
        {"a": None, "b": True, "c": 1, "d": 1.5, "e": "", "f": [], "g": {}},
        {"a": [[1, [2]], [], {"x": [{"y": "z"}]}]},
        {"no": "NO", "yes": "yes", "on": "1", "null": "~", "0": "0x1", "2026-01-01": "2026-01-01", "a b": ": #"},
        {"a": "line\nline\r\n\ttab", "b": "\u202e\u200b\U0001f600é日本\x85\ufeff", "c": '"\\"', "d": " - x: !!y &z"},
        {"k" * 5_000: {"x": ["y"]}, "a": [{"\n" * 2_000: 1}]},
    ],
    ids=["scalars", "nesting", "words", "characters", "long-keys"],
)
def test_yaml_reads_back_as_it_was(value: JsonObject) -> None:
    """A YAML parser gives back the very data."""
    assert yaml.safe_load(status_file.to_yaml(value)) == value


def _written() -> str:
    data = status_file.status_document(
        "Account", "acme-dental", objects=render_samples.objects(), assets=render_samples.assets()
    )
    return status_file.to_yaml(data)


def _mapping(value: object) -> JsonObject:
    assert isinstance(value, dict)
    return value
