"""What each listing contributes to the split of its belt's change: price, volume, mix, entry and exit in yuan.

The effects of transforms/split.py are sums over listings, once S and S' of their unit class are known: so listings add
up to merchants, merchants to the belt, and belts to a region. Source: METHOD 1.4.
"""

import numpy as np
import polars as pl

from transforms.ordered import FloatArray, floats, total
from transforms.split import EFFECTS


def contributions(pairs: pl.DataFrame) -> pl.DataFrame:
    """The rows of `listing_pairs` with one more column per effect of EFFECTS, in yuan; their sums are `split_change`'s.

    A row's effects add up to its `yuan` less its `base_yuan`.
    """
    rows = pairs.with_row_index("place")
    staying, moving = rows.filter("continues"), rows.filter(~pl.col("continues"))
    classes = staying.with_columns(unit_class=pl.col("unit").fill_null("")).partition_by("unit_class", as_dict=False)
    moved = moving.with_columns(
        *(pl.lit(0.0).alias(name) for name in EFFECTS[:3]),
        pl.col("yuan").alias("entry_effect"),
        (-pl.col("base_yuan")).alias("exit_effect"),
    )
    stayed = [_with_class_effects(part.drop("unit_class")) for part in classes]
    return pl.concat([moved, *stayed]).sort("place").drop("place")


def _with_class_effects(staying: pl.DataFrame) -> pl.DataFrame:
    """One unit class, a bar being the mean of both ends: q_bar (p - p'), (S - S') p_bar s_bar, S_bar p_bar (s - s')."""
    then_price, now_price = floats(staying["base_price_yuan"]), floats(staying["price_yuan"])
    then, now = floats(staying["base_yuan"]) / then_price, floats(staying["yuan"]) / now_price
    then_share, now_share = _shares(then, now)
    mean_price = (then_price + now_price) / 2
    then_sum, now_sum = total(then), total(now)
    columns = {
        "price_effect": (then + now) / 2 * (now_price - then_price),
        "volume_effect": (now_sum - then_sum) * mean_price * (then_share + now_share) / 2,
        "mix_effect": (now_sum + then_sum) / 2 * mean_price * (now_share - then_share),
        "entry_effect": np.zeros(len(then)),
        "exit_effect": np.zeros(len(then)),
    }
    return staying.with_columns(pl.Series(name, columns[name]) for name in EFFECTS)


def _shares(then: FloatArray, now: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each listing's share of the quantity at both ends; an end without any takes the shares of the other."""
    then_sum, now_sum = total(then), total(now)
    if then_sum <= 0 and now_sum <= 0:
        return np.zeros_like(then), np.zeros_like(now)
    then_share = then / then_sum if then_sum > 0 else now / now_sum
    return then_share, now / now_sum if now_sum > 0 else then_share
