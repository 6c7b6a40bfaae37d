"""What a week's crawl did not show of lists that moved while they were read: its figures for one belt."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from configs.register import Configs
from configs.tables import figures_draft
from transforms.coverage import Coverage
from transforms.figures import figures_frame
from transforms.publication import decide_level, suppressed
from transforms.recapture import SIGHTING, Recapture, pooled, recapture, recapture_figures
from warehouse import lake

Unit = tuple[str, date, str]


def missed_figures(
    home: Path, configs: Configs, belt: str, week: date, units: Iterable[Unit], covered: float | None, is_stopped: bool
) -> pl.DataFrame:
    """Rows of `figures_draft` of a belt's week from its units (marketplace, week, category); none unless pages of all
    of them were read again. What was read again is part of the offers' fingerprint."""
    parts = [_recapture(home, configs, unit) for unit in units]
    whole = [part for part in parts if part is not None]
    if not whole or None in parts:
        return figures_draft().empty()
    decision = suppressed("quarantined") if is_stopped else decide_level(covered, configs.publication)
    return figures_frame(recapture_figures(pooled(whole), decision), belt, week, Coverage(covered, None))


def _recapture(home: Path, configs: Configs, unit: Unit) -> Recapture | None:
    again, marketplace = lake.overlap_file(home, *unit), configs.marketplaces.get(unit[0])
    if marketplace is None or not again.exists():
        return None
    paths = (lake.page_offers_file(home, *unit), again)
    shown, overlaps = (pl.read_parquet(path, columns=SIGHTING, hive_partitioning=False) for path in paths)
    return recapture(shown, overlaps, marketplace.listing.first_page)
