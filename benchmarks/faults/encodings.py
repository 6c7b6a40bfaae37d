"""Pages in eight encodings under every label: characters that are accepted and wrong, in a million accepted ones.

The texts are titles, places and numbers of many kinds, through the classifier and a layout as a crawl has them. What is
refused (outcome changed) is told too: refusing all would be no art.
"""

import json
import random
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from benchmarks.faults.table import FaultRow
from configs.marketplaces import Marketplace
from configs.places import children, place
from spiders.outcome import classify
from spiders.pages import ArchivedPage

ENCODINGS = ("gbk", "gb18030", "gb2312", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "big5")
LABELS = {
    "gbk": "gbk", "gb18030": "gb18030", "gb2312": "gb2312", "utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16",
    "utf-16-le": "utf-16le", "big5": "big5",
}  # fmt: skip
WRONG_LABELS = ("", "iso-8859-1", "utf-8", "gbk", "big5")
READ = ("gbk", "gb18030", "gb2312", "utf-8", "utf-8-sig", "utf-16")  # right pages of these must not be refused
COLUMNS = {"title": "title_text", "place": "seller_place_text", "price": "price_text", "sold": "sales_30d_text"}
PAGES, CARDS = 20, 20
PROVINCES = ("130000", "330000", "440000", "370000", "340000")
THINGS = ("毛巾", "浴巾", "箱包", "旅行箱", "地毯", "袜子", "洗衣液", "鱼线", "月饼", "茶杯", "雨伞", "童装")
TRAITS = (
    "纯棉",
    "加厚",
    "吸水",
    "酒店",
    "家用",
    "定制",
    "现货",
    "厂家直销",
    "一件代发",
    "跨境",
    "新款",
    "批发",
    "外贸",
    "礼盒装",
)
SIGNS = (
    "",
    "",
    "、",
    "（特价）",
    "【包邮】",
    "—",
    "·",
    "×",
    "℃",
    "Ⅱ型",
    "①",
    "㎡",
    "～",
    "％",
    "！",
    "：",
    "Φ",
    "±",
    "°",
)
NUMBERS = (
    "1.2万+",
    "2.3万+件",
    "1,234件",
    "月销500+",
    "５０条",
    "¥3.50",
    "￥12.80",
    "3.50-5.80",
    "≥100件",
    "28%",
    "已售1.7亿",
    "面议",
)


def row(_folder: Path, is_short: bool = False) -> FaultRow:
    """Every encoding under its own label and under the others, as charset of the header and of the page."""
    counts: Counter[str] = Counter()
    dice = random.Random(1)
    for _ in range(PAGES // 10 if is_short else PAGES):
        for encoding in ENCODINGS:
            cards = [_card(dice, encoding) for _ in range(CARDS)]
            for label in dict.fromkeys((LABELS[encoding], *WRONG_LABELS)):
                for is_in_header in (True, False):
                    counts += _counted(cards, encoding, label, is_in_header)
    return FaultRow(
        fault=f"{len(ENCODINGS)} encodings under right and wrong labels",
        counts={
            "wrong characters per million accepted": counts["wrong"] / max(1, counts["accepted"]) * 1_000_000,
            "rightly labelled pages refused": counts["right label refused"],
        },
        seen={
            "characters accepted": counts["accepted"],
            "pages": counts["pages"],
            "pages refused": counts["refused"],
            "of them wrongly labelled, of a set that is read": counts["wrong label refused"],
        },
    )


def _card(dice: random.Random, encoding: str) -> dict[str, str]:
    """A card whose texts the encoding can write."""
    title = "".join(dice.choice(words) for words in (TRAITS, THINGS, SIGNS, TRAITS, TRAITS, SIGNS))
    price, sold = dice.sample(NUMBERS, 2)
    texts = {"title": title, "place": dice.choice(_places()), "price": price, "sold": sold}
    return {name: text.encode(encoding, "ignore").decode(encoding) for name, text in texts.items()}


@cache
def _places() -> list[str]:
    """Cities as pages write them, of provinces whose names have rare characters too."""
    provinces = [found for code in PROVINCES if (found := place(code)) is not None]
    return [f"{province.short_name} {city.name}" for province in provinces for city in children(province.code)]


def _counted(cards: list[dict[str, str]], encoding: str, label: str, is_in_header: bool) -> Counter[str]:
    """What one page adds to the counts."""
    outcome = classify(_answer(cards, encoding, label, is_in_header), MARKETPLACE, "page")
    is_right = label == LABELS[encoding]
    if outcome.reading is None:
        kind = "right" if is_right else "wrong"
        return Counter(["pages", "refused", *([f"{kind} label refused"] if encoding in READ else [])])
    both = zip(cards, outcome.reading.cards, strict=True)
    pairs = [(str(read[COLUMNS[name]]), text) for card, read in both for name, text in card.items()]
    wrong = sum(max(len(read), len(text)) - sum(map(str.__eq__, read, text)) for read, text in pairs)
    return Counter({"pages": 1, "accepted": sum(len(read) for read, _ in pairs), "wrong": wrong})


def _answer(cards: list[dict[str, str]], encoding: str, label: str, is_in_header: bool) -> ArchivedPage:
    meta = f'<meta charset="{label}">' if label and not is_in_header else ""
    data = json.dumps({"list": cards}, ensure_ascii=False)
    text = f"<html><head>{meta}</head><script>var pageConfig = {data};</script></html>"
    kind = f"text/html; charset={label}" if label and is_in_header else "text/html"
    at = datetime(2026, 11, 16, 2, tzinfo=UTC)
    return ArchivedPage("http://127.0.0.1/", 200, [("Content-Type", kind)], text.encode(encoding), at)


MARKETPLACE = Marketplace.model_validate(
    {
        "name": "letters",
        "title": {"en": "Letters", "zh": "文字"},
        "hosts": ["127.0.0.1"],
        "listing": {"url": "http://127.0.0.1/{category}/{page}"},
        "categories": {"towels": "毛巾"},
        "sales": {"basis": "trailing_30d"},
        "layouts": [
            {
                "name": "letters",
                "kind": "script",
                "marker": "var pageConfig =",
                "cards": "list",
                "fields": {column: name for name, column in COLUMNS.items()},
            }
        ],
    }
)
