"""TLS: who is trusted, and that nothing is sent to anybody else."""

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

from reconciler import errors
from tests.edges import http_samples
from tests.edges.http_samples import MAKE, Prepared, Server, http


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make an authority of our own."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Write the authority's certificate to a file."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def server_for(authority: trustme.CA, name: str) -> Server:
    """Make a server with a certificate for a name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return Server(Prepared(http(b"[]")), tls=context)


def status(server: Server, ca_file: Path | None, *, allow_private: bool = True) -> int:
    """Send a change to the server and return the status."""

    async def main() -> int:
        async with (
            server.running(),
            http_samples.client(None, url=server.url, ca_file=ca_file, allow_private=allow_private) as client,
        ):
            return (await client.send(MAKE.call())).status

    return asyncio.run(main())


def test_a_server_of_the_given_authority_is_trusted(authority: trustme.CA, ca_file: Path) -> None:
    """The extra CA file makes a private authority known, and the name is checked though we connect by address."""
    assert status(server_for(authority, "localhost"), ca_file) == 200


def test_an_unknown_authority_is_not_trusted(authority: trustme.CA) -> None:
    """Without the CA file nothing is sent."""
    server = server_for(authority, "localhost")

    with pytest.raises(errors.NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        status(server, None)

    assert server.requests == []


def test_trust_of_the_environment_is_ignored(
    authority: trustme.CA, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom we trust is said in the configuration and nowhere else."""
    server = server_for(authority, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    monkeypatch.setenv("SSL_CERT_DIR", str(ca_file.parent))

    with pytest.raises(errors.NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        status(server, None)

    assert server.requests == []


def test_a_certificate_of_another_name_is_not_trusted(authority: trustme.CA, ca_file: Path) -> None:
    """A good certificate for another host is no certificate for this one."""
    server = server_for(authority, "other.example")

    with pytest.raises(errors.NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        status(server, ca_file)

    assert server.requests == []


def test_https_on_loopback_needs_leave(authority: trustme.CA, ca_file: Path) -> None:
    """Only plain http, which is the sandbox, may go to loopback without `allowPrivate`."""
    server = server_for(authority, "localhost")

    with pytest.raises(errors.NotSent, match="not admitted"):
        status(server, ca_file, allow_private=False)

    assert server.connections == 0


@pytest.mark.parametrize("text", [None, "no certificate"], ids=["missing", "text"])
def test_a_ca_file_that_cannot_be_used_is_said_at_once(text: str | None, tmp_path: Path) -> None:
    """A wrong CA file is an error of the configuration, not of the network."""
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)

    with pytest.raises(errors.ConfigurationError, match="caFile"):
        http_samples.client(None, url="https://bss.example.com", ca_file=path)
