"""Pages lost at one end: what is left out, what still counts, and that the change is then right on average."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from configs.publication import shipped_rules
from transforms.compare import read_belt, week_figures
from transforms.coverage import Coverage
from transforms.footing import Footing
from transforms.panels import listing_pairs, matched_panel, pairs_of_many, placed_listings, total_panel
from transforms.split import split_change
from transforms.uncertainty import ratio_change

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
TOWELS = ("practice", "towels")
BeltRows = Callable[..., pl.DataFrame]
FloatArray = np.ndarray


def pairs_on(current: pl.DataFrame, base: pl.DataFrame, footing: Footing) -> pl.DataFrame:
    return listing_pairs(placed_listings(current), placed_listings(base), {TOWELS: footing})


def test_a_plain_footing_changes_nothing(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, ("a", "1", 10.0), ("a", "2", 20.0), ("b", "1", 5.0))
    current = belt_rows(WEEK, ("a", "1", 8.0), ("a", "3", 7.0))
    plain = listing_pairs(placed_listings(current), placed_listings(base))
    assert pairs_on(current, base, Footing()).equals(plain)
    assert plain["counts"].to_list() == [1.0] * 4


def test_nor_does_another_comparison_that_lost_pages(belt_rows: BeltRows) -> None:
    """Be it that all who have gone with their listings sold nothing."""
    base = placed_listings(belt_rows(BASE_WEEK, ("a", "1", 10.0), ("a", "2", 20.0), ("b", "1", 0.0)))
    current = placed_listings(belt_rows(WEEK, ("a", "1", 8.0), ("c", "1", 0.0)))
    alone, lossy = {TOWELS: Footing()}, {TOWELS: Footing(now_share=0.9, then_share=0.9)}
    among, _ = pairs_of_many([(current, base, alone), (current, base, lossy)])
    assert among.equals(listing_pairs(current, base, alone))


def test_what_stayers_make_expected_to_be_lost_is_left_out(belt_rows: BeltRows) -> None:
    """6 stayers on 3 of 4 pages: 2 more are expected on the fourth. Of 4 gone then half has really gone, and counts
    with the 3/4 with which everything was seen."""
    base = belt_rows(BASE_WEEK, *(("a", str(number), 100.0) for number in range(10)))
    current = belt_rows(WEEK, *(("a", str(number), 100.0) for number in range(6)), ("a", "new", 40.0))
    pairs = pairs_on(current, base, Footing(now_share=0.75))
    gone = pairs.filter(pl.col("weight_now").is_null())
    assert gone["counts"].to_list() == pytest.approx([0.75 * 0.5] * 4)
    assert gone["base_yuan"].to_list() == pytest.approx([37.5] * 4)
    panel = matched_panel(pairs)
    assert (panel.base.tolist(), panel.current.tolist()) == (pytest.approx([750.0]), pytest.approx([640.0]))


def test_what_is_kept_of_sales_is_left_out_alike(belt_rows: BeltRows) -> None:
    """With one return rate throughout, sales net of returns change as displayed sales do."""
    base = belt_rows(BASE_WEEK, *((f"m{n:02}", str(k), 100.0 + n) for n in range(12) for k in range(4)))
    current = belt_rows(WEEK, *((f"m{n:02}", str(k), 90.0 - n) for n in range(12) for k in range(4) if k or n % 2))
    ends = (end.with_columns(return_share=pl.lit(0.2)) for end in (current, base))
    segments = read_belt(*ends, {TOWELS: Footing(now_share=0.9)})
    rows = week_figures(segments, "belt", WEEK, Coverage(0.9, 1.0), shipped_rules())
    matched = rows.filter(pl.col("panel") == "matched", pl.col("segment") == "all", pl.col("comparison") == "yoy")
    gross, net = (matched.filter(pl.col("metric") == f"{name}_sales")["value"].item() for name in ("displayed", "net"))
    assert net == pytest.approx(gross, rel=1e-9)


def test_pages_lost_at_the_base_are_the_mirror_of_it(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, *(("a", str(number), 100.0) for number in range(6)))
    current = belt_rows(WEEK, *(("a", str(number), 100.0) for number in range(10)))
    back = pairs_on(base, current, Footing(now_share=0.75))
    forth = pairs_on(current, base, Footing(then_share=0.75))
    assert forth["yuan"].to_list() == pytest.approx(back["base_yuan"].to_list())
    assert sum(effect.yuan for effect in split_change(forth).values()) == pytest.approx(150.0)


def test_no_more_is_left_out_than_has_gone_and_nothing_where_no_page_is(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, *(("a", str(number), 100.0) for number in range(10)))
    current = belt_rows(WEEK, *(("a", str(number), 100.0) for number in range(9)))
    assert pairs_on(current, base, Footing(now_share=0.5))["base_yuan"].sum() == 900.0
    assert pairs_on(belt_rows(WEEK), base, Footing(now_share=0.0))["base_yuan"].sum() == 0.0


def test_the_common_depth_cuts_both_ends(belt_rows: BeltRows) -> None:
    pages = pl.Series("page", [1, 2, 3], dtype=pl.Int64)
    base = belt_rows(BASE_WEEK, ("a", "1", 10.0), ("a", "2", 20.0), ("b", "1", 5.0)).with_columns(pages)
    current = belt_rows(WEEK, ("a", "2", 10.0), ("b", "1", 20.0), ("c", "1", 5.0)).with_columns(pages)
    panel = total_panel(pairs_on(current, base, Footing(depth=2)))
    assert (panel.base.tolist(), panel.current.tolist()) == ([30.0, 0.0], [10.0, 20.0])
    handed_over = current.with_columns(page=pl.lit(0, pl.Int64))
    assert total_panel(pairs_on(handed_over, base, Footing(depth=2))).current.sum() == 35.0
    elsewhere = {("practice", "bedding"): Footing(depth=1)}
    assert listing_pairs(placed_listings(current), placed_listings(base), elsewhere).height == 4


@pytest.mark.parametrize(("share", "swapped", "most"), [(0.9, 0.15, 0.01), (0.7, 0.15, 0.01), (0.7, 0.0, 0.02)])
def test_the_change_is_right_on_average_whatever_pages_are_lost(
    belt_rows: BeltRows, share: float, swapped: float, most: float
) -> None:
    """Listings of 150 merchants on 20 pages by sales, a tenth of the merchants gone and come, 15 % of the listings
    swapped or none; uncorrected the ratio is off by -7 % to -21 % (and the other way round at the base), and by 5 %
    where nothing is swapped and what merchants that are seen lost is taken for gone as often as the rest. Where
    nothing has gone a chance excess of what is missing still counts, and no want of it does."""
    off: dict[str, list[float]] = {f"{end} {how}": [] for end in ("now", "then") for how in ("corrected", "plain")}
    for seed in range(60):
        random = np.random.default_rng([seed, round(100 * share)])
        rows = drawn(random, swapped)
        ends = [belt_rows(week, *of_week) for week, of_week in zip((BASE_WEEK, WEEK), rows, strict=True)]
        base, current = (with_pages(rows) for rows in ends)
        truth = ratio(current, base, Footing())
        stored = random.choice(np.arange(1, 21), round(20 * share), replace=False).tolist()
        seen = [rows.filter(pl.col("page").is_in(stored)) for rows in (current, base)]
        for end, lossy, footing in (
            ("now", (seen[0], base), Footing(now_share=share)),
            ("then", (current, seen[1]), Footing(then_share=share)),
        ):
            off[f"{end} corrected"].append(ratio(*lossy, footing) / truth - 1)
            off[f"{end} plain"].append(ratio(*lossy, Footing()) / truth - 1)
    for end in ("now", "then"):
        corrected, plain = off[f"{end} corrected"], off[f"{end} plain"]
        noise = np.std(corrected) / np.sqrt(len(corrected))
        assert abs(np.mean(corrected)) <= most + 2 * noise, end
        assert abs(np.mean(plain)) >= 0.5 * (1 - share), end


def test_of_a_merchant_with_one_listing_that_is_seen_the_gone_one_was_swapped(belt_rows: BeltRows) -> None:
    """Ten merchants of one listing and five of which it is another now: a quarter of the pages is lost, but none of the
    five's listings can stand there."""
    singles = [(f"m{number}", "1", 100.0) for number in range(10)]
    base = belt_rows(BASE_WEEK, *singles, *((f"s{number}", "old", 60.0) for number in range(5)))
    current = belt_rows(WEEK, *singles, *((f"s{number}", "new", 60.0) for number in range(5)))
    numbers = pl.Series("page", [1 + number % 3 for number in range(15)], dtype=pl.Int64)
    pairs = pairs_on(current.with_columns(numbers), base.with_columns(numbers), Footing(now_share=0.75))
    gone = pairs.filter(pl.col("weight_now").is_null())
    assert gone["counts"].to_list() == [1.0] * 5
    panel = matched_panel(pairs)
    assert panel.base.sum() == panel.current.sum() == 1300.0


