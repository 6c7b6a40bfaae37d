"""Forbidden addresses, against what the standard library knows of them, and spellings against the C library's."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.networks import FORBIDDEN, is_loopback, literal_of, refusal_of

SPECIAL = ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_reserved", "is_unspecified")


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6) | st.sampled_from([*FORBIDDEN]).map(lambda text: text.split("/")[0]))
def test_what_the_standard_library_calls_special_is_refused(address: object) -> None:
    found = ipaddress.ip_address(str(address))
    if any(getattr(found, name) for name in SPECIAL) or not found.is_global:
        assert refusal_of(found)


@pytest.mark.parametrize("text", ["93.184.216.34", "8.8.8.8", "223.5.5.5", "172.32.0.1", "2606:4700::1111", "240e::1"])
def test_public_addresses_are_not(text: str) -> None:
    assert refusal_of(ipaddress.ip_address(text)) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("169.254.169.254", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("100.100.100.200", "shared"),
        ("168.63.129.16", "metadata"),
        ("::ffff:8.8.8.8", "IPv4"),
        ("64:ff9b::808:808", "NAT64"),
        ("2002:808:808::", "6to4"),
        ("fe80::1%eth0", "link-local"),
    ],
)
def test_each_says_what_it_is(text: str, what: str) -> None:
    assert what in str(refusal_of(ipaddress.ip_address(text)))


def test_only_loopback_is_ever_allowed() -> None:
    allowed = {text for text in FORBIDDEN if not refusal_of(ipaddress.ip_network(text)[0], allow_loopback=True)}
    assert allowed == {"127.0.0.0/8", "::1/128"}


@pytest.mark.parametrize("text", ["2130706433", "0x7f000001", "0X7F.1", "0177.0.0.1", "127.1", "127.0.0.1", "0x7f.0.1"])
def test_every_spelling_of_loopback_is_read_as_the_c_library_does(text: str) -> None:
    assert str(literal_of(text)) == socket.inet_ntoa(socket.inet_aton(text)) == "127.0.0.1"
    assert is_loopback(text)
    assert is_loopback(f"{text}.")


@pytest.mark.parametrize("host", ["shop.example", "face.cafe", "fa.de", "0x", "1.2.3.4.5", "256.1.1.1", "a", ""])
def test_names_are_no_literals(host: str) -> None:
    assert literal_of(host) is None


def test_names_of_this_machine() -> None:
    assert all(map(is_loopback, ("localhost", "LOCALHOST.", "a.localhost", "[::1]")))
    assert not is_loopback("localhost.example")
