"""The economy: the same by seed, undisturbed by other belts, and true to what was planted."""

from datetime import date, timedelta

import numpy as np
import pytest

from configs.errors import InputError
from sandbox.economy import BeltEconomy, Economy, build
from sandbox.scenario import Scenario

YEAR = timedelta(days=364)


def shelves(economy: Economy, day: date) -> list[np.ndarray]:
    """All numbers of all shelves on a day."""
    found = [belt.shelf(day) for belt in economy.belts]
    return [np.stack([shelf.row, shelf.price_fen, shelf.pieces_30d, shelf.pieces_total]) for shelf in found]


def test_the_same_seed_makes_the_same_world_and_another_seed_another(tiny: Scenario, economy: Economy) -> None:
    again, other = build(tiny, 1), build(tiny, 2)
    for mine, same, different in zip(*(shelves(e, tiny.live_week) for e in (economy, again, other)), strict=True):
        assert np.array_equal(mine, same)
        assert not np.array_equal(mine, different)


def test_belts_do_not_disturb_each_other(tiny: Scenario, economy: Economy) -> None:
    alone = build(tiny.model_copy(update={"belts": tiny.belts[1:]}), 1)
    assert np.array_equal(shelves(alone, tiny.live_week)[0], shelves(economy, tiny.live_week)[1])


def test_counters_only_grow_and_their_difference_is_what_was_sold(economy: Economy) -> None:
    belt = economy.belts[0]
    day = economy.scenario.live_week
    assert (np.diff(belt.sold, axis=1) >= 0).all()
    now, before = belt.shelf(day), belt.shelf(day - timedelta(days=30))
    _, here, there = np.intersect1d(now.row, before.row, return_indices=True)
    assert len(here) > 10
    assert np.array_equal(now.pieces_30d[here], now.pieces_total[here] - before.pieces_total[there])


def test_listings_of_a_merchant_share_all_its_sales(economy: Economy) -> None:
    belt = economy.belts[0]
    for day in (40, 200, 350):
        selling = (belt.listings.born <= day) & (day < belt.listings.gone)
        shares = np.bincount(belt.listings.merchant[selling], belt.listings.share[selling])
        assert np.allclose(shares[shares > 0], 1)


def mean_change(scenario: Scenario, seeds: range, week: date) -> np.ndarray:
    """Ratio of summed values of merchants present at both ends, over many worlds: belts."""
    base, now = np.zeros(len(scenario.belts)), np.zeros(len(scenario.belts))
    for seed in seeds:
        for index, belt in enumerate(build(scenario, seed).belts):
            pair = both_ends(belt, week)
            base[index] += pair[0].sum()
            now[index] += pair[1].sum()
    return now / base - 1


def both_ends(belt: BeltEconomy, week: date) -> tuple[np.ndarray, np.ndarray]:
    """Values of the belt's own merchants a year before and at a week, of those present at both."""
    base, now = belt.merchant_values(week - YEAR), belt.merchant_values(week)
    stays = belt.merchants.is_belt & (base >= 0) & (now >= 0)
    return base[stays], now[stays]


def test_unbalanced_worlds_have_the_planted_change_on_average_in_every_week(tiny: Scenario) -> None:
    belts = [belt.model_copy(update={"merchants": 200, "size_sigma": 0.8}) for belt in tiny.belts]
    free = tiny.model_copy(update={"balanced": False, "belts": belts})
    for week in (tiny.first_week + YEAR, tiny.live_week):
        # 40 worlds of 200 merchants: standard error some 0.5 points
        assert mean_change(free, range(40), week) == pytest.approx([-0.25, 0.0], abs=0.02)


def test_balanced_belts_come_near_the_planted_change(story: Scenario) -> None:
    for seed in range(3):
        for belt in build(story, seed).belts:
            base, now = both_ends(belt, story.live_week)
            assert now.sum() / base.sum() - 1 == pytest.approx(belt.plan.change, abs=0.04)


def test_merchants_differ_in_growth_also_when_balanced(story: Scenario) -> None:
    base, now = both_ends(build(story, 1).belts[0], story.live_week)
    large = base > np.median(base)
    assert 0.15 < np.log(now[large] / base[large]).std() < 0.5


def test_prices_drift_as_planted_and_stay_for_weeks(story: Scenario) -> None:
    belt = build(story, 1).belts[2]
    drift = np.log(belt.prices[:, -1] / belt.prices[:, -53]).mean()
    assert np.expm1(drift) == pytest.approx(-0.15, abs=0.03)
    assert (np.diff(belt.prices, axis=1) == 0).mean() > 0.8


def test_a_day_outside_the_world_is_refused(economy: Economy, tiny: Scenario) -> None:
    with pytest.raises(InputError, match="runs from 2025-11-03 to 2026-11-22"):
        economy.belts[0].shelf(tiny.first_week - timedelta(days=1))
