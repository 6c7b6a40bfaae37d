"""The views people read: one row per belt and week, and one per belt, week and alignment with its year-on-year."""

from configs.tables import Table, table
from transforms.assistant_metrics import assistant_metrics
from transforms.metrics import metrics

EFFECTS = ("price_effect", "volume_effect", "mix_effect", "entry_effect", "exit_effect")


def lake_view(name: str, has_files: bool) -> str:
    """A view on one partitioned table's Parquet files, by paths relative to the data home."""
    shape = table(name)
    if not has_files:
        return f"create view {name} as select {_nulls(shape)} where false"
    columns = ", ".join(f'"{column}"' for column in shape.names)
    pattern = f"{name}/*/*/*.parquet"
    return f"create view {name} as select {columns} from read_parquet('{pattern}', hive_partitioning = false)"


def belt_weeks(figures: str = "figures", kind: str = "view") -> str:
    """One row per belt and week: every metric's published level (segment all) as a column. Regions have none."""
    ids = [metric.id for metric in (*metrics(), *assistant_metrics())]
    names = ", ".join(f"'{name}'" for name in ids)
    columns = ",\n".join(f"  max(value) filter (where metric = '{name}') as {name}" for name in ids)
    return f"""create {kind} belt_weeks as
select belt, week,
{columns},
  max(release) as release
from {figures}
where superseded_at is null and comparison = 'level' and segment = 'all' and metric in ({names})
group by belt, week order by belt, week"""


def belt_yoy(figures: str = "figures", kind: str = "view") -> str:
    """One row per belt, week and alignment, segment all: the matched change beside the total and its exact split."""
    effects = ",\n".join(
        f"  max(value) filter (where metric = '{effect}' and panel = 'total') as {effect}" for effect in EFFECTS
    )
    headline = "metric = 'displayed_sales' and panel = 'matched'"
    return f"""create {kind} belt_yoy as
with rows as (
  select * from {figures} where superseded_at is null and comparison = 'yoy' and segment = 'all'
), wide as (
select belt, week, alignment,
  max(value) filter (where {headline}) as yoy_change,
  max(low) filter (where {headline}) as low,
  max(high) filter (where {headline}) as high,
  max(value) filter (where metric = 'displayed_sales' and panel = 'total') as total_change,
{effects},
  max(merchants) filter (where {headline}) as matched_merchants,
  max(value) filter (where metric = 'matched_share' and panel = 'matched') as matched_share,
  max(coverage_share) filter (where {headline}) as coverage_share,
  max(grade) filter (where {headline}) as grade,
  max(status) filter (where {headline}) as status,
  max(reason) filter (where {headline}) as reason,
  max(release) filter (where {headline}) as release
from rows group by belt, week, alignment
)
select belt, week, alignment, yoy_change, low, high,
  case when status is distinct from 'published' or yoy_change is null then 'suppressed'
       when high < 0 then 'down' when low > 0 then 'up' else 'unclear' end as verdict,
  total_change, {", ".join(EFFECTS)}, matched_merchants, matched_share, coverage_share, status, reason, grade, release
from wide order by belt, week, alignment"""


def merchants(kind: str = "view") -> str:
    """Merchants with the weeks over which their particulars did not change."""
    return _spans(
        "merchants", kind, ["marketplace", "merchant_id"], ["merchant_name_text", "place_code", "merchant_type"]
    )


def listings(kind: str = "view") -> str:
    """Listings with the weeks over which their particulars did not change."""
    return _spans("listings", kind, ["marketplace", "merchant_id", "listing_id"], ["category", "title_text", "unit"])


def _spans(name: str, kind: str, key: list[str], watched: list[str]) -> str:
    """A dimension with valid_from and valid_to: consecutive sightings with equal particulars are one row."""
    keys = ", ".join(key)
    first = ", ".join(f"arg_min({column}, ordering) as {column}" for column in watched)
    changed = " or ".join(f"{column} is distinct from lag({column}) over sightings" for column in watched)
    ended = f"lead(min(week)) over (partition by {keys} order by min(week)) as valid_to"
    return f"""create {kind} {name} as
with seen as (
  select {keys}, week, {first}
  from (select *, row_number() over (order by week, category, listing_id) as ordering from listing_weeks)
  group by {keys}, week
), marked as (
  select *, case when row_number() over sightings = 1 or {changed} then 1 else 0 end as is_start
  from seen window sightings as (partition by {keys} order by week)
), spans as (
  select *, sum(is_start) over (partition by {keys} order by week) as span from marked
)
select {", ".join([*key, *_any(watched)])}, min(week) as valid_from, {ended}
from spans group by {keys}, span"""


def _any(watched: list[str]) -> list[str]:
    return [f"any_value({column}) as {column}" for column in watched]


def _nulls(shape: Table) -> str:
    types = {"string": "varchar", "int": "bigint", "float": "double", "bool": "boolean", "date": "date"}
    types |= {"instant": "timestamptz", "strings": "varchar[]", "tiers": "varchar[]"}
    return ", ".join(f'null::{types[column.type]} as "{column.name}"' for column in shape.columns)
