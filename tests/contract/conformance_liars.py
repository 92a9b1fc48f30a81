# ruff: noqa: ARG002 - the signatures are the contract's
"""Vendors and simulators that are not what they say, made from the example one by one lie each."""

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import toy_bench
from toy_vendor import wire
from toy_vendor.catalogue import CATALOGUE, CHANGE, CREATE
from toy_vendor.plugin import PLUGIN, Toy
from toy_vendor.simulator import MailHost

from reconciler.contract import (
    Answer,
    Call,
    Case,
    Decision,
    Effect,
    Endpoint,
    Field,
    NoRecovery,
    ObjectType,
    Observation,
    Observed,
    Reader,
    Satisfied,
    Scope,
    Setup,
    Situation,
    Step,
    Unknown,
    Verdict,
)
from reconciler.errors import BadAnswer
from reconciler.model import Secret
from reconciler.testing.conformance import Bench
from tests.contract.conformance_hosts import (
    Blind,
    Forgetful,
    Greedy,
    Meddling,
    Moving,
    Short,
    Slow,
    Wordy,
)

MAILBOX, LIST = "toy/mailbox", "toy/list"


def with_vendor(make: Callable[[Setup], Toy], **changes: Any) -> Bench:
    """Return the bench with another adapter."""
    plugin = dataclasses.replace(PLUGIN, create=make)
    return dataclasses.replace(toy_bench.BENCH, plugin=plugin, **changes)


def with_host(app: Callable[..., MailHost]) -> Bench:
    """Return the bench with another simulator."""
    return dataclasses.replace(toy_bench.BENCH, app=app)


def with_operation(key: str, name: str, **changes: Any) -> Bench:
    """Return the bench with another declaration of an operation."""
    operations = CATALOGUE[key].operations
    changed = {**operations, name: dataclasses.replace(operations[name], **changes)}
    return with_type(dataclasses.replace(CATALOGUE[key], operations=changed), key)


def with_type(kind: ObjectType, key: str) -> Bench:
    """Return the bench with another declaration of a type."""

    class Declaring(Toy):
        catalogue: Mapping[str, ObjectType] = {**CATALOGUE, key: kind}

    return with_vendor(Declaring)


class Retyping(Toy):
    """Shows what `seen` makes of each object."""

    seen: Callable[[Observed], Observed] = staticmethod(lambda one: one)

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Observe otherwise."""
        found = await super().observe(scope, read)
        objects = {address: tuple(self.seen(one) for one in matches) for address, matches in found.objects.items()}
        return dataclasses.replace(found, objects=objects)


class Assuming(Retyping):
    """Takes a quota that is not shown for the smallest."""

    seen = staticmethod(
        lambda one: dataclasses.replace(
            one, fields={"quota": 1, **one.fields} if "quota" not in one.fields else one.fields
        )
    )


@dataclasses.dataclass
class Recounted:
    """A reader that makes counts fit what came, as for an adapter that compares none; `of` names what is counted."""

    inner: Reader
    of: str

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Read, and correct the counts."""
        answer = await self.inner.fetch(call, missing_ok=missing_ok)
        return dataclasses.replace(answer, data=recounted(answer.data, self.of))


def recounted(data: Any, of: str) -> Any:
    """Return data with the counts of some lists as they are."""
    if isinstance(data, list):
        return [recounted(one, of) for one in data]
    if not isinstance(data, dict):
        return data
    inner = {name: recounted(value, of) for name, value in data.items()}
    count = "total" if of == "items" else f"{of}Count"
    return {**inner, count: len(inner[of])} if isinstance(inner.get(of), list) else inner


def trusting(of: str) -> Bench:
    """Return the bench with an adapter that takes a list for whole, whatever the count beside it."""

    class Trusting(Toy):
        async def observe(self, scope: Scope, read: Reader) -> Observation:
            return await super().observe(scope, Recounted(read, of))

    return with_vendor(Trusting)


class Strict(Toy):
    """Takes no list with a member that it does not know."""

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Observe, strictly."""
        return await super().observe(scope, Refusing(read))


@dataclasses.dataclass
class Refusing:
    """A reader that knows two members only."""

    inner: Reader

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Read, strictly."""
        answer = await self.inner.fetch(call, missing_ok=missing_ok)
        if isinstance(answer.data, Mapping) and "items" in answer.data and set(answer.data) != {"items", "total"}:
            raise BadAnswer(f"{call} shows a member that nobody knows")
        return answer


class Hiding(Retyping):
    """Does not show addresses, so that nobody sees one change."""

    seen = staticmethod(
        lambda one: dataclasses.replace(
            one, fields={name: one.fields[name] for name in one.fields if name != "address"}
        )
    )


class Unsure(Toy):
    """Never finds out anything."""

    async def recover(self, step: Step, situation: Situation, read: Reader) -> Unknown:
        """Find out nothing."""
        return Unknown("the mail host was not asked")


