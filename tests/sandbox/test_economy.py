"""The economy: the same by seed, undisturbed by other belts, and true to what was planted."""

from datetime import date, timedelta

import numpy as np
import pytest

from configs.errors import InputError
from sandbox.economy import BeltEconomy, Economy, build
from sandbox.faces import draw_faces
from sandbox.scenario import Scenario
from sandbox.trends import trends

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
            if belt.plan.second_site is None:
                base, now = both_ends(belt, story.live_week)
                assert now.sum() / base.sum() - 1 == pytest.approx(belt.plan.change, abs=0.03)


def test_merchants_differ_in_growth_also_when_balanced(story: Scenario) -> None:
    base, now = both_ends(build(story, 1).belts[0], story.live_week)
    large = base > np.median(base)
    assert 0.15 < np.log(now[large] / base[large]).std() < 0.5


def test_prices_drift_as_planted_and_stay_for_weeks(story: Scenario) -> None:
    belt = named(build(story, 1), "wuqing-carpets")
    drift = np.log(belt.prices[:, -1] / belt.prices[:, -53]).mean()
    assert np.expm1(drift) == pytest.approx(-0.15, abs=0.03)
    assert (np.diff(belt.prices, axis=1) == 0).mean() > 0.8


def named(economy: Economy, name: str) -> BeltEconomy:
    """The belt of this id."""
    return next(belt for belt in economy.belts if belt.plan.id == name)


@pytest.fixture(scope="module")
def mooncakes(story: Scenario) -> BeltEconomy:
    """The belt with the price war."""
    return named(build(story, 1), "shanghai-mooncakes")


def test_the_price_war_begins_in_its_week_and_spares_premium_factories(mooncakes: BeltEconomy) -> None:
    war = mooncakes.plan.price_war
    assert war is not None
    start = (war.start - mooncakes.span.origin).days // 7
    is_premium = mooncakes.traits.is_premium[mooncakes.listings.merchant]
    fall = np.log(mooncakes.prices / mooncakes.prices[:, [start - 1]])
    assert np.abs(np.median(fall[:, start - 4 : start], axis=0)).max() < 0.02
    assert np.median(fall[~is_premium, start]) < -0.03
    assert np.median(fall[~is_premium, start + war.weeks]) == pytest.approx(np.log1p(war.change), abs=0.15)
    assert np.abs(np.median(fall[is_premium, start + war.weeks])) < 0.02


def test_a_dozen_premium_factories_grow_while_the_belt_falls(mooncakes: BeltEconomy) -> None:
    assert mooncakes.traits.is_premium.sum() == 12
    week = mooncakes.span.origin + timedelta(days=mooncakes.span.days - 7)
    base, now = (
        sum(np.maximum(mooncakes.merchant_values(day, site), 0) for site in ("practice", "practice-html"))
        for day in (week - YEAR, week)
    )
    dear = mooncakes.traits.is_premium
    assert now[dear].sum() / base[dear].sum() - 1 == pytest.approx(0.15, abs=0.05)
    prices = [np.median(mooncakes.prices[side[mooncakes.listings.merchant], 5]) for side in (dear, ~dear)]
    assert prices[0] / prices[1] == pytest.approx(2.5, rel=0.2)


def test_adopters_of_the_assistant_gain_exactly_the_planted_effect_on_the_others(story: Scenario) -> None:
    plan = next(belt for belt in story.belts if belt.id == "zhuji-socks")
    assert plan.assistant is not None
    belt = build(story, 1).belts[story.belts.index(plan)]
    course = trends(plan, belt.span, belt.merchants, belt.traits)
    adopters = belt.merchants.is_belt & (belt.traits.adopts < belt.span.days)
    others = belt.merchants.is_belt & ~adopters
    assert 0.2 < adopters.sum() / belt.merchants.is_belt.sum() < 0.4
    relative = course[adopters] / course[others][0]
    assert relative[:, 0] == pytest.approx(1)
    assert relative[:, -1] == pytest.approx(1 + plan.assistant.effect)


def test_a_relaunch_is_the_same_product_under_a_new_id_at_once(story: Scenario) -> None:
    economy = build(story, 1)
    belt = named(economy, "gaoyang-towels")
    faces = draw_faces(belt, economy).listings
    rows = np.flatnonzero(belt.listings.is_relaunch)
    assert len(rows) >= 5
    for row in rows:
        before = belt.listings.follows[row]
        assert belt.listings.merchant[row] == belt.listings.merchant[before]
        assert belt.listings.marketplace[row] == belt.listings.marketplace[before]
        assert belt.listings.shown_from[row] == belt.listings.gone[before]
        assert faces[row].title == "新" + faces[before].title
        assert faces[row].listing_id != faces[before].listing_id
        ratio = belt.prices[row, belt.listings.born[row] // 7] / belt.prices[before, belt.listings.born[row] // 7]
        assert abs(np.log(ratio)) < np.log(1.5)


def test_half_of_the_merchants_of_four_belts_are_on_the_second_site(story: Scenario) -> None:
    belts = [belt for belt in build(story, 1).belts if belt.plan.second_site]
    assert len(belts) == 4
    for belt in belts:
        first, second = belt.traits.on.values()
        assert (first | second).all()
        assert 0.3 < second.mean() < 0.6
        assert 0.1 < (first & second).mean() < 0.4


def test_a_day_outside_the_world_is_refused(economy: Economy, tiny: Scenario) -> None:
    with pytest.raises(InputError, match="runs from 2025-11-03 to 2026-11-22"):
        economy.belts[0].shelf(tiny.first_week - timedelta(days=1))
