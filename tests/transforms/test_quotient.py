import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.quotient import COUNTS, candidates, location_quotients


def counts(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame([(*row, 10.0 * row[2]) for row in rows], schema=COUNTS, orient="row")


HAND = counts(("130628", "towels", 50), ("130628", "socks", 50), ("330681", "towels", 150), ("330681", "socks", 750))


def test_the_quotient_by_hand() -> None:
    """METHOD 6: 50 of a place's 100 merchants, 200 of 1000 in all: 0.5 over 0.2."""
    row = location_quotients(HAND).row(1, named=True)
    assert (row["category"], row["quotient"], row["value_quotient"]) == ("towels", 2.5, 2.5)
    assert (row["place_merchants"], row["category_share"]) == (100, 0.25)
    reach = 1.959963984540054 * np.sqrt(1 / 50 - 1 / 100 - 1 / 200 + 4 / 1000)
    assert (row["low"], row["high"]) == (pytest.approx(2.5 * np.exp(-reach)), pytest.approx(2.5 * np.exp(reach)))


@pytest.mark.parametrize(
    ("row", "is_one"),
    [
        (("130628", "towels", 50), True),
        (("130628", "towels", 29), False),
        (("130628", "towels", 30), True),
    ],
)
def test_a_candidate_has_thirty_merchants(row: tuple[str, str, int], is_one: bool) -> None:
    others = counts(("130628", "socks", 10), ("330681", "towels", 150), ("330681", "socks", 1800))
    found = candidates(location_quotients(pl.concat([counts(row), others])))
    assert (found.select("place_code", "category").rows() == [row[:2]]) is is_one


def test_a_candidate_is_twice_as_common_and_two_percent_of_the_category() -> None:
    common = counts(("130628", "socks", 100), ("330681", "socks", 5000), ("330681", "towels", 1000))
    for own, is_one in ((60, True), (40, False)):
        found = candidates(location_quotients(pl.concat([counts(("130628", "towels", own)), common])))
        assert (found.height == 1) is is_one
    small = counts(("130628", "towels", 40), ("330681", "towels", 3000), ("330681", "socks", 50000))
    assert candidates(location_quotients(small)).is_empty()


def test_one_category_alone_is_everywhere_as_common() -> None:
    found = location_quotients(counts(("130628", "towels", 50), ("330681", "towels", 70), ("330681", "socks", 0)))
    assert found.select("quotient", "low", "high").rows() == [(1.0, 1.0, 1.0)] * 2


TABLE = st.lists(st.lists(st.integers(0, 200), min_size=3, max_size=3), min_size=2, max_size=5)


@given(TABLE)
def test_quotients_of_a_place_average_to_one(table: list[list[int]]) -> None:
    """Weighted by the categories' shares in all places, the quotients of each place add up to 1."""
    rows = [(str(place), str(kind), number) for place, row in enumerate(table) for kind, number in enumerate(row)]
    found = location_quotients(counts(*rows))
    if found.is_empty():
        return
    of_all = found["merchants"].sum()
    shares = found.with_columns(share=pl.col("merchants").sum().over("category") / of_all)
    sums = shares.group_by("place_code").agg((pl.col("share") * pl.col("quotient")).sum().alias("one"))
    assert sums["one"].to_list() == pytest.approx([1.0] * sums.height)


NAMES = [("a", "towels"), ("a", "socks"), ("b", "towels"), ("b", "socks")]
SHARES = {
    "half as common": [0.05, 0.05, 0.60, 0.30],
    "as common": [0.04, 0.16, 0.16, 0.64],
    "two and a half times": [0.05, 0.05, 0.15, 0.75],
    "nearly all of the category": [0.10, 0.02, 0.03, 0.85],
}


def drawn_quotients(shares: list[float], merchants: int, draws: int, seed: int) -> list[dict[str, float]]:
    """The row of the first cell, from merchants drawn from known shares of places and categories."""
    drawn = np.random.default_rng(seed).multinomial(merchants, shares, draws).tolist()
    is_first = (pl.col("place_code") == "a") & (pl.col("category") == "towels")
    found = [
        location_quotients(counts(*((*name, number) for name, number in zip(NAMES, row, strict=True)))) for row in drawn
    ]
    return [rows.row(by_predicate=is_first, named=True) for rows in found]


@pytest.mark.parametrize("shares", SHARES.values(), ids=SHARES.keys())
def test_the_interval_holds_the_true_quotient_as_often_as_it_says(shares: list[float]) -> None:
    truth = shares[0] / (shares[0] + shares[1]) / (shares[0] + shares[2])
    rows = drawn_quotients(shares, 1000, 1500, seed=3)
    hits = sum(row["low"] <= truth <= row["high"] for row in rows)
    assert stats.binom.ppf(0.001, len(rows), 0.94) < hits < stats.binom.ppf(0.999, len(rows), 0.96)


@pytest.mark.parametrize("shares", SHARES.values(), ids=SHARES.keys())
def test_the_standard_error_is_that_of_many_draws(shares: list[float]) -> None:
    """In a table of 100,000 merchants, drawn 20,000 times."""
    drawn = np.random.default_rng(7).multinomial(100_000, shares, 20_000)
    logs = np.log(drawn[:, 0] / (drawn[:, 0] + drawn[:, 1]) / (drawn[:, 0] + drawn[:, 2]))
    told = drawn_quotients(shares, 100_000, 1, seed=8)[0]
    assert np.log(told["high"] / told["low"]) / 2 / 1.96 == pytest.approx(logs.std(), rel=0.03)
