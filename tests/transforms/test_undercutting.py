from itertools import permutations, product

import numpy as np
import pytest
from scipy import stats

from tests.transforms.views import view_of
from transforms.dealt import DEALS, dealt_events, dealt_prices, deciding
from transforms.ordered import FloatArray
from transforms.rivals import WEEKS, Rivals, events_of, read_rivals
from transforms.undercutting import undercut_chain, undercut_chain_p95, undercut_excess, undercut_share
from transforms.view import View

NAN = np.nan
TITLE = "高阳纯棉毛巾加厚吸水酒店"
BELTS = 30


def prices_of(*listings: dict[int, float], start: float = 10.0) -> FloatArray:
    """Prices by week: each listing starts at 10 yuan, and from each week named on has the price given."""
    prices = np.full((WEEKS, len(listings)), start)
    for number, changes in enumerate(listings):
        for week, price in sorted(changes.items()):
            prices[week:, number] = price
    return prices


def number_of_events(prices: FloatArray, merchant: list[int]) -> float:
    """Events of one group."""
    found = undercut_share(view_of(prices, merchant, [TITLE] * prices.shape[1]))
    assert found is not None
    assert found.interval.value is not None
    return found.interval.value * np.isfinite(prices[1:]).sum()


@pytest.mark.parametrize(
    ("listings", "merchant", "events"),
    [
        ([{3: 9.0}, {4: 8.5}], [0, 1], 1),
        ([{3: 9.0}, {5: 8.5}], [0, 1], 1),
        ([{3: 9.0}, {6: 8.5}], [0, 1], 0),
        ([{3: 9.0}, {4: 8.97}], [0, 1], 0),
        ([{3: 9.0}, {4: 8.5}], [0, 0], 0),
        ([{3: 9.0, 5: 8.0, 7: 7.0}, {4: 8.5, 6: 7.5, 8: 6.5}], [0, 1], 5),
        ([{3: 9.0, 4: 8.5}, {9: 9.5}], [0, 1], 0),
        ([{3: 9.0}, {3: 9.5}], [0, 1], 0),
    ],
    ids=[
        *("at once", "within two weeks", "too late", "by too little", "its own price", "six in a row"),
        *("nobody answers", "both at once"),
    ],
)
def test_events_by_hand(listings: list[dict[int, float]], merchant: list[int], events: int) -> None:
    prices = prices_of(*listings, {})
    assert number_of_events(prices, [*merchant, 2]) == pytest.approx(events)


def test_a_newcomer_sets_a_price_too_but_its_coming_is_no_cut() -> None:
    prices = prices_of({}, {5: 8.0}, {})
    prices[:4, 2] = NAN
    prices[4:, 2] = 9.0
    assert number_of_events(prices, [0, 1, 2]) == pytest.approx(1)
    prices[4:, 2] = 7.0
    assert number_of_events(prices, [0, 1, 2]) == pytest.approx(0)


def test_chains_are_as_long_as_the_answers_in_a_row() -> None:
    """Of three groups one has five events in a row, one has two chains of one, one has none."""
    groups = [
        prices_of({3: 9.0, 5: 8.0, 7: 7.0}, {4: 8.5, 6: 7.5, 8: 6.5}),
        prices_of({2: 9.0, 10: 7.0}, {3: 8.0, 11: 6.0}),
        prices_of({}, {}),
    ]
    titles = [text for number in range(3) for text in [chr(0x5000 + 99 * number) * 6] * 2]
    found = undercut_chain(view_of(np.concatenate(groups, axis=1), range(6), titles))
    assert found is not None
    assert found.interval.value == pytest.approx(7 / 3)
    assert found.interval.low < 7 / 3 < found.interval.high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("listings", "events_per_chain"),
    [([{3: 9.0, 6: 8.0}, {4: 8.5}], 2.0), ([{3: 9.0, 7: 8.0}, {4: 8.5, 6: 8.2}], 1.0)],
    ids=["two weeks between", "three weeks between"],
)
def test_a_chain_goes_on_for_two_weeks_after_an_event(
    listings: list[dict[int, float]], events_per_chain: float
) -> None:
    """Two groups of two events each, the later of which answers a price set in the week before, or two before."""
    prices = np.tile(prices_of(*listings, {}), 2)
    assert number_of_events(prices[:, :3], [0, 1, 2]) == pytest.approx(2)
    titles = [text for number in range(2) for text in [chr(0x5000 + 99 * number) * 6] * 3]
    found = undercut_chain(view_of(prices, range(6), titles))
    assert found is not None
    assert found.interval.value == pytest.approx(events_per_chain)


