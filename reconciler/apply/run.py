"""Many actions at once: each starts when what it depends on is done; a failure blocks its dependants only.

Nothing in flight is ever cancelled. Stopping means that nothing new starts (`Desk.stopping`).
"""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence

from reconciler.apply import protocol
from reconciler.apply.desk import Account, Desk
from reconciler.apply.protocol import End
from reconciler.contract import Kind, NoRecovery, Observed, Scope, SyncStatus
from reconciler.errors import VendorError
from reconciler.model import Address
from reconciler.plan.report import Outcome, Result
from reconciler.plan.value import Action
from reconciler.vendors.http import tally

FIRST_POLL = 0.25
SLOWEST_POLL = 10.0
_GOOD = {Outcome.DONE, Outcome.ADOPTED}
_HELD = {Outcome.WAITING: Outcome.WAITING, Outcome.MANUAL: Outcome.WAITING, Outcome.NOT_STARTED: Outcome.NOT_STARTED}

Progress = Callable[[Action, Outcome | None], None]
"""Told when an action starts (None) and how it ended."""


@dataclasses.dataclass
class Performance:
    """One run over a plan's actions. `stale`: actions that must not be done, with the reason.

    `awaited`: objects without an action that a vendor is still working on; they are polled beside the actions.
    `unpolled`: objects that people decide about, which are looked at once.
    """

    desk: Desk
    actions: Sequence[Action]
    wait: float
    progress: Progress = lambda _action, _outcome: None
    stale: Mapping[str, str] = dataclasses.field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    awaited: frozenset[Address] = frozenset()
    unpolled: frozenset[Address] = frozenset()
    _ends: dict[str, "asyncio.Future[End]"] = dataclasses.field(default_factory=dict)
    _alone: dict[str, asyncio.Lock] = dataclasses.field(default_factory=dict)
    _spent: dict[str, int] = dataclasses.field(default_factory=dict)
    _failure: Exception | None = None

    async def play(self) -> list[Result]:
        """Carry out all actions and return how each ended, in plan order.

        Raises StateError when the ledger cannot be written, and whatever an adapter trips over: after everything in
        flight has ended.
        """
        loop = asyncio.get_running_loop()
        self._ends = {action.id: loop.create_future() for action in self.actions}
        polls = [self._watch(address) for address in sorted(self.awaited)]
        await asyncio.gather(*(self._one(action) for action in self.actions), *polls)
        if self._failure is not None:
            raise self._failure
        return [self._result(action, self._ends[action.id].result()) for action in self.actions]

    async def _one(self, action: Action) -> None:
        before = [await self._ends[name] for name in action.depends_on if name in self._ends]
        end = self._held(action, before)
        if end is None:
            self.progress(action, None)
            try:
                end = await self._act(action)
            except Exception as error:  # noqa: BLE001 - whatever it is, what is in flight beside it must end first
                self._fail(error)
                end = End(Outcome.IN_DOUBT, error=f"{action.id}: {error}")
        self.progress(action, end.outcome)
        self._ends[action.id].set_result(end)

    async def _watch(self, address: Address) -> None:
        """Wait for what a vendor is still working on; nothing depends on how that ends."""
        try:
            await self._poll(address, wait=self.wait)
        except Exception as error:  # noqa: BLE001 - as for actions
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Start nothing more; what is in flight ends and is recorded."""
        self._failure, self.desk.stopping = error, True

    def _held(self, action: Action, before: Sequence[End]) -> End | None:
        """Return why the action cannot start, or None."""
        if action.id in self.stale:
            return End(Outcome.FAILED, error=self.stale[action.id], stale=True)
        bad = [end for end in before if end.outcome not in _GOOD]
        if any(end.outcome not in _HELD for end in bad):
            return End(Outcome.BLOCKED, error=f"{action.id} depends on an action that did not finish")
        if bad:
            return End(_HELD[bad[0].outcome], error=f"{action.id} depends on what is not finished yet")
        if self.desk.stopping:
            return End(Outcome.NOT_STARTED)
        if action.blocked:
            return End(Outcome.BLOCKED, error=f"{action.id}: {action.waits_for}")
        return None

    async def _act(self, action: Action) -> End:
        step = action.step
        if action.kind is Kind.MANUAL:
            return End(Outcome.MANUAL, step.target, error=step.instructions or step.reason)
        if action.id in self.skipped or action.kind is Kind.FORGET:
            return End(Outcome.DONE, step.target)
        if action.kind is Kind.ADOPT:
            if step.target:
                self.desk.ids[step.address] = step.target
            return End(Outcome.ADOPTED, step.target)
        if action.waits_for and not await self._needs_settled(action):
            return End(Outcome.WAITING, error=f"{action.id}: {action.waits_for}")
        end = await self._send(action)
        if end.outcome in _GOOD and end.vendor_id:
            self.desk.ids[step.address] = end.vendor_id
        if end.outcome in _GOOD:
            self.desk.done_at[step.address, step.operation] = self.desk.now()
        if end.outcome in _GOOD and self.desk.operation(step).settles:
            return await self._await_settled(action, end)
        return end

    async def _send(self, action: Action) -> End:
        account = self.desk.account(action.address)
        with tally.counting() as spent:
            if isinstance(self.desk.operation(action.step).recovery, NoRecovery):
                # One at a time per vendor account, so that a crash parks at most one.
                async with self._alone.setdefault(account.vendor.name, asyncio.Lock()):
                    end = await protocol.carry_out(self.desk, action.step)
            else:
                end = await protocol.carry_out(self.desk, action.step)
        self._spent[action.id] = spent.requests
        return end

    async def _needs_settled(self, action: Action) -> bool:
        """Poll the objects the action needs until the vendor has finished them, or the wait is over."""
        followed = {address for address, _ in action.step.follows if address in self.desk.wanted}
        if not action.step.needs or not followed <= self.desk.ids.keys():
            return False
        for need in action.step.needs:
            observed = await self._poll(need, wait=0.0 if need in self.unpolled else self.wait)
            if observed is None or observed.status is not SyncStatus.SYNCHRONIZED:
                return False
        return True

    async def _await_settled(self, action: Action, end: End) -> End:
        polled = self.desk.operation(action.step).polled
        observed = await self._poll(action.address, wait=self.wait if polled else 0.0)
        if observed is None:
            return dataclasses.replace(end, outcome=Outcome.WAITING, error=f"{action.address} does not show yet")
        if observed.status is SyncStatus.SYNCHRONIZED:
            return end
        if observed.status is SyncStatus.FAILED:
            error = f"the vendor failed at {action.address}: {observed.detail or 'no comment given'}"
            return dataclasses.replace(end, outcome=Outcome.FAILED, error=error)
        detail = observed.detail or f"the vendor is still working on {action.address}"
        return dataclasses.replace(end, outcome=Outcome.WAITING, error=detail)

    async def _poll(self, address: Address, *, wait: float) -> Observed | None:
        clock, pause = self.desk.clock, FIRST_POLL
        until = clock.monotonic() + wait
        while True:
            observed = await _look(self.desk, address)
            settled = observed is not None and observed.status in {SyncStatus.SYNCHRONIZED, SyncStatus.FAILED}
            left = until - clock.monotonic()
            if settled or left <= 0 or self.desk.stopping:
                return observed
            await clock.sleep(min(pause, left))
            pause = min(pause * 2, SLOWEST_POLL)

    def _result(self, action: Action, end: End) -> Result:
        return Result(
            action=action.id,
            address=action.address,
            operation=action.kind,
            outcome=end.outcome,
            vendor_id=end.vendor_id,
            attempts=end.attempts,
            requests=self._spent.get(action.id, 0),
            error=end.error,
            stale=end.stale,
            refused=end.refused,
        )


async def _look(desk: Desk, address: Address) -> Observed | None:
    """Return the one object at an address, None when it cannot be told."""
    account: Account = desk.account(address)
    scope = Scope(
        wanted=desk.wanted,
        ids=dict(desk.ids),
        focus=frozenset({address}),
        now=desk.now(),
        done_at=dict(desk.done_at),
    )
    try:
        observation = await account.vendor.observe(scope, account.client.reader)
    except VendorError:
        return None
    matches = observation.objects.get(address, ())
    return matches[0] if len(matches) == 1 else None
