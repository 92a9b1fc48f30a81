"""From flags to what a pass works with: the project, its manifests, its vendors, clients and ledger.

`open_project` is offline. `online` opens ledger and connections and closes them again, whatever happens.
"""

import contextlib
import dataclasses
import json
import os
import random
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import click

from reconciler import __version__, contract, files, git, logs, schema
from reconciler.cli import output
from reconciler.cli.options import globals_of
from reconciler.cli.selecting import select
from reconciler.clock import SystemClock
from reconciler.contract import Observed, Wanted
from reconciler.errors import ConfigurationError, Exit, StepRefused
from reconciler.ledger.opening import open_ledger
from reconciler.model import Problem, Severity
from reconciler.plan.value import Revision
from reconciler.reconcile import estate
from reconciler.reconcile.planning import Context
from reconciler.schema import attachments
from reconciler.settings import discovery, loading
from reconciler.settings.secrets import resolve_all
from reconciler.settings.values import Settings


@dataclasses.dataclass(frozen=True)
class Project:
    """A project as read from its files; `vendors` have no credentials."""

    settings: Settings
    plugins: Mapping[str, contract.Plugin]
    vendors: Sequence[contract.Vendor]
    estate: estate.Estate
    revision: Revision
    pinned: Mapping[str, Any]


def configure_logs() -> str:
    """Set up logging as the flags say and return the id that every line of this run carries."""
    import sys

    flags = globals_of(click.get_current_context())
    run = secrets.token_hex(6)
    level: Any = flags.log_level
    form: Any = flags.log_format
    logs.configure(level=level, form=form, stream=sys.stderr, color=False, run=run)
    return run


def load_settings() -> tuple[Settings, dict[str, contract.Plugin]]:
    """Read the configuration; ConfigurationError with every problem in it."""
    flags = globals_of(click.get_current_context())
    if not flags.start.is_dir():
        raise ConfigurationError(f"{flags.directory} is no directory; give one with -C")
    path = loading.find_project(flags.start, None if flags.config is None else flags.start.__class__(flags.config))
    plugins = discovery.find_plugins()
    loaded = loading.load_settings(path, environment=flags.env, plugins=plugins)
    warnings = [problem for problem in loaded.problems if problem.severity is not Severity.ERROR]
    if loaded.settings is None:
        raise ConfigurationError(problem_lines(loaded.problems))
    if warnings:
        output.note(problem_lines(warnings))
    return loaded.settings, plugins


def open_project(sources: Sequence[files.SourceFile] | None = None) -> Project:
    """Read configuration and manifests, check and expand them. `sources` replace what is on disk.

    Problems in manifests are in `estate.problems`; ConfigurationError for the configuration.
    """
    settings, plugins = load_settings()
    limits = files.Limits()
    problems: list[Problem] = []
    if sources is None:
        tree = files.read_tree(settings.root, settings.specs, limits)
        sources, problems = tree.sources, list(tree.problems)
    vendors = discovery.build_vendors(settings, plugins)
    configured = {name for vendor in vendors for name in vendor.serves}
    kinds = _configured_kinds(discovery.kinds(plugins), configured)
    loaded = schema.load(sources, schema.Registry(kinds, configured), limits)
    pinned = {vendor.name: data for vendor in vendors if (data := read_pinned(settings, vendor.name)) is not None}
    attached = files.read_attached(settings.root, attachments.paths(loaded.manifests), limits)
    checked = estate.expand(
        loaded.manifests,
        owners=settings.owners,
        vendors=vendors,
        problems=[*problems, *loaded.problems],
        configuration=settings.effective,
        pinned=pinned,
        files=attached,
        now=SystemClock().now(),
    )
    chosen = globals_of(click.get_current_context()).select
    if chosen is not None:
        checked = select(checked, chosen)
    return Project(settings, plugins, vendors, checked, read_revision(settings), pinned)


def _configured_kinds(additions: Sequence[Any], configured: set[str]) -> list[Any]:
    """Keep what belongs to configured vendors; a manifest that names another vendor is a problem with its place."""
    return [
        dataclasses.replace(
            one,
            account_options={name: model for name, model in one.account_options.items() if name in configured},
            order_specs={name: model for name, model in one.order_specs.items() if name in configured},
        )
        for one in additions
    ]


def read_revision(settings: Settings) -> Revision:
    """Return the commit and whether the working tree differs from it."""
    commit = git.read_head(settings.root)
    ignored = [".reconciler/"]
    if settings.status_dir is not None:
        ignored.append(f"{settings.status_dir.relative_to(settings.root)}/")
    return Revision(commit, commit is not None and git.read_dirty(settings.root, ignore=ignored))


