import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.quotient import COUNTS, candidates, location_quotients


def counts(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame([(*row, 10.0 * row[2]) for row in rows], schema=COUNTS, orient="row")


HAND = counts(("130628", "towels", 50), ("130628", "socks", 50), ("330681", "towels", 150), ("330681", "socks", 750))


def test_the_quotient_by_hand() -> None:
    """METHOD 6: 50 of a place's 100 merchants, 200 of 1000 in all: 0.5 over 0.2."""
    row = location_quotients(HAND).row(1, named=True)
    assert (row["category"], row["quotient"], row["value_quotient"]) == ("towels", 2.5, 2.5)
    assert (row["place_merchants"], row["category_share"]) == (100, 0.25)
    reach = 1.959963984540054 * np.sqrt(1 / 50 - 1 / 100 + 1 / 200 - 1 / 1000)
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


def test_the_interval_holds_the_true_quotient() -> None:
    """Merchants drawn from known shares of places and categories; the interval errs on the wide side."""
    random = np.random.default_rng(3)
    shares = np.array([[0.05, 0.05], [0.15, 0.75]])
    truth = (0.05 / 0.1) / (0.2 / 1.0)
    hits = []
    for _ in range(500):
        drawn = random.multinomial(800, shares.ravel()).tolist()
        names = [("a", "towels"), ("a", "socks"), ("b", "towels"), ("b", "socks")]
        row = location_quotients(counts(*((*name, number) for name, number in zip(names, drawn, strict=True)))).row(
            by_predicate=(pl.col("place_code") == "a") & (pl.col("category") == "towels"), named=True
        )
        hits.append(row["low"] <= truth <= row["high"])
    assert 0.94 <= np.mean(hits) <= 1.0
