"""A troubled belt's offers as a crawl over real HTTP brings them home: archived, told apart, parsed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from configs.calendar import starts_at
from configs.clock import Clock
from configs.register import load
from configs.settings import Settings
from sandbox.troubled import BASE_WEEK, CATEGORY, MARKETPLACES, WEEK, TroubledBelt
from sandbox.troubled_site import serving, write_marketplaces
from spiders.crawl import CrawlOptions, crawl
from spiders.ledger import Ledger
from spiders.parse import parse_category
from spiders.plan import plan_week

STARTS = timedelta(hours=2)


def through_http(belt: TroubledBelt, home: Path) -> TroubledBelt:
    """The belt with offers and shares of pages as they were crawled and parsed into a data home."""
    settings = Settings(home=home)
    ledger = Ledger(settings.ledger_url)
    try:
        with serving(belt) as (site, url):
            write_marketplaces(home, url)
            offers = []
            for site.week in sorted(belt.offers["week"].unique()):
                offers += list(_week(home, settings, ledger, site.week))
        pages = ledger.rows().filter(pl.col("purpose") == "listing")
    finally:
        ledger.close()
    read = {
        (name, week): pages.filter((pl.col("marketplace") == name) & (pl.col("week") == week))["outcome"].eq("listing")
        for name in MARKETPLACES
        for week in (BASE_WEEK, WEEK)
    }
    shares = {name: (_share(read[name, BASE_WEEK]), _share(read[name, WEEK])) for name in MARKETPLACES}
    return replace(belt, offers=pl.concat(offers), shares=shares)


def _week(home: Path, settings: Settings, ledger: Ledger, week: date) -> Iterator[pl.DataFrame]:
    """One week planned, crawled and parsed on both marketplaces."""
    configs = load(home)
    clock = Clock(starts_at(week) + STARTS, datetime.now(UTC))
    for name in MARKETPLACES:
        marketplace = configs.marketplace(name)
        ledger.plan(plan_week(marketplace, week))
        crawl(home, settings, marketplace, week, CrawlOptions(clock=clock, retry_seconds=0.01))
        found, failures = parse_category(home, marketplace, week, CATEGORY, ledger.rows())
        assert not failures, failures
        yield found


def _share(is_read: pl.Series) -> float:
    return int(is_read.sum()) / len(is_read)
