"""The seeded products of the demo BSS; codes, prices and type ids are made up.

Product type names of BitTitan are documented (`interworks.md` 7.3), those of AVG and Panda are not.
"""

import uuid

from reconciler.sandbox.interworks.records import Product

_SEEDED_AT = "2024-01-01T00:00:00.000+00:00"
_NAMESPACE = uuid.UUID("00000000-0000-4000-8000-000000000001")

# code, name, type id, type name, system, shown price (None: only the price list knows), billed price
_ROWS: tuple[tuple[str, str, int, str, str, float | None, float], ...] = (
    ("AVG-IS-BE", "AVG Internet Security Business Edition", 11, "AVG", "AVG", 29.9, 29.9),
    ("AVG-AV-BE", "AVG AntiVirus Business Edition", 11, "AVG", "AVG", 19.9, 19.9),
    ("PANDA-EP", "Panda Endpoint Protection", 21, "Panda Antivirus", "PandaAntivirus", 24.5, 24.5),
    ("PANDA-EPP", "Panda Endpoint Protection Plus", 21, "Panda Antivirus", "PandaAntivirus", 32.0, 32.0),
    ("BT-MAILBOX", "BitTitan Mailbox License", 31, "BitTitan Mailbox License", "BitTitan", 10.5, 10.5),
    ("BT-UMB", "BitTitan User Migration Bundle", 32, "BitTitan User Migration Bundle", "BitTitan", None, 13.5),
)


def seeded_products() -> list[Product]:
    """Return the catalogue a fresh BSS starts with."""
    return [
        Product(
            id=str(uuid.uuid5(_NAMESPACE, code)),
            code=code,
            name=name,
            product_type_id=type_id,
            product_type_name=type_name,
            system_code=system,
            currency="EUR",
            unit_price=shown,
            billed_price=billed,
            updated_at=_SEEDED_AT,
        )
        for code, name, type_id, type_name, system, shown, billed in _ROWS
    ]
