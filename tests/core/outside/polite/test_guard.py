from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pytest
from tests.stubs.hostile_urls import HOSTILE

from gesso.core.errors import InputError, SettingsError, Transient
from gesso.core.outside.polite.guard import Guard, is_public


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_before_anybody_is_asked(url: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"]

    with pytest.raises(InputError) as caught:
        Guard(resolve=resolve).target(url)

    assert asked == []
    assert "pass@" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("http://A.test", "http://a.test/"),
        ("HTTPS://a.test:443/x?y#z", "https://a.test/x?y"),
        ("http://a.test.:80/", "http://a.test/"),
        (" https://a.test/é b ", "https://a.test/%C3%A9%20b"),
        ("https://a.test/a%20b?c=%2F", "https://a.test/a%20b?c=%2F"),
        ("https://müller.test/", "https://xn--mller-kva.test/"),
        ("https://my_host.test/", "https://my_host.test/"),
        ("http://8.8.8.8/x", "http://8.8.8.8/x"),
        ("http://[2606:4700::1111]/x", "http://[2606:4700::1111]/x"),
        ("https://a.test?q", "https://a.test/?q"),
    ],
)
def test_an_address_of_the_web_is_read(url: str, read: str) -> None:
    assert str(Guard().target(url)) == read


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%eth0"],
        ["64:ff9b::a00:1"],
    ],
)
def test_a_name_that_leads_inside_is_refused(found: Sequence[str]) -> None:
    with pytest.raises(InputError, match="inside this network"):
        Guard(resolve=lambda *_: found).addresses("a.test", 80)


def test_a_name_that_nobody_knows_is_a_passing_failure() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Transient, match=r"a\.test cannot be found"):
        Guard(resolve=resolve).addresses("a.test", 80)
    with pytest.raises(Transient, match="no address"):
        Guard(resolve=lambda *_: []).addresses("a.test", 80)


def test_what_the_owner_allows_may_be_asked_and_nothing_beside_it() -> None:
    guard = Guard(ports=(8080,), allow=("192.168.1.0/24", "::1"))

    assert guard.target("http://192.168.1.7:8080/").port == 8080
    assert guard.target("http://[::1]:8080/").host == "::1"
    assert guard.addresses("192.168.1.7", 8080) == ("192.168.1.7",)
    for url in ("http://192.168.2.7:8080/", "http://127.0.0.1:8080/", "http://192.168.1.7/"):
        with pytest.raises(InputError):
            guard.target(url)


def test_what_is_no_network_cannot_be_allowed() -> None:
    with pytest.raises(SettingsError, match="'home'"):
        Guard(allow=("home",))


@pytest.mark.parametrize("location", ["http://127.0.0.1/", "//127.0.0.1/", "ftp://a.test/", "x\n"])
def test_a_redirect_is_checked_like_any_address(location: str) -> None:
    guard = Guard()
    with pytest.raises(InputError):
        guard.follow(guard.target("https://a.test/b/c"), location)


def test_a_redirect_may_be_relative() -> None:
    guard = Guard()
    target = guard.target("https://a.test/b/c?d")

    assert str(guard.follow(target, "../e")) == "https://a.test/e"
    assert str(guard.follow(target, "//c.test/f")) == "https://c.test/f"


def test_every_public_address_is_one_that_python_calls_global() -> None:
    # Stricter than `is_global`, never laxer: the ends of every network that it knows.
    edges = [
        edge
        for text in ("0.0.0.0/1", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12",
                     "192.0.0.0/16", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3")
        for network in [ipaddress.IPv4Network(text)]
        for last in [int(network.broadcast_address)]
        for edge in (int(network.network_address) - 1, int(network.network_address), last, last + 1)
        if 0 <= edge < 2**32
    ]  # fmt: skip
    public = [
        ipaddress.IPv4Address(edge) for edge in edges if is_public(ipaddress.IPv4Address(edge))
    ]

    assert len(public) > 5
    assert all(address.is_global for address in public)
