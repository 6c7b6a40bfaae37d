"""robots.txt as RFC 9309 wants it read; the examples of its sections 2.2.2, 2.2.3 and 5 among them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.robots_rules import MAX_BYTES, read_rules

SITE = "https://shop.example"
RFC_5_1 = b"""User-agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-agent: beltwatch
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-agent: quxbot
Disallow: /example/page.html
"""
TWO_GROUPS = b"User-agent: beltwatch\nDisallow: /a\n\nUser-agent: *\nAllow: /\n\nUser-agent: Beltwatch\nDisallow: /b"


def allows(body: bytes, path: str, agent: str = "beltwatch") -> bool:
    return read_rules(body, agent).allows(SITE + path)


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        (RFC_5_1, "/example/page.html", True),
        (RFC_5_1, "/example/allowed.gif", True),
        (RFC_5_1, "/example/other.html", False),
        (b"User-agent: *\nAllow: /page/\nDisallow: /page/not.gif", "/page/not.gif", False),
        (b"User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        (b"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        (b"User-agent: *\nDisallow: /*.php$", "/a.php", False),
        (b"User-agent: *\nDisallow: /*.php$", "/a.php?b", True),
        (b"User-agent: *\nDisallow: /fish*.php", "/fishheads/x.php?a", False),
        (b"User-agent: *\nDisallow: /%E6%AF%9B", "/毛巾", False),
        ("User-agent: *\nDisallow: /毛".encode(), "/%E6%AF%9B%E5%B7%BE", False),
        (b"User-agent: *\nDisallow: /a # why\n", "/a", False),
        (b"User-agent: *\nDisallow:", "/a", True),
        (b"Disallow: /", "/a", True),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/a", False),
        (b"User-agent: *\r\nDisallow: /\r\n", "/a", False),
        (b"User-agent: *\rDisallow: /\r", "/a", False),
        (b"  user-AGENT :  BELTWATCH  \n\tDISALLOW\t: /", "/a", False),
        (b"User-agent: beltwatch/1.0\nDisallow: /", "/a", False),
        (b"User-agent: a\nUser-agent: beltwatch\nUser-agent: b\nDisallow: /", "/a", False),
        (TWO_GROUPS, "/a", False),
        (TWO_GROUPS, "/b", False),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: beltwatch\nAllow: /", "/a", True),
        (b"User-agent: belt\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", False),
        (b"User-agent: beltwatcher\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", False),
        (b"User-agent: beltwatch\nSitemap: https://shop.example/s\nDisallow: /", "/a", False),
        (b"\x00\xff<html>\n::\nno rule\nUser-agent: *\n\xfe\nDisallow: /", "/a", False),
        (b"", "/a", True),
    ],
)  # fmt: skip
def test_each_rule(body: bytes, path: str, expected: bool) -> None:
    assert allows(body, path) is expected


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60))
def test_what_stands_behind_the_limit_is_not_read_and_no_rule_by_half(cut: int) -> None:
    last = b"Allow: /a/b/c/d/e/f/g/h\n"
    head = b"User-agent: *\nDisallow: /a\n"
    filling = b"#" * (MAX_BYTES - len(head) - cut - 1) + b"\n"
    body = head + filling + last + b"Disallow: /z\n"
    assert not allows(body, "/a/b/x")  # half of the rule that allows would allow this
    assert allows(body, "/a/b/c/d/e/f/g/h") is (cut >= len(last))
    assert allows(body, "/z") is (cut < len(last + b"Disallow: /z\n"))


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (b"Crawl-delay: 10", 10.0),
        (b"Crawl-delay: 0.5", 0.5),
        (b"Request-rate: 1/30", 30.0),
        (b"Crawl-delay: soon", 0.0),
        (b"Crawl-delay: -1", 0.0),
        (b"Crawl-delay: inf", 0.0),
        (b"Disallow: /a", 0.0),
    ],
)
def test_delays(lines: bytes, seconds: float) -> None:
    assert read_rules(b"User-agent: *\n" + lines, "beltwatch").seconds_between == seconds


@given(st.binary(max_size=300))
def test_no_file_breaks_it(body: bytes) -> None:
    rules = read_rules(body, "beltwatch")
    assert rules.allows(f"{SITE}/a") in (True, False)
    assert rules.seconds_between >= 0
