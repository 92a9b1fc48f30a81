"""One YAML document a person wrote, checked and typed, with the place of everything in it."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from reconciler.model.canonical import JsonObject, digest
from reconciler.model.place import Place


@dataclasses.dataclass(frozen=True, slots=True)
class ManifestRef:
    """Which manifest an object comes from, for reports; `line` is where the document begins."""

    kind: str
    name: str
    file: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest whose spec fits its kind's model.

    `spec` is the kind's pydantic model; `spec.model_fields_set` tells which fields are managed. `data` is
    the whole document as plain JSON data; `places` maps JSON pointers (`/spec/email`) to where the value stands.
    """

    kind: str
    name: str
    spec: Any
    data: JsonObject
    file: str
    line: int
    previously: tuple[str, ...] = ()
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    protect: bool = False
    places: Mapping[str, Place] = dataclasses.field(default_factory=dict, compare=False)

    @property
    def ref(self) -> ManifestRef:
        """The short form reports carry."""
        return ManifestRef(self.kind, self.name, self.file, self.line)

    @property
    def names(self) -> tuple[str, ...]:
        """The present name, then each former one."""
        return (self.name, *self.previously)

    @property
    def revision(self) -> str:
        """`sha256:` of the manifest's canonical form; reformatting does not change it."""
        return digest(self.data)

    def place(self, pointer: str) -> Place:
        """Return where `pointer` stands, or its nearest parent that has a place."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, Place(self.file))
