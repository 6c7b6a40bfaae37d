"""What floored displays cost, the law of a category's and a belt's interval with what they hide, and a week's compare.

    python -m benchmarks.sales_speed

CPU-seconds of this process, the best of some runs. Ends with 1 where any is above what is wanted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from configs.publication import shipped_rules
from sandbox.draws import BASE_WEEK, BELT, WEEK, draw_belt
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.displays import KIND, pooled
from transforms.hidden import shown_sales
from transforms.imputation import imputed_change
from transforms.paired import paired
from transforms.panels import listing_pairs, matched_panel, placed_listings

DISPLAYS, BELT_MERCHANTS, LARGE_MERCHANTS = 1_000_000, 160, 60_000
SEED = 4
PER_28_DAYS = 28 / 30


@dataclass(frozen=True)
class Cost:
    """One thing that was timed: listings at the base, CPU-seconds, and how many are wanted at most."""

    what: str
    rows: int
    seconds: float
    wanted: float


def main() -> int:
    """Times everything and prints the table; 0 where all is as wanted, else 1."""
    costs = [law(), *interval(BELT_MERCHANTS, 0.002), *interval(LARGE_MERCHANTS, 0.3), comparison(), whole_week()]
    for cost in costs:
        limit = f"wanted {cost.wanted * 1e3:9,.1f}" if cost.wanted < np.inf else ""
        print(f"{cost.what:56} {cost.rows:>9,} rows {cost.seconds * 1e3:9,.1f} ms  {limit}")
    return 0 if all(cost.seconds <= cost.wanted for cost in costs) else 1


def law() -> Cost:
    """A category's displays of one week, from rows to the expected size of each display."""
    sizes = np.random.default_rng(SEED).lognormal(5, 1.6, DISPLAYS)
    displays = _displays(sizes, pl.DataFrame({"marketplace": ["practice"], "category": ["towels"], "week": [WEEK]}))
    return Cost("grid and law of a week's displays, first digit shown", DISPLAYS, _best(lambda: pooled(displays)), 2.0)


def interval(merchants: int, wanted: float) -> list[Cost]:
    """The matched change of one belt and week: what is hidden of its listings, and the draws with their interval."""
    belt = draw_belt(merchants, np.random.default_rng(SEED))
    now, then = (placed_listings(floored(end)) for end in (belt.current, belt.base))
    pairs = listing_pairs(now, then)
    known = paired(pairs, shown_sales(then), shown_sales(now))
    assert known is not None
    panel = matched_panel(pairs)

    def drawn() -> None:
        sales = replace(known)  # nothing drawn yet
        _, draws = sales.of_panel(panel.merchant, panel.base, panel.current, is_matched=True)
        assert draws is not None
        imputed_change(panel.base, panel.current, draws)

    read, draw = _best(lambda: paired(pairs, shown_sales(then), shown_sales(now))), _best(drawn)
    return [
        Cost("what a belt's displays hide, read", then.height, read, np.inf),
        Cost("imputed interval of the matched change", then.height, draw, wanted),
        Cost("both", then.height, read + draw, np.inf),
    ]


def comparison() -> Cost:
    """What the figures of one belt and week cost more than with exact displays."""
    belt = draw_belt(BELT_MERCHANTS, np.random.default_rng(SEED))
    exact = belt.current, belt.base
    hidden = floored(belt.current), floored(belt.base)

    def figures(ends: tuple[pl.DataFrame, pl.DataFrame]) -> None:
        belt_figures(*ends, BELT, WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())

    pairs = [(_best(lambda: figures(hidden), 1), _best(lambda: figures(exact), 1)) for _ in range(30)]  # in turn
    more = min(first for first, _ in pairs) - min(second for _, second in pairs)
    return Cost("more in the figures of a belt and week", belt.base.height, more, 0.005)


def whole_week() -> Cost:
    """All figures of one large belt and week, both ends read and compared."""
    belt = draw_belt(LARGE_MERCHANTS, np.random.default_rng(SEED))

    def figures() -> None:
        belt_figures(belt.current, belt.base, BELT, WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())

    return Cost("a belt and week read and compared", belt.base.height, _best(figures), 1.0)


def floored(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as a site shows them that shows the first digit only: value expected, bounds, and law."""
    piece = pl.col("price_yuan") * PER_28_DAYS
    displays = _displays(rows.select(pl.col("value_yuan") / piece).to_series().to_numpy(), rows)
    law = pooled(displays).select("low", "high", "point", sales_mu="mu", sales_sigma="sigma")
    shown = rows.with_columns(displays["low"]).join(law, on="low", how="left", validate="m:1")
    ends = {"value_low_yuan": "low", "value_yuan": "point", "value_high_yuan": "high"}
    return shown.with_columns((pl.col(part) * piece).alias(name) for name, part in ends.items()).drop(*ends.values())


def _displays(sizes: np.ndarray[tuple[int], np.dtype[np.float64]], rows: pl.DataFrame) -> pl.DataFrame:
    """What is shown of sizes of 1 and more."""
    power = 10 ** np.floor(np.log10(np.maximum(sizes, 1.0)))
    low = np.maximum(1.0, np.floor(sizes / power) * power)
    kind = rows.with_columns(sales_basis=pl.lit("trailing_30d")).select(KIND)
    named = kind if kind.height == len(sizes) else kind[np.zeros(len(sizes), dtype=np.int64)]
    return named.with_columns(low=pl.Series(low), high=pl.lit(None, pl.Float64))


def _best(work: Callable[[], object], runs: int = 9) -> float:
    """The CPU-seconds of the quickest run."""
    found = []
    for _ in range(runs):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)


if __name__ == "__main__":
    raise SystemExit(main())
