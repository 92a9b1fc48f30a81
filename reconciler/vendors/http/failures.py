"""What a failure of the HTTP library proves: that nothing was sent, or nothing at all.

Pure and total: whatever is not known to come before the first byte counts as "may have arrived".
"""

from collections.abc import Mapping

import httpx

from reconciler.errors import NoAnswer, NotSent

# Raised only before anything of the request is written. ConnectError covers name resolution, connecting and TLS.
_BEFORE: Mapping[type[Exception], str] = {
    httpx.ConnectError: "cannot connect",
    httpx.ConnectTimeout: "cannot connect in time",
    httpx.PoolTimeout: "no free connection",
    httpx.ProxyError: "the proxy refuses",
    httpx.UnsupportedProtocol: "the protocol is not supported",
    httpx.LocalProtocolError: "the request is malformed",
    httpx.InvalidURL: "the URL is malformed",
}
# Their texts come from the system or from TLS; others may quote a header.
_QUOTABLE = (httpx.ConnectError, httpx.ConnectTimeout)
_LONGEST = 200


class Progress:
    """How far one request came, as the transport reports it; `note` is httpcore's trace callback."""

    def __init__(self) -> None:
        self.reported = False
        self.begun = False
        self.headed = False

    @property
    def provably_unsent(self) -> bool:
        """Whether the transport reports its steps, and has not begun to write the request."""
        return self.reported and not self.begun

    async def note(self, event: str, info: object) -> None:  # noqa: ARG002 - httpcore's signature
        """Take note of one step of the transport."""
        self.reported = True
        self.begun = self.begun or ".send_request_headers." in event
        self.headed = self.headed or event.endswith(".send_request_headers.complete")


def translate(error: Exception, *, what: str, progress: Progress) -> NotSent | NoAnswer:
    """Return our error for one raised by a transport; `what` names vendor and request."""
    reason = next((reason for kind, reason in _BEFORE.items() if isinstance(error, kind)), None)
    if reason is None or progress.headed:
        return NoAnswer(f"{what}: no whole answer came back ({type(error).__name__})")
    if isinstance(error, _QUOTABLE) and str(error):
        reason = f"{reason} ({str(error)[:_LONGEST]})"
    return NotSent(f"{what} was not sent: {reason}; check the vendor's url and the network")


def overdue(*, what: str, seconds: float, progress: Progress) -> NotSent | NoAnswer:
    """Return the error for our own deadline."""
    if progress.provably_unsent:
        return NotSent(f"{what} was not sent: no connection within {seconds:g} s; check the network")
    return NoAnswer(f"{what}: no whole answer within {seconds:g} s; the vendor may still be at it", deadline=True)
