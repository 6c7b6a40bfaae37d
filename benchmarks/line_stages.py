"""The stages of the line over the archive of one week, each through the functions that `beltwatch` calls in turn.

    python -m benchmarks.line_stages HOME

All in one process, as a run has them; a line of what each took is printed at its end. `start` ends when the
configuration is read.
"""

import sys
from pathlib import Path

import polars as pl

from benchmarks.stage_costs import told
from benchmarks.week_of_pages import LEDGER, WEEK
from configs.register import Configs, load


def parse(home: Path, configs: Configs) -> None:
    """Archive to offers."""
    from flows.reading import parse_category, refuse_failures

    pages = pl.read_parquet(home / LEDGER)
    for marketplace, category in pages.select("marketplace", "category").unique().sort(pl.all()).rows():
        refuse_failures(parse_category(home, configs, pages, marketplace, category, [WEEK]).failures)


def clean(home: Path, configs: Configs) -> None:
    """Offers to listing weeks and rejects."""
    from flows.categories import clean_batches, clean_categories

    for categories in clean_batches(_categories(home), [WEEK]):
        clean_categories(home, configs, categories, [WEEK])


def place(home: Path, configs: Configs) -> None:
    """Listing weeks to belts."""
    from flows.categories import place_category

    for category in _categories(home):
        place_category(home, configs, category, [WEEK])


def _categories(home: Path) -> list[str]:
    from warehouse import lake

    return sorted({category for _, _, category in lake.offer_units(home)})


if __name__ == "__main__":
    here = Path(sys.argv[1])
    configs = load(here)
    told("start")
    for stage in (parse, clean, place):
        stage(here, configs)
        told(stage.__name__)
