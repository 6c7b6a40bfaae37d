"""Other splits of the same total change: by logarithms, and with relaunched listings followed under their new ids.

On listing level a relaunch is an exit and an entry. Followed, it is one listing at both ends: what remains of price,
volume and mix is the product's, and entry and exit are those of products. Both splits add up to the same total change.
Source: METHOD 1.4, 4.6.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.effect_figures import effect_figures
from transforms.ends import Ends
from transforms.figures import Figure
from transforms.montgomery import montgomery_split
from transforms.movers import guarded, movers, reasons_of, secret_of
from transforms.ordered import FloatArray, sums_by
from transforms.relaunched import RELAUNCHED, Relaunched, relaunched_figure, whole_yuan
from transforms.sales_changes import split_decision, total_decision
from transforms.split import EFFECTS, LINKED, MONTGOMERY, Effect, Sides, bennet, moves_of, sides_of, split_sides

BY_LOGARITHMS = "Montgomery split, jackknife v1"
FOLLOWED = "Bennet split on linked products, jackknife v1"


def montgomery_figures(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """Price, volume and mix by logarithms; entry and exit are those of the split beside it."""
    effects = montgomery_split(ends.pairs)
    told = effect_figures(effects, ends.whole, split_decision(ends, coverage, rules), BY_LOGARITHMS, "_montgomery")
    reasons = reasons_of(movers(effects, ends.matched, ends.whole), rules)
    yield from guarded((figure for figure in told if figure.metric in MONTGOMERY), reasons)


def linked_figures(ends: Ends, found: Relaunched, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """How much of the base was relaunched, and the split with what was relaunched followed; `found` are the relaunches
    among the pairs."""
    effects = linked_split(ends.pairs, found)
    reasons = _reasons(ends, effects, found, rules)
    share = relaunched_figure(ends.pairs, found, total_decision(ends, coverage, rules))
    parts = effect_figures(effects, ends.whole, split_decision(ends, coverage, rules), FOLLOWED, "_linked")
    yield from guarded((*share, *parts), reasons)


def linked_split(pairs: pl.DataFrame, found: Relaunched) -> dict[str, Effect]:
    """`split_change` with relaunched listings that sell on one basis at both ends as one; it adds up to the same.

    With lost pages what has gone counts in part (transforms/losses.py), but what is known to have stayed counts whole:
    the difference is in entry and exit, which may leave these beyond 0.
    """
    return split_sides(_followed(pairs, comparable(pairs, found)), bennet)


def comparable(pairs: pl.DataFrame, found: Relaunched) -> Relaunched:
    """Those relaunches that show sales on one basis at both ends."""
    then = pairs.select("base_sales_basis", "base_value_yuan")[found.old]
    now = pairs.select("sales_basis", "value_yuan")[found.new]
    is_one_basis = then["base_sales_basis"].eq_missing(now["sales_basis"])
    sells = (then["base_value_yuan"].is_not_null() & now["value_yuan"].is_not_null() & is_one_basis).to_numpy()
    return Relaunched(found.old[sells], found.new[sells])


def _followed(pairs: pl.DataFrame, found: Relaunched) -> Sides:
    """The sides of the pairs, the new listings' rows holding both ends and the old ones' what is left of either."""
    old, new, sides = found.old, found.new, sides_of(pairs)
    names = ("continues", "base_price", "base_yuan", "yuan")
    continues, base_price, base_yuan, yuan = (getattr(sides, name).copy() for name in names)
    then, now = whole_yuan(pairs, found)
    base_yuan[old], yuan[old] = base_yuan[old] - then, yuan[new] - now
    continues[new], base_price[new], base_yuan[new], yuan[new] = True, base_price[old], then, now
    return replace(sides, continues=continues, base_price=base_price, base_yuan=base_yuan, yuan=yuan)


def _reasons(ends: Ends, effects: Mapping[str, Effect], found: Relaunched, rules: PublicationRules) -> dict[str, str]:
    """Why a figure may not be told: too few are behind what was relaunched, which the difference of both splits tells,
    or behind what is left of entry and exit in one of them."""
    relaunchers = [*_sold(ends.pairs, found), *_sold(ends.pairs, comparable(ends.pairs, found))]
    for reason in filter(None, (secret_of(parts, rules) for parts in relaunchers)):
        return dict.fromkeys((*LINKED, RELAUNCHED), reason)
    splits = (moves_of(sides_of(ends.pairs)), effects)
    both = (reasons_of(movers(split, ends.matched, ends.whole), rules) for split in splits)
    barred = {f"{name}_linked": reason for one in both for name, reason in one.items() if name in EFFECTS}
    return barred | ({RELAUNCHED: "secondary"} if barred and len(found.old) else {})


def _sold(pairs: pl.DataFrame, found: Relaunched) -> list[FloatArray]:
    """What each merchant sold of what was relaunched, at the base and now."""
    merchant = pairs["merchant"].to_numpy()
    size = int(merchant.max(initial=-1)) + 1
    sides = zip((found.old, found.new), whole_yuan(pairs, found), strict=True)
    return [sums_by(merchant[rows], yuan, size) for rows, yuan in sides]
