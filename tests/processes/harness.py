"""The program as people run it: real processes, a real sandbox on a loopback port, a project in a directory."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

PROGRAM = (sys.executable, "-W", "error", "-m", "reconciler")
ENVIRONMENT = {
    "BSS_CLIENT_KEY": "demo-key",
    "BSS_CLIENT_SECRET": "demo-secret",
    "BSS_USERNAME": "demo",
    "BSS_PASSWORD": "demo-password",
}
CONFIGURATION = """
apiVersion: reconciler/v1
kind: Project
metadata: {{name: acme-infra}}
vendors:
  interworks:
    url: {url}
    credentials: {{clientKey: {{env: BSS_CLIENT_KEY}}, clientSecret: {{env: BSS_CLIENT_SECRET}},
                  username: {{env: BSS_USERNAME}}, password: {{env: BSS_PASSWORD}}}}
    limits: {{concurrency: 8, perSecond: 500}}
    lookupLag: 100ms
  avg: {{via: interworks, systemCode: AVG}}
  panda: {{via: interworks, systemCode: PandaAntivirus}}
  bittitan: {{via: interworks, systemCode: BitTitan}}
"""
ACCOUNTS = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: nordwind}
spec:
  displayName: Nordwind
  role: Reseller
  email: it@nordwind.example
  vendors: {avg: {email: keys@nordwind.example}}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme Dental
  parent: nordwind
  email: it@acme.example
  vendors: {avg: {email: keys@acme.example}, bittitan: {}}
"""
ORDERS = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-avg}
spec: {vendor: avg, account: acme, execute: true, items: [{product: AVG-IS-BE, quantity: 25}]}
---
apiVersion: reconciler/v1
kind: Order
metadata: {name: acme-boxes}
spec: {vendor: bittitan, account: acme, execute: true, items: [{product: BT-MAILBOX, quantity: 3}]}
"""


@dataclasses.dataclass(frozen=True)
class Server:
    """A sandbox process; `base` is its address."""

    base: str

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """Use the control plane of the BSS simulator."""
        answer = httpx.request(method, f"{self.base}/_sim/interworks{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(
        self, kind: str, path: str, *, method: str = "", nth: int = 1, count: int | None = 1, **more: Any
    ) -> None:
        """Arm a fault."""
        match: dict[str, Any] = {"path": path, "nth": nth, "count": count}
        if method:
            match["method"] = method
        self.sim("POST", "/faults", {"kind": kind, "match": match, **more})

    def charges(self) -> list[str]:
        """Return which orders were charged, sorted."""
        return sorted(row["orderName"] for row in self.sim("GET", "/state")["charges"])

    def counts(self) -> dict[str, int]:
        """Count the rows of the vendor's books."""
        state = self.sim("GET", "/state")
        return {name: len(state[name]) for name in ("accounts", "orders", "assets", "charges")}

    def mutations(self) -> int:
        """Count the mutating requests so far, sign-in aside."""
        return sum(1 for line in self.sim("GET", "/log") if line["mutating"] and "oauth" not in line["path"])

    def row(self, what: str, **wanted: Any) -> dict[str, Any]:
        """Return the one row with these values."""
        rows = [
            row for row in self.sim("GET", "/state")[what] if all(row[key] == value for key, value in wanted.items())
        ]
        assert len(rows) == 1, rows
        found: dict[str, Any] = rows[0]
        return found


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on stdout, and nothing else on it."""
        return json.loads(self.out)


@dataclasses.dataclass(frozen=True)
class Project:
    """A project directory against a sandbox."""

    root: Path
    server: Server

    def write(self, **files: str) -> None:
        """Write manifests: name without suffix -> text."""
        for name, text in files.items():
            (self.root / "specs" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def configure(self, old: str, new: str) -> None:
        """Change the configuration's text."""
        path = self.root / "reconciler.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a run: credentials, no CI, no colours."""
        kept = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR", "FORCE_COLOR"}}
        return {**kept, **ENVIRONMENT, **more}

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start the program and return at once."""
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=self.root,
            env=self.environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        """Run the program to its end."""
        process = self.start(*arguments, env=env)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err
        return Ended(process.returncode, out, err)


def until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Poll a condition until it holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
