"""Typing the values of a document by the fields they land in.

A plan is compiled once from the annotations of a pydantic model and reads nodes into plain data: the text `NO`
stays text in a text field, `25` becomes a number only in a number field. What does not fit is reported at its
place and becomes `HOLE`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from yaml.events import ScalarEvent

from reconciler.documents.nodes import MappingNode, Node, RefusedNode, Scalar, SequenceNode, range_of
from reconciler.documents.sink import NO_TEXT, NULLS, Plan, Sink, label, misfit
from reconciler.documents.suggest import advice, nearest
from reconciler.model import Json, SecretSource

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?")
_BOOLEANS = {"true": True, "false": False}
_BOOLEAN_LIKE = {"yes": "true", "on": "true", "y": "true", "1": "true", "no": "false", "off": "false", "n": "false"}
_BOOLEAN_LIKE |= {"0": "false", "true": "true", "false": "false"}


class Text:
    """Any text, as written."""

    def __init__(self, *, nullable: bool = False, choices: Iterable[str] = ()) -> None:
        self.nullable = nullable
        self.choices = tuple(choices)

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the text of a scalar."""
        if node.__class__ is not ScalarEvent:
            return misfit(self, node, key, sink=sink, wants="text")
        text = node.value
        if not node.style and text in NO_TEXT:
            return misfit(self, node, key, sink=sink, wants="text")
        if self.choices and text not in self.choices:
            detail = advice(text, self.choices, otherwise="choices are")
            summary = f"{label(key)} cannot be {_quoted(text)}"
            if "did you mean" in detail:
                summary += f"; one of {', '.join(self.choices)}"
            return sink.refuse(node, key, code="E210", summary=summary, detail=detail)
        return text


class Number:
    """A plain decimal integer, or a decimal number when `real`."""

    def __init__(self, *, nullable: bool = False, real: bool = False) -> None:
        self.nullable = nullable
        self.real = real

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the number."""
        if not isinstance(node, ScalarEvent) or (not node.style and node.value in NO_TEXT):
            return misfit(self, node, key, sink=sink, wants="a number")
        text = node.value
        if not node.style and self.accepts(text):
            return float(text) if self.real else int(text)
        summary = f"{label(key)} is not a plain {'number' if self.real else 'integer'}: {_quoted(text)}"
        return sink.refuse(node, key, code="E207", summary=summary, detail=_number_advice(text, bool(node.style)))

    def accepts(self, text: str) -> bool:
        """Say whether plain text is such a number."""
        return (_NUMBER if self.real else _INTEGER).fullmatch(text) is not None


def _number_advice(text: str, quoted: bool) -> str:
    if quoted and _INTEGER.fullmatch(text):
        return f"remove the quotes: {text}"
    digits = text.replace("_", "").replace(",", "").lstrip("+")
    stripped = digits.lstrip("0") or "0"
    if text[:1].isdigit() or text[:1] == "+":
        if len(stripped) <= 18 and _INTEGER.fullmatch(stripped):
            return f"did you mean {stripped}?"
        if re.fullmatch(r"0[xob][0-9a-fA-F]{1,15}", text):
            return "write it in decimal, without a prefix"
    return "write digits only, such as 25"


class Boolean:
    """`true` or `false`, unquoted."""

    def __init__(self, *, nullable: bool = False) -> None:
        self.nullable = nullable

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the boolean."""
        if not isinstance(node, ScalarEvent) or (not node.style and node.value in NO_TEXT):
            return misfit(self, node, key, sink=sink, wants="true or false")
        value = None if node.style else _BOOLEANS.get(node.value)
        if value is not None:
            return value
        guess = _BOOLEAN_LIKE.get(node.value.casefold())
        detail = f"did you mean {guess}?" if guess else "write true or false, without quotes"
        summary = f"{label(key)} is not a boolean: {_quoted(node.value)}"
        return sink.refuse(node, key, code="E208", summary=summary, detail=detail)

    def accepts(self, text: str) -> bool:
        """Say whether plain text is a boolean."""
        return text in _BOOLEANS