class Hasty(Toy):
    """Takes what it must not read for absent."""

    async def observe(self, scope: Scope, read: Reader) -> Observation:
        """Observe, wrongly."""
        found = await super().observe(scope, read)
        gone: dict[Any, tuple[Observed, ...]] = {
            address: () for address, reason in found.unreadable.items() if "not allowed" in reason
        }
        left = {address: reason for address, reason in found.unreadable.items() if address not in gone}
        return dataclasses.replace(found, objects={**found.objects, **gone}, unreadable=left)


class Changing(Toy):
    """Makes a new key for each sending."""

    numbers = itertools.count()

    async def prepare(self, step: Step, situation: Situation, read: Reader) -> Call | Satisfied:
        """Prepare, with another key."""
        call = await super().prepare(step, situation, read)
        if isinstance(call, Call) and call.headers:
            return dataclasses.replace(call, headers={wire.IDEMPOTENCY_HEADER: f"key-{next(self.numbers)}"})
        return call


class Telling(Toy):
    """Says a password in the reason of a step."""

    def steps(self, case: Case) -> Decision:
        """Decide, and tell."""
        made = super().steps(case)
        password = case.wanted.fields.get("password")
        said = password.reveal() if isinstance(password, Secret) else ""
        steps = tuple(dataclasses.replace(step, reason=f"{step.reason} {said}") for step in made.steps)
        return dataclasses.replace(made, steps=steps)


class Stumbling(Toy):
    """Knows only answers of one form."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.wire = dataclasses.replace(self.wire, judge=_judge)


def _judge(answer: Answer) -> Verdict:
    if not answer.ok and isinstance(answer.data, Mapping):
        assert isinstance(answer.data["error"], str)
    return wire.judge(answer)


class Misfiled(Toy):
    """Lists the endpoint that creates mailboxes as one that reads."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        as_read: tuple[Endpoint, ...] = tuple(
            dataclasses.replace(one, mutates=False) if one.name == "create mailbox" else one for one in wire.ENDPOINTS
        )
        self.wire = dataclasses.replace(self.wire, endpoints=as_read)


def without_advice() -> Bench:
    """Return the bench with an immutable field that says nothing of what to do instead."""
    kind = CATALOGUE[MAILBOX]
    return with_type(dataclasses.replace(kind, fields={**kind.fields, "address": Field(immutable=True)}), MAILBOX)


LIARS: Mapping[str, tuple[Bench, set[str]]] = {
    "an immutable field that the vendor changes": (with_host(Moving), {"immutable"}),
    "an immutable field that nobody sees": (with_vendor(Hiding), {"immutable"}),
    "a look-up that lags longer than declared": (with_host(Slow), {"lag"}),
    "a list that is cut and says that it is whole": (with_host(Short), {"found-again"}),
    "a creation that is not found again": (with_host(Forgetful), {"found-again"}),
    "a creation by look-up that is done twice": (with_host(Blind), {"recovery", "found-again"}),
    "a look-up that proves nothing": (with_vendor(Unsure), {"recovery"}),
    "something done once that is done twice": (
        dataclasses.replace(with_operation(MAILBOX, CREATE, once=True), app=Blind),
        {"once", "recovery", "found-again"},
    ),
    "a replacement that counts each time": (
        dataclasses.replace(with_operation(MAILBOX, CHANGE, effects=frozenset({Effect.COSTS})), app=Greedy),
        {"recovery", "found-again"},
    ),
    "a key that changes": (with_vendor(Changing), {"recovery"}),
    "a read that changes something": (with_host(Meddling), {"reads-only"}),
    "a changing endpoint declared as reading": (with_vendor(Misfiled), {"reads-only"}),
    "a cost that is left out": (
        with_operation(MAILBOX, CREATE, effects=frozenset({Effect.NOTIFIES})),
        {"effects"},
    ),
    "a state that is never reached": (with_host(Wordy), {"settles"}),
    "an absence that is a missing right": (with_vendor(Hasty), {"absence"}),
    "a member that is refused": (with_vendor(Strict), {"unknown-members"}),
    "a page that is cut": (trusting("items"), {"whole-lists"}),
    "a list of roles that is cut": (trusting("members"), {"whole-lists"}),
    "a member that is assumed": (with_vendor(Assuming), {"missing-members"}),
    "a password in a text": (with_vendor(Telling), {"secrets"}),
    "an answer that is not expected": (with_vendor(Stumbling), {"total"}),
    "an immutable field without advice": (without_advice(), {"declarations"}),
    "an operation without a chapter": (
        dataclasses.replace(toy_bench.BENCH, story=toy_bench.BENCH.story[:2]),
        {"reached"},
    ),
    "look-ups that nobody delays": (dataclasses.replace(toy_bench.BENCH, delay=None), {"lag"}),
    "an immutable field that nobody attacks": (dataclasses.replace(toy_bench.BENCH, fixed=()), {"immutable"}),
    "an excuse for nothing": (dataclasses.replace(toy_bench.BENCH, excuses={"once toy/list create": "-"}), {"once"}),
}
"""What each lie is, and the rules that find it."""

PARKING = with_operation(LIST, CREATE, recovery=NoRecovery())
"""Honest: nothing tells whether a list was made, so that a person has to."""
