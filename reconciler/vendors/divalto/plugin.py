"""Divalto as the engine sees it: one `Vendor` for one partner's key, and its plug-in record."""

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
from reconciler.model import JsonObject, Manifest, Problem
from reconciler.vendors.divalto import (
    answers,
    catalogue,
    checking,
    codes,
    deciding,
    expanding,
    observing,
    options,
    preparing,
    pulling,
    recovering,
    sites,
    wire,
)
from reconciler.vendors.divalto.client import Client
from reconciler.vendors.divalto.desk import Desk
from reconciler.vendors.divalto.steps import Bench

CREDENTIALS = ("apiKey",)


class Divalto:
    """One partner at Divalto. Keeps nothing between calls; see `reconciler.contract.Vendor` for the methods."""

    name: str = catalogue.OWN

    def __init__(self, setup: Setup) -> None:
        self._settings = options.parse(setup.options)
        size = setup.options.get("pageSize")
        self._size = size if isinstance(size, int) and 0 < size <= wire.MOST_ROWS else wire.MOST_ROWS
        self.serves: tuple[str, ...] = (self.name,)
        self.catalogue: Mapping[str, ObjectType] = catalogue.catalogue_of()
        key = setup.credentials.get("apiKey")
        self.wire = Wire(
            endpoints=wire.ENDPOINTS,
            judge=answers.judge,
            explain=answers.explain,
            key_header=(wire.KEY_HEADER, key) if key is not None else None,
        )

    def check(self, world: World) -> Iterable[Problem]:
        """Return what is wrong with the manifests by the rules of Divalto."""
        return tuple(dict.fromkeys(checking.check(world, self._settings)))

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return the order or site that a manifest stands for."""
        return tuple(expanding.expand(manifest, world, self._settings))

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read what is wanted; see `observing.observe` for what else `objects` holds."""
        return await observing.observe(scope, read, settings=self._settings, size=self._size)

    def steps(self, case: Case) -> Decision:
        """Decide what brings one object closer."""
        kind = case.wanted.address.type
        bench = Bench(case, self.catalogue[f"{self.name}/{kind}"].operations, self._settings)
        return sites.decide_site(bench) if kind == catalogue.SITE else deciding.decide_order(bench)

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
        """Return order types, origins, generations, solutions, document types and products."""
        return await pulling.pull_catalogue(Client(read, self._size))

    async def probe(self, read: Reader) -> str:
        """Prove the key with one cheap read; by hand there is nothing to prove."""
        if self._settings.manual:
            return "transport manual: people enter what is wanted in the portal, and no key is needed"
        return await pulling.probe(read)

    def resend(self, target: str, asset_id: str | None) -> Step:
        """Refuse: the vendor mails certificates by itself, and no call does it again."""
        raise StepRefused(f"{target} cannot be sent again; ask Divalto for another copy of the certificate")

    def described_options(
        self, wanted: Wanted, observed: Observed | None, pinned: Mapping[str, Any]
    ) -> Described | None:
        """Return None: Divalto describes no options."""
        return None

    def _desk(self, step: Step, situation: Situation, read: Reader) -> Desk:
        return Desk(step, situation, Client(read, self._size), self._settings)


def _kinds() -> Any:
    # Late, because pydantic is heavy and most commands need no models at once.
    from reconciler.vendors.divalto import kinds

    return kinds.kinds()


PLUGIN = Plugin(
    name=catalogue.OWN,
    contract=VERSION,
    kinds=_kinds,
    create=Divalto,
    credentials=CREDENTIALS,
    options=options.DEFAULTS,
    codes=codes.CODES,
)
