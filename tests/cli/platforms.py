"""All three platforms in one repository, each behind a line that can be down: connections are refused then."""

import concurrent.futures
import contextlib
import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.cli import administration, telephony
from tests.cli.administration import Portal
from tests.cli.repository import DIRECT, Repository
from tests.cli.server import DIMENSIONS, DIVALTO, Vendor
from tests.cli.stage import Stage
from tests.cli.telephony import Telephones

T = TypeVar("T")

NAMES = ("interworks", "dimensions", "divalto")
CONFIGURATION = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme-infra}
vendors:
  interworks:
    url: http://127.0.0.1:LINE-interworks/interworks
    credentials: {clientKey: {env: BSS_CLIENT_KEY}, clientSecret: {env: BSS_CLIENT_SECRET},
                  username: {env: BSS_USERNAME}, password: {env: BSS_PASSWORD}}
    limits: {concurrency: 4, perSecond: 1000}
    lookupLag: 200ms
  dimensions:
    url: http://127.0.0.1:LINE-dimensions/dimensions
    loginUrl: http://127.0.0.1:LINE-dimensions/dimensions-login
    level: reseller
    reseller: nordwind
    credentials: {clientId: {env: DIM_CLIENT_ID}, clientSecret: {env: DIM_CLIENT_SECRET},
                  refreshToken: {env: DIM_REFRESH_TOKEN}}
    productTypes: [{id: TenantProfileType_voice, immutable: true}]
    limits: {concurrency: 4, perSecond: 1000}
    lookupLag: 200ms
  divalto:
    url: http://127.0.0.1:LINE-divalto/divalto
    credentials: {apiKey: {env: DIVALTO_API_KEY}}
    limits: {concurrency: 4, perSecond: 1000}
    lookupLag: 200ms
"""
ESTATE: Mapping[str, str] = {"harbour": DIRECT, **telephony.SMALL, "odata": administration.ODATA}
OBJECTS: Mapping[str, tuple[str, ...]] = {
    "interworks": ("interworks/account/harbour",),
    "dimensions": ("dimensions/customer/acme", "dimensions/user/lea-martin"),
    "divalto": (administration.ORDER,),
}
"""What is declared at each platform."""


class Line:
    """A port that either refuses connections or hands them on to the sandbox."""

    def __init__(self, origin: str) -> None:
        self._to = ("127.0.0.1", urlsplit(origin).port or 0)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def mend(self) -> None:
        """Hand connections on from now on."""
        self._socket.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Give the port up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                threading.Thread(target=_connect, args=(near, self._to), daemon=True).start()


def _connect(near: socket.socket, address: tuple[str, int]) -> None:
    with near, socket.create_connection(address) as far:
        back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
        back.start()
        _pass_on(near, far)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@dataclasses.dataclass(frozen=True)
class Platforms:
    """A repository with something at each platform, their lines, and their staff."""

    repository: Repository
    lines: Mapping[str, Line]
    bss: Vendor
    telephones: Telephones
    portal: Portal

    def mend(self, *names: str) -> None:
        """Bring lines up."""
        for name in names:
            self.lines[name].mend()

    def books(self) -> dict[str, Any]:
        """Return what was done at each platform."""
        return {
            "interworks": self.bss.books()["accounts"],
            "dimensions": [*self.telephones.books()["customers"], *self.telephones.books()["invited"]],
            "divalto": self.portal.books()["submissions"],
        }


@contextlib.contextmanager
def platforms(root: Path, origin: str) -> Iterator[Platforms]:
    """Make the repository for the sandbox at `origin`, whose books are empty; every line is down."""
    with contextlib.ExitStack() as stack:
        lines = {name: stack.enter_context(contextlib.closing(Line(origin))) for name in NAMES}
        bss = stack.enter_context(contextlib.closing(Vendor(origin)))
        bss.sim("POST", "/reset")
        telephones = stack.enter_context(contextlib.closing(Telephones(origin)))
        portal = stack.enter_context(contextlib.closing(Portal(origin)))
        office = administration.Office(root, portal, ESTATE)
        office.env |= {**DIMENSIONS, **DIVALTO}
        text = CONFIGURATION
        for name, line in lines.items():
            text = text.replace(f"LINE-{name}", str(line.port))
        office.configure(text)
        yield Platforms(office, lines, bss, telephones, portal)


def play(stage: Stage, root: Path, case: Callable[[Platforms], T]) -> "concurrent.futures.Future[T]":
    """Play a case on the stage, in a repository of its own."""

    def one(vendor: Vendor) -> T:
        with platforms(root, vendor.origin) as made:
            return case(made)

    return stage.play(one)
