"""Finding vendor plug-ins by their entry points, and making vendors from plug-ins and settings.

Ours come in by the same door as other people's. What a plug-in does at import or construction is not ours, so
whatever it raises is reported with its name instead of ending in a traceback.
"""

import importlib.metadata
import os
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from reconciler import contract
from reconciler.errors import ConfigurationError, ReconcilerError
from reconciler.model import Secret
from reconciler.settings import secrets
from reconciler.settings.values import Settings, VendorSettings

GROUP = "reconciler.vendors"
"""The entry point group that plug-ins register under."""

Credentials = Mapping[str, Mapping[str, Secret]]
"""Vendor name -> credential name -> secret."""


def find_plugins() -> dict[str, contract.Plugin]:
    """Return every installed plug-in by name.

    ConfigurationError, a line for each, for plug-ins that cannot be loaded, speak another version of the contract or
    serve a vendor that another serves.
    """
    found: dict[str, contract.Plugin] = {}
    owners: dict[str, str] = {}
    failed: list[str] = []
    for entry in _entry_points():
        origin = f"plug-in {entry.name} ({entry.value})"
        try:
            plugin = _load(entry, origin)
            _claim(plugin, origin, owners)
        except ConfigurationError as error:
            failed.append(str(error))
        else:
            found[plugin.name] = plugin
    if failed:
        raise ConfigurationError("\n".join(failed))
    return found


def kinds(plugins: Mapping[str, contract.Plugin]) -> list[Any]:
    """Return what each plug-in adds to the manifest language, in the order of their names."""
    return [_guarded(plugins[name], plugins[name].kinds) for name in sorted(plugins)]


def resolve_credentials(
    settings: Settings,
    *,
    environ: Mapping[str, str] | None = None,
    only: Iterable[str] | None = None,
    plugins: Mapping[str, contract.Plugin] = MappingProxyType({}),
) -> dict[str, dict[str, Secret]]:
    """Return the secrets of every vendor that is reached by itself, or of those in `only`.

    Reads the process environment when no `environ` is given. One that its plug-in calls optional may be missing where
    the configuration says it is. ConfigurationError, a line for each other that is missing.
    """
    variables = os.environ if environ is None else environ
    chosen = settings.vendors if only is None else {name: settings.vendors[name] for name in only}
    sources = {
        (name, credential): source
        for name, vendor in chosen.items()
        for credential, source in vendor.credentials.items()
        if credential not in _optional(vendor, plugins) or secrets.is_present(source, settings.root, environ=variables)
    }
    labels = {f"vendors.{name}.credentials.{credential}": (name, credential) for name, credential in sources}
    found = secrets.resolve_all(
        {label: sources[key] for label, key in labels.items()},
        settings.root,
        environ=variables,
    )
    result: dict[str, dict[str, Secret]] = {name: {} for name, vendor in chosen.items() if vendor.via is None}
    for label, (name, credential) in labels.items():
        result[name][credential] = found[label]
    return result


def _optional(vendor: VendorSettings, plugins: Mapping[str, contract.Plugin]) -> tuple[str, ...]:
    plugin = plugins.get(vendor.plugin)
    return plugin.optional_credentials if plugin else ()


def build_vendors(
    settings: Settings, plugins: Mapping[str, contract.Plugin], *, credentials: Credentials | None = None
) -> list[contract.Vendor]:
    """Return one vendor for each entry that is reached by itself, in the order of their names.

    Without `credentials` they can check and expand manifests, and nothing else: offline commands need no secret.
    """
    given = credentials or {}
    vendors = []
    for name, vendor in settings.vendors.items():
        if vendor.via is None:
            plugin = plugins[vendor.plugin]
            setup = make_setup(settings, vendor, plugin, credentials=given.get(name, {}))
            vendors.append(_guarded(plugin, plugin.create, setup))
    return vendors


def make_setup(
    settings: Settings, vendor: VendorSettings, plugin: contract.Plugin, *, credentials: Mapping[str, Secret]
) -> contract.Setup:
    """Return what a vendor is made from.

    Options are the plug-in's own with their defaults, `capabilities`, and `pageSize` and `loginUrl` when set; a
    system's are its own, `systemCode` and `capabilities`.
    """
    systems = {
        one.name: {**plugin.systems[one.name], **_options(one)}
        for one in settings.vendors.values()
        if one.via == vendor.name
    }
    return contract.Setup(
        name=vendor.name, credentials=dict(credentials), options={**plugin.options, **_options(vendor)}, systems=systems
    )


def _options(vendor: VendorSettings) -> dict[str, Any]:
    common = {"pageSize": vendor.page_size, "loginUrl": vendor.login_url, "systemCode": vendor.system_code}
    present = {key: value for key, value in common.items() if value is not None}
    return {**vendor.options, **present, "capabilities": dict(vendor.capabilities)}


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    """Return the registered entry points, each once: a checkout and its installation may both be on the path."""
    found = importlib.metadata.entry_points(group=GROUP)
    return sorted({(entry.name, entry.value): entry for entry in found}.values(), key=lambda e: (e.name, e.value))


def _load(entry: importlib.metadata.EntryPoint, origin: str) -> contract.Plugin:
    try:
        plugin = entry.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{origin} cannot be loaded ({reason}); reinstall or remove its package") from error
    if not isinstance(plugin, contract.Plugin):
        raise ConfigurationError(
            f"{origin} is a {type(plugin).__name__}; its entry point must name a reconciler.contract.Plugin"
        )
    if plugin.contract != contract.VERSION:
        older = plugin.contract < contract.VERSION
        cure = "update the plug-in" if older else "update reconciler"
        raise ConfigurationError(
            f"{origin} speaks version {plugin.contract} of the vendor contract, this program {contract.VERSION}; {cure}"
        )
    if plugin.name != entry.name:
        raise ConfigurationError(f"{origin} calls itself {plugin.name}; register it under that name")
    return plugin


def _claim(plugin: contract.Plugin, origin: str, owners: dict[str, str]) -> None:
    for name in (plugin.name, *plugin.systems):
        if name in owners:
            raise ConfigurationError(f"{origin} serves the vendor {name}, as does {owners[name]}; remove one of them")
    owners.update(dict.fromkeys((plugin.name, *plugin.systems), origin))


def _guarded(plugin: contract.Plugin, make: Callable[..., Any], *arguments: object) -> Any:
    """Call foreign code, which may raise anything."""
    try:
        return make(*arguments)
    except ReconcilerError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"plug-in {plugin.name} failed ({reason}); check its settings or update it") from error
