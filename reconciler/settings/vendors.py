"""The part of the configuration's model that depends on which plug-ins are installed.

A plug-in says which settings it knows by their defaults; a model is made from that, so that a misspelt key of
any vendor is found at its place. Pure.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import pydantic

from reconciler.contract import Plugin
from reconciler.model import Json
from reconciler.model.kinds import Spec
from reconciler.settings.models import Project, Shared, System, Vendor


class _Vendors(Spec):
    """The entries under `vendors`, by the names the installed plug-ins serve."""

    reading: ClassVar[Mapping[str, str]] = {"noun": "vendor", "code": "E215"}


def project_model(plugins: Mapping[str, Plugin]) -> type[Project]:
    """Return the model of `reconciler.yaml` with an optional entry for every vendor the plug-ins serve."""
    entries: dict[str, Any] = {}
    for plugin in plugins.values():
        entries[plugin.name] = _entry(plugin.name, Vendor, plugin.options)
        for name, options in plugin.systems.items():
            entries[name] = _entry(name, System, options)
    fields: dict[str, Any] = {
        name: (entry | None, pydantic.Field(default=None, description=f"The vendor {name}."))
        for name, entry in entries.items()
    }
    vendors = pydantic.create_model("Vendors", __base__=_Vendors, **fields)
    made: type[Project] = pydantic.create_model(
        "Project",
        __base__=Project,
        __doc__="The project's configuration, reconciler.yaml.",
        vendors=(vendors, pydantic.Field(default=vendors(), description="The vendor accounts, by vendor name.")),
    )
    return made


def _entry(name: str, common: type[Shared], options: Mapping[str, Json]) -> type[Shared]:
    """Return the model of one entry: the common keys, then the plug-in's own."""
    own: dict[str, Any] = {
        key: (_annotation(default), pydantic.Field(default=default, description=f"Known to {name} only."))
        for key, default in options.items()
        if key not in common.model_fields
    }
    title = "".join(part.capitalize() for part in name.split("-")) + "Settings"
    return pydantic.create_model(title, __base__=common, __doc__=f"Settings of {name}.", **own)


def _annotation(default: Json) -> Any:
    """Return the type of an option from its default: None stands for text that may be absent."""
    if default is None:
        return str | None
    if isinstance(default, bool | int | float | str):
        return type(default)
    return dict[str, Any] if isinstance(default, Mapping) else list[Any]
