"""The vendor's staff in the stories: change the simulated BSS by hand and look into its books.

`python ../vendor.py state charges`, `python ../vendor.py edit accounts harbour-dental email=x@y.example`,
`python ../vendor.py clock 3600`, `python ../vendor.py fault late /execute$ seconds=3600`.
"""

import json
import os
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

SANDBOX = os.environ.get("SANDBOX", "http://127.0.0.1:8700")
SHOWN = {"accounts": ("code", "name", "email"), "orders": ("name", "status"), "charges": ("orderName", "amount")}


def fetch(path: str, body: Any = None) -> Any:
    """Ask the control plane of the simulator; with a body, change something."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{SANDBOX}/_sim/interworks/{path}", data=data)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def values(arguments: Sequence[str]) -> dict[str, Any]:
    """Return `name=value` arguments; a value of digits is a number."""
    pairs = (argument.partition("=") for argument in arguments)
    return {name: int(value) if value.isdigit() else value for name, _, value in pairs}


def show(what: str) -> str:
    """Return the rows of one of the vendor's books, a line each."""
    rows: Sequence[Mapping[str, Any]] = fetch("state")[what]
    return "".join("  ".join(str(row.get(name)) for name in SHOWN[what]) + "\n" for row in rows)


def main(verb: str, *arguments: str) -> str:
    """Do one thing at the vendor and return what to print."""
    if verb == "state":
        return show(arguments[0])
    if verb == "edit":
        what, code, *rest = arguments
        row = next(row for row in fetch("state")[what] if code in {row.get("code"), row.get("name")})
        fetch("edit", {"what": what, "id": row["id"], "set": values(rest)})
        return f"{code} changed at the vendor\n"
    if verb == "clock":
        fetch("clock", {"advance": int(arguments[0])})
        return f"{arguments[0]} seconds later at the vendor\n"
    kind, path, *rest = arguments
    fetch("faults", {"kind": kind, "match": {"path": path}, **values(rest)})
    return f"the vendor will misbehave: {kind}\n"


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
