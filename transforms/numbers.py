"""Text of pages to numbers, column by column. What cannot be read is null, never zero.

Each reader takes a column of texts and gives a column of values, or of structs whose fields its docstring names.
Numbers are parsed from their decimal digits (1.13万 as 1.13e4): the result is the double nearest to what is written."""

from collections.abc import Callable
from functools import wraps

import polars as pl

from transforms.count_forms import (
    ABOUT,
    AT_LEAST,
    COUNTED_INSTEAD,
    COUNTS_ELSE,
    MORE_THAN,
    NEARLY,
    NO_COUNT,
    NO_SALES,
    UNIT_SHOWN,
    YUAN,
    YUAN_SHOWN,
)
from transforms.numerals import in_digits
from transforms.periods import COLUMN_DAYS, can_be_scaled, split_off, without_periods
from transforms.price_forms import COIN_EXPONENTS, FROM, is_no_amount, one_price

Reader = Callable[[pl.Series], pl.Series]

UNSIGNED = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
DASH = r"(?:[-~\u2010-\u2015\u2212\u223c\u301c至到]+|\.{2,})"
TENS = r"(?i:十万|百万|千万|万|千|百|亿|w|k|jiao|fen)"
EXPONENTS = {"百": 2, "千": 3, "k": 3, "万": 4, "w": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, **COIN_EXPONENTS}
SECOND = rf"{DASH}\s*¥?\s*(?P<high>{UNSIGNED})\s*(?P<high_tens>{TENS})?"

# "?" masks a digit. Behind a slash or in brackets stands the unit (3.5元/10条).
PRICE = (
    rf"^[^0-9.+\-?]*?(?P<low>[+-]?{UNSIGNED})\s*(?P<low_tens>{TENS})?\s*(?P<low_unit>[元块圆])?"
    rf"(?:\s*{SECOND})?(?P<rest>[^0-9/?%(]*)(?:[/(].*)?$"
)
FOREIGN = r"(?i)\$|€|£|usd|hkd|eur|gbp|jpy|美元|港币|欧元|日元"
NO_PRICE = r"(?i)面议|议价|电议|询价|待定|暂无|咨询|登录|^(?:无|[-\u2014]*|n/?a|null|none|nan)$"
HIGHEST_PRICE_YUAN = 1e7
PLACEHOLDERS_YUAN = (88_888.0, 99_999.0, 888_888.0, 999_999.0, 8_888_888.0, 9_999_999.0)

COUNT = (
    rf"^[^0-9.+\-]*?(?P<low>{UNSIGNED})\s*(?P<low_tens>{TENS})?"
    rf"(?:\s*(?P<low_unit>[件个条元])?\s*{SECOND})?(?P<rest>[^0-9/%(]*)(?:[/(].*)?$"
)
KILOS = (("kg|千克", "公斤"), ("km|千米", "公里"))  # of 20千克 the second character is no thousand
PERCENT = r"^[^0-9.+\-<>]*([0-9]+(?:\.[0-9]+)?)\s*%[^0-9]*$"
FRACTION = r"^((?:[0-9]+)?\.?[0-9]+(?:[eE]-?[0-9]+)?)$"
NO_SHARE = r"高于|低于|超过|优于|高出|提升|上升|下降|不足|以下|同行|行业|平均|均值|同类"
YEARS = r"(?i)^[^0-9.+\-]*([0-9]+(?:\.[0-9]+)?)\s*\+?\s*(?:年.*|yrs?|years?)?$"
MONTHS = r"^[^0-9.+\-]*([0-9]+)\s*个月[^0-9]*$"
HALF_A_YEAR = r"^[^0-9]*半年[^0-9]*$"
NOT_YET = r"^[^0-9]*(?:不足|不到|未满|<)|^[^0-9]*[0-9.]+\s*年(?:以?内|以下)"
LONGEST_YEARS = 60  # 2015年 is when a company was founded


def once_per_text(reader: Reader) -> Reader:
    """Run a reader on the distinct texts of a column only: pages repeat theirs."""

    @wraps(reader)
    def read(texts: pl.Series) -> pl.Series:
        distinct = texts.unique().rename("text")
        known = pl.DataFrame([distinct, reader(distinct).rename("read")])
        return texts.to_frame("text").join(known, on="text", how="left", nulls_equal=True, maintain_order="left")[
            "read"
        ]

    return read


@once_per_text
def price(texts: pl.Series) -> pl.Series:
    """Structs of low, mid, high (yuan), is_range, is_from and reason.

    A range has mid = sqrt(low x high) (METHOD 4.1). 3.5元起 is_from: what is paid is at least that, and the three are
    the price shown. Of a price and the one struck out (原价) it is the price. Where no price can be used the three are
    null and reason is no_price, unreadable_price (also 1**, 8.5折, and 3.5元以内, of which only an upper end is known)
    or price_out_of_range (not above 0, 1e7 or more, or a placeholder such as 99999)."""
    return _priced(one_price(plain(texts), is_listed=False))


