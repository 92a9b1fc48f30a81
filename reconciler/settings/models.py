# ruff: noqa: N815 - field names are the public names
"""`reconciler.yaml` as pydantic models: each field says its meaning, unit, default and reason.

The documentation page and the published schema come from these texts. Models only; what several fields must
be together is in `rules`, what a vendor adds is in `vendors`.
"""

import datetime as dt
import zoneinfo
from typing import Annotated, Any, Literal

import pydantic

from reconciler.model import SecretSource
from reconciler.model.kinds import Currency, Name, Spec
from reconciler.settings import durations

Field = pydantic.Field
Span = Annotated[str, pydantic.StringConstraints(pattern=durations.PATTERN, max_length=40)]
"""A span of time: a number with ms, s, m, h or d."""
Amount = Annotated[str, pydantic.StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$")]
Count = Annotated[int, pydantic.Field(ge=0, le=1_000_000)]
Url = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=500)]
Line = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=500)]
TimeOfDay = Annotated[str, pydantic.StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def moment(text: str) -> dt.datetime:
    """Read a moment with its offset; ValueError when it is none."""
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ValueError(f"{text!r} is no moment with an offset; write it as 2026-12-20T00:00:00Z")
    return read


def _moment(text: str) -> str:
    moment(text)
    return text


def _date(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write it as 2026-12-31") from None
    return text


def _zone(text: str) -> str:
    if text not in zoneinfo.available_timezones():
        raise ValueError(f"{text!r} is no IANA time zone; write a name such as Europe/London")
    return text


Moment = Annotated[str, pydantic.AfterValidator(_moment)]
Date = Annotated[str, pydantic.AfterValidator(_date)]
Zone = Annotated[str, pydantic.AfterValidator(_zone)]


class ProjectMetadata(Spec):
    """Who owns what this repository creates."""

    name: Name = Field(
        description="Owner mark on everything created at vendors, part of every order's reference (RFC 1123 label)."
    )
    previously: list[Name] = Field(
        default=[],
        description="Former project names: orders placed under them are found, not bought again. Default none.",
    )


class Sealing(Spec):
    """Who can open what is kept sealed. All absent: the first run outside CI makes a key file for both."""

    recipients: list[Annotated[str, pydantic.StringConstraints(pattern=r"^age1[a-z0-9]{20,200}$")]] = Field(
        default=[],
        description="age public keys that licence keys and coupons are sealed to; writing needs nothing else.",
    )
    identity: SecretSource | None = Field(
        default=None,
        description="age identity that opens them; needed by `assets show --reveal` only, so keep it off CI machines.",
    )
    credentialKey: SecretSource | None = Field(
        default=None,
        description="Key for credentials that rotate; every run against a vendor with such credentials needs it.",
    )


class VendorLimits(Spec):
    """How much a vendor is asked to bear."""

    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        default=4, description="Requests in flight at once. Default 4: kind to a shared host."
    )
    perSecond: Annotated[float, Field(gt=0, le=10_000)] = Field(
        default=5.0, description="Requests started per second, sign-in included. Default 5: below known vendor limits."
    )


class Shared(Spec):
    """What every entry under `vendors` knows, also one that is reached `via` another."""

    limits: VendorLimits = Field(default=VendorLimits(), description="How much the vendor is asked to bear.")
    timeout: Span = Field(
        default="30s", description="Most time one request may take in all. Default 30s: vendors do slow work inline."
    )
    pageSize: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Rows per page of a list. Default: what the vendor's adapter knows to work."
    )
    caFile: Line | None = Field(
        default=None, description="PEM file of certificates trusted besides the usual ones, relative to this file."
    )
    lookupLag: Span = Field(
        default="5s",
        description="How long after a request its effect may stay invisible in lists. Default 5s, an assumption: a "
        "look-up proves absence only after it.",
    )
    doubtWindow: Span = Field(
        default="15m",
        description="How long a vendor may still be working on a request that we stopped waiting for. Default 15m; "
        "after it the action is parked for a person.",
    )
    capabilities: dict[str, bool] = Field(
        default={},
        description="Operations this installation offers or not, by flag; false makes them manual. Default: all that "
        "the adapter knows.",
    )


