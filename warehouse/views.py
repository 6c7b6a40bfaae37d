"""The views people read: one row per belt and week, and one per belt, week and alignment with its year-on-year."""

from collections.abc import Collection

from configs.tables import Column, Table, table
from transforms.catalogue import level_metrics
from transforms.false_discovery import RATE

EFFECTS = ("price_effect", "volume_effect", "mix_effect", "entry_effect", "exit_effect")
# On a festival's phase: the belt's own first, as in transforms/calendar.py; null outside the windows. Lists are stored
# as JSON
PHASE_FLAGS = "coalesce(case when festival = 'mid_autumn' then mid_autumn_flags end, spring_festival_flags)"
CALENDAR_FLAGS = f"""case when alignment = 'festival' then coalesce({PHASE_FLAGS}, plain_flags)::varchar[]
       when plain_flags is not null
       then list_concat(case when {PHASE_FLAGS} is null then [] else ['festival'] end, plain_flags::varchar[]) end"""


def lake_view(name: str, has_files: bool) -> str:
    """A view on one partitioned table's Parquet files, by paths relative to the data home."""
    shape = table(name)
    if not has_files:
        return f"create view {name} as select {_nulls(shape)} where false"
    columns = ", ".join(f'"{column}"' for column in shape.names)
    pattern = f"{name}/*/*/*.parquet"
    return f"create view {name} as select {columns} from read_parquet('{pattern}', hive_partitioning = false)"


def whole_weeks(catalog: str, known: Collection[str]) -> str:
    """Table weeks of a warehouse that was built before there were all of its columns: those not `known` are null."""
    columns = (f'"{column.name}"' if column.name in known else _null(column) for column in table("weeks").columns)
    return f"create temp view weeks as select {', '.join(columns)} from {catalog}.main.weeks"


def belt_weeks(within: str = "", kind: str = "view") -> str:
    """One row per belt and week: every metric's published level (segment all) as a column, and the latest release that
    any of them is of. Regions have none. `within` (such as "temp.") says where figures and releases are."""
    ids = [metric.id for metric in level_metrics()]
    names = ", ".join(f"'{name}'" for name in ids)
    columns = ",\n".join(f"  max(value) filter (where metric = '{name}') as {name}" for name in ids)
    return f"""create {kind} belt_weeks as
select belt, week,
{columns},
  arg_max(release, sequence) as release
from {within}figures join (select release, sequence from {within}releases) using (release)
where superseded_at is null and comparison = 'level' and segment = 'all' and metric in ({names})
group by belt, week order by belt, week"""


def belt_yoy(within: str = "", kind: str = "view") -> str:
    """One row per belt, week and alignment, segment all: the matched change beside the total and its exact split.

    `verdict` is the interval against zero, belt by belt. `fdr_q` is the p-value adjusted over all belts that were
    tested that week on that alignment (transforms/false_discovery.py), `fdr_verdict` the verdict it allows.
    `calendar_flags` are those of the week (transforms/calendar_flags.py) on the belt's festival.
    """
    effects = ",\n".join(
        f"  max(value) filter (where metric = '{effect}' and panel = 'total') as {effect}" for effect in EFFECTS
    )
    headline = "metric = 'displayed_sales' and panel = 'matched'"
    return f"""create {kind} belt_yoy as
with rows as (
  select * from {within}figures where superseded_at is null and comparison = 'yoy' and segment = 'all'
), wide as (
select belt, week, alignment,
  max(value) filter (where {headline}) as yoy_change,
  max(low) filter (where {headline}) as low,
  max(high) filter (where {headline}) as high,
  max(p_value) filter (where {headline}) as p_value,
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
), placed as (
select *, row_number() over (tests order by p_value nulls last, belt) as place, count(p_value) over tests as tested
from wide window tests as (partition by week, alignment)
), adjusted as (
select *, case when p_value is not null then least(1, min(p_value * tested / place) over (
  partition by week, alignment order by place rows between current row and unbounded following)) end as fdr_q
from placed
)
select belt, week, alignment, yoy_change, low, high,
  case when status is distinct from 'published' or yoy_change is null then 'suppressed'
       when high < 0 then 'down' when low > 0 then 'up' else 'unclear' end as verdict,
  p_value, fdr_q,
  case when status is distinct from 'published' or yoy_change is null then 'suppressed'
       when fdr_q > {RATE} or fdr_q is null or yoy_change = 0 then 'unclear'
       when yoy_change < 0 then 'down' else 'up' end as fdr_verdict,
  total_change, {", ".join(EFFECTS)}, matched_merchants, matched_share, coverage_share, status, reason, grade, release,
  {CALENDAR_FLAGS} as calendar_flags
from adjusted left join (select belt, festival from belts) using (belt) left join weeks using (week)
order by belt, week, alignment"""


