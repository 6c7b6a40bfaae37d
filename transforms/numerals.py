"""Chinese numerals of texts as digits: 三千件 is 3千件, 二十五条 25条, 1万2千 1.2万."""

import polars as pl

ONES = "一二三四五六七八九"
CHINESE = r"[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
# What a numeral stands before where it is a number: 一 alone is many things (一口价, 统一).
COUNTS = "百千万亿件个条双只套包袋箱盒打笔单人位米斤公克吨天日周月年小星季"
# 1万2千: digits of the next lower step; 1万2 may be either 12000 or 10002 and stays.
COMPOSED = (
    (r"([0-9]+)亿([0-9])千万", "${1}.${2}亿"),
    (r"([0-9]+)万([0-9])千", "${1}.${2}万"),
    (r"([0-9]+)千([0-9])百", "${1}.${2}千"),
    (r"([0-9]+)百([0-9]{2})([^0-9百千万亿]|$)", "${1}${2}${3}"),
)


def chinese_numbers() -> dict[str, float]:
    """一 to 九十九 as 1 to 99; 两 is 2."""
    ones = {"": 0, **{sign: at for at, sign in enumerate(ONES, start=1)}}
    below_ten = {sign: float(value) for sign, value in ones.items() if sign}
    tens = {f"{ten}十{one}": 10.0 * (ones[ten] or 1) + ones[one] for ten in ones for one in ones}
    return {**below_ten, "两": 2.0, **tens}


# 几十件, 三五百件, 百十件 say no number; 一万二, 两百五十 say one that the rules do not read: 10000, 200 were wrong.
SEVERAL = "几"
VAGUE = rf"[几数百千]十|[{ONES}两]{{2,}}十?"
UNREAD = rf"[0-9]+[百千万亿][{ONES}十]"

DIGITS = {
    f"{sign}{word}": f"{value:.0f}{word}" for sign, value in chinese_numbers().items() if value for word in COUNTS
}


def in_digits(texts: pl.Series) -> pl.Series:
    """The texts with their numerals before a unit, a power of ten or a period as digits; without any number where the
    numerals say none."""
    if texts.str.contains(f"[{ONES}两十]").any():
        exact = texts.str.replace_all(VAGUE, SEVERAL)
        texts = exact.str.replace_many(list(DIGITS), list(DIGITS.values()), leftmost=True)
    if texts.str.contains("[百千万亿][0-9]").any():
        for pattern, instead in COMPOSED:
            texts = texts.str.replace_all(pattern, instead)
    return texts.str.replace_all(UNREAD, SEVERAL)
