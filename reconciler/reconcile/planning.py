"""Reading the vendors and making the plan; reads only, through readers that cannot write."""

import asyncio
import dataclasses
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from reconciler import status
from reconciler.apply.desk import Account
from reconciler.clock import Clock
from reconciler.contract import Memory, Observation, Observed, Scope, SyncStatus, Wanted
from reconciler.errors import VendorError
from reconciler.ledger.protocol import Ledger, ObjectRecord, OpenClaim
from reconciler.ledger.protocol import Scope as LedgerScope
from reconciler.model import Address, Json, ManifestRef, Problem
from reconciler.plan import build
from reconciler.plan.value import Plan, Revision
from reconciler.reconcile.estate import Estate

LOST = "the ledger went back in time and may have forgotten it; the vendor does not show it"

CheckOptions = Callable[[Wanted, Observed | None], Iterable[Problem]]


@dataclasses.dataclass(frozen=True)
class Context:
    """What a pass works with. `accounts` by vendor name (the first part of an address)."""

    project: str
    environment: str | None
    tool: str
    revision: Revision
    estate: Estate
    accounts: Mapping[str, Account]
    ledger: Ledger
    clock: Clock
    pinned: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    check_options: CheckOptions = lambda _wanted, _observed: ()
    random: Callable[[], float] = random.random
    reveal: bool = False
    """Whether secrets of assets may be read, since this pass seals them."""
    attached: Callable[[str], bytes] | None = None
    """Returns the bytes of a file that a manifest attaches."""
    resting: frozenset[str] = frozenset()
    """Vendors that failed lately and are not asked in this pass."""

    @property
    def distinct(self) -> list[Account]:
        """Each vendor account once, by name."""
        return list({account.vendor.name: account for account in self.accounts.values()}.values())

    @property
    def scopes(self) -> list[LedgerScope]:
        """Every scope of the ledger that this pass may read."""
        return [scope for account in self.distinct for scope in account.scopes]


@dataclasses.dataclass(frozen=True)
class Planned:
    """A plan with all it was made from, and the claims that are open."""

    plan: Plan
    material: build.Material
    claims: tuple[OpenClaim, ...]
    lost: tuple[Address, ...] = ()
    """What a ledger that went back in time may have known as done, and the vendor does not show."""

    @property
    def at_work(self) -> frozenset[Address]:
        """What vendors are still working on from earlier runs."""
        return frozenset(one.address for one in self.plan.waiting if one.party == "vendor" and one.polled)

    @property
    def with_people(self) -> frozenset[Address]:
        """What people decide about, in their own time."""
        return frozenset(one.address for one in self.plan.waiting if not one.polled or one.party == "person")


async def plan(context: Context, *, only_changed: bool = False) -> Planned:
    """Read the ledger and the vendors and make the plan.

    `only_changed`: do not read what was settled when last read and whose manifest is still the same.
    """
    memory, known, protected, asked = await _remembered(context)
    claims = of_selection(context, await open_claims(context))
    aged = await _aged(context) if only_changed else {}
    focus = frozenset(context.estate.wanted.keys() - aged.keys()) if only_changed else None
    wanted = context.estate.wanted
    observation = await observe(context, ids=ids_of(wanted, memory), done_at=done_at_of(wanted, memory), focus=focus)
    lost = _lost(context, memory, observation)
    doubts = dict.fromkeys(lost, LOST)
    doubts.update({claim.key.address: claim.reason or "a call had no clear answer" for claim in claims})
    material = build.Material(
        project=context.project,
        environment=context.environment,
        revision=context.revision,
        content=context.estate.content,
        tool=context.tool,
        now=context.clock.now(),
        vendors={name: account.vendor for name, account in context.accounts.items()},
        wanted=context.estate.wanted,
        observation=observation,
        memory=memory,
        known={} if context.estate.partial else known,
        protected=protected,
        asked=asked,
        doubts=doubts,
        fingerprint=context.ledger.fingerprint,
        pinned=context.pinned,
        check_options=context.check_options,
        serial=context.ledger.serial,
        aged=aged,
        problems=context.estate.problems,
    )
    return Planned(build.build(material), material, tuple(claims), lost)


def _lost(context: Context, memory: Mapping[Address, Memory], observation: Observation) -> tuple[Address, ...]:
    """Return what must not be taken for new: a ledger that went back in time does not know what it has forgotten."""
    if not context.ledger.rewound:
        return ()
    absent = [address for address, one in context.estate.wanted.items() if observation.objects.get(address) == ()]
    return tuple(address for address in absent if _forgettable(context, address, memory))


def _forgettable(context: Context, address: Address, memory: Mapping[Address, Memory]) -> bool:
    wanted = context.estate.wanted[address]
    claims = build.memory_of(memory, wanted).claims
    operations = context.accounts[address.vendor].vendor.catalogue[f"{address.vendor}/{address.type}"].operations
    once = [name for name, operation in operations.items() if operation.once]
    return bool(once) and not any((name, wanted.revision) in claims for name in once)


def ids_of(wanted: Mapping[Address, Wanted], memory: Mapping[Address, Memory]) -> dict[Address, str]:
    """Return the vendor ids that the ledger knows, by present address."""
    found = {address: build.memory_of(memory, one).vendor_id for address, one in wanted.items()}
    return {address: vendor_id for address, vendor_id in found.items() if vendor_id is not None}


