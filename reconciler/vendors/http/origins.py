"""Where a vendor is: one origin, pinned by the configuration and read strictly.

Pure. Two readers of one URL must not see two hosts, so everything that clients and resolvers read in more
than one way is refused: userinfo, other number systems, trailing dots, non-ASCII names.
"""

import dataclasses
import ipaddress
import re

from reconciler.errors import ConfigurationError
from reconciler.vendors.http import addresses

_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#]*)?"
)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@\-]+)*/?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_PORTS = {"http": 80, "https": 443}


@dataclasses.dataclass(frozen=True)
class Origin:
    """Scheme, host (lower case; IPv6 without brackets), port and the path every request path is put behind."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def root(self) -> str:
        """The URL without the prefix, such as `https://bss.example.com`."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{shown}{port}"

    @property
    def encrypted(self) -> bool:
        """Whether requests go over TLS."""
        return self.scheme == "https"


def parse_origin(url: str) -> Origin:
    """Read a vendor's URL; ConfigurationError says what is wrong with it."""
    found = _URL.fullmatch(url)
    if found is None:
        raise _wrong("is no plain URL; write https://host[:port][/path] without user, query or fragment")
    scheme, host, path = found["scheme"].lower(), found["host"].lower().strip("[]"), found["path"] or ""
    if scheme not in _PORTS:
        raise _wrong("has a scheme other than https; write https://...")
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    if not 0 < port < 65536:
        raise _wrong("has a port that does not exist; give 1 to 65535")
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise _wrong("has a path that can be read in two ways; write plain segments")
    literal = _check_host(host)
    if scheme == "http" and not (host == "localhost" or (literal is not None and addresses.is_loopback(literal))):
        raise _wrong("is http; only loopback addresses may be, write https://...")
    return Origin(scheme, host, port, path.rstrip("/"))


def _check_host(host: str) -> addresses.Address | None:
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return ipaddress.ip_address(host)
        except ValueError as error:
            raise _wrong("has a host that is no plain address; write it as 192.0.2.1 or [2001:db8::1]") from error
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise _wrong("has a host that is no plain name; write ASCII labels, without a dot at the end")
    return None


def _wrong(what: str) -> ConfigurationError:
    # The URL itself is not repeated: what is wrong with it may be a password in it.
    return ConfigurationError(f"url of the vendor {what}")
