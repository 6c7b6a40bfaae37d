"""The exact split of a belt's change into price, volume, mix, entry and exit (Bennet), on listing level.

Source: METHOD 1.4. With p the price, q the quantity (value / price), ' the base, over the listings of one unit class
that show comparable sales at both ends, S = sum q, s = q / S and a bar for the mean of both ends:

    price  = sum 1/2 (q' + q) (p - p')
    volume = (S - S') sum p_bar s_bar
    mix    = S_bar sum p_bar (s - s')

Only such listings enter: a listing missing from one end is entry or exit, never a price of 0 (which would put half
of entry and exit into the price effect). Another unit class, or another sales basis, is exit and entry too.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from transforms.ordered import BoolArray, FloatArray, IntArray, floats, sums_at, total
from transforms.uncertainty import without_each

EFFECTS = ("price_effect", "volume_effect", "mix_effect", "entry_effect", "exit_effect")
ONE_SIDED = EFFECTS[3:]
MONTGOMERY = tuple(f"{name}_montgomery" for name in EFFECTS[:3])  # transforms/montgomery.py
LINKED = tuple(f"{name}_linked" for name in EFFECTS)  # transforms/linked_split.py


@dataclass(frozen=True)
class Effect:
    """One effect in yuan, and what it would be without each merchant in turn (in the order of `total_panel`)."""

    yuan: float
    without_yuan: FloatArray


@dataclass(frozen=True)
class Sides:
    """What the split reads of `listing_pairs`, row by row: the number of the merchant, of the unit class in order of
    name (none being the first), whether it sells comparably at both ends, and price and weighted yuan of either."""

    merchant: IntArray
    unit: IntArray
    continues: BoolArray
    base_price: FloatArray
    price: FloatArray
    base_yuan: FloatArray
    yuan: FloatArray

    def cut(self, is_in: BoolArray) -> "Sides":
        """The rows that are in it."""
        return Sides(*(getattr(self, part.name)[is_in] for part in fields(self)))


ClassSplit = Callable[[Sides, int], "list[Effect]"]  # price, volume and mix of the sides of one unit class


def continues() -> pl.Expr:
    """`continues` of `listing_pairs`: it sells comparably, in one unit class, at both ends."""
    return pl.col("is_comparable") & pl.col("base_unit").eq_missing(pl.col("unit"))


def split_change(pairs: pl.DataFrame) -> dict[str, Effect]:
    """The effects in the order of EFFECTS, from `listing_pairs`; they add up to sum yuan - sum base_yuan.

    Volume and mix of the rest of a belt are not the belt's less a merchant's summand, since S changes with it; they
    are therefore worked out anew from the sums of each class, which costs no more.
    """
    return split_sides(sides_of(pairs), bennet)


def split_sides(sides: Sides, of_class: ClassSplit) -> dict[str, Effect]:
    """`split_change` of what is read already, price, volume and mix being split by `of_class`."""
    whole, merchant_count = _numbered(sides)
    staying = whole.cut(whole.continues)
    units = np.unique(staying.unit)
    classes = [staying] if len(units) == 1 else [staying.cut(staying.unit == unit) for unit in units]
    per_class = [of_class(part, merchant_count) for part in classes]
    effects = [_added([effects[i] for effects in per_class], merchant_count) for i in range(3)]
    return dict(zip(EFFECTS[:3], effects, strict=True)) | _moves(whole, merchant_count)


def moves_of(sides: Sides) -> dict[str, Effect]:
    """Entry and exit alone."""
    return _moves(*_numbered(sides))


def sides_of(pairs: pl.DataFrame) -> Sides:
    """The arrays of `listing_pairs`."""
    told, sold = ("merchant", "unit_number", "continues"), ("base_price_yuan", "price_yuan", "base_yuan", "yuan")
    return Sides(*(pairs[name].to_numpy() for name in told), *(floats(pairs[name]) for name in sold))


def bennet(staying: Sides, merchant_count: int) -> list[Effect]:
    """Price, volume and mix of one unit class by the formulas above."""
    then, now = staying.base_yuan / staying.base_price, staying.yuan / staying.price
    mean_price = (staying.base_price + staying.price) / 2
    sums = [by_merchant(staying, part, merchant_count) for part in (then, now, mean_price * then, mean_price * now)]
    volume, mix = _volume_and_mix(*(np.array([total(part)]) for part in sums))
    volume_without, mix_without = _volume_and_mix(*(without_each(part) for part in sums))
    return [
        additive(staying, (then + now) / 2 * (staying.price - staying.base_price), merchant_count),
        Effect(float(volume[0]), volume_without),
        Effect(float(mix[0]), mix_without),
    ]


def _volume_and_mix(
    then: FloatArray, now: FloatArray, then_valued: FloatArray, now_valued: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Volume and mix effect from S', S and the quantities of both ends valued at mean prices.

    sum p_bar s is `now_valued` / S. An end without quantities has no mix of its own and takes that of the other.
    """
    then_mean, now_mean = _ratio(then_valued, then), _ratio(now_valued, now)
    then_mean, now_mean = np.where(then > 0, then_mean, now_mean), np.where(now > 0, now_mean, then_mean)
    return (now - then) * (then_mean + now_mean) / 2, (now + then) / 2 * (now_mean - then_mean)


def additive(rows: Sides, yuan: FloatArray, merchant_count: int) -> Effect:
    """An effect that is a sum over listings: without a merchant it is the sum less the merchant's."""
    return _effect_of(by_merchant(rows, yuan, merchant_count))


def _effect_of(parts: FloatArray) -> Effect:
    return Effect(total(parts), without_each(parts))


def _moves(sides: Sides, merchant_count: int) -> dict[str, Effect]:
    """Entry and exit of sides whose merchants are numbered from 0."""
    moves = np.flatnonzero(~sides.continues)
    merchant, yuan = sides.merchant[moves], (sides.yuan[moves], -sides.base_yuan[moves])
    effects = (_effect_of(_sums_of(merchant, part, merchant_count)) for part in yuan)
    return dict(zip(ONE_SIDED, effects, strict=True))


def _numbered(sides: Sides) -> tuple[Sides, int]:
    """The sides with the merchants that are there numbered from 0, and how many they are."""
    begins = np.diff(sides.merchant, prepend=-1) > 0
    return replace(sides, merchant=np.cumsum(begins) - 1), int(begins.sum())


def _added(effects: list[Effect], merchant_count: int) -> Effect:
    """The sum of an effect over unit classes, in their order."""
    yuan, without = 0.0, np.zeros(merchant_count)
    for effect in effects:
        yuan, without = yuan + effect.yuan, without + effect.without_yuan
    return Effect(yuan, without)


def by_merchant(rows: Sides, values: FloatArray, merchant_count: int) -> FloatArray:
    """The sums of merchants 0 ... merchant_count - 1, from rows sorted by merchant."""
    return _sums_of(rows.merchant, values, merchant_count)


def _sums_of(merchant: IntArray, values: FloatArray, merchant_count: int) -> FloatArray:
    starts = np.flatnonzero(np.diff(merchant, prepend=-1))
    sums = np.zeros(merchant_count)
    sums[merchant[starts]] = sums_at(starts, values)
    return sums


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
