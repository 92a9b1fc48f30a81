"""A user's repository on disk and the program run in it, as a person or a pipeline would: by its command line."""

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.cli.server import CREDENTIALS, Vendor

PROGRAM = (sys.executable, "-W", "error", "-m", "reconciler")
CONTRACT = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 130}
"""Every exit code the command line may end with."""
LIMIT = 60.0
"""Seconds one command may take."""
KEPT = ("PATH", "LANG", "PYTHONPATH", "COVERAGE_PROCESS_CONFIG")
"""Variables of the tests that the commands get."""

CONFIGURATION = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: acme-infra}
vendors:
  interworks:
    url: URL
    credentials: {clientKey: {env: BSS_CLIENT_KEY}, clientSecret: {env: BSS_CLIENT_SECRET},
                  username: {env: BSS_USERNAME}, password: {env: BSS_PASSWORD}}
    limits: {concurrency: 8, perSecond: 1000}
    timeout: 20s
    lookupLag: 200ms
  avg: {via: interworks, systemCode: AVG}
  panda: {via: interworks, systemCode: PandaAntivirus}
  bittitan: {via: interworks, systemCode: BitTitan}
"""
RESELLER = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: nordwind, labels: {region: "no"}}
spec:
  displayName: Nordwind
  role: Reseller
  email: it@nordwind.example
  vendors: {avg: {email: keys@nordwind.example}, panda: {username: nordwind}}
"""
CUSTOMER = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme, labels: {region: gr}}
spec:
  displayName: Acme Dental
  parent: nordwind
  email: it@acme.example
  vendors: {avg: {email: keys@acme.example}, panda: {username: acme}, bittitan: {}}
"""
KEYS = """\
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-avg}
spec: {vendor: avg, account: acme, execute: true, items: [{product: AVG-IS-BE, quantity: 25}]}
"""
BOXES = """\
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-boxes}
spec: {vendor: bittitan, account: acme, execute: true, items: [{product: BT-MAILBOX, quantity: 3}]}
"""
SEATS = """\
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-seats}
spec: {vendor: panda, account: acme, execute: true, items: [{product: PANDA-EP, quantity: 2}]}
"""
DIRECT = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: harbour}
spec: {displayName: Harbour Law, email: it@harbour.example, vendors: {interworks: {}}}
"""
ESTATE: Mapping[str, str] = {"nordwind": RESELLER, "acme": CUSTOMER, "keys": KEYS, "boxes": BOXES, "seats": SEATS}
"""The main job: a reseller, its customer, one order at each system."""


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a command ended."""

    arguments: Sequence[str]
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What stdout holds, which must be JSON alone."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err


class Repository:
    """A repository at `root`, with the environment its commands run in."""

    def __init__(self, root: Path, vendor: Vendor, manifests: Mapping[str, str] = ESTATE, *, extra: str = "") -> None:
        self.root = root
        self.vendor = vendor
        self.env = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOME": str(root.parent),
            "TMPDIR": str(root.parent),
            **CREDENTIALS,
        }
        root.mkdir(parents=True, exist_ok=True)
        self.configure(CONFIGURATION + extra)
        for name, text in manifests.items():
            self.write(name, text)

    def configure(self, text: str) -> None:
        """Write `reconciler.yaml`; `URL` in it is the vendor's."""
        (self.root / "reconciler.yaml").write_text(text.replace("URL", self.vendor.url), encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        """Write a manifest file."""
        path = self.root / "specs" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def remove(self, name: str) -> None:
        """Delete a manifest file."""
        (self.root / "specs" / f"{name}.yaml").unlink()

    def commit(self) -> str:
        """Commit everything to git and return the commit."""
        if not (self.root / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "--quiet", "--message=x")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Run git here."""
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=self.env).stdout

    def run(
        self, *arguments: str, env: Mapping[str, str | None] | None = None, cwd: Path | None = None, given: str = ""
    ) -> Ended:
        """Run a command to its end. A variable that is None is not set."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=cwd or self.root,
            env=self._environment(env),
            input=given.encode(),
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
        return checked(Ended(arguments, done.returncode, done.stdout.decode(), done.stderr.decode()))

    @contextlib.contextmanager
    def running(self, *arguments: str, env: Mapping[str, str | None] | None = None) -> Iterator["Running"]:
        """Start a command; what is left of it at the end is killed."""
        with subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=self.root,
            env=self._environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                yield Running(arguments, process)
            finally:
                if process.poll() is None:
                    process.kill()

    def apply(self, *arguments: str) -> Ended:
        """Apply without asking; it must succeed."""
        ended = self.run("apply", "--yes", *arguments)
        assert ended.code == 0, ended.said
        return ended

    def until_quiet(self, limit: int = 6) -> list[int]:
        """Apply until the exit code says that nothing is left; return the codes."""
        codes: list[int] = []
        while not codes or codes[-1] != 0:
            assert len(codes) < limit, codes
            codes.append(self.run("apply", "--yes", "--detailed-exitcode").code)
        return codes

    def forget(self) -> None:
        """Lose the ledger."""
        shutil.rmtree(self.root / ".reconciler")

    def _environment(self, changes: Mapping[str, str | None] | None) -> dict[str, str]:
        merged: dict[str, str | None] = {**self.env, **(changes or {})}
        return {name: value for name, value in merged.items() if value is not None}


class Running:
    """A command that has been started."""

    def __init__(self, arguments: Sequence[str], process: "subprocess.Popen[bytes]") -> None:
        self._arguments = arguments
        self.process = process

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """Kill it as the system would, and wait until it is gone."""
        self.process.kill()
        self.process.communicate()

    def end(self) -> Ended:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=LIMIT)
        return checked(Ended(self._arguments, self.process.returncode, out.decode(), err.decode()))

    def line(self, stream: str = "err") -> str:
        """Read one line of one of its streams; empty when the stream has ended."""
        found = self.process.stderr if stream == "err" else self.process.stdout
        assert found is not None
        return found.readline().decode()


def checked(ended: Ended) -> Ended:
    """Return how a command ended, after the rules that hold for every one: a code of the contract, no traceback."""
    assert ended.code in CONTRACT, ended
    for sign in ("Traceback", "Exception ignored", "internal error", "Warning:"):
        assert sign not in ended.said, ended.said
    return ended
