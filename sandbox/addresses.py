"""Where each merchant really is, and what the site writes of it.

A seller may show its county, only its city, or only its province. Large shops fill in their address: the county is
left out by the smaller half only, whether of the belt or of other places.
"""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance
from sandbox.merchants import Merchants
from sandbox.plans import BeltPlan, Spot

NEAR_SHARE = 0.35  # of the sellers of other places, those in another county of the belt's city
CITY_ONLY, PROVINCE_ONLY = 0.2, 0.1  # of the sellers of other places
SHIP_SHARE = 0.5


@dataclass(frozen=True)
class Address:
    """Texts as the sites write them: 河北 / 保定市高阳县 on the first, 河北 高阳县 (`area`) on the second; ship-from
    place 河北 / 保定, both empty where unset."""

    province: str
    city: str
    area: str
    ship_province: str
    ship_city: str


def draw_addresses(plan: BeltPlan, merchants: Merchants, chance: Chance) -> list[Address]:
    """One address per merchant, in their order."""
    rng = chance.stream("addresses")
    near, blur, ships, pick = rng.random((4, len(merchants)))
    is_small = merchants.size <= np.median(merchants.size)
    addresses = []
    for index, is_belt in enumerate(merchants.is_belt.tolist()):
        among = plan.near if near[index] < NEAR_SHARE and plan.near else plan.elsewhere or plan.near
        spot = plan.place if is_belt or not among else among[int(pick[index] * len(among))]
        limits = _limits(plan, is_belt, bool(is_small[index]))
        addresses.append(_address(spot, float(blur[index]), limits, bool(ships[index] < SHIP_SHARE)))
    return addresses


def _limits(plan: BeltPlan, is_belt: bool, is_small: bool) -> tuple[float, float]:
    """Chance of showing the city only, and of showing the province only."""
    if not is_small:  # in a municipality the province alone is the city: a large seller would be weighted into the belt
        return 0.0, 0.0
    return (min(1.0, 2 * plan.city_only_share), 0.0) if is_belt else (2 * CITY_ONLY, 2 * PROVINCE_ONLY)


def _address(spot: Spot, blur: float, limits: tuple[float, float], has_ship_place: bool) -> Address:
    city_only, province_only = limits
    city, near = spot.city + spot.county, spot.county or spot.city
    if blur < province_only + city_only:
        city = near = "" if blur < province_only else spot.city
    # a municipality is named once
    area = " ".join(filter(None, [spot.province, near if near.removesuffix("市") != spot.province else ""]))
    if not has_ship_place:
        return Address(spot.province, city, area, "", "")
    return Address(spot.province, city, area, spot.province, spot.city.removesuffix("市"))
