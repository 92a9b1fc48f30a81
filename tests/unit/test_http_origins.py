"""Which URLs and which network addresses a vendor may have."""

import ipaddress

import pytest

from reconciler.errors import ConfigurationError
from reconciler.vendors.http import addresses
from reconciler.vendors.http.origins import Origin, parse_origin


@pytest.mark.parametrize(
    ("url", "origin", "root"),
    [
        ("https://bss.example.com", Origin("https", "bss.example.com", 443), "https://bss.example.com"),
        ("HTTPS://BSS.Example.COM/", Origin("https", "bss.example.com", 443), "https://bss.example.com"),
        ("https://bss.example.com:443/", Origin("https", "bss.example.com", 443), "https://bss.example.com"),
        ("https://bss.example.com:8443", Origin("https", "bss.example.com", 8443), "https://bss.example.com:8443"),
        ("https://a.example/bss/v1/", Origin("https", "a.example", 443, "/bss/v1"), "https://a.example"),
        (
            "https://xn--bcher-kva.example",
            Origin("https", "xn--bcher-kva.example", 443),
            "https://xn--bcher-kva.example",
        ),
        ("https://93.184.216.34", Origin("https", "93.184.216.34", 443), "https://93.184.216.34"),
        ("https://[2606:2800::1]:444", Origin("https", "2606:2800::1", 444), "https://[2606:2800::1]:444"),
        ("http://127.0.0.1:8700/interworks", Origin("http", "127.0.0.1", 8700, "/interworks"), "http://127.0.0.1:8700"),
        ("http://[::1]:8700", Origin("http", "::1", 8700), "http://[::1]:8700"),
        ("http://localhost", Origin("http", "localhost", 80), "http://localhost"),
    ],
)
def test_a_plain_url_is_read(url: str, origin: Origin, root: str) -> None:
    """Scheme and host are lower-cased, the default port is filled in, the path becomes the prefix."""
    assert parse_origin(url) == origin
    assert parse_origin(url).root == root


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bss.example.com",
        "//bss.example.com",
        "ftp://bss.example.com",
        "file:///etc/passwd",
        "gopher://bss.example.com",
        "http://bss.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "https://",
        "https:///path",
        "https://user@bss.example.com",
        "https://user:password-canary@bss.example.com",
        "https://bss.example.com@evil.example",
        "https://bss.example.com%40evil.example",
        "https://bss.example.com\\@evil.example",
        "https://bss.example.com#@evil.example",
        "https://bss.example.com?x=1",
        "https://bss.example.com/#top",
        "https://bss.example.com:0",
        "https://bss.example.com:65536",
        "https://bss.example.com:99999999",
        "https://bss.example.com:+443",
        "https://bss.example.com:port",
        "https://bss.example.com.",
        "https://bss..example.com",
        "https://-bss.example.com",
        "https://bss_one.example.com",
        "https://b\u00fccher.example",
        "https://bss.ex\u0430mple.com",
        "https://bss\u3002example.com",
        "https://bss.example.com\n",
        "https://bss.example.com\r\nX: y",
        " https://bss.example.com",
        "https://bss example.com",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.0.0.1",
        "https://0177.0.0.1",
        "https://127.1",
        "https://127.0.0.1.1",
        "https://1.2.3.256",
        "https://[::1",
        "https://[::ffff:127.0.0.1%25eth0]",
        "https://[fe80::1%eth0]",
        "https://[v1.fe80]",
        "https://bss.example.com/a/../b",
        "https://bss.example.com/./b",
        "https://bss.example.com//b",
        "https://bss.example.com/%2e%2e/b",
        "https://bss.example.com/a b",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 130 + "example",
    ],
)
def test_a_url_that_can_be_read_in_two_ways_is_refused(url: str) -> None:
    """Whatever is not a plain https URL, or http on loopback, is refused; the text does not repeat it."""
    with pytest.raises(ConfigurationError) as caught:
        parse_origin(url)

    assert "canary" not in str(caught.value)


GLOBAL = [
    "93.184.216.34",
    "8.8.8.8",
    "2606:2800:220:1::1",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2002:5db8:d822::1",
]
PRIVATE = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1"]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "::127.0.0.1"]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "fec0::1",
    "224.0.0.1",
    "239.1.1.1",
    "ff02::1",
    "ff0e::1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.1",
    "192.88.99.1",
    "2001:db8::1",
    "2001::1",
    "3fff::1",
    "5f00::1",
    "100::1",
    "64:ff9b:1::1",
]


def admitted(text: str, **leave: bool) -> bool:
    """Say whether an address written as text is admitted."""
    return addresses.is_admitted(ipaddress.ip_address(text), **{"allow_private": False, **leave})


@pytest.mark.parametrize("text", GLOBAL)
def test_a_global_address_is_admitted(text: str) -> None:
    """Addresses of the open network are admitted, also in a tunnelled form; but not for a plain http URL."""
    assert admitted(text)
    assert not admitted(text, loopback_only=True)


@pytest.mark.parametrize("text", [*PRIVATE, *LOOPBACK, "2002:7f00:1::", "2002:a00:1::"])
def test_a_private_address_is_not_admitted(text: str) -> None:
    """Nothing inside our own network is admitted, in whatever form it is written."""
    assert not admitted(text)


@pytest.mark.parametrize("text", [*PRIVATE, *LOOPBACK])
def test_a_private_address_is_admitted_with_leave(text: str) -> None:
    """`allowPrivate` admits private addresses and loopback."""
    assert admitted(text, allow_private=True)


@pytest.mark.parametrize("text", NEVER)
def test_some_addresses_are_never_admitted(text: str) -> None:
    """Link-local (cloud metadata), multicast, unspecified and reserved addresses are refused even with leave."""
    assert not admitted(text)
    assert not admitted(text, allow_private=True)
    assert not admitted(text, loopback_only=True)


@pytest.mark.parametrize("text", LOOPBACK)
def test_a_plain_http_url_goes_to_loopback(text: str) -> None:
    """The sandbox needs no leave."""
    assert admitted(text, loopback_only=True)


@pytest.mark.parametrize("text", PRIVATE)
def test_a_plain_http_url_goes_nowhere_else(text: str) -> None:
    """A name that is not loopback after all gets no unencrypted request, not even with leave."""
    assert not admitted(text, loopback_only=True, allow_private=True)
