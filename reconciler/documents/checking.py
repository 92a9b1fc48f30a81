"""Checking typed data against its model, and turning what pydantic says into problems with places."""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from reconciler.documents.compile import Shape
from reconciler.documents.nodes import MappingNode, Node, Scalar, SequenceNode, head_of
from reconciler.documents.plans import plain
from reconciler.documents.report import Report
from reconciler.documents.sink import Sink, label
from reconciler.model import JsonObject

_OWN_CODE = re.compile(r"E[1-5]\d\d")
_LENGTH = {"string_too_short", "string_too_long", "too_short", "too_long"}
_RANGE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"}
_CONTAINER = MappingNode | SequenceNode
_FORMS = {
    "[a-z0-9]([-a-z0-9]": "lower-case letters, digits and hyphens, beginning and ending with a letter or digit",
    "[^@": "one e-mail address, such as it@acme.example",
    "^[A-Z]{2}$": "two capital letters, such as GR",
    "^[A-Z]{3}$": "three capital letters, such as EUR",
    "^\\d{4}-\\d{2}-\\d{2}$": "a day, such as 2026-01-31",
    "^\\d{1,12}(": 'digits with at most four decimals, such as "12.50"',
}


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """A document that fits: the model, and the document as plain JSON data."""

    value: Any
    data: JsonObject


def check(tree: Node, shape: Shape, report: Report, *, offset: int, reported: Iterable[Node] = ()) -> Checked | None:
    """Type and check a document, reporting everything wrong; None when there was anything.

    Nothing more is said about nodes in `reported`.
    """
    sink = Sink(report, offset)
    sink.bad.update(id(node) for node in reported)
    before = report.count
    data = shape.plan.read(tree, None, sink)
    if not isinstance(data, dict):
        return None
    try:
        value = shape.model.__pydantic_validator__.validate_python(data)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            _report_error(one, tree, sink)
        if report.count == before and not sink.bad:
            _report_at(_Spot(tree, None), sink, code="E216", summary="document breaks a rule of its model")
        return None
    if report.count > before or sink.bad:
        return None
    return Checked(value, plain(data) if shape.secrets else data)  # type: ignore[arg-type]  # a dict stays one


@dataclasses.dataclass(slots=True)
class _Spot:
    """A node and the key it stands under; `named` when the key is its own, not that of the list it is in."""

    node: Node
    key: Scalar | None
    named: bool = True


def _report_error(error: Any, tree: Node, sink: Sink) -> None:
    location: Sequence[int | str] = error["loc"]
    kind: str = error["type"]
    if kind in {"missing", "union_tag_not_found"}:
        parents, name = (location[:-1], str(location[-1])) if kind == "missing" else (location, _tag_name(error))
        spot = _locate(parents, tree, sink)
        if spot is not None and id(spot.node) not in sink.bad and (id(spot.node), name) not in sink.meant:
            place = label(spot.key) if spot.key is not None else "the document"
            _report_at(
                spot, sink, code="E205", summary=f"{name} is missing", detail=f"add `{name}:` to {place}", head=True
            )
        return
    spot = _locate(location, tree, sink)
    if spot is None or id(spot.node) in sink.bad:
        return
    sink.bad.add(id(spot.node))
    code, summary, detail = _words(error, spot)
    _report_at(
        spot, sink, code=code, summary=summary, detail=detail, head=isinstance(spot.node, MappingNode | SequenceNode)
    )


def _tag_name(error: Any) -> str:
    return str(error.get("ctx", {}).get("discriminator", "type")).strip("'")


def _locate(location: Sequence[int | str], tree: Node, sink: Sink) -> _Spot | None:
    """Follow pydantic's path; None when it leads into a hole or a variant that was not chosen."""
    spot = _Spot(tree, None)
    for step in location:
        if id(spot.node) in sink.bad:
            return None
        node = spot.node
        if isinstance(node, MappingNode) and step in node.entries:
            key, value = node.entries[str(step)]
            spot = _Spot(value, key)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            spot = _Spot(node.items[step], spot.key, named=False)
        elif step == "[key]" and spot.key is not None:
            spot = _Spot(spot.key, spot.key)
        elif sink.variants.get(id(node), step) != step:
            return None
    return spot


def _words(error: Any, spot: _Spot) -> tuple[str, str, str]:
    kind, context = str(error["type"]), error.get("ctx", {})
    name, message = label(spot.key), str(error["msg"]).replace(" after validation", "")
    if _OWN_CODE.fullmatch(kind):
        return kind, message, ""
    if kind == "string_pattern_mismatch":
        return "E211", f"{name} has not the form it needs", _form(str(context.get("pattern", "")))
    if kind in {"value_error", "assertion_error"}:
        said = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
        return "E216", said if isinstance(spot.node, MappingNode) else f"{name}: {said}", ""
    code = "E212" if kind in _LENGTH else "E213" if kind in _RANGE else "E204" if kind == "extra_forbidden" else "E216"
    code = "E210" if kind in {"literal_error", "enum", "union_tag_invalid"} else code
    return code, f"{name}: {message[:1].lower() + message[1:]}", ""


def _form(pattern: str) -> str:
    known = next((words for part, words in _FORMS.items() if part in pattern), None)
    return f"write {known}" if known else f"it must match {pattern}"


def _report_at(spot: _Spot, sink: Sink, *, code: str, summary: str, detail: str = "", head: bool = False) -> None:
    where = (
        head_of(spot.node, spot.key if spot.named else None, sink.offset) if head else sink.where(spot.node, spot.key)
    )
    sink.report.add(code, summary, detail, where=where)
