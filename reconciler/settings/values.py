"""The configuration as the rest of the program uses it: checked, merged, in units that need no parsing.

Values only. No secret is in here, only where each one is found.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from reconciler.model import Json, JsonObject, Money, Problem, SecretSource

BY_HAND = "manual"
"""The transport that is people, and the origin of a vendor that has no address because of it."""


@dataclasses.dataclass(frozen=True)
class VendorSettings:
    """One entry under `vendors`. An entry with `via` has the address and credentials of that one.

    `timeout`, `lookup_lag` and `doubt_window` are in seconds. `credentials` is empty with `via`. `options` are
    those only the plug-in knows, defaults included.
    """

    name: str
    plugin: str
    url: str | None
    login_url: str | None = None
    via: str | None = None
    system_code: str | None = None
    credentials: Mapping[str, SecretSource] = dataclasses.field(default_factory=dict)
    concurrency: int = 4
    per_second: float = 5.0
    timeout: float = 30.0
    page_size: int | None = None
    ca_file: Path | None = None
    allow_private: bool = False
    lookup_lag: float = 5.0
    doubt_window: float = 900.0
    capabilities: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    options: Mapping[str, Json] = dataclasses.field(default_factory=dict)

    @property
    def by_hand(self) -> bool:
        """Whether people do everything there, and nothing is ever sent."""
        return self.url is None or self.options.get("transport") == BY_HAND

    @property
    def origin(self) -> str:
        """What the ledger keys this vendor's memory by: its address, or that people are reached."""
        return self.url.rstrip("/") if self.url is not None else BY_HAND


@dataclasses.dataclass(frozen=True)
class Limits:
    """Most actions of each sort in one run."""

    creates: int = 100
    updates: int = 100
    executes: int = 20
    deletes: int = 0
    notifications: int = 50


@dataclasses.dataclass(frozen=True)
class Freeze:
    """A time in which nothing is changed: from `begins` up to, not including, `ends`."""

    begins: dt.datetime
    ends: dt.datetime
    reason: str


@dataclasses.dataclass(frozen=True)
class Window:
    """A weekly time for disrupting steps; it ends the next day when `ends` is not after `begins`.

    `days` count from Monday, 0.
    """

    days: frozenset[int]
    begins: dt.time
    ends: dt.time
    zone: str


@dataclasses.dataclass(frozen=True)
class Waiver:
    """A rule that does not hold for one address up to and including the day `expires` (UTC)."""

    rule: str
    address: str
    reason: str
    expires: dt.date


@dataclasses.dataclass(frozen=True)
class Policy:
    """What a run may do at most, and when. `budget` by currency; None: not limited, empty: no currency may be spent."""

    limits: Limits = Limits()
    budget: Mapping[str, Money] | None = None
    unpriced: Literal["refuse", "count"] = "count"
    maintenance: Mapping[str, tuple[Window, ...]] = dataclasses.field(default_factory=dict)
    freeze: tuple[Freeze, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclasses.dataclass(frozen=True)
class Sealing:
    """Who can open what is kept sealed; all empty: nothing was said."""

    recipients: tuple[str, ...] = ()
    identity: SecretSource | None = None
    credential_key: SecretSource | None = None

    @property
    def configured(self) -> bool:
        """Whether anything was said."""
        return bool(self.recipients or self.identity or self.credential_key)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The whole configuration of a run.

    `root` is the absolute directory of the file. `state` is the ledger's address as written. `status_dir` None:
    no status files. `effective` is what a plan depends on, canonical: sources of secrets instead of
    secrets, without where state and status are kept.
    """

    root: Path
    file: Path
    project: str
    former_projects: tuple[str, ...]
    environment: str | None
    specs: tuple[str, ...]
    status_dir: Path | None
    state: str
    sealing: Sealing
    vendors: Mapping[str, VendorSettings]
    policy: Policy
    effective: JsonObject

    @property
    def owners(self) -> tuple[str, ...]:
        """The prefixes of order references, the one to write first."""
        suffix = f".{self.environment}" if self.environment else ""
        return tuple(f"{name}{suffix}" for name in (self.project, *self.former_projects))

    @property
    def state_file(self) -> Path | None:
        """The file of an SQLite ledger, absolute; None for another ledger."""
        prefix = "sqlite:///"
        return self.root / self.state.removeprefix(prefix) if self.state.startswith(prefix) else None


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What reading the configuration gave: settings unless a problem is an error."""

    settings: Settings | None
    problems: tuple[Problem, ...] = ()
