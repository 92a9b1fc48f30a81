"""The mail host as it behaves, written from its documentation; imports nothing of the adapter.

Keeps books that can be counted: rows, mails, charges. `lag`: seconds before a new row shows in lists.
"""

import datetime as dt
import itertools
import sys
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

KEY = "toy-demo-key"
HIDDEN = {"password", "since"}
NAMES = {"mailboxes": ("address", "quota", "aliases", "password"), "lists": ("address", "members")}
Row = dict[str, Any]


def wall_clock() -> dt.datetime:
    """Return the real time."""
    return dt.datetime.now(dt.UTC)


class MailHost:
    """An ASGI application; `now` tells its time."""

    def __init__(self, now: Callable[[], dt.datetime] = wall_clock) -> None:
        self.tables: dict[str, dict[str, Row]] = {"mailboxes": {}, "lists": {}}
        self.mails: list[Row] = []
        self.charges: list[Row] = []
        self.lag = 0.0
        self._now = now
        self._numbers = itertools.count(1)
        self._keys: dict[str, Row] = {}
        self._routes = Router(
            [
                Route("/{table}", self._door(self.find), methods=["GET"]),
                Route("/{table}", self._door(self.create), methods=["POST"]),
                Route("/{table}/{id}", self._door(self.read), methods=["GET"]),
                Route("/{table}/{id}", self._door(self.change), methods=["PATCH"]),
                Route("/{table}/{id}", self._door(self.remove), methods=["DELETE"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._routes(scope, receive, send)

    def books(self) -> dict[str, list[Row]]:
        """Return what a person at the mail host could look up."""
        tables = {name: list(table.values()) for name, table in self.tables.items()}
        return {**tables, "mails": self.mails, "charges": self.charges}

    def find(self, request: Request, _: Row) -> Response:
        """List a table, or what has a reference."""
        reference = request.query_params.get("reference")
        oldest = self._now() - dt.timedelta(seconds=self.lag)
        rows = [row for row in self._table(request).values() if row["since"] <= oldest]
        found = [shown(row) for row in rows if reference in {None, row["reference"]}]
        return JSONResponse({"items": found, "total": len(found)})

    def read(self, request: Request, _: Row) -> Response:
        """Show one row."""
        row = self._table(request).get(request.path_params["id"])
        return JSONResponse(shown(row)) if row else refusal(404, "there is none of this id")

    def create(self, request: Request, body: Row) -> Response:
        """Make a row; the same key on a list gives the same list again. A mailbox is charged and its owner welcomed."""
        table, key = request.path_params["table"], request.headers.get("idempotency-key", "")
        if table == "lists" and key in self._keys:
            return JSONResponse(shown(self._keys[key]), status_code=201)
        row: Row = {"id": f"{table[0]}-{next(self._numbers)}", "since": self._now(), **body}
        self._table(request)[row["id"]] = row
        if table == "lists":
            self._keys[key] = row
        else:
            self.mails.append({"to": row["address"], "template": "welcome"})
            self.charges.append({"mailbox": row["id"], "amount": "2.00"})
        return JSONResponse(shown(row), status_code=201)

    def change(self, request: Request, body: Row) -> Response:
        """Replace some fields."""
        row = self._table(request).get(request.path_params["id"])
        if row is None:
            return refusal(404, "there is none of this id")
        if body.get("address", row["address"]) != row["address"]:
            return refusal(422, "an address cannot change")
        row.update(body)
        return JSONResponse(shown(row))

    def remove(self, request: Request, _: Row) -> Response:
        """Delete a row."""
        if self._table(request).pop(request.path_params["id"], None) is None:
            return refusal(404, "there is none of this id")
        return JSONResponse({})

    def _table(self, request: Request) -> dict[str, Row]:
        return self.tables[request.path_params["table"]]

    def _door(self, action: Callable[[Request, Row], Response]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            if request.headers.get("x-api-key") != KEY:
                return refusal(401, "the key is not known")
            if request.path_params["table"] not in self.tables:
                return refusal(404, "there is no such table")
            raw = await request.body()
            body = await request.json() if raw else {}
            unknown = set(body) - {"reference", *NAMES[request.path_params["table"]]}
            return action(request, body) if not unknown else refusal(400, f"unknown: {sorted(unknown)}")

        return answer


def shown(row: Row) -> Row:
    """Return a row as the API shows it: lists with their length, no passwords."""
    visible = {name: value for name, value in row.items() if name not in HIDDEN}
    return {**visible, **{f"{name}Count": len(value) for name, value in visible.items() if isinstance(value, list)}}


def refusal(status: int, text: str) -> Response:
    """Return the error shape of the mail host."""
    return JSONResponse({"error": text}, status_code=status)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(MailHost(), port=int(sys.argv[1]), log_level="warning")
