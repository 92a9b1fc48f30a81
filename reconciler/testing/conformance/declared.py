"""What can be said of the declarations alone: they fit each other, and what reads cannot write."""

import re
from collections.abc import Iterator

from reconciler.contract import Answer, ByLookup, Endpoint, Field, Kind, Operation, Vendor
from reconciler.errors import VendorError, WriteRefused
from reconciler.model import Json
from reconciler.reconcile.planning import Context
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.suite import Suite, key_of
from reconciler.testing.conformance.trial import Trial

_CHANGING = {"PUT", "PATCH", "DELETE"}
_TRIPS = (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError, VendorError)
_STATUSES = (200, 201, 202, 204, 301, 400, 401, 402, 403, 404, 405, 409, 412, 418, 422, 429, 500, 501, 502, 503, 504)
_BODIES: tuple[Json, ...] = (
    None,
    {},
    [],
    "text",
    7,
    [[]],
    [{}],
    {"data": None},
    {"error": {"code": []}},
    {"result": [{"id": {}}]},
)


def declarations(suite: Suite) -> Iterator[Finding]:
    """Demand that the catalogue fits itself and the wire: names, endpoints, advice, instructions."""
    vendor = suite.vendor
    for key, kind in vendor.catalogue.items():
        if key.partition("/")[0] not in vendor.serves:
            yield Finding("declarations", key, "", f"is of no vendor that is served: {', '.join(vendor.serves)}")
        for name, field in kind.fields.items():
            yield from _field(key, name, field)
        for name, operation in kind.operations.items():
            for seen in _operation(name, operation):
                yield Finding("declarations", key, name, seen)


def _field(key: str, name: str, field: Field) -> Iterator[Finding]:
    if field.immutable and not field.advice:
        yield Finding("declarations", key, name, "is immutable and has no advice; say what to do instead")
    if field.immutable and field.create_only:
        yield Finding("declarations", key, name, "is create-only, so never compared, and immutable; choose one")


def _operation(name: str, operation: Operation) -> Iterator[str]:
    if operation.name != name:
        yield f"is called {operation.name} in its own declaration"
    if (operation.endpoint is None) != (operation.kind is Kind.MANUAL):
        yield "has an endpoint exactly when it is not manual; correct one of them"
    if (operation.endpoint is None or operation.capability) and not operation.instructions:
        yield "may be left to a person and has no instructions"
    if isinstance(operation.recovery, ByLookup) and not operation.recovery.fields:
        yield "is looked up by no field; name those that identify what it makes"


def reads_only(suite: Suite) -> Iterator[Finding]:
    """Demand that what changes something is declared so; the reader refuses it, and reading leaves the books alone."""
    vendor = suite.vendor
    for endpoint in vendor.wire.endpoints:
        if not endpoint.mutates and endpoint.method in _CHANGING:
            text = f"{endpoint.method} {endpoint.path} is declared as reading"
            yield Finding("reads-only", vendor.name, endpoint.name, text)
    for key, kind in vendor.catalogue.items():
        for name, operation in kind.operations.items():
            seen = _unlisted(vendor, operation)
            if seen:
                yield Finding("reads-only", key, name, seen)
    yield from _refused(suite)
    if misdeclared(suite):
        return
    for told in suite.told:
        for name in told.meddled:
            yield Finding("reads-only", vendor.name, name, "is declared as reading, and the books differ after it")


def misdeclared(suite: Suite) -> bool:
    """Say whether an operation's endpoint is not declared as one, so that no story can be told."""
    kinds = suite.vendor.catalogue.values()
    return any(_unlisted(suite.vendor, one) for kind in kinds for one in kind.operations.values())


def _unlisted(vendor: Vendor, operation: Operation) -> str:
    endpoint = operation.endpoint
    if endpoint is None:
        return ""
    listed = [one for one in vendor.wire.endpoints if (one.method, one.path) == (endpoint.method, endpoint.path)]
    if not listed:
        return f"has an endpoint that the wire does not list: {endpoint.method} {endpoint.path}"
    if not all(one.mutates for one in (endpoint, *listed)):
        return f"changes something by an endpoint that is declared as reading: {endpoint.method} {endpoint.path}"
    return ""


def _refused(suite: Suite) -> Iterator[Finding]:
    trial = Trial(suite.bench).live(suite.bench.story[0])
    for endpoint in suite.vendor.wire.endpoints:
        if endpoint.mutates and not _refuses(trial, endpoint):
            yield Finding("reads-only", suite.vendor.name, endpoint.name, "is not refused by the planner's reader")


def _refuses(trial: Trial, endpoint: Endpoint) -> bool:
    call = endpoint.call(dict.fromkeys(re.findall(r"\{(\w+)\}", endpoint.path), "x1"))

    async def attempt(context: Context) -> bool:
        try:
            await context.distinct[0].client.reader.fetch(call)
        except WriteRefused:
            return True
        except VendorError:
            return False
        return False

    return trial.do(attempt)


def total(suite: Suite) -> Iterator[Finding]:
    """Demand a verdict, a text and an outcome for any answer: a vendor in trouble answers anything."""
    wire, name = suite.vendor.wire, suite.vendor.name
    answers = [Answer(status, body) for status in _STATUSES for body in _BODIES]
    answers += [Answer(status, None, readable=False) for status in _STATUSES]
    steps = {key_of(sent.step): sent.step for told in suite.told for sent in told.sent}
    for answer in answers:
        try:
            wire.judge(answer)
            wire.explain(answer)
        except _TRIPS as error:
            yield Finding("total", name, "judge or explain", _tripped(answer, error))
        for (key, operation), step in steps.items():
            try:
                suite.vendor.interpret(step, answer)
            except _TRIPS as error:
                yield Finding("total", key, operation, f"interpret: {_tripped(answer, error)}")


def _tripped(answer: Answer, error: Exception) -> str:
    return f"{type(error).__name__} at status {answer.status} with {answer.data!r}"
