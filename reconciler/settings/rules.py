"""What several settings must be together, and what the text of one must hold; each rule reports at its place.

Runs on a document that fits its model. Rules are small functions listed in `RULES`, so that adding one is
adding a line. Pure.
"""

import ipaddress
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from reconciler.contract import Plugin
from reconciler.documents import MappingNode, Node, Report, advice, range_of
from reconciler.model import Range
from reconciler.plan import policy as policies
from reconciler.settings import models

_MANUAL = "manual"


class _Check:
    """One document under the rules: what was read, where it stands, where to report."""

    def __init__(self, tree: Node, report: Report, *, offset: int, project: Any, plugins: Mapping[str, Plugin]) -> None:
        self.tree = tree
        self.report = report
        self.offset = offset
        self.project = project
        self.plugins = plugins
        self.vendors: dict[str, Any] = {
            name: entry for name in type(project.vendors).model_fields if (entry := getattr(project.vendors, name))
        }

    def complain(self, *path: str, code: str, summary: str, detail: str = "") -> None:
        """Report at the value `path` leads to, or at the nearest key above that was written."""
        self.report.add(code, summary, detail, where=self.place(path))

    def place(self, path: tuple[str, ...], *, key: bool = False) -> Range:
        """Return the range of a value; of its key when the value is a mapping, or absent."""
        node, where = self.tree, range_of(self.tree, self.offset)
        for name in path:
            if not isinstance(node, MappingNode) or name not in node.entries:
                break
            written, node = node.entries[name]
            inner = range_of(node, self.offset)
            where = range_of(written, self.offset) if key or isinstance(node, MappingNode) else inner
        return where


def check(tree: Node, report: Report, *, offset: int, project: Any, plugins: Mapping[str, Plugin]) -> None:
    """Report every rule that the configuration breaks."""
    one = _Check(tree, report, offset=offset, project=project, plugins=plugins)
    for rule in RULES:
        rule(one)


def _check_addresses(one: _Check) -> None:
    """Vendors that are reached by themselves say where, over https unless that is this machine."""
    for name, entry in one.vendors.items():
        if hasattr(entry, "via"):
            continue
        manual = getattr(entry, "transport", None) == _MANUAL
        if entry.url is None and not manual:
            one.complain(
                "vendors",
                name,
                code="E205",
                summary=f"url of vendor {name} is missing",
                detail="add `url: https://...`",
            )
        for key in ("url", "loginUrl"):
            text = getattr(entry, key)
            wrong = url_fault(text) if text is not None else None
            if wrong:
                if "password" in wrong:
                    one.report.mask(one.place(("vendors", name, key)))
                one.complain("vendors", name, key, code="E211", summary=f"{key} of vendor {name} {wrong}")


def _check_credentials(one: _Check) -> None:
    """Every credential the adapter needs has a source, and none is named that it does not know."""
    for name, entry in one.vendors.items():
        plugin = one.plugins.get(name)
        if plugin is None or hasattr(entry, "via"):
            continue
        path = ("vendors", name, "credentials")
        known = (*plugin.credentials, *plugin.optional_credentials)
        for unknown in sorted(entry.credentials.keys() - set(known)):
            found = one.place((*path, unknown), key=True)
            hint = advice(unknown, known)
            one.report.add("E204", f"credential {unknown!r} is unknown to vendor {name}", hint, where=found)
        missing = [needed for needed in plugin.credentials if needed not in entry.credentials]
        if missing and getattr(entry, "transport", None) != _MANUAL:
            listed = ", ".join(missing)
            detail = f"add `{missing[0]}: {{env: NAME}}`"
            one.complain(*path, code="E205", summary=f"credentials of vendor {name} lack {listed}", detail=detail)


def _check_via(one: _Check) -> None:
    """`via` names a configured vendor that has this system behind it."""
    for name, entry in one.vendors.items():
        if not hasattr(entry, "via"):
            continue
        carriers = sorted(plugin.name for plugin in one.plugins.values() if name in plugin.systems)
        path = ("vendors", name, "via")
        if entry.via not in carriers:
            detail = advice(entry.via, carriers)
            one.complain(*path, code="E215", summary=f"vendor {name} is not reached via {entry.via!r}", detail=detail)
        elif entry.via not in one.vendors:
            summary = f"vendor {name} is reached via {entry.via}, which is not configured"
            one.complain(*path, code="E215", summary=summary, detail=f"add `{entry.via}:` under vendors")


def _check_policy(one: _Check) -> None:
    """Freezes end after they begin; maintenance is for configured vendors; waivers name rules that can be waived."""
    policy = one.project.policy
    for freeze in policy.freeze:
        if models.moment(freeze.begins) >= models.moment(freeze.ends):
            summary = f"freeze ends at {freeze.ends}, not after it begins"
            one.complain("policy", "freeze", code="E216", summary=summary, detail="correct `from` or `to`")
    for name in policy.maintenance:
        if name not in one.vendors:
            where = one.place(("policy", "maintenance", name), key=True)
            hint = advice(name, one.vendors)
            one.report.add("E215", f"maintenance names {name!r}, which is no configured vendor", hint, where=where)
    for waiver in policy.waivers:
        if waiver.rule not in policies.RULES:
            hint = advice(waiver.rule, policies.RULES)
            summary = f"waiver of {waiver.rule!r}, which is no rule that can be waived"
            one.complain("policy", "waivers", code="E216", summary=summary, detail=hint)


def _check_paths(one: _Check) -> None:
    """Manifests and status files lie inside the project."""
    for pattern in one.project.specs:
        if not _inside(pattern):
            one.complain("specs", code="E102", summary=f"{pattern!r} leaves the project", detail="name a path below it")
    status = one.project.status
    if status is not None and (not _inside(status) or PurePosixPath(status) == PurePosixPath()):
        detail = "name a directory below it"
        one.complain("status", code="E102", summary=f"{status!r} is no directory in the project", detail=detail)


def _check_state(one: _Check) -> None:
    """Ledgers are of two kinds, and no address of one holds a password."""
    text: str = one.project.state
    parts = urllib.parse.urlsplit(text) if "://" in text else None
    if parts is not None and "@" in parts.netloc and ":" in parts.netloc.rpartition("@")[0]:
        one.report.mask(one.place(("state",)))
        detail = "remove it and set PGPASSWORD, then change it, since it was written down"
        one.complain("state", code="E214", summary="state holds a password", detail=detail)
    elif not text.startswith(("sqlite:///", "postgresql://")) or text == "sqlite:///":
        detail = "write sqlite:///.reconciler/state.db or postgresql://user@host/db"
        one.complain("state", code="E211", summary="state is no address of a ledger", detail=detail)


RULES: tuple[Callable[[_Check], None], ...] = (
    _check_addresses,
    _check_credentials,
    _check_via,
    _check_policy,
    _check_paths,
    _check_state,
)


def url_fault(text: str) -> str | None:
    """Say what is wrong with a vendor's URL; None when it is https, or http on loopback, and nothing more."""
    try:
        parts = urllib.parse.urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL; write https://host[:port][/path]"
    if "@" in parts.netloc:
        return "holds a user or password; remove it and use credentials"
    if parts.scheme not in {"http", "https"} or not host or not text.isascii() or any(c.isspace() for c in text):
        return "is no URL; write https://host[:port][/path]"
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        return "has a query or fragment; end it with the path"
    if parts.scheme == "http" and not _is_loopback(host):
        return "is http, which is accepted for loopback addresses only; write https://"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and path.isprintable()
