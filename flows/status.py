"""How a home stands: the ledger's balance, what was seen of what there is, releases, gates; for people and machines."""

import sys
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from rich.console import Console
from rich.table import Table

from configs.tables import table
from flows.crawl_notes import failures
from flows.late import reopened
from flows.show import WIDE
from flows.workplace import Workplace
from spiders.pages import STORED
from spiders.standing import lines_of
from warehouse import lake
from warehouse.vintages import manifests

OUTCOMES = ("listing", "empty", "blocked", "login", "changed", "cut", "refused", "error")
SHOWN_RELEASES = 5


def show_status(work: Workplace, as_json: bool) -> None:
    """Print it, as tables or as JSON."""
    state = status_of(work)
    if as_json:
        sys.stdout.buffer.write(
            orjson.dumps(state, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)
        )
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    console.print(f"home      {state['home']}")
    console.print(_table("ledger, all weeks", state["ledger"]))
    console.print(_table("coverage of the last week", state["coverage"]))
    for line in state["hosts"]:
        console.print(f"host {line}")
    console.print(_table("crawls that failed last time", state["failed_crawls"]))
    console.print(_table("weeks read and not yet built", [{"week": week} for week in state["reopened"]]))
    console.print(_table("releases", state["releases"][-SHOWN_RELEASES:]))
    console.print(_table("gates that stop a category", state["stopped"]))


def status_of(work: Workplace) -> dict[str, Any]:
    """The same as plain data."""
    pages = work.pages()
    return {
        "home": str(work.home),
        "ledger": balance_of(pages).to_dicts(),
        "coverage": coverage_of(work.home, pages).to_dicts(),
        "hosts": lines_of(work.home),
        "failed_crawls": failures(work.home),
        "reopened": reopened(work.home),
        "releases": [_released(manifest.body) for manifest in manifests(work.home)],
        "stopped": _stopped(work.home),
    }


def balance_of(pages: pl.DataFrame) -> pl.DataFrame:
    """One row per marketplace and category of the ledger (table pages), sorted: pages planned, done by outcome, leased
    and waiting, whether that adds up, and the last week planned."""
    outcome, state = pl.col("outcome"), pl.col("state")
    counted = pages.group_by("marketplace", "category").agg(
        pl.len().cast(pl.Int64).alias("planned"),
        *((outcome == name).sum().cast(pl.Int64).alias(name) for name in OUTCOMES),
        (state == "leased").sum().cast(pl.Int64).alias("leased"),
        (state == "planned").sum().cast(pl.Int64).alias("waiting"),
        pl.col("week").max().alias("last_week"),
    )
    parts = pl.sum_horizontal(*OUTCOMES, "leased", "waiting")
    return counted.with_columns(
        (pl.col("leased") + pl.col("waiting")).alias("open"), (parts == pl.col("planned")).alias("is_even")
    ).sort("marketplace", "category")


def coverage_of(home: Path, pages: pl.DataFrame) -> pl.DataFrame:
    """One row per marketplace and category in its last week, sorted: pages planned and stored and stored over planned;
    listings seen (different ones among its offers; null before it is parsed), listings that the site says it has (null
    where it does not say) and seen over said."""
    own = pages.filter(pl.col("purpose") == "listing", pl.col("read") == 1)
    last = own.filter(pl.col("week") == pl.col("week").max().over("marketplace", "category"))
    counted = (
        last.group_by("marketplace", "category", "week")
        .agg(
            pages_planned=pl.len().cast(pl.Int64),
            pages_stored=pl.col("outcome").is_in(STORED).sum().cast(pl.Int64),
            listings_said=pl.col("listings_said").max(),
        )
        .sort("marketplace", "category")
    )
    units = counted.select("marketplace", "week", "category").iter_rows()
    seen = pl.Series("listings_seen", [_listings_seen(home, *unit) for unit in units], dtype=pl.Int64)
    return counted.select(
        *("marketplace", "category", "week", "pages_planned", "pages_stored"),
        (pl.col("pages_stored") / pl.col("pages_planned")).alias("pages_share"),
        seen,
        "listings_said",
        (seen / pl.col("listings_said")).alias("listings_share"),
    )


def _listings_seen(home: Path, marketplace: str, week: Any, category: str) -> int | None:
    path = lake.page_offers_file(home, marketplace, week, category)
    if not path.exists():
        return None
    seen: int = pl.scan_parquet(path).select(pl.col("listing_id").drop_nulls().n_unique()).collect().item()
    return seen


def _released(body: dict[str, Any]) -> dict[str, Any]:
    names = ("release", "sequence", "released_at", "new_count", "changed_count", "withdrawn_count", "reason")
    return {name: body[name] for name in names}


def _stopped(home: Path) -> list[dict[str, Any]]:
    checks = lake.read(table("checks"), sorted((home / "checks").glob("**/*.parquet")))
    broken = checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop"))
    return broken.select("gate", "marketplace", "category", "week", "rule", "observed", "expected").to_dicts()


def _table(title: str, rows: list[dict[str, Any]]) -> Table | str:
    if not rows:
        return f"{title}: none"
    table = Table(*rows[0], title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
