"""Dimensions as the engine sees it: one `Vendor` for one set of credentials, and its plug-in record."""

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
from reconciler.errors import StepRefused
from reconciler.model import Address, JsonObject, Manifest, Problem
from reconciler.vendors.dimensions import (
    answers,
    catalogue,
    checking,
    codes,
    connecting,
    deciding,
    expanding,
    granting,
    observing,
    options,
    preparing,
    recovering,
    wire,
)
from reconciler.vendors.dimensions.client import Client
from reconciler.vendors.dimensions.desk import Desk

CREDENTIALS = ("clientId", "clientSecret")
OPTIONAL = ("refreshToken",)
"""Needed to begin with; the newest one is kept in the ledger, and `login` gets a first one."""


class Dimensions:
    """One login at Dimensions. Keeps nothing between calls; see `reconciler.contract.Vendor` for the methods."""

    name: str = catalogue.OWN

    def __init__(self, setup: Setup) -> None:
        self._settings = options.parse(setup.options)
        self._endpoints = wire.endpoints(self._settings.level)
        size = setup.options.get("pageSize")
        self._size = size if isinstance(size, int) and 0 < size <= wire.MOST_ROWS else wire.MOST_ROWS
        self.serves: tuple[str, ...] = (self.name,)
        self.catalogue: Mapping[str, ObjectType] = catalogue.catalogue_of(self._endpoints)
        self.wire = Wire(
            endpoints=self._endpoints.all,
            judge=answers.judge,
            explain=answers.explain,
            sign_in=answers.sign_in(
                setup.credentials,
                login_url=str(setup.options.get("loginUrl") or wire.LOGIN_URL),
                redirect=str(setup.options.get("redirect") or wire.REDIRECT),
            )
            if setup.credentials
            else None,
        )

    def check(self, world: World) -> Iterable[Problem]:
        """Return what is wrong with the manifests by the rules of Dimensions."""
        return tuple(dict.fromkeys(checking.check(world, self._settings)))

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return the reseller, customer, connection or user that a manifest stands for."""
        return tuple(expanding.expand(manifest, world, self._settings))

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read what is wanted."""
        return await observing.observe(scope, read, endpoints=self._endpoints, settings=self._settings, size=self._size)

    def steps(self, case: Case) -> Decision:
        """Decide what brings one object closer."""
        kind = case.wanted.address.type
        operations = self.catalogue[f"{self.name}/{kind}"].operations
        if kind == catalogue.RESELLER:
            return deciding.decide_reseller(case, operations, self._settings)
        if kind == catalogue.CUSTOMER:
            return deciding.decide_customer(case, operations, self._settings)
        decide = connecting.decide_pbx if kind == catalogue.PBX else granting.decide_user
        return decide(case, operations)

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
        """Refuse: the vendor lists neither product types nor roles."""
        raise StepRefused(
            "dimensions lists no catalogue; write the product types that the account manager names into `productTypes`"
        )

    async def probe(self, read: Reader) -> str:
        """Prove the credentials with one cheap read."""
        client = self._client(read)
        tenant = self._settings.account_tenant_id
        if self._settings.enterprise and tenant is None:
            shown = await client.fetch_first(client.endpoints.list_accounts, "")
            return f"signed in as service provider; {'accounts are' if shown else 'no account is'} visible"
        shown = await client.fetch_first(client.endpoints.list_customers, tenant or "")
        return f"signed in at {self._settings.level} level; {'customers are' if shown else 'no customer is'} visible"

    def resend(self, target: str, asset_id: str | None) -> Step:
        """Return the step that has a user invited again; `target` is an address."""
        address = Address.parse(target)
        if asset_id is not None or address.type != catalogue.USER:
            raise StepRefused(f"{address} is not a user; only users are invited again")
        operation = self.catalogue[f"{self.name}/{catalogue.USER}"].operations[catalogue.INVITE]
        return Step(
            address=address,
            operation=operation.name,
            kind=operation.kind,
            reason="asked for by a person",
            effects=operation.effects,
        )

    def described_options(
        self, wanted: Wanted, observed: Observed | None, pinned: Mapping[str, Any]
    ) -> Described | None:
        """Return None: Dimensions describes no options."""
        return None

    def _client(self, read: Reader) -> Client:
        return Client(read, self._endpoints, self._size)

    def _desk(self, step: Step, situation: Situation, read: Reader) -> Desk:
        return Desk(step, situation, self._client(read), self._settings)


def _kinds() -> Any:
    # Late, because pydantic is heavy and most commands need no models at once.
    from reconciler.vendors.dimensions import kinds

    return kinds.kinds()


PLUGIN = Plugin(
    name=catalogue.OWN,
    contract=VERSION,
    kinds=_kinds,
    create=Dimensions,
    credentials=CREDENTIALS,
    optional_credentials=OPTIONAL,
    options={**options.DEFAULTS, "redirect": wire.REDIRECT},
    codes=codes.CODES,
)
