"""Reading a value that may be one of several sorts."""

from collections.abc import Iterable
from typing import Any

from yaml.events import ScalarEvent

from reconciler.documents.nodes import MappingNode, Node, Scalar, SequenceNode
from reconciler.documents.plans import Boolean, Fields, Items, Number, Secret, Table, Text
from reconciler.documents.sink import NO_TEXT, Plan, Sink, misfit


class Variants:
    """One of several sorts: the shape of the node decides, among models the keys that fit best."""

    def __init__(self, plans: Iterable[Plan], *, nullable: bool, tag: str | None = None) -> None:
        self.plans = tuple(plans)
        self.nullable = nullable
        self.tag = tag

    def read(self, node: Node, key: Scalar | None, sink: Sink) -> Any:
        """Return the value as the best fitting variant reads it."""
        plan = self.choose(node)
        if plan is None:
            return misfit(self, node, key, sink=sink, wants=" or ".join(_shapes(self.plans)))
        if self.tag is None and isinstance(plan, Fields):
            sink.variants[id(node)] = plan.name
        return plan.read(node, key, sink)

    def choose(self, node: Node) -> Plan | None:
        """Return the variant to read a node with."""
        if isinstance(node, MappingNode):
            models = [plan for plan in self.plans if isinstance(plan, Fields)]
            others = [plan for plan in self.plans if isinstance(plan, Table | Secret)]
            return max(models, key=lambda plan: self.fit(plan, node), default=others[0] if others else None)
        if isinstance(node, SequenceNode):
            return next((plan for plan in self.plans if isinstance(plan, Items)), None)
        if isinstance(node, ScalarEvent):
            if not node.style and node.value in NO_TEXT:
                return None
            return self.choose_scalar(node)
        return None

    def choose_scalar(self, node: ScalarEvent) -> Plan | None:
        """Return the narrowest scalar sort whose text it is; the first one when none fits."""
        scalars = [plan for plan in self.plans if isinstance(plan, Boolean | Number | Text | Secret)]
        for plan in scalars:
            if isinstance(plan, Boolean | Number) and not node.style and plan.accepts(node.value):
                return plan
        texts = [plan for plan in scalars if isinstance(plan, Text)]
        return next(iter(texts or scalars), None)

    def fit(self, plan: Fields, node: MappingNode) -> tuple[bool, int, int]:
        """Return how well a mapping fits a model: its tag, unknown keys, missing ones."""
        tagged = False
        if self.tag is not None and self.tag in node.entries:
            field, value = plan.fields.get(self.tag), node.entries[self.tag][1]
            tagged = isinstance(field, Text) and isinstance(value, ScalarEvent) and value.value in field.choices
        keys = node.entries.keys()
        return tagged, -len(keys - plan.fields.keys()), -len(plan.required - keys)


def _shapes(plans: Iterable[Plan]) -> list[str]:
    names = {Fields: "a mapping", Table: "a mapping", Secret: "a mapping", Items: "a list", Number: "a number"}
    return list(dict.fromkeys(names.get(type(plan), "text") for plan in plans))
