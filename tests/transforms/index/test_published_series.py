"""Whole series that others published for both data sets: IndexNumR 0.6.0's tests, PriceIndices 0.3.1's README."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from transforms.index import bilateral, geary_khamis, geks, indicator, time_product_dummy

PRINTED = 5.1e-8  # of seven decimals
GK = [
    1, 0.880516792639476, 1.14677616370861, 1.20478883103346, 0.970884329042465, 1.29443693892348, 1.22885984521462,
    1.00009556334273, 1.19801321479787, 0.975391622972356, 1.22318540412509,
]  # fmt: skip
WTPD = [
    1, 0.88125316126336, 1.11113003298188, 1.15577105831891, 0.939283785493012, 1.22946886276831, 1.16928578010074,
    0.962925047843644, 1.13966638509599, 0.949589626761819, 1.16793031098926,
]  # fmt: skip
LAST = {  # of a window of 11 in period 12: GK, WTPD
    "movement": (1.223542862, 1.169222231299),
    "window": (1.24310097571958, 1.18221020311053),
    "wisp": (1.24310097571958, 1.18221020311053),
    "half": (1.23085666351138, 1.17307644429241),
    "hasp": (1.23085666351138, 1.17307644429241),
    "mean": (1.23044626729226, 1.17283932343105),
    "mean_pub": (1.23044626729226, 1.17283932343105),
}
QUANTITIES = {
    "bennet": [
        4.78071737125315, -4.77153621300123, 0.627751126320402, 6.23083514886471, -5.86787781881992, 1.66776546484674,
        6.23305497762899, -4.95445995421543, 5.76365908752881, -5.28633320483667, 0.917679018198699,
    ],
    "montgomery": [
        4.27874802287663, -4.23764163264406, 0.626705393139003, 5.35138599056262, -5.23912450758093, 1.66571058724219,
        5.74535253122247, -4.45168559478284, 5.2876179051576, -4.85483402898994, 0.916087049944403,
    ],
}  # fmt: skip
MILK: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], list[float]]] = {  # from December 2018 on
    "jevons": (
        lambda frame: bilateral(frame, "jevons"),
        [1, 1.0222661, 1.0300191, 1.0353857, 1.0075504, 1.0395393, 0.9853148, 1.0053100, 1.0033727, 1.0177604,
         1.0243906, 1.0086291, 1.0249373, 1.0282234],
    ),
    "fisher": (
        lambda frame: bilateral(frame, "fisher"),
        [1, 1.0021692, 0.9983528, 0.9868188, 0.9954079, 0.9904548, 0.9906674, 0.9848588, 0.9987586, 0.9959955,
         0.9767235, 0.9771107, 0.9868354],
    ),
    "chained fisher": (
        lambda frame: bilateral(frame, "fisher", "chained"),
        [1, 1.0021692, 1.0004617, 0.9862756, 0.9944042, 0.9915704, 0.9898026, 0.9876325, 0.9981591, 0.9968851,
         0.9786428, 0.9771951, 0.9874251, 0.9618094],
    ),
    "geks over fisher": (
        lambda frame: geks(frame, "fisher"),
        [1, 1.0020172, 1.0001330, 0.9839258, 0.9936427, 0.9899234, 0.9889829, 0.9862652, 0.9981114, 0.9952078,
         0.9776535, 0.9805743, 0.9876664],
    ),
    "geks over tornqvist": (
        lambda frame: geks(frame, "tornqvist"),
        [1, 1.0018004, 0.9997978, 0.9840643, 0.9932822, 0.9898612, 0.9888433, 0.9864494, 0.9978518, 0.9951481,
         0.9773428, 0.9815496, 0.9876167],
    ),
    "wtpd, half splice of an even window": (
        lambda frame: time_product_dummy(frame, window=10, splice="half"),
        [1, 1.0038893, 1.0000284, 0.9837053, 0.9954196, 0.9924919, 0.9913655, 0.9866847, 0.9998615, 0.9949000,
         0.9806788, 0.9808493, 0.9888003, 0.9628623, 1.0021956],
    ),
}  # fmt: skip
BENNET = [  # change of value and price indicator of each month of 2019 against December 2018
    (-31942.53, 628.05), (-35995.09, -175.29), (-42158.05, -3810.15), (-56934.44, -2427.25), (-50961.52, -2580.91),
    (-48842.58, -2396.05), (-33974.27, -3232.63), (-37962.80, 4500.45), (-33833.42, -1092.32), (-35001.60, -1665.10),
    (-16928.94, 2313.87), (9859.34, -2151.48),
]  # fmt: skip


def month(number: int) -> date:
    """The month so many after December 2018."""
    return date(2018 + (number + 11) // 12, (number + 11) % 12 + 1, 1)


@pytest.mark.parametrize(("splice", "last"), LAST.items())
def test_splices_of_geary_khamis_and_time_product_dummy(
    ces: pl.DataFrame, splice: str, last: tuple[float, float]
) -> None:
    tolerance = 1e-9 if splice == "movement" else 1e-12  # of GK nine decimals are printed there
    assert geary_khamis(ces, 11, splice)["value"].to_list() == pytest.approx([*GK, last[0]], abs=tolerance)
    assert time_product_dummy(ces, True, 11, splice)["value"].to_list() == pytest.approx([*WTPD, last[1]], abs=1e-12)


@pytest.mark.parametrize("formula", QUANTITIES)
def test_quantity_indicators(ces: pl.DataFrame, formula: str) -> None:
    found = indicator(ces, formula)
    assert found["quantity_effect"].to_list()[1:] == pytest.approx(QUANTITIES[formula], abs=1e-12)
    assert found["total_change"].to_list()[1:] == pytest.approx([3, -2, 1, 3, -2, 1, 3, -2, 3, -2, 1], abs=1e-12)


@pytest.mark.parametrize("name", MILK)
def test_scanner_data(milk_months: pl.DataFrame, name: str) -> None:
    index, known = MILK[name]
    found = index(milk_months.filter(pl.col("period") < month(len(known))))
    assert found["value"].to_list() == pytest.approx(known, abs=PRINTED)


def test_a_base_that_moves_every_december(milk_months: pl.DataFrame) -> None:
    until_march = milk_months.filter(pl.col("period") <= month(15))
    for start in ("window", "expanding"):
        assert geks(until_march, "fisher", 13, "fbew", start)["value"][-1] == pytest.approx(0.9891602, abs=PRINTED)


def test_distances_between_unweighted_and_weighted_indices(milk_months: pl.DataFrame) -> None:
    """Mean absolute distances over 2019, in points, as published."""
    year = milk_months.filter(pl.col("period") < month(13))
    names = ("jevons", "dutot", "carli", "laspeyres", "paasche", "walsh", "fisher")
    values = {name: bilateral(year, name)["value"].to_numpy()[1:] for name in names}
    known = {
        ("jevons", "dutot"): 2.482, ("jevons", "carli"): 2.093, ("dutot", "carli"): 4.420, ("jevons", "fisher"): 2.759,
        ("laspeyres", "fisher"): 1.429, ("paasche", "fisher"): 1.403, ("walsh", "fisher"): 0.174,
    }  # fmt: skip
    for (one, other), points in known.items():
        assert 100 * np.abs(values[one] - values[other]).mean() == pytest.approx(points, abs=6e-4), (one, other)


@pytest.mark.parametrize(("number", "known"), list(enumerate(BENNET, start=1)))
def test_the_published_bennet_is_ours_with_half_of_entry_and_exit(
    milk_months: pl.DataFrame, number: int, known: tuple[float, float]
) -> None:
    step = indicator(milk_months.filter(pl.col("period").is_in([month(0), month(number)]))).row(1, named=True)
    leaked = step["price_effect"] + (step["entry_effect"] + step["exit_effect"]) / 2
    assert (step["total_change"], leaked) == pytest.approx(known, abs=6e-3)
