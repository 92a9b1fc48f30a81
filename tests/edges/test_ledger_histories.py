"""Any history of takes, outcomes, settlements and restarts keeps to the rules of one claim."""

import asyncio
from typing import ClassVar

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from reconciler.contract import ClaimState
from reconciler.ledger.protocol import Attempt, Denied, Verdict
from reconciler.testing.ledger import memory_ledger
from tests.edges.ledger_samples import NOW, SCOPE, Book, intent_of, key_of

OUTCOMES = st.sampled_from(
    [ClaimState.DONE, ClaimState.DOUBT, ClaimState.PARKED, ClaimState.RELEASED, ClaimState.REFUSED]
)


class OneClaim(RuleBasedStateMachine):
    """The ledger beside a model of a single claim: its state, its number of attempts, whether it happens once."""

    attempts = Bundle("attempts")
    seen: ClassVar[set[type]] = set()

    @initialize(once=st.booleans())
    def begin(self, *, once: bool) -> None:
        """Start with an empty ledger."""
        self.once = once
        self.state: ClaimState | None = None
        self.count = 0
        ledger = memory_ledger()
        self.book = Book(ledger, asyncio.run(ledger.begin_run("apply", now=NOW)))

    @rule(target=attempts)
    def take(self) -> Attempt | None:
        """Take the claim: free it has the next number, else it is denied with its state."""
        claimed = asyncio.run(self.book.take(intent_of(once=self.once)))
        self.seen.add(type(claimed))
        closed = self.state is not None and (self.state.open or (self.state is ClaimState.DONE and self.once))
        if closed:
            assert isinstance(claimed, Denied)
            assert claimed.state is self.state
            return None
        self.count += 1
        self.state = ClaimState.SENT
        assert claimed == Attempt(key_of(), self.count)
        return claimed

    @rule(attempt=consumes(attempts), state=OUTCOMES)
    def conclude(self, attempt: Attempt | None, state: ClaimState) -> None:
        """End an attempt: the latest moves an open claim, an older one nothing."""
        if attempt is None:
            return
        self.book.ledger.conclude(self.book.run, attempt, Verdict(state), now=NOW)
        if self.state is not None and attempt.n == self.count and (self.state.open or state is ClaimState.DONE):
            self.state = state

    @rule(state=OUTCOMES)
    def settle(self, state: ClaimState) -> None:
        """Move any claim that is not done, as a look-up or a person does."""
        self.book.ledger.settle(None, key_of(), Verdict(state), now=NOW)
        if self.state is not ClaimState.DONE:
            self.state = state

    @rule()
    def begin_again(self) -> None:
        """Begin a later run, which finds everything as it was."""
        ledger = self.book.ledger
        self.book = Book(ledger, asyncio.run(ledger.begin_run("apply", now=NOW)))

    @invariant()
    def memory_agrees(self) -> None:
        """Memory, open claims and the model say the same."""
        if not hasattr(self, "book"):
            return
        assert asyncio.run(self.book.state()) is self.state
        found = asyncio.run(self.book.ledger.read_open_claims([SCOPE]))
        expected = [(self.state, self.count)] if self.state is not None and self.state.open else []
        assert [(claim.state, claim.attempts) for claim in found] == expected

    def teardown(self) -> None:
        """Close the ledger."""
        if hasattr(self, "book"):
            asyncio.run(self.book.ledger.aclose())


def test_histories_of_one_claim() -> None:
    """No order of events takes a closed claim, loses a number or moves what is done."""
    settings = hypothesis.settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
    OneClaim.seen.clear()
    hypothesis.stateful.run_state_machine_as_test(OneClaim, settings=settings)
    assert OneClaim.seen == {Attempt, Denied}
