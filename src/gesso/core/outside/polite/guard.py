"""Which addresses may be asked: the web's, on its ports, and nothing inside this network."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna

from gesso.core.errors import InputError, SettingsError, Transient
from gesso.core.outside.redact import redact

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# A name and a port -> its addresses, as text.
Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
_QUOTED_CHARS = 200
# Browsers read these away or turn them into something else, so no two readers agree on the rest.
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")
_AUTHORITY = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s\[\]:@%/?#\\]+))(?::(?P<port>[0-9]{0,5}))?"
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# The URL standard: a host whose last label is a number is an IPv4 address, however odd.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# IANA's special-purpose registries (RFC 6890 and its successors), and what `ipaddress` takes for
# global although a packet to it ends inside: multicast, the whole of 192.0.0/24, 6to4's relays,
# and 168.63.129.16, where Azure's machines ask for their own secrets.
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
# Only this part of IPv6 is given out for the world (RFC 4291, 2.4); mapped, NAT64, local and
# multicast addresses lie outside of it.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID, benchmarks and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries any IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
# ISATAP carries an IPv4 address behind this half (RFC 5214, 6.1).
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


@dataclass(frozen=True)
class Target:
    """An address that was read once; whoever connects reads it no second time.

    Attributes:
        scheme: "http" or "https".
        host: small ASCII letters; an IPv6 address without its brackets.
        port: 1 to 65535.
        path: path and query, ASCII, beginning with "/".
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.origin + self.path


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses that this machine knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Keeps requests that others have written (a URL, a redirect, a name server) outside.

    Args:
        ports: what may be asked; the web's two by default.
        allow: networks inside which the owner explicitly wants to be asked: "192.168.1.0/24".
        resolve: a name -> its addresses.

    Raises:
        SettingsError: an entry of `allow` is no network.
    """

    def __init__(
        self,
        *,
        ports: Sequence[int] = (80, 443),
        allow: Sequence[str] = (),
        resolve: Resolve = system_resolve,
    ) -> None:
        self._ports = frozenset(ports)
        self._allow = tuple(_network(text) for text in allow)
        self._resolve = resolve

    def target(self, url: str) -> Target:
        """Read an address, without asking anybody.

        Raises:
            InputError: it is not http(s), carries a user's name, an odd host, a port that is not
                allowed, or an address inside this network.
        """
        text = url.strip(" \t\r\n")
        if _ODD.search(text):
            raise _refusal(url, "it holds characters that no address has")
        try:
            parts = urlsplit(text)
        except ValueError as error:
            raise _refusal(url, "it is no whole address") from error
        if parts.scheme not in _PORTS:
            raise _refusal(url, "only http and https are asked")
        if "@" in parts.netloc:
            raise _refusal(url, "it carries a user's name or password")
        host, port = self._authority(url, parts.netloc)
        port = _PORTS[parts.scheme] if port is None else port
        if port not in self._ports:
            raise _refusal(url, f"port {port} is not one of the web's")
        path = parts.path or "/"
        query = f"?{parts.query}" if parts.query else ""
        return Target(parts.scheme, host, port, _ascii(path + query))

    def follow(self, target: Target, location: str) -> Target:
        """The target of a redirect.

        Raises:
            InputError: as `target` does.
        """
        if _ODD.search(location):
            raise _refusal(location, "it holds characters that no address has")
        try:
            return self.target(urljoin(str(target), location.strip()))
        except ValueError as error:
            raise _refusal(location, "it is no whole address") from error

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host, every one of them checked; connect to these, never to the name.

        Raises:
            InputError: one of them lies inside this network.
            Transient: the name has no address now.
        """
        literal = _literal(host)
        try:
            found = [str(literal)] if literal else list(self._resolve(host, port))
            known = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
        except (OSError, ValueError) as error:  # a name too long for DNS is a UnicodeError
            raise Transient(f"The name {host} cannot be found: {error}.", provider=host) from error
        if not known:
            raise Transient(f"The name {host} has no address.", provider=host)
        for address in known:
            if not self._may_ask(address):
                raise _refusal(host, f"{address} lies inside this network, not on the web")
        return tuple(str(address) for address in known)

    def _authority(self, url: str, netloc: str) -> tuple[str, int | None]:
        match = _AUTHORITY.fullmatch(netloc)
        if match is None:
            raise _refusal(url, "its host cannot be read")
        host = match["six"] or _name(url, match["name"])
        literal = _literal(host)
        if match["six"] and not isinstance(literal, ipaddress.IPv6Address):
            raise _refusal(url, "its host cannot be read")
        if literal and not self._may_ask(literal):
            raise _refusal(url, f"{literal} lies inside this network, not on the web")
        port = int(match["port"]) if match["port"] else None
        return (str(literal) if literal else host), port

    def _may_ask(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self._allow)


def is_public(address: Address) -> bool:
    """Whether an address is given out for the world; stricter than `is_global`, which is not."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return (
        address in _PUBLIC_6
        and not any(address in network for network in _NOT_PUBLIC_6)
        and (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
    )


def _name(url: str, text: str) -> str:
    """A host's name in small ASCII letters."""
    try:
        name = text if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise _refusal(url, "its host's name is not one that can exist") from error
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refusal(url, "its host's name is not one that can exist")
    if _NUMBER.fullmatch(labels[-1]) and _literal(name) is None:
        raise _refusal(url, "its host is a number in an odd form")
    return name


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"{text!r} is no network that could be allowed.",
            'Write one as in "192.168.1.0/24", or one address.',
        ) from error


def _ascii(path: str) -> str:
    return quote(path, safe="%/:=&?~#+!$,;'@()*[]|")


def _refusal(what: str, why: str) -> InputError:
    shown = redact(_ODD.sub("?", what))[:_QUOTED_CHARS]
    return InputError(
        f"{shown!r} is not asked: {why}.",
        "Give an address of the web: http or https, its usual port, no name or password in it.",
    )
