"""One listing's card, as the JSON of its offer in the script and as the HTML that a visitor sees.

What never changes of a listing is written once; a page then only fills in prices, counts and years. The HTML
quotes the price before discount, split over nodes, and has texts that look like a place and a rate and are
none, as the real page has them.
"""

import json
from dataclasses import dataclass
from itertools import pairwise

from sandbox.amounts import CENTS, money, price_before, shown_pieces, turnover
from sandbox.badges import Badge
from sandbox.economy import BeltEconomy, Shelf
from sandbox.faces import Faces, ListingFace, MerchantFace

YEAR_DAYS = 365


@dataclass(frozen=True)
class CardRack:
    """The fixed parts of all cards of one belt's category: templates by listing for offer and HTML."""

    faces: Faces
    offers: list[str]
    tiles: list[str]


def rack(faces: Faces) -> CardRack:
    """The cards of a belt, ready to be filled in."""
    rows = list(enumerate(faces.listings))
    offers = [_offer_template(faces.belt, row, faces.owner(row), face) for row, face in rows]
    return CardRack(faces, offers, [_tile_template(face) for _, face in rows])


def fill(cards: CardRack, shelf: Shelf, place: int, day: int, is_ad: bool) -> tuple[str, str]:
    """The card at `place` of a shelf on a day (its number): offer and HTML."""
    belt, row = cards.faces.belt, int(shelf.row[place])
    price = int(shelf.price_fen[place])
    pieces, total = int(shelf.pieces_30d[place]), int(shelf.pieces_total[place])
    before = price_before(price, int(belt.terms.discount[row]))
    merchant = cards.faces.owner(row)
    values = {
        "list": money(before),
        "price": money(price),
        "cent": price,
        "yuan": price // CENTS,
        "fen": price % CENTS,
        "tiers": _tiers(belt, row, price),
        "month": pieces,
        "shown": shown_pieces(pieces),
        "total": total,
        "gmv": turnover(pieces * price),
        "years": years_there(merchant, day),
        "badges": ",".join(badge.json for badge in shown_badges(merchant, cards.faces.listings[row], day)),
        "kind": "p4p" if is_ad else "nature",
    }
    tile = cards.tiles[row] % {"yuan": before // CENTS, "fen": f"{before % CENTS:02d}", "gmv": values["gmv"] or "0"}
    return cards.offers[row] % values, tile


def years_there(merchant: MerchantFace, day: int) -> int:
    """Years on the site, begun ones counted."""
    return max(1, 1 + (day - merchant.opened) // YEAR_DAYS)


def shown_badges(merchant: MerchantFace, listing: ListingFace, day: int) -> list[Badge]:
    """The badges of a card on a day."""
    return [badge for badge in (*merchant.badges, *listing.badges) if badge.since <= day]


def _tiers(belt: BeltEconomy, row: int, price: int) -> str:
    """The list of quantity prices, empty for some listings."""
    quantities = [quantity for quantity in belt.terms.tier_quantity[row].tolist() if quantity]
    ends = [f"{start}~{after - 1}" for start, after in pairwise(quantities)]
    labels = [*ends, f"≥{quantities[-1]}"] if quantities else []
    fens = [max(1, price * rate // 1000) for rate in belt.terms.tier_rate[row].tolist()]
    return ",".join(
        f'{{"quantity":"{label}","value":{{"integer":{fen // CENTS},"decimals":{fen % CENTS}}}}}'
        for label, fen in zip(labels, fens, strict=False)
    )


def _offer_template(belt: BeltEconomy, row: int, merchant: MerchantFace, face: ListingFace) -> str:
    """The offer with %(name)s where a page fills in."""
    fixed = {
        "id": face.listing_id,
        "title": face.title,
        "member": merchant.member_id,
        "company": _company(merchant),
        "information": _information(merchant, face),
        "belt": _site_belt(belt, merchant),
        "money": '"strPriceMoney":"%(price)s",' if face.has_money_text else '"priceMoney":{"cent":%(cent)s},',
        "discount": DISCOUNT if belt.terms.discount[row] else "",
        "begin": int(belt.terms.minimum_order[row]),
        "unit": face.unit,
    }
    return OFFER % fixed


def _company(merchant: MerchantFace) -> str:
    return _json(
        {
            "name": merchant.company,
            "province": merchant.address.province,
            "city": merchant.address.city,
            "bizTypeName": merchant.kind,
            "shopRepurchaseRate": merchant.repurchase,
        }
    )


def _information(merchant: MerchantFace, face: ListingFace) -> str:
    rate = {"rePurchaseRatePercentage": face.repurchase} if face.repurchase else {}
    ship = {"sendProvince": merchant.address.ship_province, "sendCity": merchant.address.ship_city}
    return _json({**rate, **ship})


def _site_belt(belt: BeltEconomy, merchant: MerchantFace) -> str:
    """The site's own label of a market, which some sellers of other places carry too and some of the belt do not."""
    return f'"industrialBelt":{_json({"shortName": belt.plan.label})},' if merchant.has_label else ""


def _tile_template(face: ListingFace) -> str:
    return TILE % {"id": face.listing_id, "title": face.title}


def _json(value: object) -> str:
    """JSON without blanks, its per cent signs doubled for the filling in that follows."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("%", "%%")


DISCOUNT = '"discountPrice":{"price":"%(list)s","zkPrice":"%(price)s"},'
OFFER = (
    '{"offerid":"%(id)s","itemType":"%%(kind)s","title":"%(title)s","memberId":"%(member)s",'
    '%(discount)s"attr":{"id":"%(id)s","company":%(company)s,'
    '"information":%(information)s,%(belt)s"tradePrice":{"offerPrice":{%(money)s'
    '"value":{"integer":%%(yuan)s,"decimals":%%(fen)s},"quantityPrices":[%%(tiers)s]}},'
    '"tradeQuantity":{"quantitySumMonth":"%%(month)s","quantitySumMonthDisplay":"%%(shown)s",'
    '"saleQuantity":"%%(total)s","gmvValueFuzzify":{"integer":"%%(gmv)s"},'
    '"quantityBegin":"%(begin)s","unit":"%(unit)s"},"tradeService":{"tpYear":"%%(years)s"},'
    '"commonPositionLabels":{"offerMiddle":[%%(badges)s]}}}'
)
TILE = (
    '<li class="offer"><a class="title" href="/offer/%(id)s.html">%(title)s</a>'
    '<span class="price">¥<b>%%(yuan)s</b><i>.%%(fen)s</i></span><span class="location">成交%%(gmv)s元</span>'
    '<div class="rebuyRate">50+人已加购</div></li>\n'
)
