"""Whether a category's pages are still what they were: their traits, week by week, and the gate these pass.

One file of traits per marketplace and category. A week is held against the sound weeks before it: weeks that a gate
stopped are no past, and listings are compared with those of the last sound week, whatever lies between.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Any

import polars as pl

from configs.gates import Gate, Rule
from configs.register import Configs
from configs.tables import table
from flows.checks import keep_checks, quarantined_weeks
from transforms.drift import Past, band, past_of
from transforms.ordered import FloatArray
from transforms.traits import READ, kept_names_share, level_traits, matched_traits, with_matches
from warehouse import lake
from warehouse.gates import Batch, Result, checks_of

GATE = "batch_traits"
TOO_FEW = "{} sound weeks before it: too few to tell"
Row = dict[str, Any]


def renew_traits(
    home: Path, configs: Configs, marketplace: str, category: str, weeks: Sequence[date], offers: pl.DataFrame
) -> None:
    """Take the traits of some weeks from their offers (table offers) and pass them through their gate. Weeks without
    pages have none."""
    paged = offers.lazy().filter(pl.col("page") > 0).select(READ).collect()
    known = read_traits(home, marketplace, category)
    older = known.filter(~pl.col("week").is_in(list(weeks)))
    if paged.is_empty() and older.height == known.height:
        return
    unit = _Unit(home, configs, marketplace, category)
    before = [week for week in older["week"].to_list() if week < min(weeks)]
    earlier = unit.offers(before[-1]) if before else paged.clear()
    levels, matches = level_traits(paged), matched_traits(pl.concat([earlier, paged]))
    told = pl.DataFrame([unit.told(week) for week in levels["week"]], schema=TOLD, orient="row")
    found = with_matches(levels, matches).hstack(
        told.with_columns(marketplace=pl.lit(marketplace), category=pl.lit(category))
    )
    per_card = pl.col("page_characters") / pl.col("offer_count")
    shaped = found.with_columns(characters_per_card=per_card, kept_names_share=pl.lit(None, pl.Float64))
    rows = pl.concat([older, table(GATE).conform(shaped.drop("page_characters"))]).sort("week")
    _judge(unit, rows, set(weeks))


def judge(home: Path, configs: Configs, marketplace: str, category: str, weeks: Iterable[date]) -> None:
    """Pass the traits of some weeks through their gate, as its rules are now, and keep the result."""
    rows = read_traits(home, marketplace, category)
    if not rows.is_empty():
        _judge(_Unit(home, configs, marketplace, category), rows, set(weeks))


def read_traits(home: Path, marketplace: str, category: str) -> pl.DataFrame:
    """Table batch_traits of one category, sorted by week."""
    return lake.read(table(GATE), [_path(home, marketplace, category)])


TOLD = {"made_of": pl.String(), "page_names": pl.String(), "page_characters": pl.Float64()}


@dataclass(frozen=True)
class _Unit:
    """One category of one marketplace."""

    home: Path
    configs: Configs
    marketplace: str
    category: str

    @property
    def gate(self) -> Gate:
        return self.configs.gates[GATE]

    @cached_property
    def judged(self) -> list[str]:
        """The traits that rules look at."""
        return sorted({trait for rule in self.gate.rules for trait in rule.columns})

    def offers(self, week: date) -> pl.DataFrame:
        """What pages showed in a week, the columns READ."""
        return pl.read_parquet(self._pages(week), columns=list(READ), hive_partitioning=False).select(READ)

    def told(self, week: date) -> tuple[str, str | None, float | None]:
        """Fingerprint, page names and characters that parse has written beside a week's offers."""
        told = lake.told_by(self._pages(week))
        characters = told.get("page_characters")
        return told.get("fingerprint", ""), told.get("page_names") or None, float(characters) if characters else None

    def _pages(self, week: date) -> Path:
        return self.home / "offers" / self.marketplace / str(week) / f"{self.category}.parquet"


