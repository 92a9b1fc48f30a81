"""Rules of an adapter that trips: what is in flight beside it ends and is recorded, and nothing new begins."""

import asyncio
import dataclasses

import pytest

from reconciler.contract import Answer, Call, Step
from reconciler.model import Address
from reconciler.reconcile import planning
from tests.passes.toy import LINE, USER, Bench, Books, Toy

OTHER = Address("pbx", "user", "tom")


@dataclasses.dataclass
class SlowBooks(Books):
    """A vendor that takes its time with users."""

    async def send(self, call: Call) -> Answer:
        """Let others go first."""
        for _ in range(10_000 if USER.name in call.path else 0):
            await asyncio.sleep(0)
        return await super().send(call)


def trip(step: Step) -> None:
    """Fail when a line is to be enabled, as an adapter that misreads an answer does."""
    if step.operation == "enable":
        raise KeyError("id")


def test_what_is_in_flight_ends_when_an_adapter_trips() -> None:
    """The user beside the line that cannot be enabled is made and known as made; the one after it is not begun."""
    bench = Bench(books=SlowBooks(), toy=Toy(on_prepare=trip))
    bench.want(LINE)
    bench.want(USER)
    bench.want(OTHER, needs=[USER])
    with pytest.raises(KeyError):
        bench.apply()
    assert bench.books.sent == ["hq:create", "lea:create"]
    assert bench.do(planning.open_claims) == []
