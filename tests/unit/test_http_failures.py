"""What each failure of the HTTP library proves; complete over every exception the library has."""

import inspect

import httpcore
import httpx
import pytest

from reconciler.errors import NoAnswer, NotSent
from reconciler.vendors.http import failures
from reconciler.vendors.http.transport import TRANSLATION

ALL = sorted(
    {thing for _, thing in inspect.getmembers(httpx, inspect.isclass) if issubclass(thing, Exception)},
    key=lambda kind: kind.__name__,
)
UNSENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
}


def instance(kind: type[Exception], text: str) -> Exception:
    """Make an exception without going through constructors that want a response."""
    error = kind.__new__(kind)
    error.args = (text,)
    return error


def test_the_list_is_the_library_s() -> None:
    """The exceptions are taken from the library itself, so that a new one is judged too."""
    assert len(ALL) >= 28
    assert set(ALL) > UNSENT


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_only_what_comes_before_the_first_byte_is_not_sent(kind: type[Exception]) -> None:
    """Exactly the failures before writing are NotSent; all others may have arrived."""
    error = failures.translate(instance(kind, "why"), what="acme: POST /x", progress=failures.Progress())

    assert type(error) is (NotSent if kind in UNSENT else NoAnswer)
    assert str(error).startswith("acme: POST /x")
    assert not getattr(error, "deadline", False)


@pytest.mark.parametrize("kind", [OSError, TimeoutError, RuntimeError, ValueError, AssertionError])
def test_a_foreign_exception_proves_nothing(kind: type[Exception]) -> None:
    """What is not the library's own may have happened at any time."""
    assert isinstance(failures.translate(kind("x"), what="x", progress=failures.Progress()), NoAnswer)


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind in UNSENT], ids=lambda kind: kind.__name__)
def test_after_the_headers_nothing_is_unsent(kind: type[Exception]) -> None:
    """When the transport has reported that the headers are out, no failure is NotSent any more."""
    progress = failures.Progress()
    progress.headed = True

    assert isinstance(failures.translate(instance(kind, "x"), what="x", progress=progress), NoAnswer)


def test_a_text_that_may_quote_a_header_is_not_shown() -> None:
    """The library's message about a malformed header quotes it; ours does not."""
    error = httpx.LocalProtocolError("Illegal header value b'Bearer canary'")

    assert "canary" not in str(failures.translate(error, what="x", progress=failures.Progress()))


def core_exceptions() -> list[type[Exception]]:
    """List the exceptions httpcore raises to its callers."""
    members = (thing for _, thing in inspect.getmembers(httpcore, inspect.isclass) if issubclass(thing, Exception))
    internal = {httpcore.ConnectionNotAvailable}  # caught inside its pool; a fresh connection is always available
    return sorted(set(members) - internal, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", core_exceptions(), ids=lambda kind: kind.__name__)
def test_every_exception_of_the_transport_s_library_has_its_namesake(kind: type[Exception]) -> None:
    """The transport raises the httpx exception of the same name for each of httpcore's."""
    assert TRANSLATION[kind].__name__ == kind.__name__
