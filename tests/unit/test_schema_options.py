"""Options that a vendor describes at run time."""

from typing import Any

import pytest

from reconciler import schema
from reconciler.model import Json


def option(name: str, **definition: Any) -> dict[str, Any]:
    """Return an option's definition as the BSS gives it."""
    return {"SystemCode": "AVG", "ID": name, "Definition": {"ID": name, "Name": name.title(), **definition}}


ROLE = option(
    "role", DataType="Text", IsRequired=True, PredefinedValues=[{"ID": "User", "Name": "User"}, {"ID": "Reseller"}]
)
EMAIL = option("email", DataType="Text", IsRequired=True, PredefinedValues=[])
PARENT = option("parentAccount", DataType="Text", IsReadOnly=True)
SEATS = option("seats", DataType="Number")
START = option("start", datatype="date")
TRIAL = option("trial", DataType="Boolean")
ALL = [ROLE, EMAIL, PARENT, SEATS, START, TRIAL]
GOOD: dict[str, Json] = {"Role": "User", "EMAIL": "it@acme.example"}


@pytest.mark.parametrize(
    ("values", "current", "said"),
    [
        ({"role": "User"}, {}, "option email is required"),
        ({**GOOD, "role": "Resaler"}, {}, "option role cannot be 'Resaler'; did you mean 'Reseller'?"),
        ({**GOOD, "parentAccount": "9"}, {"parentAccount": "7"}, "option parentAccount is read-only"),
        ({**GOOD, "emial": "x"}, {}, "option emial is unknown; did you mean 'email'?"),
        ({**GOOD, "seats": "many"}, {}, "option seats must be a number"),
        ({**GOOD, "start": "tomorrow"}, {}, "option start must be a date"),
        ({**GOOD, "trial": "perhaps"}, {}, "option trial must be a boolean"),
        ({**GOOD, "email": 7}, {}, "option email must be a text"),
    ],
    ids=["required", "predefined", "read-only", "unknown", "number", "date", "boolean", "text"],
)
def test_unfit_option_is_explained(values: dict[str, Json], current: dict[str, Json], said: str) -> None:
    """Each reason an option cannot be set is said once, in words."""
    values = {name: value for name, value in values.items() if name != "Role" or "role" not in values}
    values = {name: value for name, value in values.items() if name != "EMAIL" or "email" not in values}

    found = schema.check_options(ALL, values, current)

    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    ("values", "current"),
    [
        (GOOD, {}),
        ({"role": "user"}, {"Email": "it@acme.example"}),
        ({**GOOD, "parentAccount": "7"}, {"parentaccount": "7"}),
        ({**GOOD, "seats": 5, "start": "2026-01-31", "trial": True}, {}),
        ({**GOOD, "seats": None}, {}),
    ],
    ids=["names-without-case", "required-is-there", "read-only-as-it-is", "typed", "absent"],
)
def test_fit_options_have_no_reason(values: dict[str, Json], current: dict[str, Json]) -> None:
    """Values that the definitions admit are accepted."""
    assert schema.check_options(ALL, values, current) == []


def test_definitions_become_a_json_schema() -> None:
    """Options are properties by lower-case id; required ones are required, choices are an enum."""
    made = schema.options_schema(ALL)

    assert made["required"] == ["email", "role"]
    assert made["properties"]["role"]["enum"] == ["User", "Reseller"]
    assert made["properties"]["parentaccount"]["readOnly"] is True
    assert schema.violations(made, {"role": "User", "email": "x"}) == []
    assert len(schema.violations(made, {"role": "Nobody", "other": 1})) == 3


def test_what_a_definition_does_not_say_is_not_demanded() -> None:
    """An unknown data type or an incomplete definition admits anything."""
    loose: list[dict[str, Any]] = [{"ID": "a"}, {"Definition": {"ID": "b", "DataType": "Colour"}}, {"Name": "no id"}]

    assert schema.check_options(loose, {"a": "x", "b": 1}, {}) == []
