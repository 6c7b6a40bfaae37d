"""What an index must do whatever the prices are."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.transforms.index.frames import (
    SEEDS,
    by_hand,
    chain_by_hand,
    drawn,
    geks_by_hand,
    links_by_hand,
    reached_by_hand,
    sold,
)
from transforms.index import bilateral, geary_khamis, geks, time_product_dummy

FORMULAS = ("jevons", "dutot", "carli", "laspeyres", "paasche", "fisher", "tornqvist", "walsh")
REVERSIBLE = ("jevons", "dutot", "fisher", "tornqvist", "walsh")
GEKS = ("jevons", "tornqvist", "fisher", "walsh")

Index = Callable[[pl.DataFrame], pl.DataFrame]
INDICES: dict[str, Index] = {
    **{
        f"{name} {how}": lambda f, n=name, h=how: bilateral(f, n, h)
        for name in FORMULAS
        for how in ("fixed_base", "chained")
    },
    **{f"geks {name}": lambda f, n=name: geks(f, n) for name in GEKS},
    **{f"geks {name} window 3": lambda f, n=name: geks(f, n, window=3) for name in GEKS},
    "wtpd": time_product_dummy,
    "tpd": lambda f: time_product_dummy(f, weighted=False),
    "wtpd window 3": lambda f: time_product_dummy(f, window=3, splice="half"),
    "gk": geary_khamis,
}
FEW = settings(max_examples=20)  # of each of many cases
with_every_index = pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())


def values(frame: pl.DataFrame) -> np.ndarray:
    return frame["value"].to_numpy()


@with_every_index
@FEW
@given(seed=SEEDS)
def test_identity(index: Index, seed: int) -> None:
    frame = drawn(seed)
    still = frame.with_columns(pl.col("price").first().over("product"))
    assert values(index(still)) == pytest.approx(np.ones(6), abs=1e-12)


@with_every_index
@FEW
@given(seed=SEEDS, factors=st.lists(st.floats(0.05, 20), min_size=6, max_size=6))
def test_proportionality(index: Index, seed: int, factors: list[float]) -> None:
    level = pl.Series(factors, dtype=pl.Float64) / factors[0]
    frame = drawn(seed).with_columns(pl.col("price").first().over("product"))
    moved = frame.with_columns(pl.col("price") * level.gather(frame["period"]))
    assert values(index(moved)) == pytest.approx(level.to_numpy(), rel=1e-10)


@pytest.mark.parametrize("name", [name for name in INDICES if not name.startswith("dutot")])
@FEW
@given(seed=SEEDS, units=st.lists(st.floats(1e-3, 1e3), min_size=7, max_size=7))
def test_commensurability(name: str, seed: int, units: list[float]) -> None:
    frame = drawn(seed, kept=0.9)
    factor = pl.Series(units).gather(frame["product"].str.slice(1).cast(pl.Int64))
    other = frame.with_columns(pl.col("price") * factor, pl.col("quantity") / factor)
    assert values(INDICES[name](other)) == pytest.approx(values(INDICES[name](frame)), rel=1e-9, nan_ok=True)


def test_dutot_depends_on_units() -> None:
    frame = drawn(1)
    kilograms = frame.with_columns(pl.when(pl.col("product") == "p00").then(pl.col("price") * 1000).otherwise("price"))
    assert abs(values(bilateral(frame, "dutot")) - values(bilateral(kilograms, "dutot"))).max() > 0.01


@pytest.mark.parametrize("formula", REVERSIBLE)
@FEW
@given(seed=SEEDS)
def test_time_reversal(formula: str, seed: int) -> None:
    frame = drawn(seed, periods=2)
    back = frame.with_columns((1 - pl.col("period")).alias("period"))
    assert values(bilateral(frame, formula))[1] * values(bilateral(back, formula))[1] == pytest.approx(1, abs=1e-12)


@FEW
@given(seed=SEEDS)
def test_carli_goes_up_by_going_to_and_fro(seed: int) -> None:
    frame = drawn(seed, periods=2)
    back = frame.with_columns((1 - pl.col("period")).alias("period"))
    assert values(bilateral(frame, "carli"))[1] * values(bilateral(back, "carli"))[1] > 1


@pytest.mark.parametrize("name", [*(f"geks {formula}" for formula in GEKS), "wtpd", "tpd", "gk"])
@FEW
@given(seed=SEEDS, base=st.integers(1, 5))
def test_transitivity_within_the_window(name: str, seed: int, base: int) -> None:
    frame = drawn(seed)
    other = frame.with_columns(pl.when(pl.col("period") == base).then(-1).otherwise("period").alias("period"))
    from_first, from_base = INDICES[name](frame), INDICES[name](other)
    joined = from_base.with_columns(pl.col("period").replace(-1, base)).sort("period")
    assert values(joined) == pytest.approx(values(from_first) / values(from_first)[base], abs=1e-12, rel=1e-12)


@with_every_index
@FEW
@given(seed=SEEDS)
def test_the_order_of_rows_changes_no_bit(index: Index, seed: int) -> None:
    frame = drawn(seed, products=40, kept=0.8, merchants=9)
    copies = [frame.with_columns(pl.col("price") * by, pl.col("quantity") / by**2) for by in (1.0, 1.1, 1.7)]
    thrice = pl.concat(copies)
    assert index(thrice.sample(fraction=1, shuffle=True, seed=seed)).equals(index(thrice))


@pytest.mark.parametrize("formula", FORMULAS)
@FEW
@given(seed=SEEDS)
def test_bilateral_is_what_the_textbooks_write(formula: str, seed: int) -> None:
    frame = drawn(seed, kept=0.8)
    expected = [by_hand(formula, sold(frame, 0), sold(frame, period)) for period in range(6)]
    assume(None not in expected)
    assert values(bilateral(frame, formula)) == pytest.approx(np.array(expected, dtype=float), rel=1e-11)
    assert values(bilateral(drawn(seed), formula, "chained")) == pytest.approx(
        chain_by_hand(formula, drawn(seed)), rel=1e-11
    )


@pytest.mark.parametrize("formula", GEKS)
@pytest.mark.parametrize("kept", [1.0, 0.4])
@FEW
@given(seed=SEEDS)
def test_geks_is_least_squares_on_the_links_that_exist(formula: str, kept: float, seed: int) -> None:
    frame = drawn(seed, products=4, kept=kept)
    assume(len(reached_by_hand(formula, frame)) == frame["period"].n_unique())
    assert values(geks(frame, formula)) == pytest.approx(np.array(geks_by_hand(formula, frame)), rel=1e-11)


@pytest.mark.parametrize("formula", GEKS)
@FEW
@given(seed=SEEDS)
def test_geks_of_complete_links_is_the_mean_over_all_periods(formula: str, seed: int) -> None:
    frame = drawn(seed)
    links = {pair: log for (s, t), log in links_by_hand(formula, frame).items() for pair, log in _both(s, t, log)}
    mean = np.array(
        [sum(links.get((via, t), 0.0) - links.get((via, 0), 0.0) for via in range(6)) / 6 for t in range(6)]
    )
    assert values(geks(frame, formula)) == pytest.approx(np.exp(mean), rel=1e-12)


def _both(s: int, t: int, log: float) -> list[tuple[tuple[int, int], float]]:
    return [((s, t), log), ((t, s), -log)]


@pytest.mark.parametrize("formula", GEKS)
@FEW
@given(seed=SEEDS, base=st.integers(1, 5))
def test_geks_with_missing_links_depends_on_no_base(formula: str, seed: int, base: int) -> None:
    """Whichever period comes first, the change between two others is the same, and the same ones are null."""
    frame = drawn(seed, products=4, kept=0.4)
    other = frame.with_columns(pl.when(pl.col("period") == base).then(-1).otherwise("period").alias("period"))
    from_first = geks(frame, formula)
    from_base = geks(other, formula).with_columns(pl.col("period").replace(-1, base)).sort("period")
    known = from_first["value"].is_not_null() & from_base["value"].is_not_null()
    assume(known.sum() > 1)
    one, two = (np.log(values(part.filter(known))) for part in (from_first, from_base))
    assert np.diff(one) == pytest.approx(np.diff(two), abs=1e-11)
    assert from_first["value"].is_null().equals(from_base["value"].is_null())


@pytest.mark.parametrize("formula", GEKS)
@FEW
@given(seed=SEEDS)
def test_geks_is_null_only_where_no_path_of_links_leads(formula: str, seed: int) -> None:
    frame = drawn(seed, products=4, kept=0.3)
    reached = reached_by_hand(formula, frame)
    assume(reached)
    found = geks(frame, formula)["value"]
    assert {number for number, value in enumerate(found) if value is not None} == reached


@pytest.mark.parametrize("formula", GEKS)
def test_geks_goes_along_a_chain_of_periods_as_the_others_do(formula: str) -> None:
    """Each product is there in two periods running and dearer by a tenth in the second."""
    rows = [
        {"period": start + age, "product": f"p{start}", "price": 2.0 * 1.1**age, "quantity": 5.0}
        for start in range(5)
        for age in (0, 1)
    ]
    frame = pl.DataFrame(rows)
    expected = pytest.approx(1.1 ** np.arange(6), rel=1e-12)
    assert values(geks(frame, formula)) == expected
    assert values(time_product_dummy(frame)) == expected
    assert values(geary_khamis(frame)) == expected
    assert values(bilateral(frame, formula, "chained")) == expected
    with_merchants = geks(frame.with_columns(merchant=pl.col("product")), formula)
    assert values(with_merchants) == expected


@pytest.mark.parametrize("is_weighted", [True, False])
@FEW
@given(seed=SEEDS)
def test_time_product_dummy_is_pooled_least_squares(is_weighted: bool, seed: int) -> None:
    frame = drawn(seed, products=8, kept=0.7)
    found = time_product_dummy(frame, weighted=is_weighted)["value"]
    expected = least_squares(frame, is_weighted)
    assume(found.null_count() == 0)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-10)


def least_squares(frame: pl.DataFrame, is_weighted: bool) -> np.ndarray:
    """exp of the periods' coefficients, with one dummy for each period and product and shares as weights."""
    value = frame["price"].to_numpy() * frame["quantity"].to_numpy()
    periods, period = np.unique(frame["period"].to_numpy(), return_inverse=True)
    products, product = np.unique(frame["product"].to_numpy(), return_inverse=True)
    share = value / np.bincount(period, value)[period] if is_weighted else np.ones(len(value))
    design = np.zeros((len(value), len(periods) + len(products)))
    design[np.arange(len(value)), period] = 1
    design[np.arange(len(value)), len(periods) + product] = 1
    root = np.sqrt(share)
    effects = np.linalg.lstsq(design * root[:, None], np.log(frame["price"].to_numpy()) * root, rcond=None)[0]
    return np.exp(effects[: len(periods)] - effects[0])


@FEW
@given(seed=SEEDS)
def test_geary_khamis_solves_both_its_equations(seed: int) -> None:
    frame = drawn(seed, kept=0.9)
    found = geary_khamis(frame)
    assume(not found["value"].null_count())
    rows = frame.join(found, on="period", validate="m:1")
    spent = pl.col("price") * pl.col("quantity")
    reference = rows.group_by("product").agg(((spent / pl.col("value")).sum() / pl.col("quantity").sum()).alias("b"))
    level = (
        rows.join(reference, on="product")
        .group_by("period")
        .agg((spent.sum() / (pl.col("quantity") * pl.col("b")).sum()).alias("again"))
    )
    again = level.sort("period")["again"].to_numpy()
    assert again == pytest.approx(values(found), rel=1e-10)
