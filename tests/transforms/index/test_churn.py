from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from configs.errors import InputError
from transforms.index import geks, relaunches, with_relaunches, without_dumps
from transforms.relaunch import relaunches as in_the_line
from transforms.relaunch import sightings

WEEK = date(2026, 3, 2)


def offered(**listings: list[tuple[float, float] | None]) -> pl.DataFrame:
    """Price and quantity of each listing, period by period; None where it is not there."""
    rows = [
        {"period": period, "product": name, "price": pair[0], "quantity": pair[1]}
        for name, pairs in listings.items()
        for period, pair in enumerate(pairs)
        if pair is not None
    ]
    return pl.DataFrame(
        rows, schema={"period": pl.Int64, "product": pl.String, "price": pl.Float64, "quantity": pl.Float64}
    )


STEADY = [(10.0, 100.0)] * 5


def kept(frame: pl.DataFrame, product: str) -> list[int]:
    return without_dumps(frame).filter(pl.col("product") == product)["period"].to_list()


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(8.0, 50.0), (8.0, 50.0), (3.0, 5.0), None, None], [0, 1]),
        ([(8.0, 50.0), (3.0, 5.0), (2.0, 4.0), (2.5, 3.0), None], [0]),
        ([(8.0, 50.0), (8.0, 50.0), (3.0, 5.0), (3.0, 5.0), (3.0, 5.0)], [0, 1, 2, 3, 4]),
        ([(8.0, 50.0), (8.0, 50.0), (3.0, 40.0), None, None], [0, 1, 2]),
        ([(8.0, 50.0), (8.0, 50.0), (5.0, 5.0), None, None], [0, 1, 2]),
        ([(8.0, 50.0), (3.0, 5.0), (8.0, 50.0), None, None], [0, 1, 2]),
    ],
    ids=["sold off", "sold off over weeks", "still there", "cheap and wanted", "not so cheap", "came back"],
)
def test_a_sell_off_is_cheap_and_unwanted_and_the_end(pairs: list, expected: list[int]) -> None:
    assert kept(offered(steady=STEADY, other=pairs), "other") == expected
    assert kept(offered(steady=STEADY, other=pairs), "steady") == [0, 1, 2, 3, 4]


def test_sell_offs_are_each_listings_own() -> None:
    """The first period of the next product in order is no continuation of the one before."""
    frame = offered(a=[(8.0, 50.0), (8.0, 50.0), None, None, None], b=[(1.0, 1.0)] * 5, steady=STEADY)
    assert without_dumps(frame).height == frame.height


def test_rows_of_several_outlets_are_one_listing() -> None:
    """What one outlet sells cheaply beside another is no fall, and the order of the rows tells nothing."""
    beside = [("a", 0, 10.0, 100.0), ("a", 0, 4.0, 10.0), ("a", 1, 10.0, 100.0), ("a", 1, 4.0, 10.0)]
    dumped = [("b", 0, 8.0, 30.0), ("b", 0, 8.2, 20.0), ("b", 1, 3.0, 2.0), ("b", 1, 2.9, 3.0)]
    steady = [("s", period, 10.0, 100.0) for period in range(3)]
    schema = {"product": pl.String, "period": pl.Int64, "price": pl.Float64, "quantity": pl.Float64}
    frame = pl.DataFrame([*beside, *dumped, *steady], schema=schema, orient="row")
    for rows in (frame, frame.reverse()):
        assert without_dumps(rows).rows() == sorted([*beside, *dumped[:2], *steady])


def test_what_sold_an_unknown_amount_is_no_sell_off() -> None:
    frame = offered(steady=STEADY, other=[(8.0, 50.0), (3.0, 5.0), None, None, None])
    is_last = (pl.col("product") == "other") & (pl.col("period") == 1)
    unknown = frame.with_columns(quantity=pl.when(~is_last).then("quantity"))
    assert kept(frame, "other") == [0]
    assert kept(unknown, "other") == [0, 1]


def test_an_index_without_sell_offs_does_not_follow_them_down() -> None:
    frame = offered(steady=STEADY, other=[(8.0, 50.0), (8.0, 50.0), (3.0, 5.0), None, None])
    assert geks(without_dumps(frame))["value"].to_list() == [1.0] * 5
    assert geks(frame)["value"].to_list()[2] < 0.999


OLD = {
    "product": "old",
    "merchant": "m1",
    "stratum": "towels/piece",
    "title": "纯棉毛巾家用加厚吸水洗脸巾",
    "first_week": WEEK - timedelta(weeks=20),
    "last_week": WEEK,
    "first_price": 5.0,
    "last_price": 4.0,
}
NEW = OLD | {
    "product": "new",
    "first_week": WEEK + timedelta(weeks=2),
    "last_week": WEEK + timedelta(weeks=30),
    "first_price": 4.2,
}


@pytest.mark.parametrize(
    ("changed", "is_found"),
    [
        ({}, True),
        ({"title": "纯棉毛巾家用加厚吸水洗脸巾新"}, True),
        ({"title": "浴巾"}, False),
        ({"title": None}, False),
        ({"merchant": "m2"}, False),
        ({"stratum": "towels/gram"}, False),
        ({"first_week": WEEK + timedelta(weeks=4)}, True),
        ({"first_week": WEEK + timedelta(weeks=5)}, False),
        ({"first_week": WEEK - timedelta(weeks=2)}, True),
        ({"first_week": WEEK - timedelta(weeks=3)}, False),
        ({"first_price": 6.1}, False),
        ({"first_price": 2.7}, True),
        ({"first_price": 2.6}, False),
    ],
    ids=[
        "same",
        "title nearly",
        "title other",
        "no title",
        "merchant",
        "stratum",
        "three weeks missed",
        "late",
        "beside the old one",
        "long beside it",
        "dear",
        "cheap",
        "too cheap",
    ],
)
def test_a_relaunch_is_the_same_good_of_the_same_merchant_soon_after(changed: dict, is_found: bool) -> None:
    found = relaunches(pl.DataFrame([OLD, NEW | changed]))
    assert found.select("product", "relaunch_of").rows() == ([("new", "old")] if is_found else [])


