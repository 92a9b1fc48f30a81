"""The data files that come with this adapter: a working catalogue and the standard purchase order.

They are constants of the package, not the project's; read once.
"""

import functools
import json
from importlib import resources
from typing import Any


@functools.cache
def catalogue() -> Any:
    """Return the working catalogue, for use until the vendor's own is pulled."""
    return json.loads(_text("default-catalogue.json"))


@functools.cache
def purchase_order() -> str:
    """Return the template of the standard purchase order."""
    return _text("purchase-order.txt")


def _text(name: str) -> str:
    return resources.files("reconciler.vendors.divalto").joinpath(name).read_text(encoding="utf-8")