def titles_of(groups: int, size: int) -> list[str]:
    return [text for number in range(groups) for text in [chr(0x5000 + 99 * number) * 6] * size]


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [(38, 2, (1, 1, 5)), (37, 3, (5, 1, 5)), (40, 0, (1, 1, WEEKS - 1)), (60, 0, (1, 1, 1)), (0, 60, (5, 5, 5))],
    ids=["5 % are longer", "7.5 % are longer", "too few to tell", "enough to tell", "all are long"],
)
def test_the_length_that_95_percent_of_the_chains_do_not_exceed(
    short: int, long: int, expected: tuple[int, int, int]
) -> None:
    """Chains of one event and of five, one in each group."""
    chains = [prices_of({3: 9.0}, {4: 8.5})] * short + [
        prices_of({3: 9.0, 5: 8.0, 7: 7.0}, {4: 8.5, 6: 7.5, 8: 6.5})
    ] * long
    view = view_of(np.concatenate(chains, axis=1), range(2 * len(chains)), titles_of(len(chains), 2))
    found = undercut_chain_p95(view)
    assert found is not None
    interval = found.interval
    if short and long:
        assert interval.value == expected[0]
        assert interval.low == 1
        assert interval.high >= 5  # type: ignore[operator]
    else:
        assert (interval.value, interval.low, interval.high) == expected


def test_without_alike_listings_there_is_nothing_to_undercut() -> None:
    view = view_of(prices_of({3: 9.0}, {4: 8.0}), [0, 1])
    assert undercut_share(view) is None
    assert undercut_excess(view) is None
    assert undercut_chain(view) is None
    assert undercut_chain_p95(view) is None


def test_events_beyond_chance_by_hand() -> None:
    """In each of forty groups one cuts to 9 and another to 8.5. Dealt to twelve weeks at random the second answers the
    first in the next week or the one after in 11 + 10 of 144 cases; the first goes below the second in none."""
    groups, chance = 40, 21 / 144
    prices = np.tile(prices_of({3: 9.0}, {4: 8.5}, {}), groups)
    titles = [text for number in range(groups) for text in [chr(0x5000 + 99 * number) * 6] * 3]
    view = view_of(prices, range(3 * groups), titles)
    share, excess = undercut_share(view), undercut_excess(view)
    assert share is not None
    assert excess is not None
    assert share.interval.value == pytest.approx(1 / (3 * (WEEKS - 1)))
    by_chance = (share.interval.value - excess.interval.value) * 3 * (WEEKS - 1)  # type: ignore[operator]
    assert by_chance == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / (groups * DEALS)))
    assert excess.interval.low > 0  # type: ignore[operator]


def counted(paths: FloatArray, merchant: list[int]) -> int:
    """The events of one group, week by week and listing by listing, as METHOD 5.5 has them."""
    events = 0
    for week in range(1, len(paths)):
        then, now = (
            {n: price for n, price in enumerate(row) if np.isfinite(price)} for row in paths[week - 1 : week + 1]
        )
        if not then or not now:
            continue
        old, new = min(then, key=lambda n: (then[n], n)), min(now, key=lambda n: (now[n], n))
        is_cut = new in then and now[new] < then[new] and now[new] <= 0.995 * then[old]
        is_fresh = any(paths[at, old] != paths[at - 1, old] for at in (week - 1, week - 2) if at > 0)
        events += is_cut and is_fresh and merchant[old] != merchant[new]
    return events


