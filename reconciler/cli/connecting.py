"""From settings to connections: where a vendor account is, whose memory it has, who keeps its changing credential."""

import random
from collections.abc import Iterable

from reconciler.apply.desk import Account
from reconciler.cli import sealing
from reconciler.clock import Clock
from reconciler.contract import Answer, Call, Reader, Vendor
from reconciler.errors import NotSent
from reconciler.ledger.protocol import Ledger, Scope
from reconciler.model import Secret
from reconciler.reconcile.credentials import Keeper
from reconciler.settings.values import BY_HAND, Settings, VendorSettings
from reconciler.vendors import http


def rotates(vendor: Vendor) -> bool:
    """Say whether a vendor is signed in to with a credential that changes with each use."""
    return vendor.wire.sign_in is not None and vendor.wire.sign_in.rotation is not None


def connection(settings: Settings, vendor: Vendor, *, hidden: Iterable[Secret] = ()) -> http.Connection:
    """Return what the HTTP client is told about a vendor account; `hidden` are the secrets of its manifests."""
    config = settings.vendors[vendor.name]
    return http.Connection(
        name=vendor.name,
        url=_url(config),
        wire=vendor.wire,
        timeout=config.timeout,
        concurrency=config.concurrency,
        per_second=config.per_second,
        allow_private=config.allow_private,
        ca_file=config.ca_file,
        hidden=frozenset(hidden),
    )


class Nobody:
    """The client of a vendor that is reached by people only (`transport: manual`): refuses every call."""

    requests = 0

    @property
    def reader(self) -> Reader:
        """It cannot read either."""
        return self

    async def fetch(self, call: Call, *, missing_ok: bool = False) -> Answer:
        """Refuse."""
        del missing_ok  # nobody is asked, so nothing can be missing
        raise NotSent(f"{call} was not sent; transport manual reaches people only")

    async def send(self, call: Call) -> Answer:
        """Refuse."""
        raise NotSent(f"{call} was not sent; transport manual reaches people only")

    def signed_out(self) -> None:
        """Nobody is signed in."""


def client(
    settings: Settings, vendor: Vendor, *, book: Ledger, clock: Clock, hidden: Iterable[Secret]
) -> http.Client | Nobody:
    """Return the client of a vendor account; one that reaches nobody where only people are reached."""
    if settings.vendors[vendor.name].by_hand:
        return Nobody()
    return http.Client(
        connection(settings, vendor, hidden=hidden),
        clock=clock,
        random=random.random,
        keeper=keeper(settings, vendor, book=book, clock=clock),
    )


def account(settings: Settings, vendor: Vendor, client: http.Client | Nobody) -> Account:
    """Return a vendor account of a run."""
    config = settings.vendors[vendor.name]
    present, *former = scopes(settings, config)
    return Account(
        vendor=vendor,
        client=client,
        scope=present,
        former=tuple(former),
        lag=config.lookup_lag,
        window=config.doubt_window,
    )


def scopes(settings: Settings, config: VendorSettings) -> tuple[Scope, ...]:
    """Return the scope of the ledger for a vendor account, then those of former names, and of the time by hand."""
    names = (settings.project, *settings.former_projects)
    by_hand = [BY_HAND] if config.options.get("transport") is not None else []
    origins = dict.fromkeys([config.origin, *by_hand])
    return tuple(Scope(name, settings.environment, origin) for origin in origins for name in names)


def keeper(settings: Settings, vendor: Vendor, *, book: Ledger, clock: Clock) -> Keeper | None:
    """Return who keeps a vendor's changing credential; None when it has none. ConfigurationError without a key."""
    sign_in = vendor.wire.sign_in
    if sign_in is None or sign_in.rotation is None:
        return None
    config = settings.vendors[vendor.name]
    return Keeper(
        ledger=book,
        vendor=vendor.name,
        scopes=scopes(settings, config),
        host=(sign_in.url or _url(config)).rstrip("/"),
        start=sign_in.rotation.start,
        key=sealing.credential_key(settings, vendor=vendor.name),
        clock=clock,
    )


def _url(config: VendorSettings) -> str:
    assert config.url is not None
    return config.url
