"""A belt's price index as figures: one level and one change on the year a month, and for weeks of the month under way.

Unit prices of listings with weight 0.8 or more; a stratum is a category in one unit class. The base is the belt's first
month, where the index is 1. Source: METHOD 4.3, 4.4.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from configs.belts import Belt
from configs.publication import PublicationRules
from configs.tables import figures_draft
from transforms.coverage import Coverage
from transforms.figures import Figure, figures_frame
from transforms.index import belt_index
from transforms.index.belts import ALL
from transforms.index.months import month_of
from transforms.panels import COUNTED_WEIGHT
from transforms.publication import Decision, base_facts, decide, decide_level, suppressed
from transforms.uncertainty import Interval

METRIC = "price_index"
KEY = ["marketplace", "category", "week", "merchant_id", "listing_id"]
INDEX_COLUMNS = (
    [*KEY, "unit", "unit_price_yuan", "value_yuan", "value_low_yuan", "value_high_yuan", "sales_basis"],
    [*KEY, "belt", "weight"],
)
SEASONAL = ("mid_autumn",)  # belts of these festivals sell only in season: a level carried across it would be invented
MONTHLY, FLASH = "monthly v1", "weekly flash, provisional v1"
NAMES = {"tornqvist": "GEKS-Törnqvist", "merchant_jevons": "GEKS-Jevons, merchant-equal", None: "GEKS by stratum"}
NO_VALUE = Interval(None)


def index_rows(listings: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """One row per listing that the index can use, as `belt_index` takes them, with its value in `value_yuan`.

    `listings` and `placed` have the columns of INDEX_COLUMNS, `placed` of one belt only."""
    counted = placed.filter(pl.col("weight") >= COUNTED_WEIGHT)
    inside = listings.join(counted.select(KEY), on=KEY, how="semi", maintain_order="left")
    priced = inside.filter((pl.col("unit_price_yuan") > 0) & pl.col("unit").is_not_null())
    merchant = pl.concat_str("marketplace", "merchant_id", separator="/")
    return priced.select(
        "week",
        stratum=pl.concat_str("category", "unit", separator=" by "),
        merchant=merchant,
        product=pl.concat_str(merchant, "listing_id", separator="/"),
        price="unit_price_yuan",
        quantity=pl.col("value_yuan") / pl.col("unit_price_yuan"),
        sales_basis="sales_basis",
        is_at_ceiling=pl.col("value_low_yuan").is_not_null() & pl.col("value_high_yuan").is_null(),
        value_yuan=pl.col("value_yuan").fill_null(0.0),
    )


def index_figures(
    rows: pl.DataFrame,
    belt: Belt,
    covered: Mapping[date, tuple[float | None, float | None]],
    rules: PublicationRules,
) -> pl.DataFrame:
    """Rows of `figures_draft` of all months and of the weeks since, sorted by key, from `index_rows` of all weeks.

    `covered` maps each week to the shares of pages stored that week and a year before. A month stands at its last
    week of which there are rows. What is published is decided as for other figures: by the merchants of the week, how
    their sales are spread, and coverage; a change on the year also needs an index a year before (`no_base`).
    """
    if rows.is_empty():
        return figures_draft().empty()
    points = belt_index(rows.drop("value_yuan"), is_seasonal=belt.festival in SEASONAL)
    last = rows.group_by(month_of(pl.col("week")).alias("month")).agg(pl.col("week").max().alias("last"))
    placed = points.filter(pl.col("stratum") == ALL).join(last, on="month", how="inner", validate="m:1")
    spread = rows.group_by("week", "merchant").agg(pl.col("value_yuan").sum()).sort("week", "merchant")
    values = {key[0]: part["value_yuan"].to_numpy() for key, part in spread.partition_by("week", as_dict=True).items()}
    frames = []
    for point in placed.sort("month", "week", nulls_last=True).iter_rows(named=True):
        week = point["week"] or point["last"]
        coverage = Coverage(*covered.get(week, (None, None)))
        facts = base_facts(point["merchants"], values[week], 1.0)
        level = decide_level(coverage.current_share, rules, facts)
        change = (
            decide(facts, coverage.lower_share, rules) if point["yoy_change"] is not None else suppressed("no_base")
        )
        frames.append(figures_frame(_point_figures(point, level, change), belt.id, week, coverage))
    draft = figures_draft()
    return pl.concat(frames).sort(draft.key) if frames else draft.empty()


def _point_figures(point: Mapping[str, object], level: Decision, change: Decision) -> list[Figure]:
    """Level and change of one point; seasonal goods have no level."""
    counts = int(point["merchants"]), int(point["products"])  # type: ignore[call-overload]
    method = f"{NAMES[point['formula']]}, {FLASH if point['is_provisional'] else MONTHLY}"  # type: ignore[index]
    ends = (_interval(point, "value", "low", "high"), _interval(point, "yoy_change", "yoy_low", "yoy_high"))
    found = [Figure(METRIC, "yoy", "matched", ends[1], "change", *counts, method, change)]
    if ends[0] != NO_VALUE:
        found.append(Figure(METRIC, "level", "none", ends[0], "ratio", *counts, method, level))
    return found


def _interval(point: Mapping[str, object], *names: str) -> Interval:
    return Interval(*(point[name] for name in names))  # type: ignore[arg-type]
