"""The mail host as the engine sees it: the `Vendor`, and its plug-in record."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.contract import (
    VERSION,
    Absent,
    Answer,
    Call,
    Case,
    Decision,
    Described,
    Done,
    Found,
    ObjectType,
    Observation,
    Observed,
    Outcome,
    Plugin,
    Reader,
    Refused,
    Satisfied,
    Scope,
    Setup,
    Several,
    Situation,
    Step,
    Unclear,
    Unknown,
    Verdict,
    Wanted,
    Wire,
    World,
)
from reconciler.errors import StepRefused, VendorError
from reconciler.model import Address, JsonObject, Manifest, Problem
from toy_vendor import client, mapping, wire
from toy_vendor.catalogue import CATALOGUE, CHANGE, CREATE, OWN, REMOVE

NOT_STAMPED = datetime.min.replace(tzinfo=UTC)


class Toy:
    """One account at the mail host; see `reconciler.contract.Vendor` for the methods."""

    name: str = OWN
    serves: tuple[str, ...] = (OWN,)
    catalogue: Mapping[str, ObjectType] = CATALOGUE

    def __init__(self, setup: Setup) -> None:
        key = setup.credentials.get("apiKey")
        self.wire = Wire(wire.ENDPOINTS, wire.judge, wire.explain, key_header=(wire.KEY_HEADER, key) if key else None)

    def check(self, world: World) -> Iterable[Problem]:
        """Return what is wrong with the manifests."""
        return tuple(mapping.check(world))

    def expand(self, manifest: Manifest, world: World) -> Iterable[Wanted]:
        """Return the mailbox or the list that a manifest stands for."""
        return tuple(mapping.expand(manifest, world))

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Read each type whole; what a list lacks and we know is asked for by its id."""
        objects: dict[Address, tuple[Observed, ...]] = {}
        unreadable: dict[Address, str] = {}
        asked = [one for one in scope.wanted.values() if scope.focus is None or one.address in scope.focus]
        for kind in wire.PATHS:
            mine = [one for one in asked if one.address.type == kind]
            try:
                shown = await client.fetch_all(read, kind) if mine else []
                for one in mine:
                    objects[one.address] = await _matches(one, shown, scope, read)
            except VendorError as error:
                unreadable.update({one.address: str(error) for one in mine if one.address not in objects})
        return Observation(scope.now or NOT_STAMPED, objects, unreadable)

    def steps(self, case: Case) -> Decision:
        """Decide what brings one object closer."""
        wanted, there = case.wanted, case.observed
        if wanted.ensure == "absent":
            return Decision((self._step(case, REMOVE, "declared absent"),) if there else ())
        if there is None:
            return Decision((self._step(case, CREATE, "not at the mail host"),))
        return Decision((self._step(case, CHANGE, "differs from the manifest"),) if case.changes else ())

    def described_options(self, *_: object) -> Described | None:
        """Return None: nothing is described at run time."""
        return None

    async def prepare(self, step: Step, situation: Situation, read: Reader) -> Call | Satisfied:
        """Make the one request of a step, after a last look."""
        kind = step.address.type
        if step.operation == REMOVE:
            return wire.REMOVE[kind].call({"id": step.target or ""})
        wanted = situation.wanted[step.address]
        body: dict[str, Any] = {name: wanted.fields[name] for name in step.body}
        if step.operation == CHANGE:
            return wire.CHANGE[kind].call({"id": step.target or ""}, body=body)
        there = await _by_reference(read, kind, wanted)
        if len(there) > 1:
            raise StepRefused(f"{len(there)} objects carry the reference of {step.address}; keep one of them")
        if there:
            return Satisfied(there[0].vendor_id)
        headers = {wire.IDEMPOTENCY_HEADER: f"{wanted.keys[0]}"}
        return wire.CREATE[kind].call(body={**body, wire.REFERENCE: wanted.keys[0]}, headers=headers)

    def interpret(self, step: Step, answer: Answer) -> Outcome:
        """Read the answer to a step's request."""
        if wire.judge(answer) is Verdict.REFUSED:
            return Refused(wire.explain(answer), conflict=answer.status == 409)
        if step.operation == REMOVE and answer.ok:
            return Done(step.target or "")
        number = answer.data.get("id") if isinstance(answer.data, Mapping) else None
        return Done(number) if isinstance(number, str) else Unclear("the answer names no id")

    async def recover(self, step: Step, situation: Situation, read: Reader) -> Found | Absent | Several | Unknown:
        """Find out whether a step whose answer was lost was done."""
        try:
            if step.operation == CREATE:
                there = await _by_reference(read, step.address.type, situation.wanted[step.address])
                if len(there) > 1:
                    return Several(tuple(one.vendor_id for one in there))
                return Found(there[0].vendor_id) if there else Absent()
            now = await client.fetch_one(read, step.address.type, step.target or "")
        except VendorError as error:
            return Unknown(str(error))
        if step.operation == REMOVE:
            return Absent() if now else Found(step.target or "")
        # A password is never shown, so a change with one counts as not done: sent again, it does no harm.
        done = now is not None and all(name in now.fields and now.fields[name] == step.body[name] for name in step.body)
        return Found(step.target or "") if done else Absent()

    async def pull_catalogue(self, _read: Reader) -> JsonObject:
        """Return an empty catalogue: the mail host has none."""
        return {}

    async def probe(self, read: Reader) -> str:
        """Prove the key with one cheap read."""
        return f"{len(await client.fetch_all(read, wire.MAILBOX))} mailboxes"

    def resend(self, target: str, _asset_id: str | None) -> Step:
        """Refuse: the mail host sends nothing again."""
        raise StepRefused(f"{target} cannot be sent anything again; the mail host has no such call")

    def _step(self, case: Case, name: str, reason: str) -> Step:
        kind, there = case.wanted.address.type, case.observed
        operation = self.catalogue[f"{OWN}/{kind}"].operations[name]
        changes = case.changes if name != REMOVE else ()
        changed = {change.path.split("/")[1] for change in changes}
        secret = {field for field, one in self.catalogue[f"{OWN}/{kind}"].fields.items() if one.secret}
        return Step(
            address=case.wanted.address,
            operation=name,
            kind=operation.kind,
            reason=reason,
            target=there.vendor_id if there else None,
            changes=changes,
            body={field: None if field in secret else case.wanted.fields[field] for field in sorted(changed)},
            needs=case.wanted.needs,
            effects=operation.effects,
            basis=there.vendor_id if there else None,
        )


async def _matches(wanted: Wanted, shown: list[Observed], scope: Scope, read: Reader) -> tuple[Observed, ...]:
    found = tuple(one for one in shown if one.key in wanted.keys)
    number = scope.ids.get(wanted.address)
    if found or number is None:
        return found
    known = await client.fetch_one(read, wanted.address.type, number)
    return (known,) if known and known.key in wanted.keys else ()


async def _by_reference(read: Reader, kind: str, wanted: Wanted) -> list[Observed]:
    lists = [await client.fetch_all(read, kind, reference=key) for key in wanted.keys]
    return [one for some in lists for one in some]


def _kinds() -> Any:
    # Late, because pydantic is heavy and most commands need no models at once.
    from toy_vendor import kinds

    return kinds.kinds()


PLUGIN = Plugin(name=OWN, contract=VERSION, kinds=_kinds, create=Toy, credentials=("apiKey",), codes=mapping.CODES)
