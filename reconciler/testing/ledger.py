"""A ledger in memory: the SQLite implementation without file, lock and mark, so that tests meet the real rules."""

from reconciler.ledger.opening import open_memory
from reconciler.ledger.protocol import Ledger


def memory_ledger() -> Ledger:
    """Return a new, empty ledger; a run begun while another one is open takes over, as after a crash."""
    return open_memory()
