"""The wire of the mail host as one table: paths, names, and what its answers prove.

ASSUMED facts are corrected here, and nowhere else.
"""

from collections.abc import Mapping

from reconciler.contract import Answer, Endpoint, Verdict

KEY_HEADER = "x-api-key"  # DOCUMENTED
IDEMPOTENCY_HEADER = "idempotency-key"  # DOCUMENTED for lists only; kept for ever
REFERENCE, ITEMS, TOTAL, ERROR = "reference", "items", "total", "error"  # DOCUMENTED

MAILBOX, LIST = "mailbox", "list"
PATHS: Mapping[str, str] = {MAILBOX: "/mailboxes", LIST: "/lists"}

FIND = {kind: Endpoint(f"find {kind}", "GET", path) for kind, path in PATHS.items()}
READ = {kind: Endpoint(f"read {kind}", "GET", f"{path}/{{id}}") for kind, path in PATHS.items()}
CREATE = {kind: Endpoint(f"create {kind}", "POST", path, mutates=True) for kind, path in PATHS.items()}
CHANGE = {kind: Endpoint(f"change {kind}", "PATCH", f"{path}/{{id}}", mutates=True) for kind, path in PATHS.items()}
REMOVE = {kind: Endpoint(f"remove {kind}", "DELETE", f"{path}/{{id}}", mutates=True) for kind, path in PATHS.items()}
ENDPOINTS = tuple(one for table in (FIND, READ, CREATE, CHANGE, REMOVE) for one in table.values())

REFUSING = frozenset({400, 403, 404, 409, 422})  # DOCUMENTED: nothing was done


def judge(answer: Answer) -> Verdict:
    """Say what an answer proves. A refusal counts only in the vendor's own words: a proxy knows nothing."""
    if answer.ok and answer.readable:
        return Verdict.CLEAR
    if answer.status == 401:
        return Verdict.SIGNED_OUT
    if answer.status == 429:
        return Verdict.RATE_LIMITED
    return Verdict.REFUSED if answer.status in REFUSING and _words(answer) else Verdict.UNCLEAR


def explain(answer: Answer) -> str:
    """Return the vendor's own text about a failure."""
    return _words(answer) or f"status {answer.status}"


def _words(answer: Answer) -> str:
    words = answer.data.get(ERROR) if isinstance(answer.data, Mapping) else None
    return words if isinstance(words, str) else ""
