"""The engine's pieces with a witness beside them: which call is of which step, what was read, what a request did."""

import contextlib
import contextvars
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import httpx

from reconciler import contract
from reconciler.contract import Answer, Call, Reader, Satisfied, Situation, Step, Vendor
from reconciler.model import Address, JsonObject, Manifest, Problem
from reconciler.testing.conformance import mishaps
from reconciler.testing.conformance.mishaps import Mishap
from reconciler.testing.transport import SandboxTransport
from reconciler.vendors.http import Client

_about: contextvars.ContextVar["About | None"] = contextvars.ContextVar("about", default=None)


@dataclasses.dataclass(frozen=True)
class About:
    """What a request is for: a call, and the step that it is of when it changes something."""

    call: Call
    step: Step | None = None

    def is_of(self, request: httpx.Request) -> bool:
        """Say whether a request is this call, and not the sign-in on its way."""
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        return request.method == self.call.method and path == self.call.path


@dataclasses.dataclass(frozen=True)
class Sent:
    """A change that was on its way: whether the vendor got it, and what went up in its books by effect."""

    step: Step
    call: Call
    arrived: bool
    effects: frozenset[contract.Effect] = frozenset()


Choose = Callable[[About], Mishap]


@dataclasses.dataclass
class Stage(httpx.AsyncBaseTransport):
    """The way to the simulator. `choose` says what happens to a request.

    `level` reads the counters by effect, for as long as anybody wants to know what each request did.
    """

    app: Any
    level: Callable[[], Mapping[contract.Effect, float]] = dict
    choose: Choose = lambda _about: mishaps.undisturbed
    sent: list[Sent] = dataclasses.field(default_factory=list)
    late: set[contract.Effect] = dataclasses.field(default_factory=set)
    """Effects that came while reading: the vendor went on working after its answer."""
    photograph: Callable[[], object] | None = None
    """The books, for as long as reading must not change them."""
    meddled: set[str] = dataclasses.field(default_factory=set)
    """The reading endpoints that changed them."""
    read: dict[contract.Endpoint, list[bytes]] = dataclasses.field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request as chosen, and note what it did."""
        about = _about.get()
        inner, arrived = SandboxTransport(self.app), False
        before, photograph = self.level(), self.photograph
        picture = photograph() if photograph else None

        async def forward() -> httpx.Response:
            nonlocal arrived
            arrived = True
            return await inner.handle_async_request(request)

        if about is None or not about.is_of(request):
            return await forward()
        try:
            response = await self.choose(about)(request, forward)
            return response if about.step is not None else await self._noted(about, response)
        finally:
            risen = frozenset(effect for effect, level in self.level().items() if level > before.get(effect, 0))
            if about.step is not None:
                self.sent.append(Sent(about.step, about.call, arrived, risen))
            else:
                self.late |= risen
                if photograph and photograph() != picture:
                    self.meddled.add(about.call.endpoint.name)

    async def _noted(self, about: About, response: httpx.Response) -> httpx.Response:
        async def given() -> httpx.Response:
            return response

        again, body = await mishaps.whole(given)
        self.read.setdefault(about.call.endpoint, []).append(body)
        return httpx.Response(again.status_code, headers=again.headers, content=body)


@dataclasses.dataclass
class WatchedReader:
    """The real reader; tells the stage what each request is for."""

    inner: Reader

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Read."""
        with _doing(About(call)):
            return await self.inner.fetch(call, missing_ok=missing_ok)


class WatchedClient:
    """The real client; tells the stage what each request is for."""

    def __init__(self, inner: Client, steps: Mapping[int, Step]) -> None:
        self._inner = inner
        self._steps = steps
        self.reader: Reader = WatchedReader(inner.reader)

    @property
    def requests(self) -> int:
        """Count as ever."""
        return self._inner.requests

    def signed_out(self) -> None:
        """Sign in anew."""
        self._inner.signed_out()

    async def send(self, call: Call) -> Answer:
        """Send the call of a step."""
        with _doing(About(call, self._steps[id(call)])):
            return await self._inner.send(call)


@contextlib.contextmanager
def _doing(about: About) -> Iterator[None]:
    mark = _about.set(about)
    try:
        yield
    finally:
        _about.reset(mark)


@dataclasses.dataclass
class WatchedVendor:
    """The vendor under test; remembers which call it prepared for which step, and everything it showed or decided."""

    inner: Vendor
    prepared: dict[int, Step] = dataclasses.field(default_factory=dict)
    calls: list[Call] = dataclasses.field(default_factory=list)
    ids: dict[Address, str] = dataclasses.field(default_factory=dict)
    observed: list[contract.Observed] = dataclasses.field(default_factory=list)
    decided: list[Step] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        """Take over what is data."""
        self.name, self.serves = self.inner.name, self.inner.serves
        self.catalogue, self.wire = self.inner.catalogue, self.inner.wire

    def check(self, world: contract.World) -> Iterable[Problem]:
        """Check."""
        return self.inner.check(world)

    def expand(self, manifest: Manifest, world: contract.World) -> Iterable[contract.Wanted]:
        """Expand."""
        return self.inner.expand(manifest, world)

    async def observe(self, scope: contract.Scope, read: Reader) -> contract.Observation:
        """Observe, and keep what was shown."""
        seen = await self.inner.observe(scope, read)
        self.ids.update({address: one.vendor_id for address, one in seen.single.items()})
        self.observed.extend(one for matches in seen.objects.values() for one in matches)
        return seen

    def steps(self, case: contract.Case) -> contract.Decision:
        """Decide, and keep the steps."""
        decision = self.inner.steps(case)
        self.decided.extend(decision.steps)
        return decision

    def described_options(
        self, wanted: contract.Wanted, observed: contract.Observed | None, pinned: Mapping[str, Any]
    ) -> contract.Described | None:
        """Describe."""
        return self.inner.described_options(wanted, observed, pinned)

    async def prepare(self, step: Step, situation: Situation, read: Reader) -> Call | Satisfied:
        """Prepare, and remember for which step."""
        made = await self.inner.prepare(step, situation, read)
        if isinstance(made, Call):
            self.calls.append(made)  # kept alive, so that its identity stays its own
            self.prepared[id(made)] = step
        return made

    def interpret(self, step: Step, answer: Answer) -> contract.Outcome:
        """Interpret."""
        return self.inner.interpret(step, answer)

    async def recover(
        self, step: Step, situation: Situation, read: Reader
    ) -> contract.Found | contract.Absent | contract.Several | contract.Unknown:
        """Recover."""
        return await self.inner.recover(step, situation, read)

    async def pull_catalogue(self, read: Reader) -> JsonObject:
        """Pull."""
        return await self.inner.pull_catalogue(read)

    async def probe(self, read: Reader) -> str:
        """Probe."""
        return await self.inner.probe(read)

    def resend(self, target: str, asset_id: str | None) -> Step:
        """Resend."""
        return self.inner.resend(target, asset_id)
