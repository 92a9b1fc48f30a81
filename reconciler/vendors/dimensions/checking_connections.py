"""What is wrong with PBX connections and their templates, offline. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.contract import World
from reconciler.model import Manifest, Problem
from reconciler.vendors.dimensions import codes, finding
from reconciler.vendors.dimensions.catalogue import OWN
from reconciler.vendors.dimensions.expanding import FIELDS, INSTANCE, TEAMS, rendered, template_of, written
from reconciler.vendors.dimensions.places import check_place

NEEDED: Mapping[str, tuple[str, ...]] = {
    "Kazoo": ("hostRest", "hostWebsocket", "accountId", "apiKey"),
    # The vendor's page shows no more than that; user name, password and host are sent when they are given.
    "ThreeCX": ("licenseKey",),
}


def check(world: World) -> Iterator[Problem]:
    """Return every problem, with its place."""
    templates = [one for one in world.of_kind("PBXTemplate") if one.spec.vendor == OWN]
    connections = [one for one in world.of_kind("PBXConnection") if one.spec.vendor == OWN]
    for template in templates:
        yield from _type(template)
        yield from _foreign_fields(template, template.spec.type)
    yield from _defaults(templates)
    for connection in connections:
        yield from check_place(connection, world)
        yield from _connection(connection, world)
    yield from _instances(connections, world)


def _type(manifest: Manifest) -> Iterator[Problem]:
    if manifest.spec.type == TEAMS:
        yield finding.error(
            manifest,
            "/spec/type",
            codes.TEAMS_REFUSED,
            says="Teams cannot be connected from here; it needs a person's consent at Microsoft, and the vendor "
            "documents no connection profile for it",
            do="connect it in the vendor's portal, and remove this manifest",
        )


def _foreign_fields(manifest: Manifest, kind: str | None) -> Iterator[Problem]:
    """Report the fields that only another type of PBX knows."""
    if kind not in FIELDS:
        return
    strange = {word: other for other, words in FIELDS.items() if other != kind for word in words}
    for word in written(manifest.spec):
        if word in strange:
            yield finding.error(
                manifest,
                f"/spec/{word}",
                codes.OTHER_TYPES_FIELD,
                says=f"{word} is a field of {strange[word]}, and this is {kind}",
                do=f"remove it, or set `type: {strange[word]}`",
            )


def _defaults(templates: Sequence[Manifest]) -> Iterator[Problem]:
    defaults = [one for one in templates if one.spec.default]
    for template in defaults[1:]:
        yield finding.error(
            template,
            "/spec/default",
            codes.DEFAULT_TWICE,
            says=f"template {template.name} is a default, and so is {defaults[0].name}",
            do="keep `default: true` at one of them",
        )


def _connection(connection: Manifest, world: World) -> Iterator[Problem]:
    yield from _type(connection)
    template = template_of(connection, world)
    if template is not None and _unfit(connection, template):
        yield finding.error(
            connection,
            "/spec/template",
            codes.TEMPLATE_UNFIT,
            says=f"template {template.name} is for {template.spec.type} at {template.spec.vendor}, and connection "
            f"{connection.name} is {connection.spec.type} at {connection.spec.vendor}",
            do="name a template of that type, or `template: null` to take none",
        )
        return
    unknown = template is None and connection.spec.template is not None
    if not unknown:
        found = rendered(connection, world)
        yield from _foreign_fields(connection, found.get("type"))
        yield from _missing(connection, found)


def _unfit(connection: Manifest, template: Manifest) -> bool:
    theirs, ours = template.spec, connection.spec
    return theirs.vendor != ours.vendor or ours.type not in {None, theirs.type}


def _missing(connection: Manifest, found: Mapping[str, Any]) -> Iterator[Problem]:
    kind = found.get("type")
    needed = ("type",) if kind is None else NEEDED.get(kind, ())
    missing = [word for word in needed if found.get(word) is None]
    if missing:
        of = f"{kind} connection" if kind else "connection"
        yield finding.error(
            connection,
            "/metadata/name",
            codes.CONNECTION_INCOMPLETE,
            says=f"{of} {connection.name} lacks {', '.join(missing)}",
            do="add it here, or name a `template` that has it",
        )


def _instances(connections: Sequence[Manifest], world: World) -> Iterator[Problem]:
    """Report an instance connected twice; one that is to go makes room."""
    first: dict[tuple[str, Any], Manifest] = {}
    for connection in connections:
        found = rendered(connection, world)
        word = INSTANCE.get(str(found.get("type")), "")
        if connection.spec.ensure == "absent" or found.get(word) is None:
            continue
        other = first.setdefault((word, found[word]), connection)
        if other is not connection:
            yield finding.error(
                connection,
                f"/spec/{word}",
                codes.INSTANCE_TWICE,
                says=f"{word} of connection {connection.name} is also that of connection {other.name}",
                do="remove one of them; to move a PBX, set the old connection to `ensure: absent`",
            )