def ratio(current: pl.DataFrame, base: pl.DataFrame, footing: Footing) -> float:
    panel = matched_panel(pairs_on(current, base, footing))
    change = ratio_change(panel.base, panel.current).value
    assert change is not None
    return 1 + change


def drawn(random: np.random.Generator, swapped: float) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Rows of the base and of the week: a merchant's sales spread over its listings, which keep about their shares."""
    ends: tuple[list[dict[str, object]], list[dict[str, object]]] = ([], [])
    for merchant in range(150):
        fate = random.random()
        size, growth = random.lognormal(9, 1.0), 0.75 * random.lognormal(-0.18, 0.6)
        weights = random.gamma(2, 1, min(6, 1 + random.poisson(1.5)))
        moved = weights * random.lognormal(0, 0.4, len(weights))
        for number, (then, now) in enumerate(zip(weights / weights.sum(), moved / moved.sum(), strict=True)):
            row = {"merchant_id": f"m{merchant:03}", "listing_id": f"l{number}"}
            other = {"listing_id": f"s{number}"} if random.random() < swapped else {}
            if fate > 0.1:
                ends[0].append(row | {"value_yuan": size * then})
            if fate < 0.9:
                ends[1].append(row | other | {"value_yuan": size * growth * now})
    return ends


def with_pages(rows: pl.DataFrame) -> pl.DataFrame:
    """Twenty pages, best sellers first."""
    place = pl.col("value_yuan").rank("ordinal", descending=True) - 1
    return rows.with_columns(page=(place * 20 // pl.len() + 1).cast(pl.Int64))
