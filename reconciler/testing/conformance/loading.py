"""From a bench to its vendor and to what its manifests want, by the product's own reading of them."""

from reconciler import contract, schema
from reconciler.files import Limits, SourceFile
from reconciler.model import Secret
from reconciler.reconcile import estate
from reconciler.testing.conformance.bench import Bench

PROJECT = "conformance"


def make_vendor(bench: Bench) -> contract.Vendor:
    """Return the vendor as its settings make it, with all of its systems."""
    plugin = bench.plugin
    return plugin.create(
        contract.Setup(
            name=plugin.name,
            credentials={name: Secret(value) for name, value in bench.credentials.items()},
            options={**plugin.options, **bench.options},
            systems={name: dict(options) for name, options in plugin.systems.items()},
        )
    )


def load(bench: Bench, vendor: contract.Vendor, text: str) -> estate.Estate:
    """Return what manifests want of the vendor, with the bench's secrets in it; problems are in it."""
    source = SourceFile("specs/all.yaml", text.encode())
    loaded = schema.load([source], registry(bench.plugin, vendor.serves), Limits())
    found = estate.expand(loaded.manifests, owners=(PROJECT,), vendors=[vendor], problems=loaded.problems)
    sources = estate.secret_sources(found, [vendor])
    return estate.with_secrets(found, {key: Secret(bench.environ[one.name]) for key, one in sources.items()})


_registries: dict[int, tuple[contract.Plugin, schema.Registry]] = {}


def registry(plugin: contract.Plugin, serves: tuple[str, ...]) -> schema.Registry:
    """Return the manifest language with a plug-in's additions; made once, since making it is slow."""
    known = _registries.get(id(plugin))
    if known is None or known[0] is not plugin:
        known = (plugin, schema.Registry([plugin.kinds()], set(serves)))
        _registries[id(plugin)] = known
    return known[1]