def merchants(kind: str = "view") -> str:
    """Merchants with the weeks over which their particulars did not change."""
    return _spans(
        "merchants", kind, ["marketplace", "merchant_id"], ["merchant_name_text", "place_code", "merchant_type"]
    )


def listings(kind: str = "view") -> str:
    """Listings with the weeks over which their particulars did not change."""
    return _spans("listings", kind, ["marketplace", "merchant_id", "listing_id"], ["category", "title_text", "unit"])


def _spans(name: str, kind: str, key: list[str], watched: list[str]) -> str:
    """A dimension with valid_from and valid_to: consecutive sightings with equal particulars are one row.

    Of several readings in one week, as where a merchant stands in two categories, that counts which is the commonest of
    all weeks, the first by name of equals: so it is the same one in every week. A particular that is not shown is
    unknown and no other one: the last known holds, before the first that one.
    """
    keys = ", ".join(key)
    shown = ", ".join(f"nullif(trim({column}), '') as {column}" for column in watched)
    readings = ",\n".join(_reading(column, keys) for column in watched)
    joined = "\n  ".join(f"left join {column}_of using ({keys}, week)" for column in watched)
    known = ", ".join(_known(column) for column in watched)
    changed = " or ".join(f"{column} is distinct from lag({column}) over sightings" for column in watched)
    ended = f"lead(min(week)) over (partition by {keys} order by min(week)) as valid_to"
    return f"""create {kind} {name} as
with shown as materialized (
  select {keys}, week, {shown}, count(*) as rows_count from listing_weeks group by all
), {readings}, seen as (
  select {keys}, week, {known}
  from (select distinct {keys}, week from shown) {joined}
  window earlier as (partition by {keys} order by week rows between unbounded preceding and current row),
         later as (partition by {keys} order by week rows between current row and unbounded following)
), marked as (
  select *, case when row_number() over sightings = 1 or {changed} then 1 else 0 end as is_start
  from seen window sightings as (partition by {keys} order by week)
), spans as (
  select *, sum(is_start) over (partition by {keys} order by week) as span from marked
)
select {", ".join([*key, *_any(watched)])}, min(week) as valid_from, {ended}
from spans group by {keys}, span"""


def _reading(column: str, keys: str) -> str:
    """The reading of one particular that counts in each week of which there is one."""
    return f"""{column}_of as (
  select {keys}, week, arg_min({column}, place) as {column} from (
    select {keys}, week, {column}, row_number() over (partition by {keys} order by often desc, {column}) as place from (
      select {keys}, week, {column}, sum(rows_count) over (partition by {keys}, {column}) as often
      from shown where {column} is not null))
  group by {keys}, week)"""


def _known(column: str) -> str:
    before, after = (
        f"{pick}_value({column} ignore nulls) over {window}"
        for pick, window in (("last", "earlier"), ("first", "later"))
    )
    return f"coalesce({before}, {after}) as {column}"


def _any(watched: list[str]) -> list[str]:
    return [f"any_value({column}) as {column}" for column in watched]


def _nulls(shape: Table) -> str:
    return ", ".join(map(_null, shape.columns))


def _null(column: Column) -> str:
    types = {"string": "varchar", "int": "bigint", "float": "double", "bool": "boolean", "date": "date"}
    types |= {"instant": "timestamptz", "strings": "varchar[]", "tiers": "varchar[]"}
    return f'null::{types[column.type]} as "{column.name}"'
