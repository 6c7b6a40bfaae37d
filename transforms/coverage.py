"""How much of what was to be read was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

UNIT = ["marketplace", "category", "week"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Pages stored over pages planned at both ends, 0-1; None where the plan is unknown."""

    current_share: float | None
    base_share: float | None

    @property
    def lower_share(self) -> float | None:
        """The lower of both ends; None where either is unknown."""
        return lowest([self.current_share, self.base_share])


def lowest(shares: Iterable[float | None]) -> float | None:
    """The lowest of some coverages; None where any is unknown or there are none."""
    known = list(shares)
    return None if None in known or not known else min(share for share in known if share is not None)


def page_coverage(pages: pl.DataFrame, depth: Mapping[str, int]) -> pl.DataFrame:
    """One row per marketplace, category and week: pages stored, and pages that should have been.

    `pages` is the ledger (table pages), `depth` the most pages that each marketplace's listing is read to. What
    should have been is what we planned, whatever the depth has become since; where pages are of a foreign archive, the
    larger of those and of the pages the site said it has, to that depth. It is null where it is unknown: all pages are
    of a foreign archive whose site does not say how many there were.
    """
    deepest = pl.col("marketplace").replace_strict(depth, default=None, return_dtype=pl.Int64)
    said = pl.when(pl.col("pages_said").is_not_null()).then(pl.min_horizontal("pages_said", deepest))
    stored = (pl.col("outcome").is_in(["listing", "empty"])) & (pl.col("state") == "done")
    units = pages.filter((pl.col("purpose") == "listing") & (pl.col("read") == 1)).group_by(UNIT)
    counted = units.agg(
        stored.sum().cast(pl.Int64).alias("stored_count"),
        pl.len().cast(pl.Int64).alias("planned_count"),
        said.max().alias("said_count"),
        (pl.col("worker") == "backfill").fill_null(False).all().alias("is_foreign"),
        (pl.col("worker") == "backfill").fill_null(False).any().alias("has_foreign"),
    )
    expected = (
        pl.when(pl.col("said_count").is_null() & pl.col("is_foreign"))
        .then(None)
        .when("has_foreign")
        .then(pl.max_horizontal("planned_count", "said_count"))
        .otherwise("planned_count")
    )
    return counted.select(*UNIT, "stored_count", expected.alias("expected_count")).sort(UNIT)


def shares(coverage: pl.DataFrame, units: pl.DataFrame) -> dict[date, float | None]:
    """Pages stored over pages expected in each week of `units` (columns UNIT), over its marketplaces and categories.

    A unit without pages (rows handed over) or with an unknown denominator makes the share of its week unknown: None.
    """
    joined = units.join(coverage, on=UNIT, how="left", validate="1:1", maintain_order="left")
    summed = joined.group_by("week").agg(
        pl.col("stored_count").sum(),
        pl.col("expected_count").sum(),
        pl.col("expected_count").is_null().any().alias("is_open"),
    )
    return {
        week: None if is_open or not expected else stored / expected
        for week, stored, expected, is_open in summed.select("week", "stored_count", "expected_count", "is_open").rows()
    }
