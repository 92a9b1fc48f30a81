"""The sandbox in a process of its own, with credentials that can be told from every ordinary word in an output."""

import contextlib
import hashlib
import multiprocessing
from collections.abc import Iterator, Mapping
from multiprocessing.queues import Queue
from typing import Any

import httpx

from reconciler import sandbox
from reconciler.sandbox.dimensions import login, seeds
from reconciler.sandbox.divalto import seeds as divalto_seeds
from reconciler.sandbox.interworks import tokens
from tests.cli.waiting import until

CREDENTIALS: Mapping[str, str] = {
    "BSS_CLIENT_KEY": "kQ7-client/key+4711=xZ",
    "BSS_CLIENT_SECRET": 's3cr3t"\\Ünïcode&<vW9>%41',
    "BSS_USERNAME": "operator-9fK2@bss.example",
    "BSS_PASSWORD": "pä ss w0rd-Jt55+/=?'$%x",
}
"""The credentials by the variable that holds them; awkward on purpose, so that each encoding looks different."""

DIMENSIONS: Mapping[str, str] = {
    "DIM_CLIENT_ID": "cL13nt-4711-xarios-Qz",
    "DIM_CLIENT_SECRET": 'dim"S3cr3t\\ñ&<w/+=%7>',
    "DIM_REFRESH_TOKEN": "r3fr3sh+first/tök=n?9%K",
}
"""Those of Dimensions."""
DIVALTO: Mapping[str, str] = {"DIVALTO_API_KEY": "P001-TEST@cAn4ryDivaltoKey7781wQ9zR3tY5uIpLm2Kj8"}
"""That of Divalto, whose keys are letters and digits."""


class Vendor:
    """The simulated BSS as its staff sees it; by another `name`, another simulator of the sandbox."""

    def __init__(self, url: str, *, name: str = "interworks") -> None:
        self.origin = url
        self.url = f"{url}/{name}"
        self._client = httpx.Client(base_url=f"{url}/_sim/{name}", timeout=20, trust_env=False)

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """Use the control plane."""
        answer = self._client.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, path: str, **more: Any) -> int:
        """Arm a fault; `method`, `nth`, `count` and `query` belong to the match. Return its id."""
        match: dict[str, Any] = {"path": path}
        match.update({name: more.pop(name) for name in ("method", "nth", "count", "query") if name in more})
        number: int = self.sim("POST", "/faults", {"kind": kind, "match": match, **more})[0]["id"]
        return number

    def settings(self, **values: Any) -> None:
        """Turn switches."""
        self.sim("POST", "/settings", values)

    def await_paused(self) -> None:
        """Wait until a request is held at a fault."""
        until(lambda: self.sim("GET", "/faults")["paused"], "no request was held")

    def release(self, *, drop: bool = False) -> None:
        """Let the held requests go, or cut them."""
        self.sim("DELETE", "/faults")
        self.sim("POST", "/release", {"drop": drop})

    def await_idle(self) -> None:
        """Wait until the vendor is through with every request it was sent."""
        until(lambda: not self.sim("GET", "/faults")["paused"], "requests are still held")

    def rows(self, what: str) -> list[dict[str, Any]]:
        """Return a table of the books."""
        found: list[dict[str, Any]] = self.sim("GET", "/state")[what]
        return found

    def row(self, what: str, **wanted: Any) -> dict[str, Any]:
        """Return the one row with these values."""
        rows = [row for row in self.rows(what) if all(row[name] == value for name, value in wanted.items())]
        assert len(rows) == 1, rows
        return rows[0]

    def edit(self, what: str, number: Any, **values: Any) -> None:
        """Change a row by hand."""
        self.sim("POST", "/edit", {"what": what, "id": number, "set": values})

    def books(self) -> dict[str, Any]:
        """Return what the books say, by things that do not depend on ids or times."""
        state = self.sim("GET", "/state")
        orders = {row["id"]: row["name"] for row in state["orders"]}
        codes = {row["id"]: row["code"] for row in state["accounts"]}
        found: dict[str, Any] = {
            "accounts": sorted(row["code"] for row in state["accounts"]),
            "orders": sorted((row["name"], row["status"]) for row in state["orders"]),
            "assets": sorted((orders[row["orderId"]], row["productCode"], row["quantity"]) for row in state["assets"]),
            "charges": sorted(row["orderName"] for row in state["charges"]),
            "sync": sorted((codes[row["accountId"]], row["systemCode"], row["status"]) for row in state["sync"]),
            "mails": sorted((mail["to"], mail["template"]) for mail in self.sim("GET", "/outbox")),
        }
        return found

    def mutations(self) -> list[str]:
        """Return the mutating requests since the last time, as method and path."""
        lines = [f"{line['method']} {line['path']}" for line in self.sim("GET", "/log") if line["mutating"]]
        self.sim("DELETE", "/log")
        return lines

    def issued(self) -> list[str]:
        """Return every key, coupon and access token the vendor has given out."""
        assets = self.rows("assets")
        found = [str(row[name]) for row in assets for name in ("licenseKey", "couponCode") if row.get(name)]
        return [*found, *(token(number) for number in range(1, 40))]

    def close(self) -> None:
        """Close the control plane's connection."""
        self._client.close()


def token(number: int) -> str:
    """Return the n-th access token; the sandbox makes them from a counter."""
    return f"sim-{number}-{hashlib.sha256(f'token-{number}'.encode()).hexdigest()[:32]}"


def run(urls: "Queue[str]") -> None:
    """Serve until killed; the target of the process."""
    for variable, value in CREDENTIALS.items():
        setattr(tokens, variable.removeprefix("BSS_"), value)
    for variable, value in DIMENSIONS.items():
        setattr(seeds if "TOKEN" in variable else login, variable.removeprefix("DIM_"), value)
    divalto_seeds.API_KEY = DIVALTO["DIVALTO_API_KEY"].partition("@")[2]
    sandbox.serve(0, None, ready=urls.put)


@contextlib.contextmanager
def serving() -> Iterator[Vendor]:
    """Start a sandbox on a free loopback port; kill it at the end."""
    context = multiprocessing.get_context("spawn")
    urls: Queue[str] = context.Queue()
    process = context.Process(target=run, args=(urls,), daemon=True)
    process.start()
    vendor = Vendor(urls.get(timeout=60))
    try:
        yield vendor
    finally:
        vendor.close()
        process.kill()
        process.join(10)
