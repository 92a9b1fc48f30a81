"""Manifests of Dimensions as text, and what they stand for."""

from typing import Any

from reconciler import schema
from reconciler.contract import Wanted, World
from reconciler.files import Limits, SourceFile
from reconciler.model import Address
from reconciler.vendors.dimensions import expanding, options
from reconciler.vendors.dimensions.kinds import kinds

HEAD = "apiVersion: reconciler/v1\nkind: {}\nmetadata: {}\nspec:\n  {}\n"


def manifest(kind: str, metadata: str, *lines: str) -> str:
    """Return the text of a manifest; metadata is a name, or a mapping."""
    return HEAD.format(kind, metadata if "{" in metadata else f"{{name: {metadata}}}", "\n  ".join(lines))


def account(metadata: str = "acme", *lines: str, options: str = "") -> str:
    """Return the text of an account at Dimensions."""
    return manifest("Account", metadata, "displayName: Acme", f"vendors: {{dimensions: {{{options}}}}}", *lines)


def connection(metadata: str = "acme-hq", *lines: str, owner: str = "acme") -> str:
    """Return the text of a PBX connection."""
    return manifest("PBXConnection", metadata, f"account: {owner}", "vendor: dimensions", *lines)


def user(metadata: str = "lea", *lines: str, owner: str = "acme") -> str:
    """Return the text of a user."""
    rest = ("vendor: dimensions", "email: Lea@acme.example", "displayName: Lea")
    return manifest("User", metadata, f"account: {owner}", *rest, *lines)


RESELLER = account("nordwind", "role: Reseller")
CUSTOMER = account("acme", "parent: nordwind")
TEMPLATE = manifest(
    "PBXTemplate",
    "shared",
    "vendor: dimensions",
    "type: Kazoo",
    "default: true",
    "hostRest: https://rest.pbx.example",
    "hostWebsocket: wss://ws.pbx.example",
    "apiKey: {env: PBX_KEY}",
    "countryCode: GR",
)


def world_of(*texts: str) -> World:
    """Load manifests that fit their models."""
    source = SourceFile("specs/all.yaml", "---\n".join(texts).encode())
    loaded = schema.load([source], schema.Registry([kinds()]), Limits())
    assert loaded.problems == ()
    return World(loaded.manifests, ("acme-infra",))


def wanted_of(*texts: str, **given: Any) -> dict[Address, Wanted]:
    """Return what the manifests stand for."""
    world, settings = world_of(*texts), options.parse(given)
    found = [wanted for one in world.manifests for wanted in expanding.expand(one, world, settings)]
    return {wanted.address: wanted for wanted in found}


def customer_of(*texts: str, **given: Any) -> Wanted:
    """Return the customer acme."""
    return wanted_of(*texts, **given)[expanding.customer_address("acme")]


def pbx_of(*texts: str) -> Wanted:
    """Return the connection acme-hq."""
    return wanted_of(*texts)[expanding.pbx_address("acme-hq")]


def user_of(*texts: str) -> Wanted:
    """Return the user lea."""
    return wanted_of(*texts)[expanding.user_address("lea")]
