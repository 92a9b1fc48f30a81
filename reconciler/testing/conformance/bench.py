"""What the author of a vendor gives the suite: a simulator, a story that makes everything, a look into the books."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from reconciler.contract import Effect, Plugin

App: TypeAlias = Any
"""The simulator: an ASGI application, and whatever else its author wants to reach in it."""
Row: TypeAlias = Mapping[str, Any]
Books: TypeAlias = Mapping[str, Sequence[Row]]
"""The vendor's books: tables of rows, as a person at the vendor could look them up."""


@dataclasses.dataclass(frozen=True)
class Chapter:
    """One state of the repository. `manifests` is YAML; `before` is what people at the vendor do first.

    `again`: what a person has sent again once it is reached, as `reconciler resend` takes it (`User/NAME`, an order).
    """

    title: str
    manifests: str
    before: Callable[[App], object] = lambda _app: None
    again: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Fixed:
    """How an immutable field of one object is attacked, from where the first chapter has led.

    `edit`: text of the first chapter's manifests and what somebody writes instead. `at_vendor` changes the field in
    the books, given the vendor's id of the object; None when nobody there can.
    """

    address: str
    field: str
    edit: tuple[str, str]
    at_vendor: Callable[[App, str], object] | None


@dataclasses.dataclass(frozen=True)
class Bench:
    """One vendor with its simulator.

    `app` makes a new simulator; it is given a clock that tells virtual time. `books` must be counted in: one effect of
    an operation is one row, mails and charges too. `story`: chapters that together reach every operation; the first
    makes one object of every type. `environ`: what the secrets of its manifests are, by variable. `lag`: seconds after
    which look-ups are declared to show what was done (`lookupLag`), and `delay` makes the simulator's look-ups lag.
    `counts`: how many mails went out, how much was charged, by effect. `issued`: secrets that the vendor gave out.
    `restless`: members of rows that reading may change. `excuses`: `<rule> <object type> <what>` -> why the finding is
    as it has to be; one that excuses nothing is a finding.
    """

    plugin: Plugin
    app: Callable[[Callable[[], datetime]], App]
    books: Callable[[App], Books]
    story: Sequence[Chapter]
    credentials: Mapping[str, str] = dataclasses.field(default_factory=dict)
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    environ: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fixed: Sequence[Fixed] = ()
    lag: float = 5.0
    delay: Callable[[App, float], object] | None = None
    counts: Mapping[Effect, Callable[[App], float]] = dataclasses.field(default_factory=dict)
    issued: Callable[[App], Iterable[str]] = lambda _app: ()
    restless: frozenset[str] = frozenset()
    excuses: Mapping[str, str] = dataclasses.field(default_factory=dict)
