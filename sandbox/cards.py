"""One listing's card, as the JSON of its offer in the script and as the HTML that a visitor sees.

What never changes of a listing is written once; a page then only fills in prices, counts and years. The HTML
quotes the price before discount, split over nodes, and has texts that look like a place and a rate and are
none, as the real page has them.
"""

import json
from dataclasses import dataclass
from itertools import pairwise

from sandbox.amounts import CENTS, money, price_before, shown_pieces, turnover
from sandbox.economy import BeltEconomy, Shelf
from sandbox.faces import ListingFace, MerchantFace, listing_faces, merchant_faces

YEAR_DAYS = 365
LEAF_CATEGORY = "1034008"


@dataclass(frozen=True)
class CardRack:
    """The fixed parts of all cards of one belt's category: templates by listing for offer and HTML."""

    belt: BeltEconomy
    merchants: list[MerchantFace]
    listings: list[ListingFace]
    offers: list[str]
    tiles: list[str]


def rack(belt: BeltEconomy, seed: int) -> CardRack:
    """The cards of a belt, ready to be filled in."""
    merchants, listings = merchant_faces(belt, seed), listing_faces(belt, seed)
    owners = [merchants[index] for index in belt.listings.merchant.tolist()]
    offers = [_offer_template(belt, row, owners[row], face) for row, face in enumerate(listings)]
    tiles = [_tile_template(face) for face in listings]
    return CardRack(belt, merchants, listings, offers, tiles)


def fill(cards: CardRack, shelf: Shelf, place: int, day: int) -> tuple[str, str, str]:
    """The card at `place` of a shelf on a day (its number): offer as in the list, offer as advertisement, HTML."""
    row, price = int(shelf.row[place]), int(shelf.price_fen[place])
    pieces, total = int(shelf.pieces_30d[place]), int(shelf.pieces_total[place])
    before = price_before(price, int(cards.belt.terms.discount[row]))
    merchant = cards.merchants[int(cards.belt.listings.merchant[row])]
    values = {
        "list": money(before),
        "price": money(price),
        "cent": price,
        "yuan": price // CENTS,
        "fen": price % CENTS,
        "tiers": _tiers(cards.belt, row, price),
        "month": pieces,
        "shown": shown_pieces(pieces),
        "total": total,
        "gmv": turnover(pieces * price),
        "years": max(1, 1 + (day - merchant.opened) // YEAR_DAYS),
    }
    offer = cards.offers[row]
    tile = cards.tiles[row] % {"yuan": before // CENTS, "fen": f"{before % CENTS:02d}", "gmv": values["gmv"] or "0"}
    return offer % {**values, "kind": "nature"}, offer % {**values, "kind": "p4p"}, tile


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
    discount = int(belt.terms.discount[row])
    fixed = {
        "id": face.listing_id,
        "title": face.title,
        "member": merchant.member_id,
        "login": merchant.login_id,
        "tags": _tags(belt, merchant),
        "company": _company(merchant),
        "information": _information(merchant, face),
        "belt": _site_belt(belt, merchant),
        "money": '"strPriceMoney":"%(price)s",' if face.has_money_text else '"priceMoney":{"cent":%(cent)s},',
        "discount": DISCOUNT % discount if discount else "",
        "begin": int(belt.terms.minimum_order[row]),
        "unit": face.unit,
        "hours": 24 if row % 3 else 48,
        "badges": _json([{"text": text} for text in face.badges]),
    }
    return OFFER % fixed


def _tags(belt: BeltEconomy, merchant: MerchantFace) -> str:
    unnamed = [{"value": "深度验厂"}] if merchant.strength == "flagfactory" else []
    named = [{"tagName": "源头产地", "value": belt.plan.label}] if merchant.has_label else []
    return _json([*unnamed, *named])


def _company(merchant: MerchantFace) -> str:
    return _json(
        {
            "name": merchant.company,
            "province": merchant.address.province,
            "city": merchant.address.city,
            "bizTypeName": merchant.kind,
            "shiliType": merchant.strength,
            "shopRepurchaseRate": merchant.repurchase,
        }
    )


def _information(merchant: MerchantFace, face: ListingFace) -> str:
    rate = {"rePurchaseRatePercentage": face.repurchase} if face.repurchase else {}
    ship = {"sendProvince": merchant.address.ship_province, "sendCity": merchant.address.ship_city}
    return _json({**rate, **ship, "postCategory": {"leafCate": LEAF_CATEGORY}})


def _site_belt(belt: BeltEconomy, merchant: MerchantFace) -> str:
    """The site's own label of a market, which some sellers of other places carry too and some of the belt do not."""
    return f'"industrialBelt":{_json({"enable": "true", "shortName": belt.plan.label})},' if merchant.has_label else ""


def _tile_template(face: ListingFace) -> str:
    return TILE % {"id": face.listing_id, "title": face.title}


def _json(value: object) -> str:
    """JSON without blanks, its per cent signs doubled for the filling in that follows."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("%", "%%")


DISCOUNT = '"discountPrice":{"price":"%%(list)s","zkPrice":"%%(price)s","zkRate":"%d"},'
OFFER = (
    '{"offerid":"%(id)s","itemType":"%%(kind)s","title":"%(title)s","memberId":"%(member)s",'
    '"loginId":"%(login)s",%(discount)s"offerTags":%(tags)s,"attr":{"id":"%(id)s","company":%(company)s,'
    '"information":%(information)s,%(belt)s"tradePrice":{"offerPrice":{%(money)s'
    '"value":{"integer":%%(yuan)s,"decimals":%%(fen)s},"quantityPrices":[%%(tiers)s]}},'
    '"tradeQuantity":{"quantitySumMonth":"%%(month)s","quantitySumMonthDisplay":"%%(shown)s",'
    '"saleQuantity":"%%(total)s","gmvValueFuzzify":{"integer":"%%(gmv)s","decimals":"0"},'
    '"quantityBegin":"%(begin)s","unit":"%(unit)s"},"tradeService":{"tpYear":"%%(years)s",'
    '"deliveryHours":"%(hours)s"},'
    '"commonPositionLabels":{"offerMiddle":%(badges)s}}}'
)
TILE = (
    '<li class="offer"><a class="title" href="//detail.practice.example/offer/%(id)s.html">%(title)s</a>'
    '<span class="price">¥<b>%%(yuan)s</b><i>.%%(fen)s</i></span><span class="location">成交%%(gmv)s元</span>'
    '<div class="rebuyRate">50+人已加购</div></li>\n'
)
