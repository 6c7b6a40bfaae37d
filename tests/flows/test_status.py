"""`beltwatch status` tells what the ledger holds and what was seen of what there is; the pages are counted by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from configs.tables import table
from flows.status import OUTCOMES, balance_of, coverage_of
from spiders.ledger import Ledger
from spiders.ledger_scope import Scope
from spiders.pages import PageFacts, PageKey, PlannedPage
from tests.flows.conftest import WEEK, beltwatch_here
from warehouse.lake import page_offers_file

NOW = datetime(2026, 11, 18, tzinfo=UTC)
DONE = ["listing", "listing", "listing", "blocked", "error", "empty", "listing"]  # then one leased, one waiting


def filled(home: Path) -> None:
    """A ledger with nine pages of towels, of which seven are done, and one of socks; offers of towels only."""
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    keys = [PageKey("practice", WEEK, "towels", page) for page in range(1, 10)]
    ledger.plan(PlannedPage(key, "http://127.0.0.1:9/") for key in [*keys, PageKey("practice", WEEK, "socks", 1)])
    for key, outcome in zip(keys, DONE, strict=False):
        ledger.store_done(key, "w", PageFacts(outcome, cards=2, listings_said=20 if outcome == "listing" else None))
    scope = ("practice", WEEK, ["towels"])
    ledger.lease(Scope(*scope), "w", 1, NOW, 60)
    ledger.close()
    ids = ["1", "2", "2", None, "3", "4"]  # one twice, one without an id: four listings
    offers = pl.DataFrame({"listing_id": ids}, schema={"listing_id": pl.String})
    path = page_offers_file(home, "practice", WEEK, "towels")
    path.parent.mkdir(parents=True)
    offers.write_parquet(path)


def test_balance_and_coverage_are_those_of_the_ledger(tmp_path: Path) -> None:
    filled(tmp_path)
    state: dict[str, Any] = json.loads(beltwatch_here("status", "--json", "--home", str(tmp_path)).stdout)
    socks, towels = state["ledger"]
    assert (socks["category"], socks["planned"], socks["waiting"], socks["is_even"]) == ("socks", 1, 1, True)
    assert {name: towels[name] for name in OUTCOMES if towels[name]} == {
        "listing": 4, "empty": 1, "blocked": 1, "error": 1,
    }  # fmt: skip
    assert [towels[name] for name in ("planned", "leased", "waiting", "open", "is_even")] == [9, 1, 1, 2, True]
    assert towels["last_week"] == str(WEEK)
    socks, towels = state["coverage"]
    assert (socks["pages_share"], socks["listings_seen"], socks["listings_share"]) == (0.0, None, None)
    assert (towels["pages_stored"], towels["pages_planned"], towels["pages_share"]) == (5, 9, 5 / 9)
    assert (towels["listings_seen"], towels["listings_said"], towels["listings_share"]) == (4, 20, 0.2)
    said = beltwatch_here("status", "--home", str(tmp_path)).stdout
    assert "0.556" in said
    assert "coverage of the last week" in said


def test_a_balance_that_does_not_add_up_is_told(tmp_path: Path) -> None:
    filled(tmp_path)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    pages = ledger.rows()
    ledger.close()
    unknown = pages.with_columns(pl.col("outcome").replace({"blocked": "eaten"}))
    assert balance_of(pages)["is_even"].to_list() == [True, True]
    assert balance_of(unknown)["is_even"].to_list() == [True, False]


def test_a_home_without_a_ledger_has_neither(tmp_path: Path) -> None:
    pages = table("pages").empty()
    assert balance_of(pages).is_empty()
    assert coverage_of(tmp_path, pages).is_empty()
    state = json.loads(beltwatch_here("status", "--json", "--home", str(tmp_path / "none")).stdout)
    assert (state["ledger"], state["coverage"], state["reopened"]) == ([], [], [])
    assert not (tmp_path / "none").exists()
