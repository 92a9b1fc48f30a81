"""Compiling a pydantic model into the plan that reads documents of its shape."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reconciler.documents import plans
from reconciler.documents.sink import Plan
from reconciler.documents.variants import Variants
from reconciler.model import SecretSource


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """What a document is read and checked with."""

    model: type[BaseModel]
    plan: plans.Fields
    secrets: bool
    """Whether it can hold sources of secrets, whose typed form is not their plain data."""


def shape(model: type[BaseModel]) -> Shape:
    """Return the shape of a model."""
    compiler = _Compiler()
    return Shape(model, compiler.fields(model, nullable=False), compiler.secrets)


class _Compiler:
    """Compiles annotations, each model once (models may refer to themselves)."""

    def __init__(self) -> None:
        self.known: dict[tuple[type, bool], plans.Fields] = {}
        self.secrets = False

    def fields(self, model: type[BaseModel], *, nullable: bool) -> plans.Fields:
        """Return the plan of a model. A model's `reading` class variable may name its keys and their code."""
        if (model, nullable) in self.known:
            return self.known[model, nullable]
        words: Mapping[str, str] = getattr(model, "reading", {})
        plan = plans.Fields(model.__name__, nullable=nullable, **words)
        self.known[model, nullable] = plan
        for name, field in model.model_fields.items():
            plan.fields[field.alias or name] = self.annotation(field.annotation, tag=_tag(field))
        plan.required = frozenset(
            field.alias or name for name, field in model.model_fields.items() if field.is_required()
        )
        return plan

    def annotation(self, annotation: Any, *, tag: str | None = None, nullable: bool = False) -> Plan:
        """Return the plan of an annotation; what it does not know is read as text."""
        if isinstance(annotation, typing.TypeAliasType if hasattr(typing, "TypeAliasType") else ()):
            return self.annotation(annotation.__value__, tag=tag, nullable=nullable)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            tags = [_tag(extra) for extra in arguments[1:] if isinstance(extra, FieldInfo)]
            return self.annotation(arguments[0], tag=next((found for found in tags if found), tag), nullable=nullable)
        if origin in {typing.Union, types.UnionType}:
            return self.union(arguments, tag=tag)
        if origin is typing.Literal:
            return _choices(arguments, nullable=nullable)
        if origin is not None:
            return self.container(origin, arguments, nullable=nullable)
        return self.single(annotation, nullable=nullable)

    def union(self, arguments: Sequence[Any], *, tag: str | None) -> Plan:
        """Return the plan of a union; with one member besides None, that member's, nullable."""
        members = [member for member in arguments if member is not types.NoneType]
        nullable = len(members) < len(arguments)
        if len(members) == 1:
            return self.annotation(members[0], tag=tag, nullable=nullable)
        compiled = [self.annotation(member) for member in members]
        return Variants(compiled, nullable=nullable, tag=tag)

    def container(self, origin: Any, arguments: Sequence[Any], *, nullable: bool) -> Plan:
        """Return the plan of a list, tuple or mapping."""
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return plans.Table(self.annotation(arguments[1]), nullable=nullable)
        if isinstance(origin, type) and issubclass(origin, Sequence | frozenset):
            kind = origin if origin in {tuple, frozenset} else list
            return plans.Items(self.annotation(arguments[0]), nullable=nullable, kind=kind)
        return plans.Anything()

    def single(self, annotation: Any, *, nullable: bool) -> Plan:
        """Return the plan of a plain class."""
        if annotation in {Any, object, dict, list}:
            return plans.Anything()
        if annotation is SecretSource:
            self.secrets = True
            return plans.Secret(nullable=nullable)
        if annotation in {int, float}:
            return plans.Number(nullable=nullable, real=annotation is float)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.fields(annotation, nullable=nullable)
        return plans.Boolean(nullable=nullable) if annotation is bool else plans.Text(nullable=nullable)


def _tag(field: FieldInfo) -> str | None:
    return field.discriminator if isinstance(field.discriminator, str) else None


def _choices(values: Sequence[Any], *, nullable: bool) -> Plan:
    if all(isinstance(value, bool) for value in values):
        return plans.Boolean(nullable=nullable)
    if all(isinstance(value, int) for value in values):
        return plans.Number(nullable=nullable)
    nullable = nullable or None in values
    return plans.Text(nullable=nullable, choices=[str(value) for value in values if value is not None])
