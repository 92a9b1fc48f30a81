"""The suite over one bench: tells its story once, undisturbed, and holds every attack against how it went."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from reconciler.contract import Effect, Operation, Step, Vendor
from reconciler.errors import ReconcilerError
from reconciler.model import Address
from reconciler.plan.report import Outcome
from reconciler.plan.value import Plan
from reconciler.reconcile import deciding
from reconciler.reconcile.planning import Context
from reconciler.testing.conformance.bench import Bench, Books, Chapter
from reconciler.testing.conformance.finding import Finding
from reconciler.testing.conformance.loading import make_vendor
from reconciler.testing.conformance.trial import Trial, type_of
from reconciler.testing.conformance.watching import Sent

T = TypeVar("T")
ASKING = 3
"""Times a person asks for something to be sent again."""
IMMUTABLE = "E604"
"""The code of the problem that an immutable field differs."""


@dataclasses.dataclass(frozen=True)
class Told:
    """How one chapter went: why it did not settle (empty: it did), what was sent, what the books count then.

    `fixed`: what the plan then said of immutable fields. `again`: changes that a further run sent. `meddled`: reading
    endpoints that changed the books. `late`: effects that came while the vendor was being read.
    """

    chapter: Chapter
    complaint: str
    sent: tuple[Sent, ...]
    counts: Counter[str]
    fixed: tuple[tuple[str, str], ...] = ()
    again: tuple[Sent, ...] = ()
    meddled: tuple[str, ...] = ()
    late: frozenset[Effect] = frozenset()


class Suite:
    """The rules over one bench. `findings` is what an author's tests ask."""

    def __init__(self, bench: Bench, rules: Mapping[str, Callable[["Suite"], Iterable[Finding]]]) -> None:
        self.bench = bench
        self._rules = rules
        self._recalled: dict[Callable[[Suite], Any], Any] = {}

    def findings(self, rule: str) -> list[Finding]:
        """Return what a rule finds and no excuse covers, and excuses of the rule that cover nothing."""
        found = sorted(set(self._rules[rule](self)))
        keys = {one.key for one in found}
        idle = [key for key in self.bench.excuses if key.split()[0] == rule and key not in keys]
        return [one for one in found if one.key not in self.bench.excuses] + [
            Finding(rule, "excuse", key.partition(" ")[2], "excuses nothing; take it out of the bench") for key in idle
        ]

    def recall(self, work: Callable[["Suite"], T]) -> T:
        """Return what some work comes to, done once."""
        if work not in self._recalled:
            self._recalled[work] = work(self)
        result: T = self._recalled[work]
        return result

    @functools.cached_property
    def vendor(self) -> Vendor:
        """The vendor, for what it declares."""
        return make_vendor(self.bench)

    @functools.cached_property
    def told(self) -> tuple[Told, ...]:
        """The story without any mishap, up to the first chapter that does not settle."""
        return tuple(self._tell())

    @property
    def ready(self) -> bool:
        """Whether the story is a measure for anything: all of it settled, and reading did not change the books."""
        return all(not one.complaint and not one.again and not one.meddled for one in self.told)

    @functools.cached_property
    def reached(self) -> Mapping[tuple[str, str], tuple[int, Operation]]:
        """What the story sends: type and operation -> the first chapter that does, and the declaration."""
        found: dict[tuple[str, str], tuple[int, Operation]] = {}
        for number, told in enumerate(self.told):
            for sent in told.sent:
                found.setdefault(key_of(sent.step), (number, self.operation(sent.step)))
        return found

    def operation(self, step: Step) -> Operation:
        """Return what is declared of a step."""
        return self.vendor.catalogue[type_of(step)].operation(step.operation)

    def at_first(self) -> Trial:
        """Return a trial where the first chapter has settled."""
        trial = Trial(self.bench).live(self.bench.story[0])
        trial.settle()
        return trial

    def _tell(self) -> Iterator[Told]:
        trial = Trial(self.bench)
        trial.stage.level = lambda: {effect: count(trial.app) for effect, count in self.bench.counts.items()}
        for chapter in self.bench.story:
            told = tell(trial, chapter)
            yield told
            if told.complaint:
                return


def key_of(step: Step) -> tuple[str, str]:
    """Return type and operation of a step; parts of one operation count as that operation."""
    return type_of(step), step.operation.partition(":")[0]


def tell(trial: Trial, chapter: Chapter) -> Told:
    """Let a chapter happen, look at it twice, and return how it went."""
    before = len(trial.stage.sent)
    trial.stage.late.clear()
    try:
        complaint = trial.live(chapter).settle() or asked_again(trial, chapter)
        fixed = immutables(trial.plan()) if complaint else ()
    except (ReconcilerError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as error:
        complaint, fixed = f"{type(error).__name__}: {error}", ()
    sent = tuple(trial.stage.sent[before:])
    if complaint:
        return Told(chapter, complaint, sent, trial.counts(), fixed)
    trial.stage.photograph = lambda: settled_books(trial)
    trial.apply()
    trial.stage.photograph = None
    meddled = tuple(sorted(trial.stage.meddled))
    again = tuple(trial.stage.sent[before + len(sent) :])
    return Told(chapter, "", sent, trial.counts(), fixed, again, meddled, frozenset(trial.stage.late))


def asked_again(trial: Trial, chapter: Chapter) -> str:
    """Have things sent again as a person does, who asks once more for what was lost; return what went wrong."""
    for name in chapter.again:
        address = trial.do(functools.partial(_find, name))
        for _ in range(ASKING):
            end = trial.do(functools.partial(deciding.resend, named=name, asset=None))
            if end.outcome is Outcome.DONE:
                break
            if not trial.answered(address):
                return f"{name} was not sent again: {end.error}"
            if trial.stage.sent[-1].arrived:
                break
    return trial.settle() if chapter.again else ""


async def _find(name: str, context: Context) -> Address:
    return deciding.find(context, name)


def settled_books(trial: Trial) -> Books:
    """Return the books without what reading may change."""
    restless = trial.bench.restless
    return {
        table: [{name: value for name, value in row.items() if name not in restless} for row in rows]
        for table, rows in trial.bench.books(trial.app).items()
    }


def immutables(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return address and text of what a plan says of immutable fields."""
    return tuple((one.address or "", one.summary) for one in plan.errors if one.code == IMMUTABLE)


def actions(plan: Plan) -> set[str]:
    """Return the ids of what a plan would do."""
    return {action.id for action in plan.actions}
