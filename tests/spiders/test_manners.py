"""Manners of real crawls: what a host asks for holds for all its pages, and a host that refuses all is left alone."""

import ssl
import threading
import time
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from configs.calendar import week_of
from configs.clock import Clock
from configs.errors import ConfigError
from configs.marketplaces import Marketplace
from configs.settings import Settings
from spiders.archive import read_page
from spiders.budget import Budget
from spiders.crawl import CrawlError, CrawlOptions, CrawlReport, crawl, user_agent
from spiders.ledger import Ledger, Scope
from spiders.overseer import GRACE_SECONDS, Progress
from spiders.pages import PageFacts, PageKey, PlannedPage
from spiders.plan import plan_week
from spiders.standing import HostStanding, lines_of, read_standings, standing_file, write_standings

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
WEEK = week_of(NOW)
TOWELS, LUGGAGE = "毛巾", "箱包"
PAGES = {"towels": 4, "luggage": 3}
ON_THE_WAY_SECONDS = 0.1


def crawled(settings: Settings, marketplace: Marketplace, now: datetime = NOW, **changes: Any) -> CrawlReport:
    Ledger(settings.ledger_url).plan(plan_week(marketplace, WEEK))
    options = CrawlOptions(clock=Clock(now, datetime.now(UTC)), **{"retry_seconds": 0.02, **changes})
    return crawl(settings.home, settings, marketplace, WEEK, options)


def plan_all(settings: Settings, marketplace: Marketplace) -> Ledger:
    ledger = Ledger(settings.ledger_url)
    keys = [PageKey("small", WEEK, name, page) for name, last in PAGES.items() for page in range(1, last + 1)]
    ledger.plan(PlannedPage(key, marketplace.page_url(key.category, key.page)) for key in keys)
    return ledger


def timed(site: Any) -> list[float]:
    """The instants at which pages are asked for, from now on."""
    times: list[float] = []
    answer = site.answer

    def noting(path: str) -> Any:
        if "robots" not in path:
            times.append(time.time())
        return answer(path)

    site.answer = noting
    return times


