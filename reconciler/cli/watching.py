"""`watch`: report drift again and again; with --apply correct it, from committed content only."""

import asyncio
import time
from collections.abc import Callable, Sequence

import click

from reconciler import files, git, logs
from reconciler.cli import applying, interrupting, output, planning, session
from reconciler.cli.interrupting import Signals
from reconciler.cli.options import global_flags
from reconciler.errors import Exit, ReconcilerError, UsageError
from reconciler.reconcile import planning as passes
from reconciler.watch import Backoff, moments

log = logs.get("watch")


@click.command()
@click.option("--apply", "correct", is_flag=True, help="Correct drift; acts on what HEAD holds only.")
@click.option("--interval", default="60s", help="Time between passes.")
@click.option("--once", is_flag=True, help="One pass, then end.")
@global_flags
def watch(*, correct: bool, interval: str, once: bool) -> int:
    """Look for drift at each file change and after each interval."""
    seconds = applying.read_span(interval, "--interval")
    if seconds <= 0:
        raise UsageError("--interval must be more than zero; write a span such as 60s")
    session.configure_logs()
    settings, _ = session.load_settings()
    if correct and git.read_head(settings.root) is None:
        raise UsageError("watch --apply acts on committed content only; run it inside a git repository with a commit")
    loop = Loop(correct=correct, backoff=Backoff(seconds))
    return interrupting.run(lambda signals: loop.run(signals, seconds, once=once))


class Loop:
    """Passes one after the other; a pass that fails does not end the loop."""

    def __init__(self, *, correct: bool, backoff: Backoff) -> None:
        self._correct = correct
        self._backoff = backoff
        self._number = 0
        self._shown = ""

    async def run(self, signals: Signals, interval: float, *, once: bool) -> int:
        """Run until told to stop (130), or once (the pass's exit code)."""
        if once:
            return await self._pass(signals)
        stop = asyncio.Event()
        settings, _ = session.load_settings()
        paths = [settings.file, *(settings.root / part for part in settings.specs if (settings.root / part).is_dir())]
        with signals.instead(stop.set):
            async for reason in moments(paths, interval=interval, stop=stop):
                log.info("pass", number=self._number + 1, reason=reason)
                await self._pass(signals)
                if signals.heard:
                    break
        output.note("stopped")
        return Exit.INTERRUPTED

    async def _pass(self, signals: Signals) -> int:
        self._number += 1
        with logs.bound(number=self._number):
            try:
                return await self._one(signals)
            except ReconcilerError as error:
                log.warning("pass failed", cause=error)
                output.note(f"error: {error}")
                return error.exit_code
            except click.exceptions.Exit as ending:
                return ending.exit_code

    async def _one(self, signals: Signals) -> int:
        project = session.open_project(_committed() if self._correct else None)
        session.require_valid(project)
        if self._correct and project.revision.dirty:
            output.note("note: the working tree has uncommitted changes; they are ignored, HEAD is applied")
        resting = self._backoff.resting(time.monotonic())
        for name, left in sorted(resting.items()):
            output.note(f"note: {name} failed lately and is left alone for another {left:.0f} s")
        if self._correct:
            return await self._apply(signals, project, resting=list(resting))
        with signals.instead(_cancelling()):  # a report only reads: nothing has to be finished
            return await self._report(project, resting=list(resting))

    async def _report(self, project: session.Project, *, resting: Sequence[str]) -> int:
        async with session.online(project, writing=False, resting=resting) as context:
            made = planning.with_holds(project, (await passes.plan(context)).plan)
            self._learn(context, made.unreadable_vendors, resting)
        shown = planning.render(made, "text")
        state = made.digest + str(made.problems) + str(made.waiting)
        if state != self._shown:
            output.emit(shown)
            self._shown = state
        return Exit.ERROR if made.errors or not made.complete else Exit.DONE

    async def _apply(self, signals: Signals, project: session.Project, *, resting: Sequence[str]) -> int:
        caller = applying.Caller(project, form="text", ask=False, resting=resting)
        code = await caller.apply(signals, None, allowed={}, wait=0.0, detailed=False)
        if caller.applied is not None and caller.context is not None:
            self._learn(caller.context, caller.applied.plan.unreadable_vendors, resting)
        return code

    def _learn(self, context: passes.Context, unreadable: frozenset[str], resting: Sequence[str]) -> None:
        asked = {account.vendor.name: account.vendor.serves for account in context.distinct}
        results = {name: not unreadable.intersection(serves) for name, serves in asked.items() if name not in resting}
        self._backoff.told(results, now=time.monotonic())


def _cancelling() -> Callable[[], object]:
    task = asyncio.current_task()
    assert task is not None
    return task.cancel


def _committed() -> list[files.SourceFile]:
    """Return the manifests that HEAD holds; ReconcilerError when it holds what cannot be read."""
    settings, _ = session.load_settings()
    commit = git.read_head(settings.root)
    tree = git.read_tree_at(settings.root, commit, ["."]) if commit else None
    if tree is None:
        raise ReconcilerError("HEAD cannot be read; commit the manifests first")
    chosen = [file for file in tree.files if files.selected(file.path, settings.specs)]
    refused = [f"{path} {why}" for path, why in sorted(tree.refused.items()) if files.selected(path, settings.specs)]
    if refused:
        raise ReconcilerError("\n".join(refused))
    return [files.SourceFile(file.path, file.data) for file in chosen]
