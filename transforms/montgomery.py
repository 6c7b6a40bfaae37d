"""The split of a belt's change by logarithms (Montgomery, LMDI-I), the alternative to Bennet's in transforms/split.py.

Source: METHOD 1.4; Montgomery 1937, Ang 2004. Of the listings of one unit class that show sales above zero at both
ends, v = p S s being price times the class's quantity times the listing's share of it, and with the logarithmic mean
L(a, b) = (a - b) / ln(a / b), L(a, a) = a:

    effect of k = sum L(v, v') ln(k / k'),  k = p (price), S (volume), s (mix)

A listing without sales at one end has no logarithm there: it is entry or exit, as one that is absent is.
"""

import numpy as np
import polars as pl

from transforms.ordered import FloatArray, floats, total
from transforms.split import EFFECTS


def montgomery_split(pairs: pl.DataFrame) -> dict[str, float]:
    """The effects in yuan in the order of EFFECTS, from `listing_pairs`; they add up to sum yuan - sum base_yuan."""
    is_one_class = pl.col("base_unit").eq_missing(pl.col("unit"))
    sells = pl.col("is_comparable") & is_one_class & (pl.col("base_yuan") > 0) & (pl.col("yuan") > 0)
    rows = pairs.with_columns(sells.alias("continues"))
    staying, moving = rows.filter("continues"), rows.filter(~pl.col("continues"))
    classes = staying.with_columns(pl.col("unit").fill_null("")).sort("unit", maintain_order=True)
    parts = [_class_effects(part) for part in classes.partition_by("unit", maintain_order=True)]
    price, volume, mix = (sum(part[number] for part in parts) for number in range(3))
    entry, leaving = total(floats(moving["yuan"])), -total(floats(moving["base_yuan"]))
    return dict(zip(EFFECTS, (price, volume, mix, entry, leaving), strict=True))


def logarithmic_mean(now: FloatArray, then: FloatArray) -> FloatArray:
    """L(a, b) of two arrays of positive numbers, entry by entry; exact also where they are nearly equal."""
    relative = (now - then) / then
    growth = np.log1p(relative)
    return then * np.divide(relative, growth, out=np.ones_like(then), where=growth != 0)


def _class_effects(staying: pl.DataFrame) -> tuple[float, float, float]:
    """Price, volume and mix of one unit class."""
    then, now = floats(staying["base_yuan"]), floats(staying["yuan"])
    then_price, now_price = floats(staying["base_price_yuan"]), floats(staying["price_yuan"])
    then_pieces, now_pieces = then / then_price, now / now_price
    mean = logarithmic_mean(now, then)
    price, pieces = np.log(now_price / then_price), np.log(now_pieces / then_pieces)
    quantity = float(np.log(total(now_pieces) / total(then_pieces)))
    return total(mean * price), total(mean) * quantity, total(mean * (pieces - quantity))