@once_per_text
def list_price(texts: pl.Series) -> pl.Series:
    """As `price`, but of two prices the one struck out."""
    return _priced(one_price(plain(texts), is_listed=True))


def _priced(shown: pl.Series) -> pl.Series:
    parts = _parts(shown, PRICE).with_columns(pl.col("high").fill_null(pl.col("low")))
    text, low, high = pl.col("plain"), pl.col("low"), pl.col("high")
    is_sane = (low > 0) & (high < HIGHEST_PRICE_YUAN) & ~low.is_in(PLACEHOLDERS_YUAN)
    reason = (
        pl.when(text.is_null() | text.str.contains(NO_PRICE))
        .then(pl.lit("no_price"))
        .when(low.is_null() | text.str.contains(FOREIGN) | (high < low) | is_no_amount(text))
        .then(pl.lit("unreadable_price"))
        .when(~is_sane)
        .then(pl.lit("price_out_of_range"))
    )
    judged = parts.with_columns(reason.alias("reason"), is_range=high != low, is_from=text.str.contains(FROM))
    is_kept = pl.col("reason").is_null()
    mid = pl.when("is_range").then((low * high).sqrt()).otherwise(low)
    numbers = [pl.when(is_kept).then(value).alias(name) for name, value in (("low", low), ("mid", mid), ("high", high))]
    is_range = (is_kept & pl.col("is_range")).alias("is_range")
    is_from = (is_kept & pl.col("is_from") & ~pl.col("is_range")).alias("is_from")
    return judged.select(pl.struct(*numbers, is_range, is_from, "reason").alias("price")).to_series()


@once_per_text
def count(texts: pl.Series) -> pl.Series:
    """Structs of low, mid, high, is_unreadable, counted_instead, unit_shown and period_days.

    41 is exact; 6.15万 is rounded: half a unit of its last digit either way, as is 约3000 (of its last digit but
    zeros) and, below only, 近1万; 1.2万+ is at least its value: high is null and mid = low (METHOD 3.1). So is
    1523人付款: who pays, orders or reviews (counted_instead) may have bought more than one. unit_shown is 元 of
    turnover, else the unit word behind the number, null where none stands. Where the text names its period
    (period_days) the three are per 30 days; of less than a week, more than a year or a period still running (日销,
    本月) they are null. Missing text is null, and not unreadable."""
    low, high, half = pl.col("low"), pl.col("high"), pl.col("half")
    ends = {
        "low": pl.when(pl.col("is_floor") | pl.col("is_span")).then(low).otherwise(low - half),
        "mid": pl.when("is_span").then((low * high).sqrt()).otherwise(low),
        "high": pl.when(~pl.col("is_floor") & pl.col("counted_instead").is_null()).then(
            high.fill_null(pl.when("is_nearly").then(low).otherwise(low + half))
        ),
    }
    days, is_read = pl.col("period_days"), pl.col("is_read") & ~pl.col("plain").str.contains(NO_SALES)
    is_kept = is_read & can_be_scaled(days)
    bounds = [
        pl.when(is_kept).then((end * COLUMN_DAYS / days).fill_null(end)).alias(name) for name, end in ends.items()
    ]
    told = [pl.when(is_kept).then(pl.col(name)).alias(name) for name in ("counted_instead", "unit_shown")]
    is_unreadable = (~pl.col("is_missing") & ~is_kept).alias("is_unreadable")
    period = pl.when(is_kept).then(days).alias("period_days")
    return _counted(texts).select(pl.struct(*bounds, is_unreadable, *told, period).alias("count")).to_series()


@once_per_text
def share(texts: pl.Series) -> pl.Series:
    """Rates as shares from 0 to 1: 22.8%, and 近30天22.8%, is 0.228. Without a percent sign only 0 to 1 is understood.

    Null where a rate is only compared with others (高于同行22.8%) or is theirs (同行28%)."""
    text = pl.col("plain")
    digits = (without_periods(text).str.extract(PERCENT) + "e-2").fill_null(text.str.extract(FRACTION))
    value = plain(texts).to_frame("plain").with_columns(digits.cast(pl.Float64, strict=False).alias("value"))
    is_rate = pl.col("value").is_between(0, 1) & ~text.str.contains(NO_SHARE)
    return value.select(pl.when(is_rate).then("value")).to_series()


@once_per_text
def years(texts: pl.Series) -> pl.Series:
    """Whole years on the site: 5年, 第5年, 5; 不足1年, 1年内 and 6个月 are 0. A calendar year (2015年) is none."""
    text, value = pl.col("plain"), pl.col("value")
    months = (text.str.extract(MONTHS).cast(pl.Float64, strict=False) / 12).floor()
    half = pl.when(text.str.contains(HALF_A_YEAR)).then(0.0)
    read = (
        plain(texts)
        .to_frame("plain")
        .with_columns(pl.coalesce(text.str.extract(YEARS).cast(pl.Float64, strict=False), months, half).alias("value"))
    )
    completed = pl.when(text.str.contains(NOT_YET)).then(value - 1).otherwise(value)
    return read.select(pl.when(value <= LONGEST_YEARS).then(completed)).to_series()