class Vendor(Shared):
    """One vendor account that is reached by itself."""

    url: Url | None = Field(default=None, description="Where the vendor is: https, or http on loopback only.")
    loginUrl: Url | None = Field(
        default=None, description="Where sign-in happens when that is another host. Default: the same as url."
    )
    credentials: dict[str, SecretSource] = Field(
        default={}, description="Where each credential is found: {env: NAME} or {file: path}; never the value."
    )
    allowPrivate: bool = Field(
        default=False,
        description="Admit private addresses. Default false, so that a name that resolves inward reaches nothing.",
    )


class System(Shared):
    """A provisioning system behind another vendor: it shares that vendor's address and credentials."""

    via: Line = Field(description="The entry under `vendors` it is reached through.")
    systemCode: Line | None = Field(
        default=None, description="What that vendor calls it. Default: the code its manual names."
    )


class PolicyLimits(Spec):
    """Most actions of each sort in one run; a plan beyond is shown and refused."""

    creates: Count = Field(default=100, description="Objects created. Default 100.")
    updates: Count = Field(
        default=100, description="Changes, synchronisations, enabling, disabling, requests. Default 100."
    )
    executes: Count = Field(default=20, description="Orders executed or submitted: everything that costs. Default 20.")
    deletes: Count = Field(default=0, description="Objects deleted. Default 0: an end is allowed run by run.")
    notifications: Count = Field(default=50, description="Actions that mail customers. Default 50.")


class Freeze(Spec):
    """A time in which nothing is changed."""

    begins: Moment = Field(alias="from", description="First moment, with offset (RFC 3339).")
    ends: Moment = Field(alias="to", description="First moment after it, with offset (RFC 3339).")
    reason: Line = Field(description="Why; shown with every refusal.")


class Window(Spec):
    """A weekly time in which disrupting steps are allowed; past midnight when `to` is not after `from`."""

    days: Annotated[list[Day], Field(min_length=1, max_length=7)] = Field(description="Days on which it begins.")
    begins: TimeOfDay = Field(alias="from", description="Time of day it begins, HH:MM.")
    ends: TimeOfDay = Field(alias="to", description="Time of day it ends, HH:MM.")
    zone: Zone = Field(description="IANA time zone of both.")


class Waiver(Spec):
    """A rule that does not hold for one object until a date."""

    rule: Line = Field(description="The rule: unpriced, freeze or maintenance.")
    address: Line = Field(description="The object, as `<vendor>/<type>/<name>`.")
    reason: Line = Field(description="Why.")
    expires: Date = Field(description="Last day it holds (UTC).")


class Policy(Spec):
    """What a run may do at most, and when."""

    limits: PolicyLimits = Field(default=PolicyLimits(), description="Most actions of each sort in one run.")
    budget: dict[Currency, Amount] | None = Field(
        default=None,
        description='Most money one run may spend, by currency, as text: {EUR: "500"}. Absent: shown, not limited.',
    )
    unpriced: Literal["refuse", "count"] = Field(
        default="count",
        description="What a costing step without a known price does, also when no budget is set: refuse it (an order "
        "can state maxPrice instead), or count it against limits.executes only. Default count.",
    )
    maintenance: dict[str, list[Window]] = Field(
        default={},
        description="By vendor: when steps that disrupt may run; outside they wait. Absent: at any time.",
    )
    freeze: list[Freeze] = Field(default=[], description="Times in which nothing is changed.")
    waivers: list[Waiver] = Field(default=[], description="Rules that do not hold for one object until a date.")


class Project(Spec):
    """The whole file, without what depends on the installed plug-ins (`vendors`)."""

    apiVersion: Literal["reconciler/v1"] = Field(description="The version of this language.")
    kind: Literal["Project"] = Field(description="What this file is.")
    metadata: ProjectMetadata = Field(description="Identity of the project.")
    specs: Annotated[list[Line], Field(min_length=1, max_length=100)] = Field(
        default=["specs"], description="Directories or globs of manifests, relative to this file. Default [specs]."
    )
    status: Line | None = Field(
        default="status", description="Directory that status files are written to, or null for none. Default status."
    )
    sealing: Sealing = Field(default=Sealing(), description="Who can open what is kept sealed.")
    state: Line = Field(
        default="sqlite:///.reconciler/state.db",
        description="The ledger: sqlite:///<path below this file>, or postgresql://user@host/db without a password.",
    )
    policy: Policy = Field(default=Policy(), description="What a run may do at most, and when.")
    environments: dict[Name, Any] = Field(
        default={}, description="By name, what differs under --env: merged key by key over the rest; lists replace."
    )
