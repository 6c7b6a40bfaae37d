import numpy as np
import pytest
from scipy import stats

from tests.transforms.views import view_of
from transforms.homogeneity import duplicate_dispersion, title_hhi, title_homogeneity
from transforms.uncertainty import Interval

DRAWS = 200


def test_half_of_the_listings_say_what_another_says() -> None:
    """Four groups of eight listings: one of five titles alike, three alone."""
    titles = ["高阳纯棉毛巾加厚吸水酒店"] * 5 + ["玩具积木儿童", "渔线尼龙强拉力", "箱包大容量万向轮"]
    found = title_homogeneity(view_of(np.ones((1, 8)), range(8), titles))
    assert found is not None
    assert found.interval.value == pytest.approx(1 - 4 / 8)
    assert found.interval.low < 0.5 < found.interval.high  # type: ignore[operator]


def test_a_merchants_own_repetitions_are_no_likeness() -> None:
    titles = ["高阳纯棉毛巾加厚吸水酒店"] * 5 + [chr(0x5E00 + n) * 3 + "玩具积木" for n in range(20)]
    found = title_homogeneity(view_of(np.ones((1, 25)), [0] * 5 + list(range(1, 21)), titles))
    assert found is not None
    assert (found.interval.value, found.interval.low) == (0.0, 0.0)
    assert 0.1 < found.interval.high < 0.25  # type: ignore[operator]
    assert title_homogeneity(view_of(np.ones((1, 3)), [0, 0, 0])) is None


def test_how_far_groups_fill_the_shelves_by_hand() -> None:
    """Eight listings of eight merchants: five titles alike, three alone make 25 + 1 + 1 + 1 of 64. Without one of the
    five 16 + 3 of 49 are left, without one of the three 25 + 2."""
    titles = ["高阳纯棉毛巾加厚吸水酒店"] * 5 + ["玩具积木儿童", "渔线尼龙强拉力", "箱包大容量万向轮"]
    found = title_hhi(view_of(np.ones((1, 8)), range(8), titles))
    assert found is not None
    assert found.interval.value == pytest.approx(10_000 * 28 / 64)
    left = np.array([19 / 49] * 5 + [27 / 49] * 3)
    error = np.sqrt(7 / 8 * np.square(left - left.mean()).sum())
    assert found.interval.standard_error == pytest.approx(error)
    assert 1250 <= found.interval.low < 4375 < found.interval.high < 10_000  # type: ignore[operator]


def test_where_nothing_is_alike_a_group_may_have_been_missed() -> None:
    """Of forty alone less than 1 - 0.05^(1/40) = 7.2 % may be alike."""
    found = title_hhi(view_of(np.ones((1, 40)), range(40)))
    assert found is not None
    may = 1 - 0.05 ** (1 / 40)
    assert (found.interval.value, found.interval.low) == pytest.approx((250, 250))
    assert found.interval.high == pytest.approx(10_000 * (may**2 + (1 - may) / 40))
    same = title_hhi(view_of(np.ones((1, 5)), range(5), ["高阳纯棉毛巾加厚吸水酒店"] * 5))
    assert same is not None
    assert (same.interval.value, same.interval.low, same.interval.high) == (10_000, 10_000, 10_000)
    assert title_hhi(view_of(np.ones((1, 3)), [0, 0, 0])) is None


def copied(random: np.random.Generator, merchants: int, copies: float) -> tuple[list[int], list[str]]:
    """Each listing copies one of a few dozen designs with probability `copies`, else it has words of its own."""
    merchant = np.repeat(np.arange(merchants), 1 + random.poisson(1.5, merchants))
    designs = ["".join(map(chr, random.integers(0x4E00, 0x9FA5, 12))) for _ in range(40)]
    own = ["".join(map(chr, random.integers(0x4E00, 0x9FA5, 12))) for _ in merchant]
    chosen = random.integers(0, len(designs), len(merchant))
    is_copy = random.random(len(merchant)) < copies
    titles = [designs[at] if copy else text for at, copy, text in zip(chosen, is_copy, own, strict=True)]
    return merchant.tolist(), titles


@pytest.mark.parametrize("merchants", [30, 100])
def test_intervals_hold_how_alike_such_belts_are(merchants: int) -> None:
    """The truth is the mean over belts of the size, since more listings find more that are alike."""
    found: dict[str, list[Interval]] = {"homogeneity": [], "hhi": []}
    for number in range(DRAWS):
        merchant, titles = copied(np.random.default_rng([5, merchants, number]), merchants, 0.4)
        view = view_of(np.ones((1, len(merchant))), merchant, titles)
        for name, told in (("homogeneity", title_homogeneity(view)), ("hhi", title_hhi(view))):
            assert told is not None
            found[name].append(told.interval)
    for name, intervals in found.items():
        truth = float(np.mean([interval.value for interval in intervals]))
        hits = sum(interval.low <= truth <= interval.high for interval in intervals)  # type: ignore[operator]
        assert stats.binom.cdf(hits, DRAWS, 0.925) > 0.001, (name, hits)


@pytest.mark.parametrize("groups", [12, 60])
def test_the_planted_spread_inside_alike_listings_is_recovered(groups: int) -> None:
    """Groups of five merchants whose log prices lie 0.2 around their group's."""
    hits = 0
    for number in range(DRAWS):
        random = np.random.default_rng([6, groups, number])
        titles = [f"{chr(0x4E00 + 13 * group) * 3}毛巾{group:03}" for group in range(groups) for _ in range(5)]
        prices = np.exp(np.repeat(random.normal(2, 0.7, groups), 5) + random.normal(0, 0.2, 5 * groups))
        merchant = random.permutation(5 * groups)
        order = np.argsort(merchant)
        told = duplicate_dispersion(view_of(prices[None, order], range(5 * groups), [titles[n] for n in order]))
        assert told is not None
        hits += told.interval.low <= 0.2 <= told.interval.high  # type: ignore[operator]
    assert stats.binom.cdf(hits, DRAWS, 0.925) > 0.001, hits


def test_without_groups_there_is_no_spread_inside_them() -> None:
    assert duplicate_dispersion(view_of(np.ones((1, 5)), range(5))) is None
