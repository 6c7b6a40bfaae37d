"""The split of a belt's change by logarithms (Montgomery, LMDI-I), the alternative to Bennet's in transforms/split.py.

Source: METHOD 1.4; Montgomery 1937, Ang 2004. Of the listings of one unit class that show comparable sales at both
ends, v = p S s being price times the class's quantity times the listing's share of it, and with the logarithmic mean
L(a, b) = (a - b) / ln(a / b), L(a, a) = a:

    effect of k = sum L(v, v') ln(k / k'),  k = p (price), S (volume), s (mix)

Nothing sold at one end has no logarithm. There stands the limit of ever smaller sales (Ang and Liu 2007): all that the
listing sold at the other end is mix, its share having come from or gone to nothing, and volume where the whole class
sells nothing there. So entry and exit are those of Bennet's split, with which these three add up to the change.
"""

import numpy as np
import polars as pl

from transforms.ordered import FloatArray, total
from transforms.split import Effect, Sides, additive, by_merchant, sides_of, split_sides
from transforms.uncertainty import without_each


def montgomery_split(pairs: pl.DataFrame) -> dict[str, Effect]:
    """The effects in the order of EFFECTS, from `listing_pairs`; they add up to sum yuan - sum base_yuan."""
    return split_sides(sides_of(pairs), montgomery)


def montgomery(staying: Sides, merchant_count: int) -> list[Effect]:
    """Price, volume and mix of one unit class."""
    then, now = staying.base_yuan, staying.yuan
    mean = np.zeros_like(now)
    sells = (then > 0) & (now > 0)
    mean[sells] = logarithmic_mean(now[sells], then[sells])
    price = mean * np.log(staying.price / staying.base_price)
    quantity = additive(staying, now - then - price, merchant_count)
    pieces = (then / staying.base_price, now / staying.price)
    sums = [by_merchant(staying, part, merchant_count) for part in (mean, *pieces)]
    whole = _volume([np.array([total(part)]) for part in sums], np.array([quantity.yuan]))
    volume = Effect(float(whole[0]), _volume([without_each(part) for part in sums], quantity.without_yuan))
    mix = Effect(quantity.yuan - volume.yuan, quantity.without_yuan - volume.without_yuan)
    return [additive(staying, price, merchant_count), volume, mix]


def logarithmic_mean(now: FloatArray, then: FloatArray) -> FloatArray:
    """L(a, b) of two arrays of positive numbers, entry by entry; exact also where they are nearly equal."""
    relative = (now - then) / then
    growth = np.where(np.abs(relative) < 0.5, np.log1p(np.maximum(relative, -0.5)), np.log(now / then))
    return then * np.divide(relative, growth, out=np.ones_like(then), where=growth != 0)


def _volume(sums: list[FloatArray], quantity: FloatArray) -> FloatArray:
    """sum L ln(S / S') from sum L, S' and S; all of the change of quantities where one of S' and S is nothing."""
    mean, then, now = sums
    sells = (then > 0) & (now > 0)
    growth = np.log(np.divide(now, then, out=np.ones_like(now), where=sells))
    return np.where(sells, mean * growth, quantity)
