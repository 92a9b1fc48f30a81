"""Every error the product raises, on one page, with the exit code it leads to.

Lowest module of all: imports nothing of ours. Texts say what failed, on which object, and after a
semicolon what to do. No error carries a secret or a vendor's raw body.
"""

import enum
from collections.abc import Iterable


class Exit(enum.IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    REFUSED = 3
    STALE = 4
    PARTIAL = 5
    DOUBT = 6
    LOCKED = 7
    CONVERGING = 8
    STATE = 9
    USAGE = 64
    INTERRUPTED = 130


_PRECEDENCE = (
    Exit.INTERRUPTED,
    Exit.STATE,
    Exit.LOCKED,
    Exit.DOUBT,
    Exit.STALE,
    Exit.PARTIAL,
    Exit.REFUSED,
    Exit.ERROR,
    Exit.CHANGES,
    Exit.CONVERGING,
)


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the code that wins when several apply; DONE when there is none."""
    present = set(codes)
    return next((code for code in _PRECEDENCE if code in present), Exit.DONE)


class ReconcilerError(Exception):
    """Something went wrong that a person can act on."""

    exit_code = Exit.ERROR
    code = "E000"


class UsageError(ReconcilerError):
    """The command line asks for something that cannot be asked."""

    exit_code = Exit.USAGE


class ConfigurationError(ReconcilerError):
    """`reconciler.yaml`, a flag or a referenced secret is wrong."""


class PolicyRefused(ReconcilerError):
    """A limit, a budget or a freeze forbids the plan."""

    exit_code = Exit.REFUSED
    code = "E501"


class StalePlan(ReconcilerError):
    """A saved plan no longer fits, was used, or was made from other content."""

    exit_code = Exit.STALE


class Locked(ReconcilerError):
    """Another run holds the lock."""

    exit_code = Exit.LOCKED


class StateError(ReconcilerError):
    """The ledger cannot be read or written; nothing more is sent."""

    exit_code = Exit.STATE


class FenceLost(StateError):
    """A later run took over; this one must not send anything more."""


class Interrupted(ReconcilerError):
    """A person or the system asked to stop."""

    exit_code = Exit.INTERRUPTED


class SealingError(ReconcilerError):
    """An asset cannot be sealed or opened."""


class WriteRefused(ReconcilerError):
    """A mutating or unlisted call was tried through a reader; refused before any socket opened."""


class VendorError(ReconcilerError):
    """A vendor could not be asked or answered with something unusable."""


class NotSent(VendorError):
    """The request never left: name resolution, connect or TLS failed, or it was refused locally."""


class NoAnswer(VendorError):
    """The request may have arrived, but no whole answer came back.

    `deadline` is True when our own total deadline ended the wait: the vendor may still be working.
    """

    def __init__(self, text: str, *, deadline: bool = False) -> None:
        super().__init__(text)
        self.deadline = deadline


class BadAnswer(VendorError):
    """An answer arrived that is not what the vendor promises: not JSON, too large, cut, of another shape."""


class Forbidden(VendorError):
    """The credentials are valid but lack a right."""


class SignInFailed(VendorError):
    """The vendor does not accept the credentials."""


class RateLimited(VendorError):
    """The vendor's limit held for longer than we wait."""


class IncompleteRead(VendorError):
    """A list or object could not be read whole; nothing may be concluded from it."""


class StepRefused(VendorError):
    """A step must not be sent: what is there differs from what the plan rests on."""

    def __init__(self, text: str, *, policy: bool = False, stale: bool = False) -> None:
        super().__init__(text)
        self.policy = policy
        self.stale = stale
