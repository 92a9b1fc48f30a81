"""A project that signs in to the token server with a refresh token, in this process or in one of its own."""

import asyncio
import dataclasses
import math
import os
import random
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from reconciler.clock import SystemClock
from reconciler.contract import Rotation, SignIn
from reconciler.errors import ReconcilerError
from reconciler.ledger.opening import open_ledger
from reconciler.ledger.protocol import Scope
from reconciler.model import Json, Secret
from reconciler.reconcile.credentials import Keeper
from reconciler.vendors import http
from tests.edges import http_samples
from tests.edges.ledger_samples import URL
from tests.edges.token_server import CLIENT, PREFIX, SECRET

START = f"{PREFIX}start"


def read_successor(data: Json) -> Secret | None:
    """Return the refresh token of an answer."""
    given = data.get("refresh_token") if isinstance(data, dict) else None
    return Secret(given) if isinstance(given, str) else None


@dataclasses.dataclass(frozen=True)
class Place:
    """One project on disk: where its ledger is, whom it asks, how its credential is sealed and begins."""

    root: Path
    url: str
    key: str
    start: str | None = START
    projects: tuple[str, ...] = ("acme-infra",)
    host: str | None = None

    @property
    def connection(self) -> http.Connection:
        """What the client is told."""
        form: dict[str, str | Secret] = {
            "grant_type": "refresh_token",
            "client_id": CLIENT,
            "client_secret": Secret(SECRET),
        }
        start = Secret(self.start) if self.start is not None else None
        sign_in = SignIn(
            "/connect/token",
            form,
            http_samples.read_token,
            url=self.host,
            rotation=Rotation("refresh_token", start, read_successor),
        )
        return http.Connection(
            "acme", self.url, dataclasses.replace(http_samples.OPEN, sign_in=sign_in), per_second=math.inf
        )


class DyingKeeper(Keeper):
    """Ends its process as a power cut would, right after the successor is durable."""

    async def keep(self, secret: Secret) -> None:
        """Keep it; die when it is not the one that was sent."""
        await super().keep(secret)
        if secret != self.start:
            os._exit(9)


async def sign_in(place: Place, *, kind: type[Keeper] = Keeper) -> None:
    """Make one read, with the ledger open as a plan has it."""
    book = open_ledger(URL, root=place.root, read_only=True, with_credentials=True)
    clock, config = SystemClock(), place.connection
    assert config.wire.sign_in is not None
    assert config.wire.sign_in.rotation is not None
    keeper = kind(
        ledger=book,
        vendor="acme",
        scopes=tuple(Scope(name, None, place.url) for name in place.projects),
        host=place.host or place.url,
        start=config.wire.sign_in.rotation.start,
        key=Secret(place.key),
        clock=clock,
    )
    try:
        async with http.Client(config, clock=clock, random=random.random, keeper=keeper) as client:
            await client.reader.fetch(http_samples.LIST.call())
    finally:
        await book.aclose()


def attempt(place: Place) -> str:
    """Make one read; return the error's text with its whole chain, empty when all went well."""
    try:
        asyncio.run(sign_in(place))
    except ReconcilerError as error:
        return f"{error}\n{''.join(traceback.format_exception(error))}"
    return ""


def sign_in_elsewhere(place: Place, go: Connection) -> None:
    """Make one read in a process of its own once told to, and tell how it went; the target of a process."""
    go.send("ready")
    go.recv()
    go.send(attempt(place))


def die_after_rotation(place: Place) -> None:
    """Sign in and die right after the successor is durable; the target of a process."""
    asyncio.run(sign_in(place, kind=DyingKeeper))
