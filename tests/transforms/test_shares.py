from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.ordered import FloatArray, IntArray, sums_by
from transforms.shares import Shares, share_contrasts, share_level, share_levels
from transforms.uncertainty import Interval

DRAWS = 300


@dataclass(frozen=True)
class ShareEnd:
    """One end of one difference, one entry per merchant."""

    part: FloatArray
    of: FloatArray


def share_difference(base: ShareEnd, current: ShareEnd) -> Interval:
    then, now = (Shares(end.part[None], end.of[None]) for end in (base, current))
    return share_contrasts([now], [then]).at(0)


COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=3, max_size=40)


def merchants_of(random: np.random.Generator, merchants: int) -> IntArray:
    """The merchant of each listing: a few have most of them."""
    listings = np.maximum(1, np.round(random.lognormal(0.9, 0.9, merchants))).astype(int)
    return np.repeat(np.arange(merchants), listings)


def drawn(random: np.random.Generator, merchants: int, shares: tuple[float, float]) -> tuple[ShareEnd, ShareEnd]:
    """Both ends of a world in which a merchant's listings are alike, and stay what they are as far as they can."""
    merchant = merchants_of(random, merchants)
    place, listing = random.random(merchants), random.random(len(merchant))
    of = sums_by(merchant, np.ones(len(merchant)), merchants)
    ends = []
    for share in shares:
        own = stats.beta.ppf(place, 4 * share, 4 * (1 - share))
        ends.append(ShareEnd(sums_by(merchant, (listing < own[merchant]).astype(float), merchants), of))
    stays = random.random(merchants) >= 0.1
    return ends[0], ShareEnd(ends[1].part * stays, of * stays)


def is_credible(hits: int, of: int) -> bool:
    """Whether so few hits happen in more than 1 of 1,000 campaigns if the intervals cover in 93 %."""
    return bool(stats.binom.cdf(hits, of, 0.93) > 0.001)


@pytest.mark.parametrize("merchants", [12, 60])
@pytest.mark.parametrize("share", [0.05, 0.3])
def test_intervals_hold_what_was_planted(merchants: int, share: float) -> None:
    levels = changes = 0
    for number in range(DRAWS):
        base, current = drawn(np.random.default_rng([1, merchants, number]), merchants, (share, share + 0.1))
        level, change = share_level(base.part, base.of), share_difference(base, current)
        levels += level.low <= share <= level.high  # type: ignore[operator]
        changes += change.low <= 0.1 <= change.high  # type: ignore[operator]
    assert is_credible(levels, DRAWS)
    assert is_credible(changes, DRAWS)


@given(counts=COUNTS)
def test_an_interval_holds_its_share_and_stays_inside(counts: list[tuple[int, int]]) -> None:
    of = np.array([float(n) for _, n in counts])
    part = np.minimum(of, np.array([float(k) for k, _ in counts]))
    found = share_level(part, of)
    assert found.value == pytest.approx(part.sum() / of.sum())
    assert 0 <= found.low <= found.value + 1e-12  # type: ignore[operator]
    assert found.value - 1e-12 <= found.high <= 1  # type: ignore[operator]


@given(counts=COUNTS)
def test_swapping_the_ends_turns_the_sign(counts: list[tuple[int, int]]) -> None:
    of = np.array([float(n) for _, n in counts])
    end = ShareEnd(np.minimum(of, np.array([float(k) for k, _ in counts])), of)
    other = ShareEnd(of / 2, of)
    forth, back = share_difference(end, other), share_difference(other, end)
    assert (forth.value, forth.low, forth.high) == pytest.approx((-back.value, -back.high, -back.low))  # type: ignore[operator]


def test_none_of_thirty_is_the_rule_of_three() -> None:
    of = np.ones(30)
    none, all_of_them = share_level(np.zeros(30), of), share_level(of, of)
    assert (none.value, none.low, none.high) == (0.0, 0.0, pytest.approx(1 - 0.05 ** (1 / 30)))
    assert none.high == pytest.approx(3 / 30, rel=0.06)
    assert (all_of_them.low, all_of_them.high) == (pytest.approx(1 - none.high), 1.0)  # type: ignore[operator]


