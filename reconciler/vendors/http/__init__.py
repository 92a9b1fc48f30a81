"""The shared HTTP client: the only place that opens a connection to a vendor or reveals a secret to one.

Stands above the contract, below the engine; knows no vendor. One retry layer, here, for reads; a mutating
call is one attempt. Owner of httpx and httpcore.
"""

from reconciler.vendors.http.client import Client
from reconciler.vendors.http.connection import Connection
from reconciler.vendors.http.consenting import Consenting
from reconciler.vendors.http.keeping import Keeper, Newest

__all__ = ["Client", "Connection", "Consenting", "Keeper", "Newest"]