def test_a_host_that_asks_to_wait_is_left_alone_with_all_its_pages(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    site.failures[TOWELS, 1] = [(429, {"Retry-After": "2"}, b"")]
    times = timed(site)
    assert crawled(home_settings, small).balance.done == {"listing": 7}
    refused_at = times[site.log.index((TOWELS, 1))]
    later = [when for when in times if when > refused_at + ON_THE_WAY_SECONDS]
    assert min(later) >= refused_at + 2.0
    (standing,) = read_standings(standing_file(home_settings.home, "small")).values()
    assert standing.not_before.timestamp() == pytest.approx(refused_at + 2.0, abs=1.0)
    assert lines_of(home_settings.home) == []


def test_what_a_host_asked_for_outlasts_the_crawl(site: Any, small: Marketplace, home_settings: Settings) -> None:
    until = datetime.now(UTC) + timedelta(seconds=8)
    standing = HostStanding(state="closed", not_before=until, line="127.0.0.1: as it was")
    write_standings(standing_file(home_settings.home, "small"), {"127.0.0.1": standing})
    times = timed(site)
    assert crawled(home_settings, small).balance.done == {"listing": 7}
    assert min(times) >= until.timestamp()


def test_a_crawl_that_waits_for_its_turn_can_be_interrupted(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    site.failures[LUGGAGE, 1] = [(429, {"Retry-After": "3600"}, b"")]
    ended_at: list[float] = []

    def interrupt(_: Progress) -> None:
        ended_at.append(time.monotonic())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawled(home_settings, small, on_progress=interrupt)
    assert time.monotonic() - ended_at[0] < GRACE_SECONDS
    balance = Ledger(home_settings.ledger_url).balance()
    assert (balance.leased, balance.is_even) == (0, True)


def test_a_host_that_refuses_all_is_given_up_and_no_page_is_lost(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    for key in [(TOWELS, 1), (LUGGAGE, 1)]:
        site.failures[key] = [(503, {"X-Always": "1"}, b"")]
    with pytest.raises(CrawlError, match=r"refused 5 requests in a row .* 4 probes after; 2 of 2 pages stay open; run"):
        crawled(home_settings, small)
    assert len(site.log) == 5 + 4
    (line,) = lines_of(home_settings.home)
    assert line.startswith("127.0.0.1: circuit open (9 refused in a row), given up for this run, asked next at 20")
    site.failures.clear()
    assert crawled(home_settings, small).balance.done == {"listing": 7}
    assert lines_of(home_settings.home) == []


def test_a_host_that_blocks_all_is_given_up_before_all_pages_are_spent(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    ledger = plan_all(home_settings, small)
    for category, word in (("towels", TOWELS), ("luggage", LUGGAGE)):
        for page in range(1, PAGES[category] + 1):
            site.failures[word, page] = [(200, {"X-Always": "1"}, "<p>访问受限</p>".encode())]
    with pytest.raises(CrawlError, match="blocked"):
        crawled(home_settings, small)
    balance = ledger.balance()
    assert balance.done["blocked"] in (5, 6)  # one more may have been on its way
    assert balance.open == 7 - balance.done["blocked"]
    assert balance.is_even


def test_one_page_that_is_always_refused_does_not_stop_the_others(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    site.failures[TOWELS, 4] = [(503, {"X-Always": "1"}, b"")]
    assert crawled(home_settings, small).balance.done == {"error": 1, "listing": 6}
    row = Ledger(home_settings.ledger_url).rows().filter(outcome="error").row(0, named=True)
    assert (row["page"], row["status"], row["attempts"]) == (4, 503, 20)


@pytest.mark.parametrize(("requests_per_second", "concurrency"), [(2.5, 4), (500, 2)])
def test_two_crawls_at_once_ask_no_more_often_and_no_more_at_once_than_one(
    site: Any, small: Marketplace, home_settings: Settings, requests_per_second: float, concurrency: int
) -> None:
    rate = small.rate.model_copy(update={"requests_per_second": requests_per_second, "concurrency": concurrency})
    slow = small.model_copy(update={"rate": rate})
    times: list[float] = []
    under_way: list[str] = []
    most: list[int] = []
    answer = site.answer

    def watched(path: str) -> Any:
        if "robots" not in path:
            times.append(time.time())
            under_way.append(path)
            most.append(len(under_way))
            time.sleep(0.6)
            under_way.pop()
        return answer(path)

    site.answer, site.pages = watched, {TOWELS: 6, LUGGAGE: 5}
    site.crawlers_wanted = threading.Barrier(2)
    crawls = [threading.Thread(target=crawled, args=(home_settings, slow)) for _ in range(2)]
    for thread in crawls:
        thread.start()
    for thread in crawls:
        thread.join()
    pages = Ledger(home_settings.ledger_url).rows("small", WEEK)
    assert set(pages["outcome"]) == {"listing"}
    assert pages["worker"].n_unique() == 2
    assert 1 < max(most) <= concurrency
    # four distances, of which a busy machine may shorten one: crawls that each kept the pace alone would need two
    times.sort()
    assert min(later - earlier for earlier, later in zip(times, times[4:], strict=False)) > 3 / requests_per_second


def test_the_pages_of_a_day_are_counted_over_restarts(site: Any, small: Marketplace, home_settings: Settings) -> None:
    thrifty = small.model_copy(update={"rate": small.rate.model_copy(update={"pages_per_day": 3})})
    site.failures[TOWELS, 1] = [(500, {}, b"")]
    sentence = "the 3 pages a day of small are used until 2026-11-19 00:00 Shanghai time; . of . pages stay open"
    for _ in range(2):
        with pytest.raises(CrawlError, match=sentence):
            crawled(home_settings, thrifty)
        assert len(site.log) == 3
    with pytest.raises(CrawlError, match="2026-11-20"):
        crawled(home_settings, thrifty, NOW + timedelta(days=1))
    assert crawled(home_settings, thrifty, NOW + timedelta(days=2)).balance.done == {"listing": 7}
    assert len(site.log) == 8


def test_a_day_is_one_of_shanghai(home_settings: Settings, small: Marketplace) -> None:
    thrifty = small.model_copy(update={"rate": small.rate.model_copy(update={"pages_per_day": 5})})
    ledger = plan_all(home_settings, small)
    before, after = datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 18, 16, tzinfo=UTC)
    for seen_at in (before, after, after):
        (page,) = ledger.lease(Scope("small", WEEK), "worker", 1, seen_at, 60)
        assert ledger.store_done(page.key, "worker", PageFacts("listing", fetched_at=seen_at))
    assert Budget(thrifty, ledger, lambda: before).left() == 4
    assert Budget(thrifty, ledger, lambda: after).left() == 3
    ledger.lease(Scope("small", WEEK), "worker", 1, after, 60)
    assert Budget(thrifty, ledger, lambda: after).left() == 2
    assert Budget(small, ledger, lambda: after).left() > 1e6


def test_a_longer_delay_that_robots_txt_wants_is_kept(site: Any, small: Marketplace, home_settings: Settings) -> None:
    site.robots = (200, {}, b"User-agent: *\nCrawl-delay: 0.4\n")
    times = timed(site)
    crawled(home_settings, small)
    assert len(times) == 7
    assert min(b - a for a, b in pairwise(times)) >= 0.4 - ON_THE_WAY_SECONDS


def test_the_same_page_elsewhere_on_the_site_is_followed_and_no_other(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    here = f"http://127.0.0.1:{site.server.server_port}/offer_search.htm?keywords=%C3%AB%BD%ED&beginPage="
    site.failures[TOWELS, 2] = [(302, {"Location": f"{here}2&moved=1"}, b"")]
    site.failures[TOWELS, 3] = [(302, {"Location": f"{here}1"}, b"")]
    site.failures[TOWELS, 4] = [(302, {"Location": f"{here}4", "X-Always": "1"}, b"")]
    assert crawled(home_settings, small).balance.done == {"error": 2, "listing": 5}
    rows = Ledger(home_settings.ledger_url).rows().filter(category="towels")
    reasons = dict(rows.select("page", "reason").iter_rows())
    assert reasons[3].endswith("beginPage=1 is not page 3 of towels")
    assert "redirect number 6" in reasons[4]
    place = rows.filter(page=2).select("archive_file", "archive_offset").row(0)
    assert read_page(home_settings.home, *place).url == f"{here}2&moved=1"


def test_no_cookie_is_given_back(site: Any, small: Marketplace, home_settings: Settings) -> None:
    site.failures[TOWELS, 1] = [(500, {"Set-Cookie": "visitor=1"}, b"")]
    crawled(home_settings, small)
    assert len(site.headers) == 9
    assert all({"Cookie", "Referer"}.isdisjoint(headers) for headers in site.headers)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    site: Any, reshaped: Any, home_settings: Settings, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "own.pem"))
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    port = site.server.server_port
    url = f"https://127.0.0.1:{port}/offer_search.htm?keywords={{category}}&beginPage={{page}}"
    report = crawled(home_settings, reshaped(port, listing={"url": url, "encoding": "gbk"}), attempts=1)
    assert report.balance.done == {"error": 2}
    assert site.headers == []
    assert "certificate" in Ledger(home_settings.ledger_url).rows()["reason"][0]


def self_signed(path: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).add_extension(names, critical=False)
    builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signed = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    path.write_bytes(private + signed)
    return path


def test_the_crawler_says_who_asks() -> None:
    assert user_agent("https://desk.example/crawler").endswith(" (+https://desk.example/crawler)")
    assert user_agent(None).startswith("beltwatch/")


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "0xA000001", "3232235777", "100.64.0.1", "0.0.0.0"])
def test_a_listing_on_a_private_address_is_not_crawled(host: str, reshaped: Any, home_settings: Settings) -> None:
    url = f"http://{host.lower()}/{{category}}/{{page}}"
    inside = reshaped(1, hosts=[host.lower()], listing={"url": url}, allow_loopback=True)
    settings = home_settings.model_copy(update={"contact": "https://desk.example/crawler"})
    with pytest.raises(ConfigError, match="expected a public address"):
        crawl(home_settings.home, settings, inside, date(2026, 11, 16))
