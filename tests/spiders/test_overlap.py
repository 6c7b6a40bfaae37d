"""Pages that are read again at the end of a category: when they are read, and what they are not."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from configs.calendar import week_of
from configs.marketplaces import Marketplace
from configs.settings import Settings
from spiders.crawl import crawl
from spiders.ledger import Ledger
from spiders.parse import parse_category
from spiders.plan import plan_week

WORDS = {"towels": "毛巾", "luggage": "箱包"}


def test_pages_are_read_again_behind_the_last_and_give_no_offers(
    site: Any, reshaped: Callable[..., Marketplace], home_settings: Settings, tmp_path: Path
) -> None:
    port = site.server.server_port
    small = reshaped(port)
    listing = small.listing.model_copy(update={"overlap": 2})
    again = reshaped(port, listing=listing.model_dump(), rate={"requests_per_second": 500, "concurrency": 1})
    week = week_of(datetime.now(UTC))
    ledger = Ledger(home_settings.ledger_url)
    ledger.plan(plan_week(again, week))
    report = crawl(tmp_path, home_settings, again, week)
    assert (report.balance.planned, report.balance.done) == (11, {"listing": 11})
    towels, luggage = ([page for word, page in site.log if word == WORDS[name]] for name in ("towels", "luggage"))
    assert (towels, luggage) == ([1, 2, 3, 4, 1, 3], [1, 2, 3, 1, 3])
    rows = ledger.rows()
    assert dict(rows.filter(purpose="listing")["category"].value_counts().rows()) == {"luggage": 3, "towels": 4}
    offers, _ = parse_category(tmp_path, again, week, "towels", rows)
    shown, _ = parse_category(tmp_path, again, week, "towels", rows, "overlap")
    assert offers["page"].to_list() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert shown["page"].to_list() == [1, 1, 3, 3]
    assert set(shown["listing_id"]) <= set(offers["listing_id"])
    ledger.close()
