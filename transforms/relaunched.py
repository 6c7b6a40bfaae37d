"""How much of what was sold a year ago only changed its listing's id: relaunches between a week and its base.

Source: METHOD 4.6. Linked are listings that are gone with listings that have come, by the rules of
transforms/relaunch.py but for the 21 days: of a product relaunched several times within the year neither the days nor
the listings in between are asked for, so that a week's figure rests on its two ends alone. The matched change, which
goes by merchants, is the same with and without links; entry and exit of the split are by listing and hold what is
linked. Beside them stand how much that is, and the split of linked products (transforms/linked_split.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from transforms.figures import Figure
from transforms.many import BETWEEN
from transforms.ordered import FloatArray, IntArray, floats, sums_by
from transforms.panels import LISTING
from transforms.publication import Decision, with_interval
from transforms.relaunch import relaunches
from transforms.shares import share_level

RELAUNCHED = "relaunched_share"
METHOD = "share of base value on linked listings, jackknife v1"
THEN, NOW = date(2000, 1, 3), date(2001, 1, 1)  # any two: what is linked lies between the ends
KEY = [*LISTING, "category"]
NEXT = pl.col("next_listing_id").alias("listing_id")


@dataclass(frozen=True)
class Relaunched:
    """The rows of `listing_pairs` of each relaunch: of the listing that has gone, and of the one that it came as."""

    old: IntArray
    new: IntArray


@dataclass(frozen=True)
class Compared:
    """The `listing_pairs` of a comparison, and the listing weeks (KEY, title_text) of the week and of its base."""

    pairs: pl.DataFrame
    now: pl.DataFrame
    then: pl.DataFrame


def relaunched(ends: Sequence[Compared]) -> list[Relaunched | None]:
    """The relaunches among the pairs of each comparison, in one pass over all; None where an end shows no titles to
    know them by."""
    numbered = [(str(number), end) for number, end in enumerate(ends) if _has_titles(end)]
    if not numbered:
        return [None] * len(ends)
    links = relaunches(pl.concat(part for name, end in numbered for part in _sights(name, end)))
    place = pl.col("marketplace").str.split_exact(BETWEEN, 1)
    told = links.with_columns(place.struct.field("field_0").alias("end"), marketplace=place.struct.field("field_1"))
    linked = {key[0]: part for key, part in told.partition_by("end", as_dict=True).items()}
    found: list[Relaunched | None] = [None] * len(ends)
    for name, end in numbered:
        found[int(name)] = _rows(end.pairs, linked.get(name, told.clear()))
    return found


def relaunched_figure(pairs: pl.DataFrame, found: Relaunched, decision: Decision) -> Iterator[Figure]:
    """Their share of the displayed sales at the base; `decision` is that of the total change.

    Where pages were lost what has gone counts in part (transforms/losses.py), but what is known to have come back
    counts whole, as what stayed does.
    """
    merchant, then = pairs["merchant"].to_numpy(), whole_yuan(pairs, found)[0]
    size = int(merchant.max(initial=-1)) + 1
    of, part = sums_by(merchant, floats(pairs["base_yuan"]), size), sums_by(merchant[found.old], then, size)
    interval, counts = share_level(part, of), (int(np.count_nonzero(part)), len(found.old))
    yield Figure(RELAUNCHED, "yoy", "total", interval, "share", *counts, METHOD, with_interval(decision, interval))


def whole_yuan(pairs: pl.DataFrame, found: Relaunched) -> tuple[FloatArray, FloatArray]:
    """What each relaunch sold at the base and now, times the weight, 0 where nothing is shown; whole, whatever pages
    were lost."""
    ends = (found.old, "base_value_yuan"), (found.new, "value_yuan")
    then, now = (floats(pairs["weight"])[rows] * floats(pairs[name])[rows] for rows, name in ends)
    return then, now


def _rows(pairs: pl.DataFrame, links: pl.DataFrame) -> Relaunched:
    """Where old and new listings of the links stand among the pairs, in the order of the old ones."""
    sides = (links.select(KEY), links.select(*(name for name in KEY if name != "listing_id"), NEXT).select(KEY))
    placed = pairs.select(KEY).with_row_index("row")
    joined = pl.concat(sides).join(placed, on=KEY, how="left", validate="1:1", maintain_order="left")
    rows = joined["row"].to_numpy().astype(np.int64)
    return Relaunched(rows[: links.height], rows[links.height :])


def _has_titles(end: Compared) -> bool:
    return all(bool(rows["title_text"].is_not_null().any()) for rows in (end.now, end.then))


def _sights(name: str, end: Compared) -> Iterator[pl.DataFrame]:
    """The listings that are gone and those that have come, of merchants with both, as `sightings` has them."""
    gone, come = pl.col("weight_now").is_null(), pl.col("base_weight").is_null()
    both = end.pairs.lazy().filter(gone.any().over("merchant") & come.any().over("merchant")).filter(gone | come)
    moved = both.collect()
    sides = ((gone, "base_", end.then, THEN, NOW, False), (come, "", end.now, NOW, None, True))
    for is_it, prefix, rows, seen, missed, is_new in sides:
        titles = rows.select(*KEY, "title_text")
        read = moved.filter(is_it).select(*KEY, unit=f"{prefix}unit", price_yuan=f"{prefix}price_yuan")
        yield read.join(titles, on=KEY, how="inner", validate="1:1", maintain_order="left").with_columns(
            pl.concat_str(pl.lit(name), "marketplace", separator=BETWEEN).alias("marketplace"),
            pl.lit(seen).alias("first_week"),
            pl.lit(seen).alias("last_week"),
            pl.lit(missed, pl.Date).alias("gone_week"),
            pl.lit(is_new).alias("is_new"),
            first_price_yuan="price_yuan",
            first_title_text="title_text",
        )
