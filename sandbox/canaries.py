"""Contact data in pages of the practice sites (`--fail towels/2=canariesxalways`): none of it may go any further.

Every card gets one canary, in a form and a field that follow from its listing id. Behind what the field says anyway, so
that a page whose contacts are taken out says the same as one that never had any.
"""

import re
from collections.abc import Iterator
from html import escape
from zlib import crc32

SURNAMES = "王李张刘陈杨赵黄周吴"
BEGINNINGS, ENDINGS = "禾砚屿澜栖芃峤沐穗岚", "泽屹衡禹昀序笙岑漪煦"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
# What is written, and the part of it that must be found nowhere.
FORMS = (
    ("电话139{d}", "139{d}"),
    ("138-{d4}-{e4}", "{d4}-{e4}"),
    ("+86 137 {d4} {e4}", "{d4} {e4}"),
    ("１３６{w}", "{w}"),
    ("电话：0312-{d7}", "{d7}"),
    ("（0571）{d}", "{d}"),
    ("400-{d3}-{e4}", "400-{d3}-{e4}"),
    ("微信：mj_{d}", "mj_{d}"),
    ("微信号wxid{d}", "wxid{d}"),
    ("VX: lin{d}", "lin{d}"),
    ("vx135{d}", "135{d}"),
    ("QQ：2{d}", "2{d}"),
    ("扣扣3{d}", "3{d}"),
    ("kf{d}@mail.example.com", "kf{d}"),
    ("联系人：{n}", "{n}"),
    ("联系人 {n} 158{d}", "{n}"),
    ("{t}经理159{d}", "159{d}"),
    ("Contact: Lin Q{l}", "Q{l}"),
)
CARD = re.compile(r'"offerid":"(?P<offer>\d+)"|data-goods="(?P<goods>\d+)"')
# Fields of a card of either layout, each with its text before its end.
FIELDS = {
    "offer": (
        re.compile(r'"title":"[^"]*(?=")'),
        re.compile(r'"company":\{"name":"[^"]*(?=")'),
        re.compile(r'"city":"[^"]*(?=")'),
        re.compile(r'"bizTypeName":"[^"]*(?=")'),
        re.compile(r'"strPriceMoney":"[^"]*(?=")'),
        re.compile(r'"unit":"[^"]*(?=")'),
        re.compile(r'"sendCity":"[^"]*(?=")'),
    ),
    "goods": (
        re.compile(r'<h3 class="goods-name">[^<]*(?=<)'),
        re.compile(r'<a class="firm"[^>]*>[^<]*(?=<)'),
        re.compile(r'<span class="area">[^<]*(?=<)'),
        re.compile(r'<span class="kind">[^<]*(?=<)'),
        re.compile(r'<span class="sold">[^<]*(?=<)'),
        re.compile(r"<li>[^<]*(?=<)"),
    ),
}


def planted(page: str) -> str:
    """The page with a canary on every card."""
    cards = list(CARD.finditer(page))
    ends = [card.start() for card in cards[1:]] + [len(page)]
    parts = [page[: cards[0].start()]] if cards else [page]
    for card, end in zip(cards, ends, strict=True):
        parts.append(_with_canary(page[card.start() : end], card.lastgroup or "", card[card.lastgroup or 0]))
    return "".join(parts)


def secrets_of(page: str) -> Iterator[str]:
    """What a planted page says that must not go any further."""
    for card in CARD.finditer(page):
        _, secret = _canary(card[card.lastgroup or 0])
        if secret in page:
            yield secret


def _with_canary(card: str, kind: str, listing_id: str) -> str:
    """The card with its canary in one of its fields, the title where it does not have that field."""
    text, _ = _canary(listing_id)
    fields = FIELDS[kind]
    wanted = fields[crc32(f"field {listing_id}".encode()) % len(fields)]
    hit = wanted.search(card) or fields[0].search(card)
    if hit is None:
        return card
    return f"{card[: hit.end()]} {escape(text)}{card[hit.end() :]}"


def _canary(listing_id: str) -> tuple[str, str]:
    number = crc32(listing_id.encode())
    digits = f"{number % 10**8:08d}".replace("0", "7")  # no part of it can stand for nothing
    name = SURNAMES[number % 10] + BEGINNINGS[number // 10 % 10] + ENDINGS[number // 100 % 10]
    letters = "".join(chr(ord("a") + int(digit)) for digit in digits)
    values = {"d": digits, "d3": digits[:3], "d4": digits[:4], "e4": digits[4:], "d7": digits[1:]}
    values |= {"w": digits.translate(WIDE), "n": name, "t": name[0], "l": letters}
    form, secret = FORMS[crc32(f"form {listing_id}".encode()) % len(FORMS)]
    return form.format(**values), secret.format(**values)
