"""What is there before anyone asks (`divalto.md` sections 2 and 9): catalogue, sites, opportunities, one key.

Products beside the four ODATA references are made up, since the vendor's price sheets are not public.
"""

from reconciler.sandbox.divalto.records import Activation, Catalog, JsonMap, Key, Opportunity, Site

API_KEY = "DEMOKEYDEMOKEYDEMOKEYDEMOKEYDEMOKEY"
PROJECT_CODE, USER_NAME, PASSWORD = "P001-TEST", "demo", "demo-password"
V10, V7 = "INFINITY_V10_WEAVY_V5", "INFINITY_V7"
_SINCE = "2024-01-08T09:00:00Z"


def api_keys() -> list[Key]:
    """Return the partner's key."""
    return [Key("test", API_KEY, user_name=USER_NAME, password=PASSWORD)]


def catalog() -> Catalog:
    """Return the catalogue."""
    return Catalog(
        revision="2026-01-07.1",
        order_types=(
            _type("ADDITIONNELLE", "Commande additionnelle", "SITE_EXISTANT", source="documented"),
            _type("PRIMO", "Commande primo", "NOUVEAU_SITE OPPORTUNITE"),
            _type("MIGRATION", "Changement de génération", "SITE_EXISTANT OPPORTUNITE"),
            _type("INTERNE", "Licence distributeur / démonstration", "NOUVEAU_SITE SITE_EXISTANT"),
        ),
        origins=(
            {"code": "NOUVEAU_SITE", "label": "Nouveau site"},
            {"code": "SITE_EXISTANT", "label": "Site existant"},
            {"code": "OPPORTUNITE", "label": "Opportunité"},
        ),
        generations=(
            {"code": V10, "label": "Infinity V10 - Weavy V5", "solutions": ["ERP_INFINITY", "CRM_WEAVY", "ERP_CRM"]},
            {"code": "ONE", "label": "One", "solutions": ["ERP_ONE", "CRM_ONE", "ERP_CRM"]},
            {
                "code": V7,
                "label": "Infinity V7",
                "solutions": ["ERP_INFINITY"],
                "restrictedTo": {"orderTypes": ["ADDITIONNELLE"], "origins": ["SITE_EXISTANT"]},
            },
        ),
        solutions=(
            {"code": "ERP_INFINITY", "label": "divalto infinity"},
            {"code": "CRM_WEAVY", "label": "divalto weavy"},
            {"code": "ERP_CRM", "label": "ERP + CRM"},
            {"code": "ERP_ONE", "label": "divalto one ERP"},
            {"code": "CRM_ONE", "label": "divalto one CRM"},
        ),
        document_types=(
            {"code": "BON_DE_COMMANDE", "label": "Bon de commande", "min": 1, "max": 5},
            {"code": "ATTESTATION_SIGNATURE", "label": "Attestation de signature", "min": 0, "max": 99},
            {"code": "DEVIS", "label": "Devis", "min": 0, "max": 99},
            {"code": "AUTRE", "label": "Autre", "min": 0, "max": 99},
        ),
        products=(
            _odata("SAAS IO ODATA", "ERP", "standard"),
            _odata("SAAS IO ODATA EXT", "ERP", "extended"),
            _odata("SAAS WONE ODATA", "CRM", "standard"),
            _odata("SAAS WONE ODATA EXT", "CRM", "extended"),
            {"reference": "DEMO ERP USER", "side": "ERP", "family": "DEMO_ERP", "technicalActivation": False},
            {"reference": "DEMO CRM USER", "side": "CRM", "family": "DEMO_CRM", "technicalActivation": False},
        ),
        limits={"recipientsMin": 1, "recipientsMax": 5, "commentsMax": 65535, "documentBytesMax": 10485760},
    )


def sites() -> list[Site]:
    """Return three sites of the partner and one of another."""
    active = Activation("ODATA_ERP", "SAAS IO ODATA", "ACTIVE", _SINCE)
    return [
        _site("123456", "Acme Dental"),
        _site("123457", "Boulangerie Petit", activations=(active,)),
        _site("123458", "Carton Frères", generation=V7, environments=("PROD",)),
        _site("123459", "Autre Client", partner="P002"),
    ]


def opportunities() -> list[Opportunity]:
    """Return an active opportunity of the partner and one that is won."""
    prospect: JsonMap = {
        "name": "Dupont Optique",
        "address1": "4 place du Marché",
        "postalCode": "67000",
        "city": "Strasbourg",
        "country": "FR",
        "phoneNumber": "+33300000010",
    }
    return [
        Opportunity(
            "2024010800001",
            label="Dupont Optique ERP",
            customer_name="Dupont Optique",
            generation=V10,
            solution="ERP_INFINITY",
            prospect=prospect,
        ),
        Opportunity(
            "2024010800002",
            label="Leroy Transports",
            status="GAGNEE",
            customer_name="Leroy Transports",
            generation="ONE",
            solution="ERP_ONE",
            prospect={"name": "Leroy Transports"},
        ),
    ]


def _type(code: str, label: str, origins: str, *, source: str = "proposed") -> JsonMap:
    return {"code": code, "label": label, "origins": origins.split(), "source": source}


def _odata(reference: str, side: str, quota: str) -> JsonMap:
    return {
        "reference": reference,
        "side": side,
        "quota": quota,
        "family": f"ODATA_{side}",
        "requires": {"orderType": "ADDITIONNELLE", "origin": "SITE_EXISTANT"},
        "technicalActivation": True,
    }


def _site(
    number: str,
    name: str,
    *,
    generation: str = V10,
    environments: tuple[str, ...] = ("PROD", "TEST1"),
    activations: tuple[Activation, ...] = (),
    partner: str = "P001",
) -> Site:
    return Site(
        number,
        name,
        address1="1 rue de la Gare",
        postal_code="67000",
        city="Strasbourg",
        country="FR",
        phone_number="+33300000000",
        email=f"contact@site-{number}.example",
        siret_number=f"{number}00000000",
        generation=generation,
        environments=environments,
        activations=activations,
        partner=partner,
    )
