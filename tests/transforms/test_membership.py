import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.test_place import BAODING, GAOBEIDIAN, GAOYANG, WEEK, belt, merchants, named
from transforms.membership import Area, Membership, belt_bounds, membership
from transforms.place import city_weights

CITY = Area((0, 1), 40)


def test_sixty_known_and_forty_unknown_merchants_give_75_expected() -> None:
    """METHOD 6: 45 of A and 15 of B known, 40 of whom only the city is."""
    found = membership([45, 15], [CITY], prior=0)
    assert found.expected.tolist() == pytest.approx([75, 25], abs=1e-9)
    assert (found.low.tolist(), found.high.tolist()) == ([45, 15], [85, 55])
    assert found.weight_in(CITY).tolist() == pytest.approx([0.75, 0.25], abs=1e-12)


def test_the_prior_of_one_merchant_hardly_moves_sixty_and_keeps_one_from_settling_all() -> None:
    assert membership([45, 15], [CITY]).expected[0] == pytest.approx(45 + 40 * 45.5 / 61, abs=1e-6)
    assert membership([1, 0], [CITY]).weight_in(CITY).tolist() == pytest.approx([0.75, 0.25], abs=1e-6)
    assert membership([1, 0], [CITY], prior=0).weight_in(CITY).tolist() == pytest.approx([1, 0], abs=1e-6)


def test_where_nobody_is_known_the_prior_holds() -> None:
    assert membership([0, 0, 0], [Area((0, 1, 2), 30)]).expected.tolist() == pytest.approx([10, 10, 10])
    assert membership([0, 0], [Area((0, 1), 30)], prior=0).expected.tolist() == pytest.approx([15, 15])


def test_areas_that_lie_in_each_other() -> None:
    """Counties 0 and 1 make a city, 2 another; 30 merchants show their province alone. By hand: the city's 20 go 3 : 1,
    which makes 45 : 15 : 40 of those whose city is known, and the 30 go like them."""
    found = membership([30, 10, 40], [Area((0, 1), 20), Area((0, 1, 2), 30)], prior=0)
    assert found.expected.tolist() == pytest.approx([45 * 1.3, 15 * 1.3, 40 * 1.3], rel=1e-9)
    assert found.high.tolist() == [80, 60, 70]


KNOWN = st.lists(st.integers(0, 30), min_size=2, max_size=5)
OPEN = st.lists(st.tuples(st.sets(st.integers(0, 4), min_size=1), st.integers(1, 20)), max_size=4)


def solved(known: list[int], areas: list[tuple[set[int], int]]) -> tuple[Membership, float]:
    inside = [Area(tuple(sorted(place for place in places if place < len(known))), size) for places, size in areas]
    asked = [area for area in inside if area.places]
    return membership(known, asked), sum(known) + sum(area.merchants for area in asked)


@given(KNOWN, OPEN)
def test_everybody_is_somewhere_within_the_bounds(known: list[int], areas: list[tuple[set[int], int]]) -> None:
    found, everybody = solved(known, areas)
    assert found.share.sum() == pytest.approx(1)
    assert found.expected.sum() == pytest.approx(everybody)
    assert (found.low <= found.expected + 1e-9).all()
    assert (found.expected <= found.high + 1e-9).all()


@given(KNOWN, OPEN)
def test_no_other_shares_are_likelier(known: list[int], areas: list[tuple[set[int], int]]) -> None:
    """The shares are at the maximum of what expectation and maximisation climb: log likelihood plus the prior's."""
    found, _ = solved(known, areas)

    def height(share: np.ndarray) -> float:  # type: ignore[type-arg]
        whole = float(((np.array(known) + 1 / len(known)) * np.log(share)).sum())
        for places, size in areas:
            inside = [place for place in places if place < len(known)]
            whole += size * float(np.log(share[inside].sum())) if inside else 0.0
        return whole

    random = np.random.default_rng(1)
    for _ in range(20):
        other = found.share * random.lognormal(0, 0.2, len(known))
        assert height(other / other.sum()) <= height(found.share) + 1e-7


@given(st.lists(st.integers(1, 12), min_size=2, max_size=2), st.integers(1, 12))
def test_without_a_prior_it_is_the_city_weight_of_the_line(counties: list[int], unknown: int) -> None:
    codes = [GAOYANG] * counties[0] + [GAOBEIDIAN] * counties[1] + [BAODING] * unknown
    weights = city_weights(merchants(*codes), named(belt("a", GAOYANG), belt("b", GAOBEIDIAN)), WEEK)
    area = Area((0, 1), unknown)
    assert membership(counties, [area], prior=0).weight_in(area).tolist() == pytest.approx(weights["weight"].to_list())


def test_bounds_of_a_sum() -> None:
    quantity, weight = np.array([10.0, 20.0, 40.0, 80.0]), np.array([1.0, 0.75, 0.9, 0.1])
    found = belt_bounds(quantity, weight, np.array([False, True, True, True]))
    assert (found.soft, found.hard, found.low, found.high) == (10 + 15 + 36 + 8, 50, 10, 150)
