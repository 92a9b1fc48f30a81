"""A plan as a report, in the order a reviewer needs: what cannot be taken back and what costs comes first."""

import functools
import itertools
import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime

from reconciler.contract import Effect, Kind, Waiting
from reconciler.model import Address
from reconciler.model.money import Money, total
from reconciler.plan.value import Action, Plan
from reconciler.plan.value import costs as costs_money
from reconciler.render import findings
from reconciler.render.report import (
    Line,
    Piece,
    Report,
    Row,
    Tone,
    foreign,
    lasting,
    line,
    own,
    plural,
    prose,
    section,
    timestamp,
    value,
)

MARKS = {
    Kind.CREATE: "+",
    Kind.UPDATE: "~",
    Kind.SYNC: ">",
    Kind.EXECUTE: "$",
    Kind.SUBMIT: "$",
    Kind.REQUEST: "~",
    Kind.ENABLE: "~",
    Kind.DISABLE: "~",
    Kind.DELETE: "-",
    Kind.ADOPT: "=",
    Kind.MANUAL: "!",
    Kind.FORGET: ".",
}
TONES = {
    Kind.CREATE: Tone.GOOD,
    Kind.DELETE: Tone.BAD,
    Kind.EXECUTE: Tone.CAUTION,
    Kind.SUBMIT: Tone.CAUTION,
    Kind.MANUAL: Tone.CAUTION,
    Kind.ADOPT: Tone.PLAIN,
    Kind.FORGET: Tone.FAINT,
}
NAMED_DEPENDENCIES = 4
"""Dependencies an action names; the rest is counted."""


def report(plan: Plan) -> Report:
    """Return the plan as a reviewer reads it."""
    deletes, buys, effects, others = _sorted(plan.actions)
    waiting = _by_address(plan.waiting)
    others_turn = functools.partial(waiting_row, now=plan.created_at)
    return Report(
        title="Plan",
        verdict=verdict(plan),
        tone=_tone(plan),
        counts=tuple((key.replace("_", " "), number) for key, number in plan.summary.items()),
        facts=(*_money(plan.actions), *_origin(plan)),
        sections=(
            *section("Deletes", map(action_row, deletes), Tone.BAD),
            *section("Costs money", map(action_row, buys), Tone.CAUTION),
            *section("Notifies people, disrupts or cannot be undone", map(action_row, effects), Tone.CAUTION),
            *section("Other actions", map(action_row, others)),
            *section("Waiting for a maintenance window", map(_held, filter(_is_held, waiting)), Tone.CAUTION),
            *section(
                "Waiting for someone else", map(others_turn, itertools.filterfalse(_is_held, waiting)), Tone.FAINT
            ),
            *section("In doubt", map(doubt_row, sorted(plan.doubts)), Tone.BAD),
            *section("Not everything could be read", _banner(plan), Tone.BAD),
            *section("Diagnostics", map(findings.row, findings.in_order(plan.problems))),
        ),
        digest=plan.digest,
    )


def verdict(plan: Plan) -> str:
    """Return the plan in one line, from typed data only."""
    words = [plural(len(plan.actions), "action") if plan.actions else "no changes"]
    words += [f"{len(plan.waiting)} waiting"] if plan.waiting else []
    words += [f"{len(plan.doubts)} in doubt"] if plan.doubts else []
    words += [plural(len(plan.errors), "error")] if plan.errors else []
    words += [] if plan.complete else ["INCOMPLETE"]
    return f"Plan: {', '.join(words)}"


def action_row(action: Action) -> Row:
    """Return one action: what is done to what, its price and effects, why, and each change."""
    tone = TONES.get(action.kind, Tone.CHANGE)
    revision = f" revision {action.step.revision}" if action.step.revision != 1 else ""
    head = line(
        own(action.kind.value, tone),
        " ",
        foreign(str(action.address), Tone.STRONG),
        own(revision),
        *_effects(action),
    )
    return Row(head, tuple(_details(action)), mark=MARKS[action.kind], tone=tone)


def doubt_row(address: Address) -> Row:
    """Return one object in doubt with the command that settles it."""
    return Row(
        line(foreign(str(address), Tone.STRONG), own(" may or may not have been changed", Tone.BAD)),
        (line("look at the vendor, then run ", foreign(resolve_command(address)), own(RESOLVE_CHOICES)),),
        mark="?",
        tone=Tone.BAD,
    )


RESOLVE = "reconciler resolve"
"""Instructions that name this command say themselves how to answer."""
RESOLVE_CHOICES = " with one of --adopt ID, --not-executed, --done"


def resolve_command(address: Address, answer: str = "") -> str:
    """Return the command for a person's answer, quoted for a shell."""
    return f"{RESOLVE} {shlex.quote(str(address))}{answer}"


def _sorted(actions: Sequence[Action]) -> tuple[list[Action], list[Action], list[Action], list[Action]]:
    deletes: list[Action] = []
    buys: list[Action] = []
    effects: list[Action] = []
    others: list[Action] = []
    for action in actions:
        if action.kind is Kind.DELETE:
            deletes.append(action)
        elif costs_money(action) or action.kind in {Kind.EXECUTE, Kind.SUBMIT}:
            buys.append(action)
        elif action.step.effects:
            effects.append(action)
        else:
            others.append(action)
    return deletes, buys, effects, others


