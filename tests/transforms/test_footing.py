import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.footing import MIXED, Footing, PagesRead, common_depth, cut_of, footing, is_reordered

WHOLE = PagesRead(1, 5, True, (), "booked", "pieces")
CUT = PagesRead(1, 50, False, (), "booked", "pieces")


def read(base: PagesRead, **changes: object) -> PagesRead:
    return PagesRead(**{**base.__dict__, **changes})  # type: ignore[arg-type]


def test_two_whole_ends_have_no_depth() -> None:
    found = footing(WHOLE, read(WHOLE, to_page=9))
    assert found == Footing(is_whole=True, cut_by="pieces")
    assert found.is_plain


@pytest.mark.parametrize(
    ("now", "then", "depth", "is_whole"),
    [
        (CUT, CUT, 50, False),
        (read(CUT, to_page=20), CUT, 20, False),
        (CUT, read(CUT, to_page=20), 20, False),
        (WHOLE, CUT, 50, True),
        (read(WHOLE, to_page=60), CUT, 50, False),
        (CUT, WHOLE, 50, False),
        (read(CUT, is_whole=None), WHOLE, 50, None),
    ],
)
def test_the_common_depth_is_the_shallower_cut(now: PagesRead, then: PagesRead, depth: int, is_whole: bool) -> None:
    assert common_depth(now, then) == depth
    assert footing(now, then).is_whole is is_whole


def test_shares_are_of_the_pages_down_to_the_common_depth() -> None:
    found = footing(read(CUT, to_page=20, lost_pages=(2, 19)), read(CUT, lost_pages=(5, 30, 31)))
    assert (found.now_share, found.then_share) == (0.9, 0.95)
    assert not found.is_plain
    from_nought = footing(read(WHOLE, first_page=0, to_page=3, lost_pages=(0,)), WHOLE)
    assert (from_nought.now_share, from_nought.then_share) == (0.75, 1.0)


def test_the_cut_is_that_of_the_order() -> None:
    cuts = {"pieces": 12.0, "value": 80.0}
    assert footing(CUT, CUT, cuts).cut == 12.0
    assert footing(read(CUT, order_by="value"), CUT, cuts).cut == 80.0
    assert (footing(read(CUT, order_by="other"), CUT, cuts).cut_by, footing(CUT, CUT).cut) == (None, None)


def test_the_last_listing_is_no_advertisement_and_within_the_depth() -> None:
    rows = [
        (1, 1, False, 90.0, 900.0),
        (2, 1, False, 30.0, 300.0),
        (2, 2, False, 20.0, 250.0),
        (2, 3, True, 1.0, 1.0),
        (3, 1, False, 5.0, None),
        (0, 9, False, 2.0, 2.0),
    ]
    names = ["page", "position", "is_ad", "pieces_high", "value_high_yuan"]
    listings = pl.DataFrame(rows, schema=names, orient="row")
    assert cut_of(listings, 2) == {"pieces": 20.0, "value": 250.0}
    assert cut_of(listings.reverse(), 9) == {"pieces": 5.0, "value": None}
    assert cut_of(listings.clear(), 2) == {}


@given(st.permutations(range(1, 51)).map(lambda pages: tuple(sorted(pages[:7]))), st.integers(1, 60))
def test_a_share_is_that_of_counting_pages(lost: tuple[int, ...], depth: int) -> None:
    found = footing(read(CUT, lost_pages=lost), read(CUT, to_page=depth))
    meant = range(1, min(50, depth) + 1)
    assert found.now_share == pytest.approx(sum(page not in lost for page in meant) / len(meant))


def test_another_order_is_told_only_where_both_are_known() -> None:
    assert is_reordered(WHOLE, read(WHOLE, order_key="price"))
    assert is_reordered(read(WHOLE, order_key=MIXED), read(WHOLE, order_key=MIXED))
    assert not is_reordered(WHOLE, CUT)
    assert not is_reordered(WHOLE, read(WHOLE, order_key=None))
