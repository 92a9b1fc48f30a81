"""From files to checked manifests: every problem of every file at once, and the manifests that have none."""

import contextlib
import dataclasses
import gc
import re
from collections.abc import Iterator, Sequence

from reconciler import documents
from reconciler.documents import Document, MappingNode, Node, Report
from reconciler.files import Limits, SourceFile
from reconciler.model import Manifest, Problem
from reconciler.schema import references
from reconciler.schema.registry import API_VERSION, Named, Registry

_NAME_LINE = re.compile(r"(?:^|[{,\s])name:[ \t]*[\"']?([a-z0-9][-a-z0-9]{0,62})")


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """The manifests without errors of their own, by file and line, and all problems, by place."""

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]


def load(sources: Sequence[SourceFile], registry: Registry, limits: Limits) -> Loaded:
    """Read and check files, then what manifests say of each other.

    A document with an error is left out of `manifests`; one that merely names something wrong is in both.
    """
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    broken: list[Named] = []
    with _collector_off():
        for source in sources:
            reading = documents.read(source, limits)
            for document in reading.documents:
                manifest = _manifest(document, registry, reading.report, limits=limits)
                if manifest is not None:
                    manifests.append(manifest)
                else:
                    broken.extend(_names(document))
            if reading.report.count:
                problems.extend(reading.report.problems())
        problems.extend(references.check(manifests, broken, registry.configured))
    problems.sort(key=lambda problem: problem.sort_key)
    return Loaded(tuple(manifests), tuple(problems))


def _manifest(document: Document, registry: Registry, report: Report, *, limits: Limits) -> Manifest | None:
    tree = document.tree
    if tree is None:
        return None
    before = report.count
    choice = _choose(document, registry, report)
    if choice is None:
        return None
    checked = documents.check(tree, choice.shape, report, offset=document.offset, reported=choice.reported)
    if checked is None or document.problems or report.count > before:
        return None
    value = checked.value
    return Manifest(
        kind=value.kind,
        name=value.metadata.name,
        spec=value.spec,
        data=checked.data,
        file=document.file,
        line=document.line,
        previously=tuple(value.metadata.previously),
        labels=value.metadata.labels,
        protect=value.metadata.protect,
        places=documents.LazyPlaces(document, limits),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice:
    """The shape a document is checked with, and the nodes that choosing it already reported."""

    shape: documents.Shape
    reported: tuple[Node, ...] = ()


def _choose(document: Document, registry: Registry, report: Report) -> _Choice | None:
    tree = document.tree
    if not isinstance(tree, MappingNode):
        assert tree is not None
        where = documents.head_of(tree, None, document.offset)
        detail = "begin with apiVersion, kind, metadata and spec"
        report.add("E201", "document is not a manifest", detail, where=where)
        return None
    version = _check_word(document, report, code="E202", field="apiVersion", known=(API_VERSION,))
    kind = _check_word(document, report, code="E203", field="kind", known=registry.kinds)
    if kind is None:
        return None
    node = documents.lookup(tree, "apiVersion")
    reported = () if version is not None or node is None else (node,)
    if kind == "Order":
        return _choose_order(document, registry, report, reported=reported)
    return _Choice(registry.shape(kind), reported)


def _choose_order(
    document: Document, registry: Registry, report: Report, *, reported: tuple[Node, ...]
) -> _Choice | None:
    """Choose by vendor; when that is unknown, check as an order of the likeliest one."""
    assert document.tree is not None
    vendor = documents.text_at(document.tree, "spec", "vendor")
    spec = documents.lookup(document.tree, "spec")
    node = documents.lookup(spec, "vendor") if spec is not None else None
    if vendor in registry.orders:
        return _Choice(registry.shape("Order", vendor), reported)
    if vendor and node is not None:
        summary = f"vendor {vendor[:60]!r} is unknown, or takes no orders"
        where = documents.range_of(node, document.offset)
        report.add("E215", summary, documents.advice(vendor, registry.orders), where=where)
        reported = (*reported, node)
    fields = spec.entries if isinstance(spec, MappingNode) else ()
    return _Choice(registry.shape("Order", registry.likely_vendor(vendor, fields)), reported)


def _check_word(document: Document, report: Report, *, code: str, field: str, known: Sequence[str]) -> str | None:
    assert isinstance(document.tree, MappingNode)
    value = documents.text_at(document.tree, field)
    if value in known:
        return value
    entry = document.tree.entries.get(field)
    if entry is None:
        where = documents.head_of(document.tree, None, document.offset)
        summary, detail = f"{field} is missing", f"add `{field}: {known[0]}`" if len(known) == 1 else ""
        report.add(code, summary, detail or f"kinds are {', '.join(known)}", where=where)
        return None
    key, node = entry
    summary = f"{field} {value[:60]!r} is unknown" if value is not None else f"{field} must be text"
    detail = documents.advice(value or "", known)
    report.add(code, summary, detail, where=documents.value_range(node, key, document.offset))
    return None


def _names(document: Document) -> Iterator[Named]:
    """Yield what a broken document may have declared."""
    if document.tree is None:
        yield from (Named(None, found[1]) for found in _NAME_LINE.finditer(document.chunk.text))
        return
    name = documents.text_at(document.tree, "metadata", "name")
    if name is not None:
        yield Named(documents.text_at(document.tree, "kind"), name)


@contextlib.contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the garbage collector from walking a growing heap again and again.

    Freezing and unfreezing makes what was loaded old at once, so that switching on does not walk it either.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        frozen = gc.get_freeze_count()
        gc.freeze()
        if not frozen:
            gc.unfreeze()
        if enabled:
            gc.enable()