def test_each_listing_has_one_successor_the_most_similar() -> None:
    other = NEW | {"product": "other", "title": NEW["title"] + "新"}
    assert relaunches(pl.DataFrame([OLD, other, NEW])).rows() == [("new", "old", 1.0)]


def test_listings_that_were_there_from_the_start_or_are_still_there_are_no_relaunch() -> None:
    still_there = OLD | {"last_week": NEW["last_week"]}
    assert relaunches(pl.DataFrame([still_there, NEW])).is_empty()
    assert relaunches(pl.DataFrame([OLD | {"first_week": NEW["first_week"]}, NEW])).is_empty()


def test_an_index_with_relaunches_sees_the_price_go_on() -> None:
    """The only listing is relaunched twice while its price falls by a tenth each time."""
    frame = offered(a=[(10.0, 1.0), None, None], b=[None, (9.0, 1.0), None], c=[None, None, (8.1, 1.0)])
    found = pl.DataFrame({"product": ["b", "c"], "relaunch_of": ["a", "b"]})
    assert geks(frame)["value"].to_list()[1:] == [None, None]
    linked = geks(with_relaunches(frame, found))["value"].to_numpy()
    assert linked == pytest.approx(np.array([1, 0.9, 0.81]), rel=1e-12)


def test_where_weeks_were_not_read_the_listing_is_gone_from_the_first_one_read_without_it() -> None:
    """Nobody looked for four weeks: the new one may have come in any of them."""
    late = NEW | {"first_week": WEEK + timedelta(weeks=6)}
    assert relaunches(pl.DataFrame([OLD, late])).is_empty()
    known = pl.DataFrame([OLD, late]).with_columns(
        gone_week=pl.Series([WEEK + timedelta(weeks=5), None], dtype=pl.Date)
    )
    assert relaunches(known).select("product", "relaunch_of").rows() == [("new", "old")]


@given(missed=st.integers(0, 6), gap=st.integers(-4, 6))
def test_the_library_and_the_line_follow_one_rule(missed: int, gap: int) -> None:
    """Weeks are read but for `missed` ones after the old listing's last; the new one comes `gap` weeks after that."""
    start, last = WEEK - timedelta(weeks=20), 20
    read = [week for week in range(60) if not last < week <= last + missed]
    assume(last + gap in read)
    shown = {"steady": read, "old": [w for w in read if w <= last], "new": [w for w in read if w >= last + gap]}
    rows = [
        {"listing_id": name, "week": start + timedelta(weeks=week), "merchant_id": name if name == "steady" else "m1"}
        for name, weeks in shown.items()
        for week in weeks
    ]
    line = pl.DataFrame(rows).with_columns(
        marketplace=pl.lit("x"), category=pl.lit("towels"), unit=pl.lit("piece"), price_yuan=4.0,
        title_text=pl.lit(OLD["title"]),
    )  # fmt: skip
    seen = sightings(line)
    listings = seen.select(
        "first_week", "last_week", "gone_week", product="listing_id", merchant="merchant_id", stratum="category",
        title="title_text", first_price="first_price_yuan", last_price="price_yuan",
    )  # fmt: skip
    of_line = in_the_line(seen).select("next_listing_id", "listing_id").rows()
    assert relaunches(listings).select("product", "relaunch_of").rows() == of_line
    if not missed:
        assert relaunches(listings.drop("gone_week")).select("product", "relaunch_of").rows() == of_line
    assert bool(of_line) is (abs(gap - missed - 1) <= 3)


def test_what_is_missing_is_said_in_one_sentence() -> None:
    frame, listings = offered(steady=STEADY), pl.DataFrame([OLD, NEW])
    with pytest.raises(InputError, match=r"^finding sell-offs needs the column quantity; the frame has \['period'"):
        without_dumps(frame.drop("quantity"))
    with pytest.raises(InputError, match=r"^finding relaunches needs the column title; the frame has \['product'"):
        relaunches(listings.drop("title"))
    with pytest.raises(
        InputError, match=r"^finding relaunches needs weeks that are dates: the column last_week holds S"
    ):
        relaunches(listings.with_columns(pl.col("last_week").cast(pl.String)))
    with pytest.raises(InputError, match=r"^following relaunches needs the column relaunch_of"):
        with_relaunches(frame, pl.DataFrame({"product": ["b"]}))
    with pytest.raises(InputError, match=r"^following relaunches needs ids of one type: those of the rows are Int64, "):
        with_relaunches(
            pl.DataFrame({"product": [1]}), pl.DataFrame({"product": ["b"], "relaunch_of": ["a"], "similarity": [1.0]})
        )
    with pytest.raises(InputError, match=r"^following relaunches needs a first id of each listing: 'a' leads back to"):
        with_relaunches(frame, pl.DataFrame({"product": ["a", "b"], "relaunch_of": ["b", "a"]}))


def test_midnights_are_days() -> None:
    listings = pl.DataFrame([OLD, NEW])
    instants = listings.with_columns(pl.col("first_week", "last_week").cast(pl.Datetime("ns")))
    assert relaunches(instants.to_pandas()).equals(relaunches(listings))
    with pytest.raises(InputError, match=r"^finding relaunches needs weeks that are dates: the column first_week"):
        relaunches(instants.with_columns(pl.col("first_week") + timedelta(hours=9)))
