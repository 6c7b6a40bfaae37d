"""Checks 1 to 7 of METHOD 9: numbers that others published for the same data, at their tolerances."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from transforms.index import bilateral, geary_khamis, geks, indicator, time_product_dummy

Known = dict[str, dict[str, list[float]]]

METHODS = {"pop": "period", "chained": "chained", "fixedbase": "fixed_base"}
LAST = {  # check 1: period 12 against period 1
    "jevons": 0.9286131839966543,
    "dutot": 0.8555555555555556,
    "carli": 1.025,
    "laspeyres": 1.326923076923077,
    "paasche": 0.9259489362755411,
    "fisher": 1.1084507258315055,
    "tornqvist": 1.131549770601212,
    "walsh": 1.1370030581039754,
}
BENNET = [
    -1.780717371, 2.771536213, 0.372248874, -3.230835149, 3.867877819, -0.667765465, -3.233054978, 2.954459954,
    -2.763659088, 3.286333205, 0.082320982,
]  # fmt: skip
MONTGOMERY = [
    -1.27874802287663, 2.23764163264406, 0.373294606860997, -2.35138599056262, 3.23912450758093, -0.665710587242193,
    -2.74535253122247, 2.45168559478284, -2.2876179051576, 2.85483402898994, 0.0839129500556,
]  # fmt: skip


def last(frame: pl.DataFrame) -> float:
    return frame["value"].to_list()[-1]


@pytest.mark.parametrize(("formula", "expected"), LAST.items())
def test_check_1_bilateral(ces: pl.DataFrame, formula: str, expected: float) -> None:
    assert last(bilateral(ces, formula)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("formula", LAST)
@pytest.mark.parametrize("method", METHODS)
def test_check_1_bilateral_series(ces: pl.DataFrame, known: Known, formula: str, method: str) -> None:
    found = bilateral(ces, formula, METHODS[method])["value"].to_list()  # type: ignore[arg-type]
    assert found == pytest.approx(known["bilateral"][f"{formula}_{method}"], abs=1e-8)


@pytest.mark.parametrize("formula", ["fisher", "tornqvist", "walsh", "jevons"])
def test_check_2_geks(ces: pl.DataFrame, known: Known, formula: str) -> None:
    assert geks(ces, formula)["value"].to_list() == pytest.approx(known["geks_window12"][formula], abs=1e-12)


@pytest.mark.parametrize("splice", ["window", "movement", "mean", "half", "wisp", "hasp", "mean_pub"])
def test_check_3_splices(ces: pl.DataFrame, known: Known, splice: str) -> None:
    found = geks(ces, "tornqvist", window=11, splice=splice)["value"].to_list()
    assert found == pytest.approx(known["geks_tornqvist_window11_splice"][splice], abs=1e-12)


def test_check_4_geary_khamis_and_time_product_dummy(ces: pl.DataFrame) -> None:
    assert last(geary_khamis(ces)) == pytest.approx(1.23245315, abs=1e-7)
    assert last(geary_khamis(ces, 11, "mean_pub")) == pytest.approx(1.23044626729226, abs=1e-10)
    assert last(geary_khamis(ces, 11, "hasp")) == pytest.approx(1.23085666351138, abs=1e-10)
    assert last(time_product_dummy(ces)) == pytest.approx(1.17377193225844, abs=1e-10)
    assert last(time_product_dummy(ces, True, 11, "mean_pub")) == pytest.approx(1.17283932343105, abs=1e-10)
    assert last(time_product_dummy(ces, True, 11, "hasp")) == pytest.approx(1.17307644429241, abs=1e-10)


def test_check_5_walsh_is_the_true_cost_of_living_here_and_tornqvist_is_not(ces: pl.DataFrame) -> None:
    start, end = (ces.filter(pl.col("period") == period).sort("product")["price"].to_numpy() for period in (1, 12))
    taste = ces.filter(pl.col("period") == 1).sort("product").select(pl.col("price") ** 2 * pl.col("quantity"))
    weights = taste.to_series().to_numpy()  # demand of elasticity 2 is taste / price^2
    cost = (weights / start).sum() / (weights / end).sum()
    assert cost == pytest.approx(1.1370030581039756, abs=1e-12)
    assert last(bilateral(ces, "walsh")) == pytest.approx(cost, abs=1e-12)
    assert abs(last(bilateral(ces, "tornqvist")) - cost) > 1e-3


def test_check_6_scanner_data(milk_months: pl.DataFrame) -> None:
    january = pl.col("period") == date(2020, 1, 1)
    assert bilateral(milk_months, "fisher").filter(january)["value"].item() == pytest.approx(0.9615501, abs=5e-7)
    assert bilateral(milk_months, "jevons").filter(january)["value"].item() == pytest.approx(1.028223, abs=5e-7)
    window = milk_months.filter(pl.col("period").is_between(date(2019, 1, 1), date(2019, 10, 1)))
    april = geks(window, "fisher").filter(pl.col("period") == date(2019, 4, 1))
    assert april["value"].item() == pytest.approx(0.9912305, abs=5e-7)


@pytest.mark.parametrize(("formula", "expected"), [("bennet", BENNET), ("montgomery", MONTGOMERY)])
def test_check_7_indicators(ces: pl.DataFrame, formula: str, expected: list[float]) -> None:
    found = indicator(ces, formula)
    assert found["price_effect"].to_list()[0] is None
    assert found["price_effect"].to_list()[1:] == pytest.approx(expected, abs=1e-8 if formula == "montgomery" else 5e-9)
    values = ces.group_by("period").agg((pl.col("price") * pl.col("quantity")).sum()).sort("period")["price"].to_numpy()
    parts = found.select(pl.sum_horizontal("price_effect", "quantity_effect", "entry_effect", "exit_effect"))
    assert parts.to_series().to_numpy()[1:] == pytest.approx(np.diff(values), rel=1e-9)


def test_check_7_entry_and_exit_are_no_price_effect(milk_months: pl.DataFrame) -> None:
    step = indicator(milk_months).row(1, named=True)
    assert step["price_effect"] == pytest.approx(624.3339, abs=1e-4)
    assert step["quantity_effect"] == pytest.approx(-32574.2979, abs=1e-4)
    assert step["entry_effect"] + step["exit_effect"] == pytest.approx(7.43, abs=1e-9)
    assert step["total_change"] == pytest.approx(-31942.534, abs=1e-9)
