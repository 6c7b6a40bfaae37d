"""Price indices of any frame with columns period, product, price and quantity.

    import polars as pl
    from transforms.index import geks

    frame = pl.DataFrame({
        "period":   ["2024-01", "2024-01", "2024-02", "2024-02", "2024-03", "2024-03"],
        "product":  ["towel",   "sheet",   "towel",   "sheet",   "towel",   "sheet"],
        "price":    [2.0,       8.0,       2.2,       8.0,       2.2,       8.8],
        "quantity": [100,       50,        90,        50,        90,        45],
    })
    geks(frame, formula="tornqvist")                 # one row per period: period, value
    geks(frame, window=25, splice="mean_pub")        # never revised: 25 periods a window, linked to what was published

A frame is one of Polars (eager or lazy), of pandas, an Arrow table or a dict of columns. Periods and products may be of
any type that sorts; ordered categories keep their order, text goes by the alphabet. Rows of one period and product are
summed to their unit value. Quantities are needed by weighted formulas only; for the others a row without one has no
weight in a unit value. Nulls, prices not above 0, negative quantities, and either beyond 1e-70 to 1e70 are refused by
one InputError. With a column `merchant` every value has a 95 % interval, low and high, with merchants as the clusters.

    bilateral(frame, formula, method)                             fixed_base, chained or period (on period)
    geks(frame, formula, window, splice, start)                   over jevons, merchant_jevons, tornqvist, fisher, walsh
    time_product_dummy(frame, weighted, window, splice, start)
    geary_khamis(frame, window, splice, start)                    for homogeneous goods
    indicator(frame, formula)                                     bennet or montgomery: effects in money
    belt_index(rows, formulas, window, splice, is_seasonal, base) weekly listings to months with a weekly flash
    without_dumps(frame), relaunches(listings), with_relaunches(frame, found)

All but the last lines give one row per period, in order: `value` is 1 at the base, the first period that is linked with
another one, and null (never 1) in a period that has no link to it.

`window` is how many periods are estimated together; without it, all. `splice` links each further period: movement,
window, half and mean to the window before, wisp, hasp and mean_pub to the published series; fbew expands from a base
that moves every window - 1 periods, without a window never. `start` says how the first window is published: "window"
estimates it at once, "expanding" period by period as they come.
"""

from transforms.index.belts import belt_index
from transforms.index.chains import bilateral
from transforms.index.churn import relaunches, with_relaunches, without_dumps
from transforms.index.dummies import time_product_dummy
from transforms.index.geary import geary_khamis
from transforms.index.indicators import indicator
from transforms.index.parities import geks

__all__ = [
    "belt_index",
    "bilateral",
    "geary_khamis",
    "geks",
    "indicator",
    "relaunches",
    "time_product_dummy",
    "with_relaunches",
    "without_dumps",
]
