"""Which calls may be made, by the vendor's own list of endpoints.

Pure. A call is judged by its method and path, never by the endpoint object it carries: that one may have been
made by anybody.
"""

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

    def require_reading(self, call: contract.Call) -> None:
        """Raise WriteRefused unless the call is of reading endpoints and of no other."""
        matching = self._matching(call)
        if call.endpoint.mutates or not matching or any(endpoint.mutates for endpoint in matching):
            raise WriteRefused(f"{call} is not on the read list; a plan only reads, use `apply` to change something")

    def require_mutating(self, call: contract.Call) -> None:
        """Raise WriteRefused unless the call is of a mutating endpoint."""
        if not any(endpoint.mutates for endpoint in self._matching(call)):
            raise WriteRefused(f"{call} is not on the vendor's list of changes; add it to the adapter's endpoints")

    def _matching(self, call: contract.Call) -> list[contract.Endpoint]:
        shape = (call.method, call.path.count("/"))
        return [endpoint for endpoint in self._by_shape.get(shape, ()) if endpoint.matches(call.method, call.path)]
