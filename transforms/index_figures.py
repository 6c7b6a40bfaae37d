"""A belt's price index as figures: one level and one change on the year a month, and for weeks of the month under way.

Unit prices of listings with weight 0.8 or more; a stratum is a category in one unit class. The base is the first
month that holds by itself, where the index is 1. Relaunched listings go on as one product (transforms/index_links.py);
beside it stands the change on the year without these links. Source: METHOD 4.3, 4.4, 4.6.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
from transforms.index.strata import UNUSABLE_SHARE, WEIGHTED, formula_for
from transforms.index_decisions import Judged, first_sound, footings, judged_change, judged_level
from transforms.index_links import LINK_COLUMNS, product_name, turning_points
from transforms.panels import COUNTED_WEIGHT
from transforms.uncertainty import Interval

METRIC, UNLINKED = "price_index", "price_index_unlinked"
KEY = ["marketplace", "category", "week", "merchant_id", "listing_id"]
INDEX_COLUMNS = (
    [*KEY, "unit", "unit_price_yuan", "value_yuan", "value_low_yuan", "value_high_yuan", "sales_basis", *LINK_COLUMNS],
    [*KEY, "belt", "weight"],
)
SEASONAL = ("mid_autumn",)  # belts of these festivals sell only in season: a level carried across it would be invented
MONTHLY, FLASH = "monthly v2", "weekly flash, provisional v2"
NAMES = {"tornqvist": "GEKS-Törnqvist", "merchant_jevons": "GEKS-Jevons, merchant-equal", None: "GEKS by stratum"}
NO_VALUE = Interval(None)
UNUSABLE, AS_SET = "unusable_quantities", ", as set"


@dataclass(frozen=True)
class Settled:
    """The formula of a stratum that was released, and the last month that was over by then."""

    formula: str
    month: date


def index_rows(listings: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """One row per listing that the index can use, as `belt_index` takes them, with its value in `value_yuan`.

    `listings` and `placed` have the columns of INDEX_COLUMNS, `placed` of one belt only."""
    priced = _priced(listings, placed)
    return priced.select(
        "week",
        "category",
        stratum=pl.concat_str("category", "unit", separator=" by "),
        merchant=pl.concat_str("marketplace", "merchant_id", separator="/"),
        product=product_name("listing_id"),
        price="unit_price_yuan",
        quantity=pl.col("value_yuan") / pl.col("unit_price_yuan"),
        sales_basis="sales_basis",
        is_at_ceiling=pl.col("value_low_yuan").is_not_null() & pl.col("value_high_yuan").is_null(),
        value_yuan=pl.col("value_yuan").fill_null(0.0),
    )


def index_ends(listings: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """The first and last rows of the same listings, of which relaunches are told."""
    return turning_points(_priced(listings, placed).select(*KEY, "unit", *LINK_COLUMNS))


def _priced(listings: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    counted = placed.filter(pl.col("weight") >= COUNTED_WEIGHT)
    inside = listings.join(counted.select(KEY), on=KEY, how="semi", maintain_order="left")
    return inside.filter((pl.col("unit_price_yuan") > 0) & pl.col("unit").is_not_null())


def index_points(
    rows: pl.DataFrame,
    belt: Belt,
    settled: Mapping[str, Settled] | None = None,
    rules: PublicationRules | None = None,
) -> pl.DataFrame:
    """The `belt_index` of `index_rows` of all weeks: by the formula that the belt's file sets, else by those that are
    settled, else by what the rows allow. Under `rules` the index is 1 in the first month that may be a base."""
    kept = {name: stratum.formula for name, stratum in (settled or {}).items()}
    parts = {str(key[0]): part for key, part in rows.partition_by("stratum", as_dict=True).items()}
    formulas = {name: belt.index_formula or kept.get(name) or formula_for(part) for name, part in parts.items()}
    base = first_sound(rows, formulas, rules) if rules else None
    return belt_index(rows.drop("value_yuan"), formulas, is_seasonal=belt.festival in SEASONAL, base=base)


def unusable_months(rows: pl.DataFrame, settled: Mapping[str, Settled]) -> set[date]:
    """The months after a formula that needs quantities was settled in which strata by it whose quantities are no longer
    usable have a fifth of the listings or more."""
    found = set()
    for (month,), part in rows.with_columns(month=month_of("week")).partition_by("month", as_dict=True).items():
        bound = [name for name, kept in settled.items() if kept.formula == WEIGHTED and month > kept.month]
        own = [part.filter(pl.col("stratum") == name) for name in bound]
        failing = sum(stratum.height for stratum in own if stratum.height and formula_for(stratum) != WEIGHTED)
        if failing and failing >= UNUSABLE_SHARE * part.height:
            found.add(month)
    return found


def chosen_formulas(points: pl.DataFrame, figures: pl.DataFrame) -> dict[str, Settled]:
    """What a release of the figures settles: the formulas of the strata that have a month; nothing before a month of
    the belt is published."""
    is_month = pl.col("method").str.ends_with(MONTHLY) & (pl.col("status") == "published")
    if figures.filter(is_month).is_empty():
        return {}
    over = points.filter(~pl.col("is_provisional"))
    has_one = pl.col("value").is_not_null() | pl.col("yoy_change").is_not_null()
    named = over.filter(has_one & (pl.col("stratum") != ALL)).select("stratum", "formula").unique().sort("stratum")
    last = over["month"].max()
    assert isinstance(last, date)
    return {name: Settled(formula, last) for name, formula in named.rows()}


def index_figures(
    rows: pl.DataFrame,
    belt: Belt,
    covered: Mapping[date, tuple[float | None, float | None]],
    rules: PublicationRules,
    points: pl.DataFrame | None = None,
    unusable: Collection[date] = (),
) -> pl.DataFrame:
    """Rows of `figures_draft` of all months and of the weeks since, sorted by key, from `index_rows` of all weeks and
    their `index_points`, which are made where they are not given.

    `covered` maps each week to the shares of pages stored that week and a year before. A month stands at its last
    week of which there are rows. What is published is decided by what the points rest on since their base
    (transforms/index_decisions.py) and coverage; a change on the year also needs an index a year before (`no_base`).
    Months of `unusable` are withheld.
    """
    if rows.is_empty():
        return figures_draft().empty()
    points = index_points(rows, belt, rules=rules) if points is None else points
    last = rows.group_by(month_of(pl.col("week")).alias("month")).agg(pl.col("week").max().alias("last"))
    placed = points.filter(pl.col("stratum") == ALL).join(last, on="month", how="inner", validate="m:1")
    rests_on = footings(rows, points, rules)
    frames = []
    for point in placed.sort("month", "week", nulls_last=True).iter_rows(named=True):
        week = point["week"] or point["last"]
        coverage = Coverage(*covered.get(week, (None, None)))
        ends = (_interval(point, "value", "low", "high"), _interval(point, "yoy_change", "yoy_low", "yoy_high"))
        level = judged_level(point, ends[0], rests_on, coverage, rules)
        change = judged_change(point, ends[1], rests_on, coverage, rules)
        made = _point_figures(point, ends, level, change, belt, point["month"] in unusable)
        frames.append(figures_frame(made, belt.id, week, coverage))
    draft = figures_draft()
    return pl.concat(frames).sort(draft.key) if frames else draft.empty()


def unlinked(figures: pl.DataFrame) -> pl.DataFrame:
    """What is told of an index without links, from its `index_figures`: the change on the year, under its own name."""
    changes = figures.filter(pl.col("comparison") == "yoy").with_columns(metric=pl.lit(UNLINKED))
    return figures_draft().conform(changes).sort(figures_draft().key)


def _point_figures(
    point: Mapping[str, object],
    ends: tuple[Interval, Interval],
    level: Judged,
    change: Judged,
    belt: Belt,
    is_unusable: bool,
) -> list[Figure]:
    """Level and change of one point, of which `ends` are the intervals; seasonal goods have no level."""
    name = f"{NAMES[point['formula']]}{AS_SET if belt.index_formula else ''}"  # type: ignore[index]
    method = f"{name}, {FLASH if point['is_provisional'] else MONTHLY}"
    counts = (change.merchants, change.listings), (level.merchants, level.listings)
    found = [Figure(METRIC, "yoy", "matched", ends[1], "change", *counts[0], method, change.decision)]
    if ends[0] != NO_VALUE or (is_unusable and belt.festival not in SEASONAL):
        found.append(Figure(METRIC, "level", "none", ends[0], "ratio", *counts[1], method, level.decision))
    return [figure.barred(UNUSABLE) for figure in found] if is_unusable else found


def _interval(point: Mapping[str, object], *names: str) -> Interval:
    return Interval(*(point[name] for name in names))  # type: ignore[arg-type]
