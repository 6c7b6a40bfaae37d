"""The crawl child: one Scrapy process for one unit. It reads its job as a line of JSON, tells its progress in lines of
JSON on standard output and logs to standard error; it ends itself when its parent has gone."""

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from configs.clock import Clock
from spiders.decode import ACCEPT_ENCODING
from spiders.host import Tact
from spiders.job import CrawlJob
from spiders.keeper import Desk, Keeper, Patience
from spiders.ledger import Ledger
from spiders.manners import Manners
from spiders.presence import present
from spiders.reach import may_loop
from spiders.resolver import ALLOW_LOOPBACK
from spiders.spider import ListingSpider
from spiders.standing import standing_file

PROGRESS_SECONDS = 0.2
GRACE_SECONDS = 10.0
BREAK_PER_RETRY = 12  # a circuit stays open so much longer than a page waits for its second attempt
REST_PER_RETRY = 24  # and a host that refuses one page alone rests no longer than so much
LOG_FORMAT = "%(levelname)s\t%(name)s: %(message)s"


def main() -> None:
    """Crawls one unit."""
    logging.raiseExceptions = False  # a parent that has gone takes no more lines
    job = CrawlJob.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    ledger = Ledger(job.ledger_url)
    with present(job.home, job.worker):
        stats = _crawl(job, ledger)
    _tell({"stats": stats})


def settings_of(job: CrawlJob) -> dict[str, Any]:
    """Scrapy's settings. What is turned off here loses pages, harms a site or opens a door (Scrapy 2.19)."""
    rate = job.marketplace.rate
    return {
        "USER_AGENT": job.user_agent,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": ACCEPT_ENCODING,
        },
        "CONCURRENT_REQUESTS": rate.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": rate.concurrency,
        "DOWNLOAD_DELAY": 0,  # by MannersMiddleware: Scrapy's cannot be put off while requests wait
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOAD_TIMEOUT": job.timeout_seconds,
        "DOWNLOAD_MAXSIZE": job.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,  # a cut body is archived, and its outcome is `cut`
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "DOWNLOADER_MIDDLEWARES": {
            "spiders.middleware.ReachMiddleware": 40,
            "spiders.robots.RobotsMiddleware": 100,
            "spiders.middleware.MannersMiddleware": 999,
        },
        "TWISTED_DNS_RESOLVER": "spiders.resolver.CheckedResolver",
        ALLOW_LOOPBACK: may_loop(job.marketplace),
        "ROBOTSTXT_OBEY": False,  # by RobotsMiddleware: Scrapy's fetches where robots.txt answers 503 or nothing
        "COMPRESSION_ENABLED": False,  # takes a body that ends early for whole, and hides the raw bytes
        "COOKIES_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "HTTPPROXY_ENABLED": False,  # behind a proxy no address could be checked
        "METAREFRESH_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "REFERER_ENABLED": False,
        "RETRY_ENABLED": False,  # the ledger knows when to ask again
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "CONCURRENT_ITEMS": 8,  # Scrapy starts this many tasks per response, even for none
        "LOG_FORMAT": LOG_FORMAT,
        "LOG_LEVEL": "INFO",
        "LOG_VERSIONS": [],
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
    }


def _crawl(job: CrawlJob, ledger: Ledger) -> dict[str, Any]:
    """Scrapy's statistics after the crawl."""
    desk = Desk(job.home, job.marketplace, job.week, job.categories, job.worker, _clock(job.clock))
    patience = Patience(job.lease_seconds, job.attempts, retry_seconds=job.retry_seconds, clock_speed=job.clock.speed)
    process = AsyncCrawlerProcess(settings_of(job))
    for name in ("scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they list Scrapy's own parts at every start
    crawler = process.create_crawler(ListingSpider)
    keeper = Keeper(desk, ledger, patience)
    manners = Manners(standing_file(job.home, job.marketplace.name), _tact(job), keeper.is_last_page, ledger.take_turn)
    process.crawl(crawler, keeper=keeper, manners=manners, on_page=_progress(ledger, desk))
    process.start()
    assert crawler.stats is not None
    ending = crawler.spider.ending if isinstance(crawler.spider, ListingSpider) else None
    return {**crawler.stats.get_stats(), "ending": ending}


def _tact(job: CrawlJob) -> Tact:
    return Tact(
        seconds_between=1 / job.marketplace.rate.requests_per_second,
        rest_seconds=job.retry_seconds,
        longest_rest_seconds=job.retry_seconds * REST_PER_RETRY,
        break_seconds=job.retry_seconds * BREAK_PER_RETRY,
    )


def _clock(clock: Clock) -> Callable[[], datetime]:
    """The time now on a clock; it never goes back while the process lives."""
    start = time.time() - time.monotonic()
    return lambda: clock.at(datetime.fromtimestamp(start + time.monotonic(), UTC))


def _progress(ledger: Ledger, desk: Desk) -> Callable[[], None]:
    """Called once per page; tells the balance, but not more often than anyone can look."""
    told = 0.0

    def tell() -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            balance = ledger.balance(*desk.scope)
            _tell({"done": sum(balance.done.values()), "planned": balance.planned})

    return tell


def _tell(line: dict[str, Any]) -> None:
    try:
        print(json.dumps(line, default=str), flush=True)
    except OSError:
        logging.getLogger(__name__).debug("nobody listens any more")


def _end_with_parent() -> None:
    """Waits for the end of standard input, which comes with the parent's: then stops gracefully, and at last hard."""
    while os.read(0, 4096):  # not sys.stdin, whose lock would be held while the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
