"""What the benchmark's vendor holds and answers: lists by pages, look-ups by filter, new accounts. No sockets here."""

import json
import re
import urllib.parse
from collections.abc import Sequence
from typing import Any

from benchmarks.estates import CREATED, Estate, account_row, asset_row, option_rows, order_row, status_row

Answer = tuple[int, bytes]
_TERM = re.compile(r"(\w+) eq (?:'([^']*)'|(\d+))")
_MISSING: Answer = (404, b'{"Type":"NotFound","Message":"there is no such thing"}')
_TOKEN: Answer = (200, b'{"access_token":"bench","token_type":"bearer","expires_in":86400}')


class Table:
    """Rows in order, as JSON already, and by the members that are looked up."""

    def __init__(self, rows: Sequence[dict[str, Any]], members: Sequence[str]) -> None:
        self._members = members
        self._texts: list[bytes] = []
        self._found: dict[tuple[str, str], list[bytes]] = {}
        for row in rows:
            self.add(row)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, row: dict[str, Any]) -> bytes:
        """Add a row and return its JSON."""
        text = json.dumps(row, separators=(",", ":")).encode()
        self._texts.append(text)
        for member in self._members:
            self._found.setdefault((member, str(row[member])), []).append(text)
        return text

    def one(self, number: str) -> Answer:
        """Answer a read by id."""
        found = self._found.get(("id", number))
        return (200, found[0]) if found else _MISSING

    def listed(self, query: str) -> Answer:
        """Answer a list: the rows of the filter, or all of them, by pages."""
        given = dict(urllib.parse.parse_qsl(query))
        rows = self._chosen(given.get("$filter", ""))
        page, size = int(given.get("page", "1")), int(given.get("size", "100"))
        pages = -(-len(rows) // size)
        metadata = {"page": page, "size": size, "totalPages": pages, "totalRecords": len(rows)}
        data = b",".join(rows[(page - 1) * size : page * size])
        return 200, b'{"data":[' + data + b'],"metadata":' + json.dumps(metadata).encode() + b"}"

    def _chosen(self, condition: str) -> list[bytes]:
        terms = [(name, text or number) for name, text, number in _TERM.findall(condition)]
        if not terms:
            return self._texts
        first, *rest = (self._found.get(term, []) for term in terms)
        return [row for row in first if all(row in other for other in rest)]


class Books:
    """The vendor's state, beginning in step with an estate."""

    def __init__(self, estate: Estate) -> None:
        orders = [number for number in range(1, estate.size + 1) if estate.is_order(number)]
        self._tables = {
            "accounts": Table(list(estate.accounts()), ("id", "code")),
            "orders": Table([order_row(number) for number in orders], ("id", "accountId", "name")),
            "assets": Table([asset_row(number) for number in orders], ("id", "orderId")),
        }
        self._next = estate.size

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """Answer one request as the BSS does."""
        path, _, query = target.partition("?")
        parts = path.strip("/").split("/")
        if parts[0] == "oauth":
            return _TOKEN
        table = self._tables.get(parts[1]) if len(parts) > 1 else None
        if table is None:
            return _MISSING
        if method == "POST":
            return self._create(json.loads(body)) if parts[1:] == ["accounts"] else _MISSING
        return self._read(table, parts[2:], query) if method == "GET" else _MISSING

    def _read(self, table: Table, rest: Sequence[str], query: str) -> Answer:
        if not rest:
            return table.listed(query)
        if len(rest) == 1:
            return table.one(rest[0])
        if rest[1] == "syncoptions":
            return 200, json.dumps(option_rows(int(rest[0]))).encode()
        status = status_row(int(rest[0]))
        return 200, json.dumps(status if len(rest) == 3 else [status]).encode()

    def _create(self, wanted: dict[str, Any]) -> Answer:
        self._next += 1
        row = {**account_row(self._next), **wanted, "id": self._next, "createdAt": CREATED}
        return 201, self._tables["accounts"].add(row)