def test_deals_are_as_likely_as_all_deals_say() -> None:
    """One group: a cut and a rise of one merchant, a cut of another who comes late, one that stands still at what the
    first falls to, and one that is never the cheapest. All 12 x 11 x 12 deals are counted one by one."""
    merchant = [0, 1, 2, 3]
    changes = [(-0.06, 0.03), (-0.08,), (), ()]
    prices = np.full((WEEKS, 4), np.log(10))
    starts = [0.0, 0.0, -0.06, 0.2]
    for listing, (start, own) in enumerate(zip(starts, changes, strict=True)):
        prices[:, listing] += start
        for at, change in enumerate(own):
            prices[2 + 3 * at + listing :, listing] += change
    prices[:2, 1] = NAN
    stands, shares = np.isfinite(prices), np.zeros(WEEKS)
    ways = [list(permutations(range(1, WEEKS), len(own))) for own in changes]
    for weeks in product(*ways):
        path = np.zeros_like(prices)
        for listing, own in enumerate(changes):
            path[:, listing] = prices[-1, listing] - sum(own)
            for week, change in zip(weeks[listing], own, strict=True):
                path[week:, listing] += change
        shares[counted(np.exp(np.where(stands, path, NAN)), merchant)] += 1
    shares /= shares.sum()
    rivals = read_rivals(view_of(np.exp(prices), merchant, [TITLE] * 4))
    assert rivals is not None
    dealt = np.bincount(dealt_events(rivals).astype(int), minlength=WEEKS) / DEALS
    error = np.sqrt(shares * (1 - shares) / DEALS)
    assert shares[1] > 0.05
    assert (np.abs(dealt - shares) <= 4 * error).all(), (dealt, shares)


def test_what_is_left_out_of_the_deals_decides_nothing() -> None:
    """Small groups with gaps, equal prices and rises: in every deal the listings left have the events of all."""
    random, left_out, events = np.random.default_rng(5), 0, 0
    for _ in range(200):
        listings = random.integers(2, 6)
        price = np.tile(np.log(10) + random.choice([0, 0, 0.01, -0.02, 0.05, 0.2], listings), (WEEKS, 1))
        for listing in range(listings):
            for week in random.integers(1, WEEKS, random.integers(0, 3)):
                price[week:, listing] += random.choice([-0.06, -0.03, -0.004, 0.03, 0.05])
            price[: random.choice([0, 0, 0, 4]), listing] = NAN
            price[random.integers(1, WEEKS) : random.integers(1, WEEKS), listing] = NAN
        merchant = np.sort(random.integers(0, 4, listings))
        rivals = Rivals(price, np.zeros(listings, dtype=np.int64), merchant, np.ones(listings))
        dealt, own = dealt_prices(rivals, 30, random), np.flatnonzero(deciding(rivals))
        found = np.bincount(events_of(rivals, dealt).deal, minlength=30)
        told = np.bincount(events_of(rivals.take(own), dealt[:, own]).deal, minlength=30) if len(own) else np.zeros(30)
        assert (found == told).all()
        left_out, events = left_out + listings - len(own), events + int(found.sum())
    assert left_out > 200
    assert events > 100


def test_without_changes_there_is_nothing_beyond_chance() -> None:
    found = undercut_excess(view_of(prices_of({}, {}), [0, 1], [TITLE] * 2))
    assert found is not None
    assert found.interval.value == 0.0
    assert found.interval.low <= 0.0 <= found.interval.high  # type: ignore[operator]


def market(random: np.random.Generator, is_war: bool) -> View:
    """Thirty groups of four merchants who change prices now and then; in a war the cheapest is answered at once."""
    paths = []
    for _ in range(30):
        logs = np.repeat(random.normal(2, 0.02, 4)[None], WEEKS, axis=0)
        for week in range(1, WEEKS):
            logs[week] = logs[week - 1] + np.where(random.random(4) < 0.15, random.normal(-0.01, 0.03, 4), 0.0)
            cheapest = int(logs[week - 1].argmin())
            if is_war and week > 1 and logs[week - 1, cheapest] < logs[week - 2, cheapest] and random.random() < 0.7:
                logs[week, (cheapest + 1) % 4] = logs[week - 1].min() - 0.01
        paths.append(logs)
    titles = [text for number in range(30) for text in [chr(0x5000 + 99 * number) * 6] * 4]
    return view_of(np.exp(np.concatenate(paths, axis=1)), range(120), titles)


def test_answers_are_told_from_cuts_that_cluster_by_chance() -> None:
    calls = {
        is_war: [undercut_excess(market(np.random.default_rng([8, number]), is_war)) for number in range(BELTS)]
        for is_war in (False, True)
    }
    sure = {is_war: sum(found.interval.low > 0 for found in told if found) for is_war, told in calls.items()}  # type: ignore[operator]
    falsely = sum(found.interval.low > 0 or found.interval.high < 0 for found in calls[False] if found)  # type: ignore[operator]
    assert stats.binom.sf(falsely - 1, BELTS, 0.05) > 0.001, falsely
    assert sure[True] > 0.8 * BELTS, sure
