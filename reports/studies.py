"""Published figures that have a section of their own: the price index, the assistant's effect, the festival's phase."""

from dataclasses import dataclass
from datetime import date, timedelta

from reports.readings import PUBLISHED, Number, Reader, day

MONTH = timedelta(days=35)  # how far back the newest index may lie
EFFECT, PRETREND = "assistant_effect", "assistant_pretrend"
OWN_SECTION = ("price_index", EFFECT, PRETREND, "assistant_breakdown")  # metrics that no other table repeats


@dataclass(frozen=True)
class PriceIndex:
    """A belt's newest price index: its change on the year, its level against the first month (null for goods that are
    sold in season only), the Monday it stands at, and whether it is a weekly flash."""

    change: Number
    level: Number | None
    week: date
    is_flash: bool


@dataclass(frozen=True)
class AssistantEffect:
    """What merchants gained from the assistant, whether that may be called an effect, and how many had it; `pretrend`
    is how much adopters outgrew the others per reading before they had it."""

    gain: Number
    pretrend: Number | None
    is_effect: bool
    merchants: int


def price_indices(reader: Reader, week: date) -> dict[str, PriceIndex]:
    """The newest index of each belt, not older than a month, by belt."""
    query = f"""select belt, week, comparison, method, value, low, high, unit from figures
where {PUBLISHED} and segment = 'all' and metric = 'price_index' and week > {day(week - MONTH)} and week <= {day(week)}
order by belt, week desc, comparison"""
    ends: dict[tuple[str, date, str], tuple[Number, str]] = {}
    for belt, monday, comparison, method, *number in reader.sql(query).iter_rows():
        ends[belt, monday, comparison] = Number(*number), method
    found: dict[str, PriceIndex] = {}
    for (belt, monday, comparison), (change, method) in ends.items():
        if comparison == "yoy" and belt not in found:
            level = ends.get((belt, monday, "level"))
            found[belt] = PriceIndex(change, level[0] if level else None, monday, "flash" in method)
    return found


def assistant_effects(reader: Reader, week: date) -> dict[str, AssistantEffect]:
    """The week's effect of each belt that has a published one, by belt."""
    query = f"""select belt, metric, method, merchants, value, low, high, unit from figures
where {PUBLISHED} and segment = 'all' and metric in ('{EFFECT}', '{PRETREND}') and week = {day(week)}
order by belt, metric desc"""
    found: dict[str, AssistantEffect] = {}
    trends: dict[str, Number] = {}
    for belt, metric, method, merchants, *number in reader.sql(query).iter_rows():
        if metric == PRETREND:
            trends[belt] = Number(*number)
        else:
            found[belt] = AssistantEffect(Number(*number), trends.get(belt), ", effect" in method, merchants)
    return found


def festival_changes(reader: Reader, week: date) -> dict[str, Number]:
    """The matched change against the same phase of last year's festival, of belts and weeks that have one, by belt."""
    query = f"""select belt, yoy_change, low, high from belt_yoy
where week = {day(week)} and alignment = 'festival' and status = 'published' and verdict <> 'suppressed'
  and yoy_change is not null and low is not null and high is not null
  and belt <> 'china' and belt not like 'region:%' order by belt"""
    return {belt: Number(change, low, high, "change") for belt, change, low, high in reader.sql(query).iter_rows()}
