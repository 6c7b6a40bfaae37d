"""What a merchant and a listing look like on a page: ids, invented names, titles, badges, rates.

Names are put together from syllables at random; none is meant to be anyone's.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from sandbox.addresses import Address, draw_addresses
from sandbox.chance import Chance
from sandbox.economy import BeltEconomy
from sandbox.merchants import LONG_AGO

BEGINNINGS = tuple("禾砚屿澜栖芃峤沐穗岚珩柘澄野葭汀朔榆霁蓼")
ENDINGS = tuple("泽屹衡禹桐昀序棠笙岑漪煦晗芷耘翎")
FIRMS = {
    True: ("制品有限公司", "制品厂", "加工厂", "有限公司"),
    False: ("贸易有限公司", "商行", "经营部", "电子商务有限公司"),
}
MAKER, TRADER = "生产加工", "经销批发"
STRENGTHS = ("", "", "flagfactory", "supplier", "agency")
BADGES = {"先采后付": 0.4, "现货直发": 0.35, "代发包邮": 0.2, "7×24H响应": 0.3}
ENDS = ("批发", "厂家直销", "定制logo", "现货", "跨境供应", "一件代发")


@dataclass(frozen=True)
class MerchantFace:
    """A merchant as its cards show it; `opened` is the day number on which it came to the site."""

    member_id: str
    login_id: str
    company: str
    kind: str
    strength: str
    repurchase: str
    opened: int
    has_label: bool
    address: Address


@dataclass(frozen=True)
class ListingFace:
    """A listing as its card shows it; the title with the site's marks around the words searched for."""

    listing_id: str
    title: str
    unit: str
    repurchase: str
    badges: tuple[str, ...]
    advertises: bool
    has_money_text: bool


def merchant_faces(belt: BeltEconomy, seed: int) -> list[MerchantFace]:
    """One face per merchant of the belt's category."""
    chance = Chance(seed, belt.plan.id)
    rng = chance.stream("merchant faces")
    addresses = draw_addresses(belt.plan, belt.merchants, chance)
    numbers = _numbers(belt.plan.id, len(addresses), rng)
    return [_merchant(belt, index, (numbers[index], address), rng) for index, address in enumerate(addresses)]


def _merchant(belt: BeltEconomy, index: int, known: tuple[str, Address], rng: np.random.Generator) -> MerchantFace:
    number, address = known
    is_maker = bool(rng.random() < (0.7 if belt.merchants.is_belt[index] else 0.4))
    name = _pick(BEGINNINGS, rng) + _pick(ENDINGS, rng) + belt.plan.keywords + _pick(FIRMS[is_maker], rng)
    born, age = int(belt.merchants.born[index]), int(rng.integers(60, 15 * 365))
    return MerchantFace(
        member_id=f"b2b-22{number}",
        login_id=f"shop{int(number) % 10**8:08d}",
        company=(address.city.rpartition("市")[2] or address.city or address.province) + name,
        kind=MAKER if is_maker else TRADER,
        strength=_pick(STRENGTHS, rng),
        repurchase=f"{rng.beta(4, 12) * 100:.1f}%".replace(".0%", "%"),
        opened=-age if born == LONG_AGO else born,
        has_label=bool(rng.random() < (0.5 if belt.merchants.is_belt[index] else 0.2)),
        address=address,
    )


def listing_faces(belt: BeltEconomy, seed: int) -> list[ListingFace]:
    """One face per listing of the belt's category."""
    rng = Chance(seed, belt.plan.id).stream("listing faces")
    return [_listing(belt, number, rng) for number in _numbers(belt.plan.id, len(belt.listings), rng)]


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
        badges=tuple(text for text, share in BADGES.items() if rng.random() < share),
        advertises=bool(rng.random() < 0.1),
        has_money_text=bool(rng.random() < 0.9),
    )


def _numbers(belt_id: str, count: int, rng: np.random.Generator) -> list[str]:
    """Distinct numbers of twelve digits; the first three tell the belt, so that belts do not share ids."""
    tails = rng.permutation(10**6)[:count]
    head = 100 + crc32(belt_id.encode()) % 900
    return [f"{head}{int(rng.integers(0, 1000)):03d}{tail:06d}" for tail in tails.tolist()]


def _pick(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(0, len(words)))]