def _judge(unit: _Unit, traits: pl.DataFrame, weeks: set[date]) -> None:
    """Judge the weeks in their order, each by the sound ones before it; keep their checks and the traits."""
    stopped = quarantined_weeks(unit.home, unit.marketplace, unit.category) - weeks
    rows, values = traits.to_dicts(), traits.select(unit.judged).to_numpy().astype(float)
    sound: dict[date, list[Result]] = {}
    for place, week in enumerate([row["week"] for row in rows]):
        if week not in weeks:
            continue
        begins = unit.gate.past_begins(unit.marketplace, unit.category, week)
        before = [at for at in range(place) if rows[at]["week"] not in stopped and rows[at]["week"] >= begins]
        if before:
            rows[place] = _compared(unit, rows[place], rows[before[-1]])
            values[place] = [nan if (value := rows[place][name]) is None else value for name in unit.judged]
        results = _results(unit, rows[place], rows[before[-1]] if before else None, values[before])
        if any(not passed and rule.severity == "stop" for rule, passed, *_ in results):
            stopped.add(week)
            _keep(unit, (week,), results)
        else:
            sound[week] = results
    if sound:
        _keep(unit, tuple(sound), list(_worst(sound)))
    made = table(GATE).conform(pl.DataFrame(rows, schema=table(GATE).polars_schema()))
    lake.write(_path(unit.home, unit.marketplace, unit.category), made)


def _compared(unit: _Unit, row: Row, base: Row) -> Row:
    """The row with its listings compared with those of the last sound week, which mostly they are already."""
    names = kept_names_share(row["page_names"], base["page_names"])
    if row["compared_week"] != base["week"]:
        both = pl.concat([unit.offers(base["week"]), unit.offers(row["week"])])
        row = row | {name: value for name, value in matched_traits(both).to_dicts()[0].items() if name != "week"}
    return row | {"kept_names_share": names}


def _results(unit: _Unit, row: Row, before: Row | None, values: FloatArray) -> list[Result]:
    """What the rules say of a week, `before` being the last sound one and `values` the traits of all of them."""
    if before is None:
        return [(rule, True, TOO_FEW.format(0), f"at least {rule.least_weeks}") for rule in unit.gate.rules]
    past = past_of(unit.judged, values)
    return [_result(rule, row, before, past) for rule in unit.gate.rules]


def _result(rule: Rule, row: Row, before: Row, past: Past) -> Result:
    """The trait of a rule that is furthest from where it is expected."""
    bands = {trait: band(trait, row, before, past, rule.risk, rule.least_weeks) for trait in rule.columns}
    if all(one.low is None for one in bands.values()):
        weeks = max(one.weeks for one in bands.values())
        return rule, True, TOO_FEW.format(weeks), f"at least {rule.least_weeks}"
    trait = max(
        bands, key=lambda name: (bands[name].is_outside(row[name], rule.sides), bands[name].distance(row[name]))
    )
    worst, value = bands[trait], row[trait]
    shown = "not there" if value is None else f"{value:.4g}"
    low, high = (f"{end:.4g}" if end is not None else "unknown" for end in (worst.low, worst.high))
    expected = {"both": f"{low} to {high}", "above": f"at most {high}", "below": f"at least {low}"}[rule.sides]
    return rule, not worst.is_outside(value, rule.sides), f"{trait} {shown}", f"{expected}, from {worst.weeks} weeks"


def _worst(sound: dict[date, list[Result]]) -> Iterator[Result]:
    """Of each rule the last result that broke it, else the last; of many weeks the week is named."""
    for results in zip(*([(week, result) for result in of_week] for week, of_week in sound.items()), strict=True):
        broken = [(week, result) for week, result in results if not result[1]]
        week, (rule, passed, observed, expected) = (broken or results)[-1]
        where = f" in {week}, of {len(sound)} weeks" if len(sound) > 1 else ""
        yield rule, passed, observed + where, expected


def _keep(unit: _Unit, weeks: tuple[date, ...], results: list[Result]) -> None:
    part = Batch(unit.marketplace, unit.category, weeks, pl.DataFrame({"week": weeks}))
    keep_checks(unit.home, unit.configs, GATE, part, checks_of(part, unit.gate, results))


def _path(home: Path, marketplace: str, category: str) -> Path:
    return home / "traits" / f"marketplace={marketplace}" / f"{category}.parquet"
