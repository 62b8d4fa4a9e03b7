"""Where webhooks may go: every block at its ends, and the ways in which numbers pass for names."""

from ipaddress import ip_address, ip_network

import pytest

from services.subscriptions.domain.addresses import AddressPolicy, allowed_address, is_refused, literal_of, url_faults

PUBLIC = AddressPolicy()
DEVELOPMENT = AddressPolicy.of(["127.0.0.0/8"], [443], allows_any_port=True, allows_http=True)
BLOCKS = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    *("::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"),
    *("2001::/32", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48"),
    *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128"),
]


@pytest.mark.parametrize("block", BLOCKS)
def test_no_address_of_a_special_block_is_sent_to(block: str) -> None:
    network = ip_network(block)
    middle = network[network.num_addresses // 2]
    for address in {network[0], middle, network[-1]}:
        assert is_refused(address, PUBLIC), address
        assert allowed_address([str(address)], PUBLIC) is None


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0", "2a00:1450::1"]
)
def test_public_addresses_are_sent_to(address: str) -> None:
    assert not is_refused(ip_address(address), PUBLIC)
    assert list(url_faults(f"https://[{address}]/x" if ":" in address else f"https://{address}/x", PUBLIC)) == []


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0x7f.1",
            "0",
            "127.0.0.1.",
            "0x7f.0.0.0x1",
            "017700000001",
        ),
        *("localhost", "LOCALHOST", "a.localhost", "metadata.google.internal", "db.svc", "printer.local", "metadata"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]"),
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "1.2.3.4.5", "999.1.1.1", "[v1.a]", "a..example", "-a.example"),
        *(
            "ex\u2460mple.org",
            "\uff11\uff12\uff17.0.0.1",
            "127\u30020\u30020\u30021",
            "example.org%00",
            "exa mple.org",
            "example.1",
            "a_b.example",
        ),
        "",
    ],
)
def test_hosts_that_are_none_or_within_are_refused(host: str) -> None:
    assert list(url_faults(f"https://{host}/hook", PUBLIC)) != []


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "example.org"),
        *("https://user@example.org/", "https://good.example@127.0.0.1/", "https://127.0.0.1#@good.example/"),
        *("https://example.org:22/", "https://example.org:99999/", "https://example.org\\@127.0.0.1/"),
        *(
            "https://example.org/\r\nx: y",
            "https://example.org/#part",
            "https:///hook",
            "https://example.org/" + "a" * 500,
        ),
    ],
)
def test_addresses_that_are_not_plain_are_refused(url: str) -> None:
    assert list(url_faults(url, PUBLIC)) != []


@pytest.mark.parametrize("url", ["https://platform.example.org/hook?a=b", "https://xn--bcher-kva.example:443/x"])
def test_plain_addresses_are_taken(url: str) -> None:
    assert list(url_faults(url, PUBLIC)) == []


def test_a_name_with_one_bad_address_among_good_ones_is_refused() -> None:
    assert allowed_address(["8.8.8.8", "10.0.0.1"], PUBLIC) is None
    assert allowed_address(["8.8.8.8", "::1"], PUBLIC) is None
    assert allowed_address([], PUBLIC) is None
    assert allowed_address(["8.8.8.8", "2a00:1450::1"], PUBLIC) == "8.8.8.8"


def test_what_an_operator_allows_is_reached_and_nothing_else() -> None:
    assert list(url_faults("http://127.0.0.1:8099/hook", DEVELOPMENT)) == []
    assert list(url_faults("http://10.0.0.1:8099/hook", DEVELOPMENT)) != []
    assert allowed_address(["127.0.0.9"], DEVELOPMENT) == "127.0.0.9"
    assert allowed_address(["::ffff:127.0.0.1"], DEVELOPMENT) is None
    assert literal_of("0177.0.0.1") is None


def test_a_name_that_resolves_to_nothing_readable_or_to_a_scoped_address_is_refused() -> None:
    assert allowed_address(["8.8.8.8", "8.8.4.4"], PUBLIC) == "8.8.8.8"
    assert allowed_address([], PUBLIC) is None
    assert allowed_address(["8.8.8.8", "no address"], PUBLIC) is None
    assert allowed_address(["2a00:1450::1%eth0"], PUBLIC) is None
