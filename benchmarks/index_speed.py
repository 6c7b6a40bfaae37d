"""What a price index costs: from a frame of string ids in random order to the published series.

    python -m benchmarks.index_speed [--products 20000] [--periods 25] [--runs 9]

Prints CPU seconds of this process (user and system, all threads, `time.process_time`) and seconds on the clock, the
least and the median of several runs after one to warm up. Threads are as the environment has them and are printed.
Ends with 1 if the median GEKS-Törnqvist takes 0.3 CPU-seconds or more.
"""

import argparse
import os
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import polars as pl

from transforms.index import bilateral, geary_khamis, geks, time_product_dummy

WANTED_SECONDS = 0.3  # of CPU, GEKS-Törnqvist for 20,000 products x 25 periods
HEADLINE = "GEKS-Törnqvist"
Index = Callable[[pl.DataFrame], pl.DataFrame]
INDICES: dict[str, Index] = {
    HEADLINE: geks,
    "GEKS-Törnqvist, 13 periods a window": lambda frame: geks(frame, window=13),
    "GEKS-Jevons": lambda frame: geks(frame, "jevons"),
    "GEKS-Fisher": lambda frame: geks(frame, "fisher"),
    "weighted time-product-dummy": time_product_dummy,
    "Geary-Khamis": geary_khamis,
    "Törnqvist, fixed base": lambda frame: bilateral(frame, "tornqvist"),
}
WITH_MERCHANTS: dict[str, Index] = {
    "GEKS-Törnqvist with intervals": geks,
    "GEKS-Jevons, merchants equal, with intervals": lambda frame: geks(frame, "merchant_jevons"),
    "weighted time-product-dummy with intervals": time_product_dummy,
}


def main() -> int:
    """Measures and prints the table; 0 where the headline is as fast as wanted, else 1."""
    arguments = _arguments()
    frame = prices(arguments.products, arguments.periods, seed=1)
    print(f"{arguments.products} products x {arguments.periods} periods, {frame.height} rows, string ids, shuffled")
    print(f"threads: Polars {pl.thread_pool_size()}, BLAS {os.environ.get('OMP_NUM_THREADS', 'default')}")
    print(f"\n{'CPU seconds: least':>20} | {'median':>7} | {'clock: least':>12} | {'median':>7} | index")
    headline = float("inf")
    for sample, indices in ((frame.drop("merchant"), INDICES), (frame, WITH_MERCHANTS)):
        for name, index in indices.items():
            cpu, clock = measured(lambda index=index, sample=sample: index(sample), arguments.runs)  # type: ignore[misc]
            if name == HEADLINE:
                headline = median(cpu)
            print(f"{min(cpu):20.3f} | {median(cpu):7.3f} | {min(clock):12.3f} | {median(clock):7.3f} | {name}")
    is_fast = headline < WANTED_SECONDS
    print(f"\nwanted: median {HEADLINE} below {WANTED_SECONDS} CPU seconds: {'ok' if is_fast else 'FAILED'}")
    return 0 if is_fast else 1


def prices(products: int, periods: int, seed: int) -> pl.DataFrame:
    """One row per product and period in random order, everything as strings but prices and quantities."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(products * periods)
    product, period = order % products, order // products
    level = rng.normal(2, 1, products)[product] - 0.01 * period
    ids = pl.Series([f"alibaba-1688/{number * 7919 % 10**9:09d}" for number in range(products)])
    merchants = pl.Series([f"b2b-{number % max(1, products // 8):07d}" for number in range(products)])
    months = pl.Series([f"{2024 + number // 12}-{number % 12 + 1:02d}" for number in range(periods)])
    return pl.DataFrame(
        {
            "period": months.gather(period),
            "product": ids.gather(product),
            "merchant": merchants.gather(product),
            "price": np.exp(level + rng.normal(0, 0.1, len(order))),
            "quantity": rng.lognormal(3, 1, len(order)),
        }
    )


def measured(run: Callable[[], object], runs: int) -> tuple[list[float], list[float]]:
    """CPU seconds and seconds on the clock of each run, after one that is not counted."""
    run()
    cpu, clock = [], []
    for _ in range(runs):
        cpu_start, clock_start = time.process_time(), time.perf_counter()
        run()
        cpu.append(time.process_time() - cpu_start)
        clock.append(time.perf_counter() - clock_start)
    return cpu, clock


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index_speed", description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--periods", type=int, default=25)
    parser.add_argument("--runs", type=int, default=9, help="runs of each index, after one to warm up")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