def read_pinned(settings: Settings, vendor: str) -> Any:
    """Return the catalogue kept in git for a vendor, None when there is none."""
    path = settings.root / "catalogue" / f"{vendor}.json"
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path.name} cannot be read; run `reconciler catalogue pull {vendor}`") from error


def require_valid(project: Project, *, form: str = "text") -> None:
    """End the command with 1 when a manifest is wrong, after showing every problem."""
    problems = project.estate.problems
    if project.estate.valid:
        if problems:
            output.note(problem_lines(problems))
        return
    if form == "json":
        from reconciler.render import to_json

        output.emit(to_json.text(to_json.diagnostics(problems)))
    else:
        output.note(problem_lines(problems))
    raise click.exceptions.Exit(Exit.ERROR)


def problem_lines(problems: Iterable[Problem]) -> str:
    """Return problems as text, one or two lines each."""
    from reconciler.render import findings, to_text

    return to_text.text(findings.report(list(problems))).rstrip("\n")


@contextlib.asynccontextmanager
async def online(
    project: Project, *, writing: bool, only: Sequence[str] | None = None, resting: Sequence[str] = ()
) -> AsyncIterator[Context]:
    """Open ledger and vendor connections for one pass.

    `only` names the vendors that are needed, by a command that looks at no object; `resting` those that are to be left
    alone in this pass.
    """
    from reconciler.cli import connecting  # late: it brings the HTTP client
    from reconciler.vendors import http

    settings, clock = project.settings, SystemClock()
    names = [name for name, vendor in settings.vendors.items() if vendor.via is None and (not only or name in only)]
    asked = [name for name in names if not settings.vendors[name].by_hand]
    credentials = discovery.resolve_credentials(settings, only=asked, plugins=project.plugins)
    logs.mask(secret for mine in credentials.values() for secret in mine.values())
    vendors = [
        vendor
        for vendor in discovery.build_vendors(settings, project.plugins, credentials=credentials)
        if vendor.name in names
    ]
    wanted = _with_secrets(project, vendors) if only is None else project.estate
    # A plan writes nothing but what the vendor replaced by being signed in to.
    rotating = any(map(connecting.rotates, vendors))
    book = open_ledger(settings.state, root=settings.root, read_only=not writing, with_credentials=rotating)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(book.aclose)
        for notice in book.notices if writing else ():
            output.note(f"note: {notice}")
        accounts = {}
        for vendor in vendors:
            client = connecting.client(
                settings, vendor, book=book, clock=clock, hidden=estate.secrets_at(wanted, vendor)
            )
            if isinstance(client, http.Client):
                await stack.enter_async_context(client)
            account = connecting.account(settings, vendor, client)
            accounts.update(dict.fromkeys(vendor.serves, account))
        yield Context(
            project=settings.project,
            environment=settings.environment,
            tool=__version__,
            revision=project.revision,
            estate=wanted,
            accounts=accounts,
            ledger=book,
            clock=clock,
            pinned=project.pinned,
            check_options=_option_checker(project),
            random=random.random,
            reveal=writing,
            attached=lambda path: _attached(settings, path),
            resting=frozenset(resting),
        )


def _with_secrets(project: Project, vendors: Sequence[contract.Vendor]) -> estate.Estate:
    """Return what is wanted with the secrets that its manifests name; ConfigurationError for those that are missing."""
    sources = estate.secret_sources(project.estate, vendors)
    labels = {f"{name} of {address}": (address, name) for address, name in sources}
    named = {label: sources[key] for label, key in labels.items()}
    found = resolve_all(named, project.settings.root, environ=os.environ)
    logs.mask(found.values())
    return estate.with_secrets(project.estate, {key: found[label] for label, key in labels.items()})


def _attached(settings: Settings, path: str) -> bytes:
    found = files.read_bytes(settings.root, path, files.Limits())
    if isinstance(found, Problem):
        raise StepRefused(f"{path}: {found.summary}; it was there when the plan was made", stale=True)
    return found


def _option_checker(project: Project) -> Any:
    """Return a check of vendor-described options against the definitions seen or pinned."""
    from reconciler.schema import options

    by_name = {name: vendor for vendor in project.vendors for name in vendor.serves}

    def check(wanted: Wanted, observed: Observed | None) -> Iterable[Problem]:
        vendor = by_name[wanted.address.vendor]
        described = vendor.described_options(wanted, observed, project.pinned.get(vendor.name, {}))
        if described is None:
            return []
        found = options.check_options(described.definitions, described.values, described.current)
        return [Problem("E420", f"{wanted.address}: {text}", "", None, address=str(wanted.address)) for text in found]

    return check