def done_at_of(
    wanted: Mapping[Address, Wanted], memory: Mapping[Address, Memory]
) -> dict[tuple[Address, str], datetime]:
    """Return since when operations are done, by present address, of the revision that is wanted now."""
    return {
        (address, operation): moment
        for address, one in wanted.items()
        for (operation, revision), moment in build.memory_of(memory, one).done_at.items()
        if revision == one.revision
    }


async def observe(
    context: Context,
    *,
    ids: Mapping[Address, str],
    done_at: Mapping[tuple[Address, str], datetime],
    focus: frozenset[Address] | None = None,
) -> Observation:
    """Read every vendor; one that cannot be read does not keep the others from being read."""
    began = context.clock.now()
    kept = await _sealed_already(context) if context.reveal else frozenset()
    whole = Scope(context.estate.wanted, dict(ids), focus, began, dict(done_at), context.reveal, kept)
    parts = await asyncio.gather(*(_observe_one(context, account, whole) for account in context.distinct))
    return merge(parts, began=began)


def merge(parts: Sequence[Observation], *, began: datetime) -> Observation:
    """Put observations of different vendors together."""
    return Observation(
        began_at=began,
        objects={address: matches for part in parts for address, matches in part.objects.items()},
        unreadable={address: reason for part in parts for address, reason in part.unreadable.items()},
        problems=tuple(problem for part in parts for problem in part.problems),
        obstacles={address: problem for part in parts for address, problem in part.obstacles.items()},
    )


async def _sealed_already(context: Context) -> frozenset[str]:
    return frozenset(one.asset_id for one in await context.ledger.read_assets(context.scopes) if one.sealed)


async def _observe_one(context: Context, account: Account, whole: Scope) -> Observation:
    began, serves = context.clock.now(), account.vendor.serves
    mine = {address: one for address, one in whole.wanted.items() if address.vendor in serves}
    near = None if whole.focus is None else whole.focus & mine.keys()
    asked = mine.keys() if near is None else near
    if not asked:
        return Observation(began, {})
    if account.vendor.name in context.resting:
        return Observation(began, {}, dict.fromkeys(asked, f"{account.vendor.name} failed lately and is left alone"))
    try:
        return await account.vendor.observe(dataclasses.replace(whole, wanted=mine, focus=near), account.client.reader)
    except VendorError as error:
        return Observation(began, {}, dict.fromkeys(asked, str(error)))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # An adapter that trips over what a vendor sent has read nothing.
        reason = f"{account.vendor.name} answered in a form that cannot be understood ({type(error).__name__})"
        return Observation(began, {}, dict.fromkeys(asked, reason))


async def _remembered(
    context: Context,
) -> tuple[dict[Address, Memory], dict[Address, ManifestRef], frozenset[Address], dict[Address, datetime]]:
    memory: dict[Address, Memory] = {}
    known: dict[Address, ManifestRef] = {}
    protected: set[Address] = set()
    asked: dict[Address, datetime] = {}
    for account in context.distinct:
        memory.update(await context.ledger.read_memory(account.scopes))
        for address, record in (await context.ledger.read_objects(account.scopes)).items():
            known[address] = ManifestRef(record.kind, record.name, "", 0)
            if record.protect:
                protected.add(address)
            asked.update((address, moment) for moment in status.asked_since(record.conditions))
    return memory, known, frozenset(protected), asked


async def _aged(context: Context) -> dict[Address, datetime]:
    """Return the objects that need no new reading, with when they were last read whole."""
    aged = {}
    for account in context.distinct:
        for address, record in (await context.ledger.read_objects(account.scopes)).items():
            wanted = context.estate.wanted.get(address)
            settled = record.sync_status is SyncStatus.SYNCHRONIZED
            if wanted and settled and record.observed_at is not None and _as_recorded(context, wanted, record):
                aged[address] = record.observed_at
    return aged


def _as_recorded(context: Context, wanted: Wanted, record: ObjectRecord) -> bool:
    """Say whether the same is wanted as when the object was recorded.

    Its manifest is not all there is: a template may have changed, a secret where it comes from, or an attached file.
    """
    fingerprint = context.ledger.fingerprint
    wishes = {**wanted.fields, **attached_to(wanted)}
    same = all(record.applied.get(name) == fingerprint(value) for name, value in wishes.items())
    return same and record.manifest_revision == wanted.manifest_revision


def attached_to(wanted: Wanted) -> dict[str, Json]:
    """Return what tells an object's attached files from others, by the name it is remembered under."""
    return {} if wanted.attached is None else {"(attached)": wanted.attached}


def of_selection(context: Context, claims: Iterable[OpenClaim]) -> list[OpenClaim]:
    """Leave out what is not looked at: with a part of the estate, the doubts about the rest are not its affair."""
    names = {address for one in context.estate.wanted.values() for address in one.addresses}
    return [claim for claim in claims if not context.estate.partial or claim.key.address in names]


async def open_claims(context: Context) -> list[OpenClaim]:
    """Return every claim of which it is unknown whether the vendor did it."""
    claims: list[OpenClaim] = []
    for account in context.distinct:
        claims.extend(await context.ledger.read_open_claims(account.scopes))
    return claims