@once_per_text
def minimum_order(texts: pl.Series) -> pl.Series:
    """Minimum order in selling units: ≥2, 2件起批, 两件起批, 1万件起, 100~2999; of a range its lower end.

    0, 一件代发 (the seller ships single pieces for others) and yuan (满100元混批, 200元起批) are none."""
    is_yuan = pl.col("unit_shown").eq_missing(YUAN)
    is_order = pl.col("is_read") & (pl.col("low") > 0) & ~is_yuan & ~pl.col("plain").str.contains("混批")
    return _counted(texts).select(pl.when(is_order).then("low")).to_series()


def plain(texts: pl.Series) -> pl.Series:
    """Full-width forms made narrow, blanks trimmed (a page may set "3" and ".50" apart), nothing left made null."""
    narrow = texts.str.normalize("NFKC").str.strip_chars().str.replace_all(r"\s+\.", ".").to_frame("plain")
    return narrow.select(pl.when(pl.col("plain") != "").then("plain")).to_series()


def _counted(texts: pl.Series) -> pl.DataFrame:
    """The columns of _parts and is_missing, is_read, is_floor, is_span, is_nearly, counted_instead, unit_shown and
    period_days: one row per text."""
    text, low, high = pl.col("plain"), pl.col("low"), pl.col("high")
    spelt = in_digits(plain(texts))
    for pattern, instead in KILOS:
        spelt = spelt.str.replace(f"(?i){pattern}", instead)
    bare = split_off(spelt)
    is_missing = text.is_null() | text.str.contains(NO_COUNT)
    is_count = low.is_finite().fill_null(False) & (high >= low).fill_null(True) & ~text.str.contains(COUNTS_ELSE)
    kinds = (pl.when(text.str.contains(words)).then(pl.lit(kind)) for kind, words in COUNTED_INSTEAD.items())
    unit = pl.col("rest").str.extract(UNIT_SHOWN).str.to_lowercase()
    is_near = text.str.contains(NEARLY)
    half = pl.when(text.str.contains(ABOUT) | is_near).then("half_digit").otherwise("half")
    return _parts(bare["plain"], COUNT).with_columns(
        half.alias("half"),
        is_missing=is_missing,
        is_read=~is_missing & is_count,
        is_floor=pl.col("rest").str.contains(AT_LEAST) | text.str.contains(MORE_THAN),
        is_span=high.is_not_null(),
        is_nearly=is_near,
        counted_instead=pl.coalesce(kinds),
        unit_shown=pl.when(text.str.contains(YUAN_SHOWN)).then(pl.lit(YUAN)).otherwise(unit),
        period_days=bare["period_days"],
    )


def _parts(bare: pl.Series, pattern: str) -> pl.DataFrame:
    """Columns plain, low, high (null where only one number stands), half (half a unit of the last shown digit where
    万 hides digits, else 0), half_digit (that of the last digit but zeros) and rest. 万 at the end counts for both
    ends (1-2万), unless the first number then were the greater one (5000-1万) or has a unit of its own."""
    found = bare.to_frame("plain").with_columns(pl.col("plain").str.extract_groups(pattern).alias("parts"))
    digits = [pl.col(end).str.replace_all(",", "") for end in ("low", "high")]
    tens = [_exponent(pl.col(end)) for end in ("low_tens", "high_tens")]
    split = found.unnest("parts").with_columns(*digits, *tens)
    is_shared = pl.col("low_unit").is_null() & (_scaled("low", "high_tens") <= _scaled("high", "high_tens"))
    shared = split.with_columns(pl.col("low_tens").fill_null(pl.when(is_shared).then("high_tens")))
    return shared.select("plain", "rest", *_half_units(), _scaled("low", "low_tens"), _scaled("high", "high_tens"))


def _exponent(tens: pl.Expr) -> pl.Expr:
    return tens.str.to_lowercase().replace_strict(EXPONENTS, default=None, return_dtype=pl.Int64)


def _scaled(digits: str, tens: str) -> pl.Expr:
    """The number that `digits` mean times 10 to the power of `tens`; digits with an exponent of their own keep it."""
    exponent = ("e" + pl.col(tens).cast(pl.String)).fill_null("")
    return (pl.col(digits) + exponent).cast(pl.Float64, strict=False)


def _half_units() -> list[pl.Expr]:
    """half and half_digit of _parts."""
    shown = pl.col("low").str.extract(r"\.([0-9]+)").str.len_chars().fill_null(0).cast(pl.Int64)
    zeros = pl.col("low").str.extract("^[0-9]*?[1-9](0+)$").str.len_chars().fill_null(0).cast(pl.Int64)
    hidden = pl.col("low_tens").fill_null(0) - shown
    half = pl.lit(10.0).pow(hidden) / 2
    return [pl.when(hidden > 0).then(half).otherwise(0.0).alias("half"), (half * 10.0**zeros).alias("half_digit")]