def _tone(plan: Plan) -> Tone:
    if not plan.complete or plan.errors or plan.doubts:
        return Tone.BAD
    return Tone.CHANGE if plan.changes else Tone.GOOD


def _money(actions: Iterable[Action]) -> tuple[Line, ...]:
    buying = [action for action in actions if costs_money(action)]
    if not buying:
        return ()
    prices = [price for action in buying if (price := _price(action)) is not None]
    sums = total(prices)
    pieces: list[Piece] = [own("money: ")]
    for index, currency in enumerate(sorted(sums)):
        pieces += [own(" + " if index else ""), foreign(str(sums[currency]), Tone.CAUTION)]
    unknown = len(buying) - len(prices)
    if unknown:
        pieces += [own(", " if prices else ""), own(f"{plural(unknown, 'action')} without a known price", Tone.CAUTION)]
    return (line(*pieces),)


def _price(action: Action) -> Money | None:
    return action.step.cost if action.step.cost is not None else action.step.max_price


def _origin(plan: Plan) -> tuple[Line, ...]:
    where = [own("project "), foreign(plan.project)]
    if plan.environment is not None:
        where += [own(", environment "), foreign(plan.environment)]
    where.append(own(", "))
    where += [own("commit "), foreign(plan.revision.commit)] if plan.revision.commit else [own("no commit")]
    where += [own(" with uncommitted changes", Tone.CAUTION)] if plan.revision.dirty else []
    return (
        line(*where),
        line("made ", timestamp(plan.created_at), ", tool ", foreign(plan.tool)),
        line("digest ", plan.digest),
    )


def _effects(action: Action) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for effect in (Effect.COSTS, Effect.IRREVERSIBLE, Effect.NOTIFIES, Effect.DISRUPTS):
        if effect in action.step.effects:
            pieces.append(own(", " if pieces else " ("))
            pieces.append(own(effect.value, Tone.CAUTION))
            pieces += _cost(action) if effect is Effect.COSTS else []
    return (*pieces, own(")")) if pieces else ()


def _cost(action: Action) -> list[Piece]:
    step = action.step
    known = [own(" "), foreign(str(step.cost), Tone.CAUTION)] if step.cost else [own(" an unknown price")]
    return known + ([own(" at most "), foreign(str(step.max_price))] if step.max_price else [])


def _details(action: Action) -> Iterable[Line]:
    step, manifest = action.step, action.manifest
    source = foreign(f"{manifest.file}:{manifest.line}", Tone.FAINT)
    if step.reason:
        yield line(own("why: ", Tone.FAINT), prose(step.reason), own(" (", Tone.FAINT), source, own(")", Tone.FAINT))
    else:
        yield line(own("from ", Tone.FAINT), source)
    for change in sorted(step.changes, key=lambda change: change.path):
        yield line(foreign(change.path), ": ", value(change.before, Tone.BAD), " → ", value(change.after, Tone.GOOD))
    if step.instructions:
        yield line(own("to do: ", Tone.CAUTION), prose(step.instructions))
    if action.kind is Kind.MANUAL and RESOLVE not in step.instructions:
        yield line("then run ", foreign(resolve_command(action.address, " --done")))
    if action.waits_for:
        yield line(own("waits: ", Tone.CAUTION), prose(action.waits_for))
    if action.depends_on:
        yield _dependencies(sorted(action.depends_on))


def _dependencies(ids: Sequence[str]) -> Line:
    pieces = [own("after ", Tone.FAINT)]
    for index, name in enumerate(ids[:NAMED_DEPENDENCIES]):
        pieces += [own(", " if index else "", Tone.FAINT), foreign(name, Tone.FAINT)]
    if len(ids) > NAMED_DEPENDENCIES:
        pieces.append(own(f" and {len(ids) - NAMED_DEPENDENCIES} more", Tone.FAINT))
    return line(*pieces)


def _by_address(waiting: Iterable[Waiting]) -> list[Waiting]:
    return sorted(waiting, key=lambda item: (item.address, item.party, item.detail))


def waiting_row(item: Waiting, *, now: datetime) -> Row:
    """Return what is waited for, by whom, and since when."""
    since = lasting(item.since, now) if item.since else ()
    head = line(foreign(str(item.address), Tone.STRONG), own(" waits for "), foreign(item.party), *since)
    return Row(head, (line(prose(item.detail)),) if item.detail else (), mark="*", tone=Tone.FAINT)


def _is_held(item: Waiting) -> bool:
    return item.party == "maintenance"


def _held(item: Waiting) -> Row:
    return Row(line(prose(item.detail)), mark="*", tone=Tone.CAUTION)


def _banner(plan: Plan) -> tuple[Row, ...]:
    if plan.complete:
        return ()
    text = "nothing is planned for what could not be read; the diagnostics name it"
    return (Row(line(own(text, Tone.BAD)), mark="?", tone=Tone.BAD),)
