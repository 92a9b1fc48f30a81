"""How what a list shows of Dimensions and what one object shows come together."""

import asyncio

from reconciler.model import Json
from reconciler.vendors.dimensions.completing import complete
from reconciler.vendors.dimensions.rows import Tenant

ID = "6f0e0000-0000-4000-8000-000000000001"


def tenant(**row: Json) -> Tenant:
    """Return a row that shows some members."""
    return Tenant(ID, None, {"id": ID, **row})


def test_what_only_the_list_shows_is_kept() -> None:
    """A vendor may show less of one than of many: nothing that was read is forgotten; the later read wins."""

    async def ask(_: str) -> Tenant:
        return tenant(enabled=False, timezone="Europe/Athens")

    listed = {"acme": tenant(enabled=True, countrycode="GR")}
    found = asyncio.run(complete(listed, lambda _: ["countryCode", "timezone"], ask))
    assert found == {"acme": tenant(enabled=False, countrycode="GR", timezone="Europe/Athens")}