class Items:
    """A list of one sort of thing; `kind` is the Python type the model wants."""

    def __init__(self, item: Plan, *, nullable: bool = False, kind: type = list) -> None:
        self.nullable = nullable
        self.item = item
        self.kind = kind

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the list."""
        if not isinstance(node, SequenceNode):
            return misfit(self, node, key, sink=sink, wants="a list")
        values = [self.item.read(item, key, sink) for item in node.items]
        return values if self.kind is list else self.kind(values)


class Table:
    """A mapping from free names to one sort of thing."""

    def __init__(self, value: Plan, *, nullable: bool = False) -> None:
        self.nullable = nullable
        self.value = value

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the mapping."""
        if not isinstance(node, MappingNode):
            return misfit(self, node, key, sink=sink, wants="a mapping")
        return {name: self.value.read(value, inner, sink) for name, (inner, value) in node.entries.items()}


class Fields:
    """A mapping with known fields: a pydantic model. `name` is the model's; `noun` is what its keys are called."""

    def __init__(self, name: str, *, nullable: bool = False, noun: str = "field", code: str = "E204") -> None:
        self.name = name
        self.nullable = nullable
        self.noun = noun
        self.code = code
        self.fields: dict[str, Plan] = {}
        self.required: frozenset[str] = frozenset()

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the fields present."""
        if node.__class__ is not MappingNode:
            return misfit(self, node, key, sink=sink, wants="a mapping")
        values = {}
        for name, (inner, value) in node.entries.items():
            plan = self.fields.get(name)
            if plan is None:
                self.refuse_unknown(inner, node, sink)
            else:
                values[name] = plan.read(value, inner, sink)
        return values

    def refuse_unknown(self, key: Scalar, node: Node, sink: Sink) -> None:
        """Report a key no field has; search for what was meant only while problems are listed."""
        detail = "" if sink.report.full else advice(key.value, self.fields)
        meant = None if sink.report.full else nearest(key.value, self.fields)
        sink.meant.add((id(node), meant))
        summary = f"{self.noun} {_quoted(key.value)} is unknown here"
        sink.refuse(key, key, code=self.code, summary=summary, detail=detail)


class Secret:
    """Where a secret is found: `{env: NAME}` or `{file: path}`."""

    def __init__(self, *, nullable: bool = False) -> None:
        self.nullable = nullable

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the source; the text of anything else is masked wherever it would be quoted."""
        if isinstance(node, MappingNode) and len(node.entries) == 1:
            ((name, (_, value)),) = node.entries.items()
            if name in {"env", "file"} and isinstance(value, ScalarEvent) and value.value:
                return SecretSource("env" if name == "env" else "file", value.value)
        if self.nullable and isinstance(node, ScalarEvent) and not node.style and node.value in NULLS:
            return None
        sink.report.mask(range_of(node, sink.offset))
        summary = f"{label(key)} is a secret and must not be written here"
        return sink.refuse(node, key, code="E214", summary=summary, detail="write {env: NAME} or {file: path}")


class Anything:
    """A value no schema describes: `true`, `false`, null and plain integers are typed, all else is text."""

    nullable = True

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return plain data."""
        if isinstance(node, MappingNode):
            return {name: self.read(value, inner, sink) for name, (inner, value) in node.entries.items()}
        if isinstance(node, SequenceNode):
            return [self.read(item, key, sink) for item in node.items]
        if isinstance(node, RefusedNode):
            return sink.refuse(node, key, code="E206", summary="")
        return node.value if node.style else _guessed(node.value)


def _guessed(text: str) -> Json:
    if text in NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def plain(value: Any) -> Json:
    """Return read data as JSON: sources of secrets as they were written."""
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, SecretSource):
        return {value.kind: value.name}
    return value  # type: ignore[no-any-return]  # a scalar
