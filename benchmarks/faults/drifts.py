"""A site changed under its layout, in every way that is known of: is it seen before a figure is released? And how often
is a week that is only a week taken for one?

Drifts are of one category of a tiny world, read over HTTP. Clean weeks are those of the demonstration's world, with its
price war, its festival, entries, exits and relaunches: all its categories, week after week, through the same gate.
"""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import yaml

from benchmarks.faults.drifted_pages import DRIFTS
from benchmarks.faults.ground import Ground, ground_in
from benchmarks.faults.live_week import CATEGORY, MARKETPLACE, figures_changed
from benchmarks.faults.table import FaultRow
from configs.marketplaces import Marketplace
from configs.register import load as load_configs
from configs.tables import table
from flows.checks import quarantined_weeks
from flows.drift import renew_traits
from sandbox.economy import build
from sandbox.pages import Site
from sandbox.scenario import load
from sandbox.world import TEMPLATES
from spiders.layouts import read_page
from warehouse import lake

SCENARIO = "anti-involution"
SHORT = ("price x 100", "list price read as price")
WARM_UP = 8  # weeks without a band
FIRST_WEEK = date(2024, 10, 14)  # so that a hundred weeks have one
SHORT_WEEKS = 20


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """All drifts and a hundred clean weeks; short: two drifts, and some weeks of one category around the price war."""
    with ground_in(folder) as ground:
        return row_on(ground, is_short)


def row_on(ground: Ground, is_short: bool) -> FaultRow:
    """The same on a ground that is there."""
    drifts = {name: DRIFTS[name] for name in SHORT} if is_short else DRIFTS
    caught, changed, let_through = 0, 0, []
    for name, wrong in drifts.items():
        week = ground.week(dict.fromkeys(range(1, ground.site.page_count + 1), wrong))
        is_caught = any(f"/{CATEGORY}:" in sentence for sentence in week.stopped)
        caught += is_caught
        changed += figures_changed(week.figures, ground.right.figures)
        let_through += [] if is_caught else [name]
    alarms, weeks = clean_weeks(ground.folder / "clean", is_short)
    if let_through or alarms:
        print(f"      let through: {let_through}, false alarms: {alarms}", flush=True)
    return FaultRow(
        fault=f"{len(drifts)} kinds of drift, and {weeks} clean weeks",
        counts={"caught before release": caught, "figures changed": changed, "false alarms": len(alarms)},
        limits={"false alarms": 1},
        least={"caught before release": len(drifts)},
        seen={"clean weeks": weeks, "undisturbed weeks stopped": len(ground.right.stopped)},
    )


def clean_weeks(home: Path, is_short: bool = False) -> tuple[Counter[date], int]:
    """Weeks (to the categories) that are stopped though nothing but the market moved in them, and how many were judged,
    each in all categories."""
    scenario = load(SCENARIO).model_copy(update={"first_week": FIRST_WEEK})
    site = Site(build(scenario, 1))
    marketplace = Marketplace.model_validate(yaml.safe_load(TEMPLATES[MARKETPLACE].read_text(encoding="utf-8")))
    marketplace = marketplace.model_copy(update={"categories": scenario.categories})
    weeks = [*scenario.past_weeks, scenario.live_week]
    names = list(scenario.categories)
    if is_short:
        war = next(number for number, week in enumerate(weeks) if week >= date(2026, 5, 4))
        weeks, names = weeks[war - SHORT_WEEKS + 6 : war + 6], ["mooncakes"]
    configs = load_configs(home)
    alarms: Counter[date] = Counter()
    for category in names:
        for week in weeks:
            pages = range(1, site.page_count(category, week) + 1)
            offers = pl.concat([_offers(site, marketplace, category, week, number) for number in pages])
            lake.write(home / "offers" / MARKETPLACE / str(week) / f"{category}.parquet", offers)
        paths = [path for week in weeks for path in lake.offer_files(home, MARKETPLACE, week, category)]
        renew_traits(home, configs, MARKETPLACE, category, weeks, lake.read(table("offers"), paths))
        alarms.update(quarantined_weeks(home, MARKETPLACE, category))
    return alarms, len(weeks) - WARM_UP


def _offers(site: Site, marketplace: Marketplace, category: str, week: date, number: int) -> pl.DataFrame:
    """One page's offers, as parse writes them."""
    reading = read_page(site.page_of(category, number, week), marketplace, f"page {number}")
    assert reading is not None
    facts = {
        "marketplace": MARKETPLACE, "category": category, "week": week, "page": number, "page_digest": str(number),
        "seen_at": datetime(week.year, week.month, week.day, tzinfo=UTC), "archive_file": "pages/", "archive_offset": 0,
    }  # fmt: skip
    rows = [{**facts, **card, "position": place} for place, card in enumerate(reading.cards, start=1)]
    shape = table("offers")
    return shape.conform(pl.DataFrame(rows, schema=shape.polars_schema(), orient="row"))
