"""How pages write a price around its number: 角 and 分, two prices of which one is struck out, ends that are open."""

import polars as pl

YUAN = "[元块圆]"
AMOUNT = rf"\s*:?\s*¥?\s*[0-9][0-9,]*(?:\.[0-9]+)?\s*{YUAN}?"
WAS = r"(?:原价|市场价|吊牌价|划线价|专柜价|参考价|零售价)"
NOW = r"(?:现价|促销价?|活动价|特价|到手价?|券后价?|折后价?|优惠价|秒杀价?|批发价)"
BETWEEN = r"[\s,;|/、(]*"
# 2.5元/个-3.0元/个: the unit behind the first end is dropped, or the second were taken for a part of it.
SECOND_PRICE = r"[-~至到\u2010-\u2015]+\s*¥?\s*[0-9][0-9,.]*\s*[元块圆]?\s*"
UNIT_OF_FIRST = rf"/\s*[^0-9/()~-]+?\s*({SECOND_PRICE}(?:/|$))"
WORDED = "[价促特到券折惠杀/角毛分]"  # one of these stands in whatever is rewritten
AFTER = r"(钱|[\s/(起~至到-]|$)"  # 5毛 is money, 5毛巾 is not
COINS = (
    (rf"([0-9]+)\s*{YUAN}\s*([0-9])\s*[角毛]\s*([0-9])\s*分", "${1}.${2}${3}元"),
    (rf"([0-9]+)\s*{YUAN}\s*([0-9])\s*[角毛]", "${1}.${2}元"),
    (r"([0-9])\s*[角毛]\s*([0-9])\s*分", "0.${1}${2}元"),
    (rf"([0-9])\s*[角毛]{AFTER}", "${1}jiao$2"),
    (rf"([0-9])\s*分{AFTER}", "${1}fen$2"),
)
COIN_EXPONENTS = {"jiao": -1, "fen": -2}

MASKED = r"(?i)[*●•○■█]|[0-9.][x#?]|(?:^|¥)\s*[x#?]+\.?[0-9]"
DISCOUNT = r"^[^/(]*[0-9]\s*折"
# Somewhere below 5 is no price, as fewer than 10 is no count; from 3.5 upwards is one, and a lower end.
AT_MOST = r"^[^/(]*(?:<|≤|以内|以下|不超过|不高于|低于|不到|封顶)|^[^0-9]*最高"
FROM = r"^[^0-9]*(?:≥|>|高于|不低于|最低|低至)|^[^/(]*[0-9元块圆钱]\s*(?:起|以上|\+)|/[^0-9/(]*起[批订售]?$"
# 10条/3.5元: its first number is no price.
TURNED = rf"^[^0-9¥/(]*[0-9.]+\s*[^0-9元块圆¥/(.,\s~-]+\s*/\s*¥?\s*[0-9.]+\s*{YUAN}"


def one_price(texts: pl.Series, is_listed: bool) -> pl.Series:
    """The texts with what buyers pay alone of two prices (`is_listed`: with what they paid before), in yuan."""
    at = texts.str.contains(WORDED).arg_true()
    return texts.clone().scatter(at, _in_yuan(texts.gather(at), is_listed)) if at.len() else texts


def _in_yuan(texts: pl.Series, is_listed: bool) -> pl.Series:
    kept, left = (WAS, NOW) if is_listed else (NOW, WAS)
    two = (
        (rf"^[^0-9]*{left}{AMOUNT}{BETWEEN}({kept}.*)$", "${1}"),
        (rf"^\s*({kept}{AMOUNT}){BETWEEN}{left}.*$", "${1}"),
        (rf"^\s*(¥{AMOUNT}){BETWEEN}{left}.*$", "${1}"),
    )
    for pattern, instead in (*two[: 2 if is_listed else 3], (UNIT_OF_FIRST, "${1}"), *COINS):
        texts = texts.str.replace(pattern, instead)
    return texts


def is_no_amount(text: pl.Expr) -> pl.Expr:
    """Digits are hidden (1**), it is a rate (8.5折), an upper end alone is told (3.5元以内), or a quantity is first."""
    return text.str.contains(f"{MASKED}|{DISCOUNT}|{AT_MOST}|{TURNED}")
