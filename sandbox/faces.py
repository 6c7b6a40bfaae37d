"""What a merchant and a listing look like on a page: ids, invented names, titles, badges, rates.

Names are put together from syllables at random; none is meant to be anyone's.
"""

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from sandbox.addresses import Address, draw_addresses
from sandbox.badges import OFFERED, Badge, merchant_badges, service_badges
from sandbox.chance import Chance
from sandbox.economy import BeltEconomy, Economy
from sandbox.listings import FIRST
from sandbox.merchants import LONG_AGO

BEGINNINGS = tuple("禾砚屿澜栖芃峤沐穗岚珩柘澄野葭汀朔榆霁蓼")
ENDINGS = tuple("泽屹衡禹桐昀序棠笙岑漪煦晗芷耘翎")
FIRMS = {
    True: ("制品有限公司", "制品厂", "加工厂", "有限公司"),
    False: ("贸易有限公司", "商行", "经营部", "电子商务有限公司"),
}
MAKER, TRADER = "生产加工", "经销批发"
RENEWED = "新"  # before the title of a relaunch
ENDS = ("批发", "厂家直销", "定制logo", "现货", "跨境供应", "一件代发")


@dataclass(frozen=True)
class MerchantFace:
    """A merchant as its cards show it; `opened` is the day number on which it came to the sites.

    It has another id on each: `member_id` on the first, `shop_id` on the second.
    """

    member_id: str
    shop_id: str
    company: str
    kind: str
    repurchase: str
    opened: int
    has_label: bool
    badges: tuple[Badge, ...]
    address: Address


@dataclass(frozen=True)
class ListingFace:
    """A listing as its card shows it; the title with the site's marks around the words searched for."""

    listing_id: str
    title: str
    unit: str
    repurchase: str
    badges: tuple[Badge, ...]
    advertises: bool
    has_money_text: bool


@dataclass(frozen=True)
class Faces:
    """What the merchants and listings of one belt's category look like, in the order of the economy's."""

    belt: BeltEconomy
    merchants: list[MerchantFace]
    listings: list[ListingFace]

    def owner(self, row: int) -> MerchantFace:
        """The merchant of a listing."""
        return self.merchants[int(self.belt.listings.merchant[row])]


def draw_faces(belt: BeltEconomy, economy: Economy) -> Faces:
    """The faces of a belt's category."""
    chance = Chance(economy.seed, belt.plan.id)
    services = service_badges(belt, economy.scenario, chance)
    return Faces(belt, _merchant_faces(belt, chance), _listing_faces(belt, services, chance))


def _merchant_faces(belt: BeltEconomy, chance: Chance) -> list[MerchantFace]:
    rng = chance.stream("merchant faces")
    addresses = draw_addresses(belt.plan, belt.merchants, chance)
    numbers = _numbers(belt.plan.id, len(addresses), rng)
    shops = _numbers(belt.plan.id, len(addresses), chance.stream("shops of the second site"))
    known = [*zip(numbers, shops, addresses, merchant_badges(belt), strict=True)]
    return [_merchant(belt, index, part, rng) for index, part in enumerate(known)]


def _merchant(
    belt: BeltEconomy, index: int, known: tuple[str, str, Address, tuple[Badge, ...]], rng: np.random.Generator
) -> MerchantFace:
    number, shop, address, badges = known
    is_maker = bool(rng.random() < (0.7 if belt.merchants.is_belt[index] else 0.4))
    name = _pick(BEGINNINGS, rng) + _pick(ENDINGS, rng) + belt.plan.keywords + _pick(FIRMS[is_maker], rng)
    born, age = int(belt.merchants.born[index]), int(rng.integers(60, 15 * 365))
    return MerchantFace(
        member_id=f"b2b-22{number}",
        shop_id=f"dp{shop}",
        company=(address.city.rpartition("市")[2] or address.city or address.province) + name,
        kind=MAKER if is_maker else TRADER,
        repurchase=f"{rng.beta(4, 12) * 100:.1f}%".replace(".0%", "%"),
        opened=-age if born == LONG_AGO else born,
        has_label=bool(rng.random() < (0.5 if belt.merchants.is_belt[index] else 0.2)),
        badges=badges,
        address=address,
    )


def _listing_faces(belt: BeltEconomy, services: list[tuple[Badge, ...]], chance: Chance) -> list[ListingFace]:
    rng = chance.stream("listing faces")
    faces: list[ListingFace] = []
    numbers = _numbers(belt.plan.id, len(belt.listings), rng)
    for number, carried, before in zip(numbers, services, belt.listings.follows.tolist(), strict=True):
        face = _listing(belt, number, rng)
        face = replace(face, badges=(*face.badges, *carried))
        faces.append(face if before == FIRST else _renewed(face, faces[before]))
    return faces


def _renewed(face: ListingFace, before: ListingFace) -> ListingFace:
    """The same product under a new id: title nearly equal, nothing else changed."""
    return replace(before, listing_id=face.listing_id, title=RENEWED + before.title)


def _listing(belt: BeltEconomy, number: str, rng: np.random.Generator) -> ListingFace:
    plan = belt.plan
    thing = _pick(tuple(plan.things), rng).replace(plan.keywords, f"<font color=red>{plan.keywords}</font>")
    traits = rng.choice(plan.traits, min(3, len(plan.traits)), replace=False).tolist()
    unit = _pick(tuple(plan.units), rng)
    return ListingFace(
        listing_id=number,
        title="".join([*traits[:1], thing, *traits[1:], _pick(ENDS, rng)]),
        unit=unit,
        repurchase=f"{rng.beta(2, 20) * 100:.2f}%" if rng.random() < 0.8 else "",
        badges=tuple(Badge(text, LONG_AGO) for text, share in OFFERED.items() if rng.random() < share),
        advertises=bool(rng.random() < 0.1),
        has_money_text=bool(rng.random() < 0.9),
    )


def _numbers(belt_id: str, count: int, rng: np.random.Generator) -> list[str]:
    """Distinct numbers of twelve digits; the first three tell the belt, so that belts do not share ids."""
    tails = rng.choice(10**6, count, replace=False)
    head = 100 + crc32(belt_id.encode()) % 900
    return [f"{head}{int(rng.integers(0, 1000)):03d}{tail:06d}" for tail in tails.tolist()]


def _pick(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(0, len(words)))]
