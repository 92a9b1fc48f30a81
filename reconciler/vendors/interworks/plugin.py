"""The BSS as the engine sees it: one `Vendor` for interworks, avg, panda and bittitan, and its plug-in record."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.contract import (
    VERSION,
    Absent,
    Answer,
    Call,
    Case,
    Decision,
    Described,
    Found,
    ObjectType,
    Observation,
    Observed,
    Outcome,
    Plugin,
    Reader,
    Satisfied,
    Scope,
    Setup,
    Several,
    Situation,
    Step,
    Unknown,
    Wanted,
    Wire,
    World,
)
from reconciler.errors import ConfigurationError, StepRefused
from reconciler.model import Address, Json, JsonObject, Manifest, Problem
from reconciler.vendors.interworks import (
    answers,
    catalogue,
    checking,
    codes,
    deciding,
    expanding,
    observing,
    options,
    ordering,
    preparing,
    pulling,
    recovering,
    systems,
    wire,
)
from reconciler.vendors.interworks.client import PAGE_SIZE, Client

CREDENTIALS = ("clientKey", "clientSecret", "username", "password")


class Interworks:
    """One BSS installation. Keeps nothing between calls; see `reconciler.contract.Vendor` for the methods."""

    name: str = catalogue.OWN

    def __init__(self, setup: Setup) -> None:
        self._systems = systems.configured(setup.systems)
        self._capabilities = _capabilities(setup.options.get("capabilities"))
        size = setup.options.get("pageSize")
        self._size = size if isinstance(size, int) and size > 0 else PAGE_SIZE
        self.serves: tuple[str, ...] = (self.name, *self._systems)
        self.catalogue: Mapping[str, ObjectType] = catalogue.catalogue_of(self._systems)
        self.wire = Wire(
            endpoints=wire.ENDPOINTS,
            judge=answers.judge,
            explain=answers.explain,
            headers=wire.VERSION_HEADER,
            sign_in=answers.sign_in(setup.credentials) if setup.credentials else None,
        )

    def check(self, world: World) -> Iterable[Problem]:
        """Return what is wrong with the manifests by the rules of the BSS and its systems."""
        return tuple(dict.fromkeys(checking.check(world, self._systems)))

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return the account, its synchronisations, or the order that a manifest stands for."""
        return tuple(expanding.expand(manifest, world, self._systems))

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read what is wanted; see `observing.observe` for what else `objects` holds."""
        return await observing.observe(scope, read, systems=self._systems, size=self._size)

    def steps(self, case: Case) -> Decision:
        """Decide what brings one object closer."""
        address = case.wanted.address
        if address.type == "account":
            return deciding.decide_account(case, self._capabilities)
        decide = deciding.decide_sync if address.type == "sync" else ordering.decide_order
        return decide(case, self._systems[address.vendor], self._capabilities)

    async def prepare(self, step: Step, situation: Situation, read: Reader) -> Call | Satisfied:
        """Make the one request of a step after the last look."""
        return await preparing.prepare(self._desk(step, situation, read))

    def interpret(self, step: Step, answer: Answer) -> Outcome:
        """Read the answer to a step's request."""
        return answers.interpret(step, answer)

    async def recover(self, step: Step, situation: Situation, read: Reader) -> Found | Absent | Several | Unknown:
        """Find out whether a step whose answer was lost was done."""
        return await recovering.recover(self._desk(step, situation, read))

    async def pull_catalogue(self, read: Reader) -> JsonObject:
        """Return option definitions and products."""
        return await pulling.pull_catalogue(read, systems=self._systems, size=self._size)

    async def probe(self, read: Reader) -> str:
        """Prove the credentials with one cheap read."""
        return await pulling.probe(read)

    def resend(self, target: str, asset_id: str | None) -> Step:
        """Return the step that has AVG mail an asset's licence key again; `target` is a name or an address."""
        address = Address.parse(target) if "/" in target else Address("avg", "order", target)
        if asset_id is None or address.vendor != "avg" or "avg" not in self._systems:
            raise StepRefused(f"{address} cannot be sent again; only AVG mails licence keys, and it must be configured")
        operation = self.catalogue["avg/order"].operations[catalogue.RESEND]
        return deciding.bare_step(
            operation, address, reason="asked for by a person", target=asset_id, capabilities=self._capabilities
        )

    def described_options(
        self, wanted: Wanted, observed: Observed | None, pinned: Mapping[str, Any]
    ) -> Described | None:
        """Return a synchronisation's options and what the BSS says of them, now or when the catalogue was pulled."""
        system = self._systems.get(wanted.address.vendor)
        if wanted.address.type != "sync" or system is None or not system.options:
            return None
        return options.described(wanted, observed, system=system, pinned=pinned)

    def _desk(self, step: Step, situation: Situation, read: Reader) -> preparing.Desk:
        return preparing.Desk(step, situation, Client(read, self._size), self._systems)


def _capabilities(value: Any) -> dict[str, bool]:
    given = value if isinstance(value, Mapping) else {}
    unknown = sorted(set(given) - set(catalogue.CAPABILITIES))
    if unknown:
        known = ", ".join(catalogue.CAPABILITIES)
        raise ConfigurationError(f"capability {unknown[0]} of interworks is unknown; use one of {known}")
    return {name: given.get(name) is not False for name in catalogue.CAPABILITIES}


def _kinds() -> Any:
    # Late, because pydantic is heavy and most commands need no models at once.
    from reconciler.vendors.interworks import kinds

    return kinds.kinds()


_DEFAULTS: Mapping[str, Json] = {"capabilities": dict.fromkeys(catalogue.CAPABILITIES, True)}

PLUGIN = Plugin(
    name=catalogue.OWN,
    contract=VERSION,
    kinds=_kinds,
    create=Interworks,
    credentials=CREDENTIALS,
    options=_DEFAULTS,
    systems={system.name: {"systemCode": system.code} for system in systems.KNOWN},
    codes=codes.CODES,
)