def test_a_shop_with_many_listings_is_one_trial() -> None:
    even, uneven = np.full(10, 10.0), np.array([91.0, *[1.0] * 9])
    nothing = np.zeros(10)
    assert share_level(nothing, uneven).high > share_level(nothing, even).high  # type: ignore[operator]


def test_nobody_changed_is_no_change_for_sure() -> None:
    end = ShareEnd(np.array([1.0, 0.0, 2.0]), np.array([2.0, 3.0, 2.0]))
    found = share_difference(end, end)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_from_none_to_some_has_an_interval_of_both_ends() -> None:
    of = np.ones(40)
    some = np.where(np.arange(40) < 12, 1.0, 0.0)
    found = share_difference(ShareEnd(np.zeros(40), of), ShareEnd(some, of))
    level = share_level(some, of)
    assert found.value == pytest.approx(0.3)
    assert 0 < found.low < level.low  # type: ignore[operator]
    assert found.high == pytest.approx(level.high)


def test_what_cannot_be_known_is_none() -> None:
    nothing = np.zeros(0)
    assert share_level(nothing, nothing).value is None
    assert share_level(np.zeros(3), np.zeros(3)).value is None
    alone: FloatArray = np.array([4.0])
    assert (share_level(alone / 4, alone).value, share_level(alone / 4, alone).low) == (0.25, None)
    absent = ShareEnd(np.zeros(2), np.zeros(2))
    assert share_difference(absent, ShareEnd(np.ones(2), np.ones(2))).value is None


@pytest.mark.parametrize("merchants", [15, 80])
def test_a_balance_of_two_shares_holds_what_was_planted(merchants: int) -> None:
    """A tenth of the listings rise and three tenths are cut, alike within a merchant; then all turns round."""
    levels = changes = 0
    for number in range(DRAWS):
        random = np.random.default_rng([2, merchants, number])
        merchant = merchants_of(random, merchants)
        of = sums_by(merchant, np.ones(len(merchant)), merchants)[None]
        own = stats.beta.ppf(random.random(merchants), 4 * 0.3, 4 * 0.7)[merchant]
        kinds = random.random((2, len(merchant)))
        is_cut, is_risen = kinds[0] < own, (kinds[0] >= own) & (kinds[1] < 0.1 / 0.7)
        cut, risen = (Shares(sums_by(merchant, kind.astype(float), merchants)[None], of) for kind in (is_cut, is_risen))
        level, change = share_contrasts([cut], [risen]).at(0), share_contrasts([risen, risen], [cut, cut]).at(0)
        levels += level.low <= 0.2 <= level.high  # type: ignore[operator]
        changes += change.low <= -0.4 <= change.high  # type: ignore[operator]
    assert is_credible(levels, DRAWS)
    assert is_credible(changes, DRAWS)


def test_no_cuts_and_no_rises_balance_within_what_thirty_merchants_may_hide() -> None:
    nothing = Shares(np.zeros((1, 30)), np.ones((1, 30)))
    found = share_contrasts([nothing], [nothing]).at(0)
    reach = 1 - 0.05 ** (1 / 30)
    assert (found.value, found.low, found.high) == pytest.approx((0, -reach, reach))


def test_shares_of_many_rows_are_those_of_each_alone() -> None:
    random = np.random.default_rng(5)
    of = random.integers(0, 5, (40, 12)).astype(float)
    part = np.floor(of * random.random((40, 12)))
    found = share_levels(Shares(part, of))
    for row in range(40):
        alone = share_level(part[row][of[row] > 0], of[row][of[row] > 0])
        told = found.at(row)
        assert (told.value, told.low, told.high) == pytest.approx((alone.value, alone.low, alone.high))
