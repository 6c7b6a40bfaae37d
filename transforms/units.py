"""Words for units: what is counted, weighed or measured, and which of them hold several others.

The classes are piece, metre and gram: prices are compared within one class only."""

from collections.abc import Iterable

import polars as pl

PIECE, METRE, GRAM = "piece", "metre", "gram"

GRAMS = {
    "公斤": 1000.0,
    "千克": 1000.0,
    "斤": 500.0,
    "克": 1.0,
    "g": 1.0,
    "kg": 1000.0,
    "吨": 1e6,
    "t": 1e6,
    "两": 50.0,
    "毫克": 0.001,
    "mg": 0.001,
    "克拉": 0.2,
    "磅": 453.59237,
    "盎司": 28.349523125,
}
METRES = {
    "米": 1.0,
    "m": 1.0,
    "分米": 0.1,
    "厘米": 0.01,
    "公分": 0.01,
    "cm": 0.01,
    "毫米": 0.001,
    "mm": 0.001,
    "码": 0.9144,
    "yard": 0.9144,
    "yards": 0.9144,
    "yd": 0.9144,
    "英尺": 0.3048,
    "英寸": 0.0254,
    "公里": 1000.0,
    "千米": 1000.0,
    "km": 1000.0,
}
DOZEN = {"打": 12.0, "罗": 144.0, "令": 500.0}  # dozen, gross, ream
# Areas and volumes have no class: a price per square metre is never compared with one per metre.
NO_CLASS = r"平方|平米|㎡|m2|立方|m3|升|^m?l$|小时|天$|次$|^[-\u2014]*$|[0-9]"

# What packs hold: pairs, sets and dozens count as what they are sold as (a pair of socks is one piece).
COUNTED = "条双只个件张块片支根枚粒颗对副把本册顶朵株枝盏头套打"
ROLLS = "卷盘轴捆扎"
# Words that say nothing of what is inside, and words that may mean a pack as well as a single thing.
PACKS = "包袋箱盒提捆扎"
HOLDERS = PACKS + "卷盘轴筒桶罐瓶板排"
MAY_HOLD = "件套组份"
# Other words for single things. A word that is none of them all has no class: it may be a measure (尺 is a Chinese or
# an English foot).
PIECES = {
    *"台部辆座架艘扇面幅贴床串束匹头尾羽杯碗盆缸篮筐壶听管棵株丸球团节截段款单口封种位樽门朵挂",
    *("件套", "小包", "大包", "小袋", "小盒", "大箱", "整箱", "纸箱", "礼盒", "编织袋", "pcs", "pc", "piece", "pieces"),
    *("pair", "pairs", "set", "sets", "box", "boxes", "bag", "bags", "roll", "rolls", "pack", "packs"),
}

KNOWN = (({*COUNTED, *HOLDERS, *MAY_HOLD, *ROLLS, *PIECES, *DOZEN}, PIECE), (METRES, METRE), (GRAMS, GRAM))
# Units as titles show them: 两 is a number there (两条装), t a shirt, 码 a size.
IN_TITLES = ("公斤", "千克", "kg", "斤", "克", "g", "米", "m", "pcs", *COUNTED, *HOLDERS, "组", "份")


def classes(words: Iterable[str]) -> dict[str, str]:
    """Word to its class, for words that titles and unit texts show."""
    return {word: GRAM if word in GRAMS else METRE if word in METRES else PIECE for word in words}


def factors(words: Iterable[str]) -> dict[str, float]:
    """Word to how many pieces, metres or grams it is, for words that titles show."""
    return {word: {**GRAMS, **METRES, **DOZEN}.get(word, 1.0) for word in words}


def class_of(word: pl.Expr) -> pl.Expr:
    """The class of a bare unit word; null for none, for areas, volumes and times, and for words that are not known."""
    known = {word: kind for words, kind in KNOWN for word in words}
    return word.replace_strict(known, default=None, return_dtype=pl.String)


def is_unknown(word: pl.Expr) -> pl.Expr:
    """Whether a word may be a unit, and nothing is known of it."""
    return word.is_not_null() & class_of(word).is_null() & ~word.str.contains(NO_CLASS)


def factor_of(word: pl.Expr) -> pl.Expr:
    """How many pieces, metres or grams a bare unit word is; 1 where nothing else is known of it."""
    known = {**GRAMS, **METRES, **DOZEN}
    return word.replace_strict(known, default=1.0, return_dtype=pl.Float64)
