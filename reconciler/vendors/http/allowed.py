"""Which calls may be made, by the vendor's own list of endpoints.

Pure. A call is judged by its method and path, never by the endpoint object it carries: that one may have been
made by anybody.
"""

import dataclasses
import urllib.parse
from collections import defaultdict
from collections.abc import Sequence

from reconciler import contract
from reconciler.errors import WriteRefused


class Endpoints:
    """The endpoints of one wire, found by method and number of path segments."""

    def __init__(self, endpoints: Sequence[contract.Endpoint]) -> None:
        self._by_shape: dict[tuple[str, int], list[contract.Endpoint]] = defaultdict(list)
        for endpoint in endpoints:
            self._by_shape[endpoint.method, endpoint.path.count("/")].append(endpoint)
        self._changes = tuple(
            dataclasses.replace(endpoint, path=endpoint.path.lower()) for endpoint in endpoints if endpoint.mutates
        )

    def require_reading(self, call: contract.Call) -> None:
        """Raise WriteRefused unless the call is of reading endpoints and of no other."""
        if call.endpoint.mutates or not self._matching(call) or self._may_change(call):
            raise WriteRefused(f"{call} is not on the read list; a plan only reads, use `apply` to change something")

    def require_mutating(self, call: contract.Call) -> None:
        """Raise WriteRefused unless the call is of a mutating endpoint."""
        if not any(endpoint.mutates for endpoint in self._matching(call)):
            raise WriteRefused(f"{call} is not on the vendor's list of changes; add it to the adapter's endpoints")

    def _may_change(self, call: contract.Call) -> bool:
        # As a careless server routes: letters of either case, escapes undone first.
        forms = {call.path.lower(), urllib.parse.unquote(call.path).lower()}
        return any(endpoint.matches(call.method, form) for endpoint in self._changes for form in forms)

    def _matching(self, call: contract.Call) -> list[contract.Endpoint]:
        shape = (call.method, call.path.count("/"))
        return [endpoint for endpoint in self._by_shape.get(shape, ()) if endpoint.matches(call.method, call.path)]
