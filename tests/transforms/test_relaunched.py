"""What only changed its id within the year, of what was sold at the base."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from transforms.panels import listing_pairs, placed_listings
from transforms.publication import PUBLISHED
from transforms.relaunched import Compared, Relaunched, relaunched, relaunched_figure
from transforms.split import split_change

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]


def compared(current: pl.DataFrame, base: pl.DataFrame) -> Compared:
    return Compared(listing_pairs(placed_listings(current), placed_listings(base)), current, base)


def named(rows: pl.DataFrame, *titles: str | None) -> pl.DataFrame:
    return rows.with_columns(pl.Series("title_text", titles, dtype=pl.String))


def told(found: Relaunched | None) -> list[list[int]] | None:
    return None if found is None else [found.old.tolist(), found.new.tolist()]


TOWEL, CURTAIN = "加厚吸水纯棉毛巾批发", "遮光窗帘卧室定制成品"


def test_a_listing_that_came_back_under_another_id_is_told_from_one_that_went(belt_rows: BeltRows) -> None:
    base = named(belt_rows(BASE_WEEK, ("a", "old", 30.0), ("a", "2", 20.0), ("b", "1", 50.0)), TOWEL, CURTAIN, TOWEL)
    current = named(belt_rows(WEEK, ("a", "new", 20.0), ("c", "1", 50.0)), TOWEL, TOWEL)
    end = compared(current, base)
    (found,) = relaunched([end])
    assert found is not None
    sides = [end.pairs[rows]["listing_id"].to_list() for rows in (found.old, found.new)]
    assert sides == [["old"], ["new"]]
    (figure,) = relaunched_figure(end.pairs, found, PUBLISHED)
    assert figure.interval.value == pytest.approx(0.3)
    assert (figure.merchants, figure.listings) == (1, 1)
    assert split_change(end.pairs)["exit_effect"].yuan == -100.0


def test_many_comparisons_at_once_are_those_one_by_one_and_without_titles_nothing_is_told(belt_rows: BeltRows) -> None:
    base = named(belt_rows(BASE_WEEK, ("a", "old", 30.0), ("b", "1", 50.0)), TOWEL, TOWEL)
    current = named(belt_rows(WEEK, ("a", "new", 20.0), ("b", "2", 50.0)), TOWEL, CURTAIN)
    other = named(belt_rows(WEEK, ("a", "new", 20.0), ("b", "2", 50.0)), CURTAIN, TOWEL)
    unnamed = named(belt_rows(WEEK, ("a", "new", 20.0)), None)
    ends = [compared(now, base) for now in (current, unnamed, other, base)]
    found = relaunched(ends)
    assert found[1] is None
    assert [told(one) for one in found] == [told(one) for end in ends for one in relaunched([end])]
    held = [end.pairs[one.old]["merchant_id"].to_list() for end, one in zip(ends, found, strict=True) if one]
    assert held == [["a"], ["b"], []]


def test_a_planted_fifth_is_found_and_held(belt_rows: BeltRows) -> None:
    """Of 120 merchants with a title of their own a fifth was relaunched, a tenth went and came anew unlike."""
    held = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        fate = random.random(120)
        words = ["".join(chr(0x4E00 + code) for code in random.integers(0, 20_000, 12)) for _ in range(120)]
        ids = ["x" if one < 0.2 else "y" if one < 0.3 else "1" for one in fate]
        texts = [word[::-1] if is_other == "y" else word for word, is_other in zip(words, ids, strict=True)]
        sales = random.lognormal(9, 0.8, 120).tolist()
        base = named(belt_rows(BASE_WEEK, *((f"m{n}", "1", value) for n, value in enumerate(sales))), *words)
        current = named(belt_rows(WEEK, *((f"m{n}", ids[n], value) for n, value in enumerate(sales))), *texts)
        end = compared(current, base)
        (found,) = relaunched([end])
        assert found is not None
        assert len(found.old) == ids.count("x")
        (figure,) = relaunched_figure(end.pairs, found, PUBLISHED)
        assert figure.interval.low is not None
        assert figure.interval.high is not None
        held.append(figure.interval.low <= 0.2 <= figure.interval.high)
    assert np.mean(held) >= 0.93
