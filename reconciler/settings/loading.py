"""Finding and reading `reconciler.yaml`.

Every problem comes back at once, with its place; nothing is raised for what a person wrote. An environment that
was not asked for is checked too, so that its faults show before the day it is needed.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler import documents, files
from reconciler.contract import Plugin
from reconciler.documents import Document, MappingNode, Node, Report
from reconciler.errors import ConfigurationError
from reconciler.model import Problem, Range, Severity
from reconciler.settings import building, merging, rules
from reconciler.settings.values import Loaded, Settings
from reconciler.settings.vendors import project_model

FILE_NAME = "reconciler.yaml"
_OVERLAY_REFUSED = ("apiVersion", "kind", "environments")


def find_project(start: Path, config: Path | None = None) -> Path:
    """Return the configuration file: `config`, else the nearest one upwards from `start` to the top of the git tree.

    ConfigurationError when there is none.
    """
    if config is not None:
        chosen = Path(os.path.abspath(start / config.expanduser()))  # noqa: PTH100 - links must stay visible
        if not chosen.is_file():
            raise ConfigurationError(f"{config} does not exist or is no file; name a {FILE_NAME} with --config")
        return chosen
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / ".git").exists():
            break
    cure = "create one (README.md shows how) or name one with --config"
    raise ConfigurationError(f"no {FILE_NAME} in {here} or above; {cure}")


def load_settings(path: Path, *, environment: str | None = None, plugins: Mapping[str, Plugin]) -> Loaded:
    """Read the configuration file for an environment (None: as it stands)."""
    limits = files.Limits()
    source = files.read_source(path.parent, path.name, limits)
    if isinstance(source, Problem):
        return Loaded(None, (source,))
    reading = documents.read(source, limits)
    found = list(reading.documents)
    report = reading.report
    tree = found[0].tree if found else None
    if len(found) > 1:
        report.add("E123", f"{path.name} holds several documents", "keep one", where=_first_line(found[1]))
    if isinstance(tree, MappingNode):
        loader = _Loader(path, found[0], report, plugins)
        settings = loader.load(tree, environment)
    else:
        settings = None
        if report.count == 0:
            where = _first_line(found[0]) if found else documents.span(1, 1)
            report.add("E201", f"{path.name} is no configuration", "begin with apiVersion and kind", where=where)
    problems = tuple(dict.fromkeys(report.problems()))
    failed = any(problem.severity is Severity.ERROR for problem in problems)
    return Loaded(None if failed else settings, problems)


class _Loader:
    """One file on its way from nodes to settings."""

    def __init__(self, path: Path, document: Document, report: Report, plugins: Mapping[str, Plugin]) -> None:
        self.path = path
        self.document = document
        self.report = report
        self.plugins = plugins
        self.shape = documents.shape(project_model(plugins))

    def load(self, tree: MappingNode, environment: str | None) -> Settings | None:
        """Check the file as it stands, or merged for `environment`; then what the other environments change."""
        overlays = self.overlays(tree)
        if environment is not None and environment not in overlays:
            hint = documents.advice(environment, overlays) or f"add it under environments in {self.path.name}"
            self.report.add("E216", f"environment {environment!r} is unknown", hint, where=self.place(tree))
            return None
        chosen = tree if environment is None else self.merged(tree, overlays[environment])
        settings = self.check(chosen, self.report, environment)
        for name, overlay in overlays.items():
            if name != environment:
                self.check_other(self.merged(tree, overlay), overlay, name)
        return settings

    def overlays(self, tree: MappingNode) -> dict[str, Node]:
        """Return the environments; report what none may change."""
        node = documents.lookup(tree, "environments")
        if not isinstance(node, MappingNode):
            return {}
        for name, (_, overlay) in node.entries.items():
            for refused in _OVERLAY_REFUSED:
                if isinstance(overlay, MappingNode) and refused in overlay.entries:
                    key = overlay.entries[refused][0]
                    where = documents.range_of(key, self.document.offset)
                    self.report.add("E204", f"environment {name} cannot set {refused}", "remove the line", where=where)
        return {name: overlay for name, (_, overlay) in node.entries.items()}

    def merged(self, tree: MappingNode, overlay: Node) -> MappingNode:
        """Return the document with an environment over it; an empty environment changes nothing."""
        if not isinstance(overlay, MappingNode):
            return tree
        result = merging.overlay(tree, merging.without(overlay, *_OVERLAY_REFUSED))
        assert isinstance(result, MappingNode)
        return result

    def check(self, tree: Node, report: Report, environment: str | None) -> Settings | None:
        """Type the document, check the rules and build the settings; problems go to `report`."""
        before = report.count
        checked = documents.check(tree, self.shape, report, offset=self.document.offset)
        if checked is None:
            return None
        rules.check(tree, report, offset=self.document.offset, project=checked.value, plugins=self.plugins)
        if report.count > before:
            return None
        return building.build(checked.value, path=self.path, environment=environment, plugins=self.plugins)

    def check_other(self, tree: Node, overlay: Node, name: str) -> None:
        """Report what an environment that was not asked for breaks by its own lines."""
        aside = Report(self.report.file, self.report.text, limit=200)
        self.check(tree, aside, name)
        own = documents.range_of(overlay, self.document.offset)
        for problem in aside.problems():
            where = problem.place.range if problem.place else None
            if where is not None and own.start <= where.start < own.end:
                self.report.add(problem.code, problem.summary, problem.detail, where=where)

    def place(self, tree: MappingNode) -> Range:
        """Return where environments are named, else where the document begins."""
        entry = tree.entries.get("environments") or next(iter(tree.entries.values()))
        return documents.range_of(entry[0], self.document.offset)


def _first_line(document: Document) -> Range:
    return documents.span(document.line, 1)
