"""Where webhooks may go: public addresses, by https, and nothing that only our own network reaches.

What an address says is judged when it is given, and what its name resolves to at every connection. The blocks are those
of the registries of special-purpose addresses (IANA; RFC 6890 and later), kept here since what Python calls global
differs between its versions, and leaves out tunnels that carry a private address inside (6to4, NAT64, Teredo).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL: Final = 500
_REFUSED_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a platform's own, though globally routable
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
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
"""What lies outside is refused: loopback, mapped and translated addresses, link-local, unique local, multicast."""
_REFUSED_V6: Final = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TOP_LABEL: Final = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
_NAME: Final = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+{_TOP_LABEL}")
"""Its last label begins with a letter, so no number is a name, in whatever base it is written."""
_ONE_LABEL: Final = re.compile(_TOP_LABEL)
_LITERAL: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_INSIDE: Final = ("localhost", "local", "internal", "svc", "lan", "home.arpa", "localdomain", "intranet")
"""Ends of names that are resolved within a network only."""
_VISIBLE: Final = re.compile(r"[!-\[\]-~]+")
"""A backslash is none: some read it as a slash."""
_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What is let through beside public addresses by https on port 443.

    ``networks`` are reached although they are not public, such as that of a data platform within the same walls; once
    there are some, names are judged by what they resolve to alone. ``allows_http`` is for development.
    """

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({_HTTPS_PORT})
    allows_any_port: bool = False
    allows_http: bool = False

    @classmethod
    def of(
        cls, networks: Sequence[str], ports: Sequence[int], *, allows_any_port: bool, allows_http: bool
    ) -> "AddressPolicy":
        """The policy of settings.

        Raises:
            ValueError: a network is none.
        """
        found = tuple(ip_network(each) for each in networks)
        return cls(found, frozenset(ports), allows_any_port, allows_http)


def url_faults(url: str, policy: AddressPolicy) -> Iterator[str]:
    """What is wrong with an address that deliveries are to go to, before anything is resolved."""
    if len(url) > LONGEST_URL or not _VISIBLE.fullmatch(url):
        yield f"write up to {LONGEST_URL} visible ASCII characters without a backslash"
        return
    try:
        parts, port = (split := urlsplit(url)), split.port
    except ValueError:
        yield "is no address"
        return
    yield from _part_faults(parts, url)
    yield from _way_faults(parts.scheme, port, policy)
    yield from _host_faults(parts, policy)


def _part_faults(parts: SplitResult, url: str) -> Iterator[str]:
    if "@" in parts.netloc:
        yield "holds a user or a password: deliveries are signed instead"
    if "#" in url:
        yield "holds a fragment, which is never sent"


def _way_faults(scheme: str, port: int | None, policy: AddressPolicy) -> Iterator[str]:
    if scheme != "https" and not (scheme == "http" and policy.allows_http):
        yield "begins with https://"
    elif not policy.allows_any_port and (port or _HTTPS_PORT) not in policy.ports:
        yield f"names a port other than {', '.join(map(str, sorted(policy.ports)))}"


def _host_faults(parts: SplitResult, policy: AddressPolicy) -> Iterator[str]:
    host = parts.hostname or ""
    literal = literal_of(host)
    if literal is not None:
        if is_refused(literal, policy):
            yield REFUSED
    elif "[" in parts.netloc or not (_NAME.fullmatch(host) or (policy.networks and _ONE_LABEL.fullmatch(host))):
        yield "names no host: write a name in letters, digits and hyphens, or a plain address"
    elif not policy.networks and _is_inside(host):
        yield REFUSED


REFUSED: Final = "is not reached from here: it is not public"
"""Said of every address that is refused, so that nobody can find out by it what there is within."""


def _is_inside(host: str) -> bool:
    return any(host == end or host.endswith(f".{end}") for end in _INSIDE)


def literal_of(host: str) -> Address | None:
    """The address that a host is, written as addresses are; None for whatever is read as a name."""
    if not _LITERAL.fullmatch(host) and ":" not in host:
        return None
    try:
        found = ip_address(host)
    except ValueError:  # such as 0177.0.0.1, which others take for octal
        return None
    return None if getattr(found, "scope_id", None) else found


def is_refused(address: Address, policy: AddressPolicy) -> bool:
    """Whether nothing is sent to this address."""
    if any(address in network for network in policy.networks if network.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return any(address in network for network in _REFUSED_V4)
    return address not in _GLOBAL_V6 or any(address in network for network in _REFUSED_V6)


def allowed_address(found: Sequence[str], policy: AddressPolicy) -> str | None:
    """The address to connect to, of those that a name resolves to; None where any of them is refused, or none is there.

    One that is refused among others is reason enough: whoever answers for the name chooses what is tried.
    """
    addresses = [_resolved(each) for each in found]
    if not addresses or any(each is None or is_refused(each, policy) for each in addresses):
        return None
    return str(addresses[0])


def _resolved(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return None if getattr(found, "scope_id", None) else found
