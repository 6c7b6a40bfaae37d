"""Text of pages to numbers, column by column. What cannot be read is null, never zero.

Each reader takes a column of texts and gives a column of values, or of structs whose fields its docstring names.
Numbers are parsed from their decimal digits (1.13万 as 1.13e4): the result is the double nearest to what is written."""

from collections.abc import Callable
from functools import wraps

import polars as pl

Reader = Callable[[pl.Series], pl.Series]

UNSIGNED = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
DASH = r"(?:[-~\u2013\u2014\u2212\u301c至到]+|\.{2,})"
TENS = r"(?i:万|千|亿|w|k)"
EXPONENTS = {"千": 3, "k": 3, "万": 4, "w": 4, "亿": 8}
SECOND = rf"{DASH}\s*¥?\s*(?P<high>{UNSIGNED})\s*(?P<high_tens>{TENS})?"

# "?" masks a digit. Behind a slash or in brackets stands the unit (3.5元/10条).
PRICE = (
    rf"^[^0-9.+\-?]*?(?P<low>[+-]?{UNSIGNED})\s*(?P<low_tens>{TENS})?\s*[元块圆]?"
    rf"(?:\s*{SECOND})?(?P<rest>[^0-9/?%(]*)(?:[/(].*)?$"
)
FOREIGN = r"(?i)\$|€|£|usd|hkd|eur|gbp|jpy|美元|港币|欧元|日元"
NO_PRICE = r"(?i)面议|议价|电议|询价|待定|暂无|咨询|登录|^(?:无|[-\u2014]*|n/?a|null|none|nan)$"
HIGHEST_PRICE_YUAN = 1e7
PLACEHOLDERS_YUAN = (88_888.0, 99_999.0, 888_888.0, 999_999.0, 8_888_888.0, 9_999_999.0)

COUNT = (
    rf"^[^0-9.+\-]*?(?P<low>{UNSIGNED})\s*(?P<low_tens>{TENS})?"
    rf"(?:\s*[件个条元]?\s*{SECOND})?(?P<rest>[^0-9/%(]*)(?:[/(].*)?$"
)
PERIOD = r"(?:最近|近)?[0-9]+\s*(?:天|日|个月)内?"
NO_COUNT = r"(?i)^(?:无|暂无.*|[-\u2014]*|n/?a|null|none|nan)$"
# "Fewer than 10" is no count, and what people put into carts or bookmark is no sale.
NO_SALES = r"<|少于|低于|小于|不足|不到|以下|以内|加购|收藏|想买"
AT_LEAST = r"[+余多]|以上"
MORE_THAN = r"^[^0-9]*(?:≥|>|超)"

PERCENT = r"^[^0-9.+\-<>]*([0-9]+(?:\.[0-9]+)?)\s*%[^0-9]*$"
FRACTION = r"^((?:[0-9]+)?\.?[0-9]+(?:[eE]-?[0-9]+)?)$"
YEARS = r"(?i)^[^0-9.+\-]*([0-9]+(?:\.[0-9]+)?)\s*(?:年.*|yrs?|years?)?$"

GRAMS = {"公斤": 1000.0, "千克": 1000.0, "斤": 500.0, "克": 1.0, "g": 1.0, "吨": 1e6, "t": 1e6, "两": 50.0}
METRES = {"米": 1.0, "m": 1.0, "厘米": 0.01, "cm": 0.01, "码": 0.9144, "公里": 1000.0, "千米": 1000.0}
# Areas and volumes have no class: a price per square metre is never compared with one per metre.
NO_CLASS = r"平方|平米|㎡|m2|立方|m3|升|^m?l$|小时|天$|次$|^[-\u2014]*$|[0-9]"


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
    """Structs of low, mid, high (yuan), is_range and reason.

    A range has mid = sqrt(low x high) (METHOD 4.1). Where no price can be used the three are null and reason is
    no_price, unreadable_price or price_out_of_range (not above 0, 1e7 or more, or a placeholder such as 99999)."""
    parts = _parts(_plain(texts), PRICE).with_columns(pl.col("high").fill_null(pl.col("low")))
    plain, low, high = pl.col("plain"), pl.col("low"), pl.col("high")
    is_sane = (low > 0) & (high < HIGHEST_PRICE_YUAN) & ~low.is_in(PLACEHOLDERS_YUAN)
    reason = (
        pl.when(plain.is_null() | plain.str.contains(NO_PRICE))
        .then(pl.lit("no_price"))
        .when(low.is_null() | plain.str.contains(FOREIGN) | (high < low))
        .then(pl.lit("unreadable_price"))
        .when(~is_sane)
        .then(pl.lit("price_out_of_range"))
    )
    judged = parts.with_columns(reason.alias("reason"), is_range=high != low)
    is_kept = pl.col("reason").is_null()
    mid = pl.when("is_range").then((low * high).sqrt()).otherwise(low)
    numbers = [pl.when(is_kept).then(value).alias(name) for name, value in (("low", low), ("mid", mid), ("high", high))]
    is_range = (is_kept & pl.col("is_range")).alias("is_range")
    return judged.select(pl.struct(*numbers, is_range, "reason").alias("price")).to_series()


@once_per_text
def count(texts: pl.Series) -> pl.Series:
    """Structs of low, mid, high (what is counted: pieces, yuan of turnover, payers) and is_unreadable.

    41 is exact; 6.15万 is rounded: half a unit of its last digit either way; 1.2万+ is at least its value:
    high is null and mid = low (METHOD 3.1). Missing text is null, and not unreadable."""
    plain = (
        _plain(texts).to_frame("plain").select(pl.col("plain").str.replace(r"(?i)kg", "公斤").str.replace(PERIOD, ""))
    )
    text, low, high, half = pl.col("plain"), pl.col("low"), pl.col("high"), pl.col("half")
    is_missing = text.is_null() | text.str.contains(NO_COUNT)
    is_count = low.is_finite().fill_null(False) & (high >= low).fill_null(True) & ~text.str.contains(NO_SALES)
    judged = _parts(plain.to_series(), COUNT).with_columns(
        is_read=~is_missing & is_count,
        is_unreadable=~(is_missing | is_count),
        is_floor=pl.col("rest").str.contains(AT_LEAST) | text.str.contains(MORE_THAN),
        is_span=high.is_not_null(),
    )
    ends = {
        "low": pl.when(pl.col("is_floor") | pl.col("is_span")).then(low).otherwise(low - half),
        "mid": pl.when("is_span").then((low * high).sqrt()).otherwise(low),
        "high": pl.when(~pl.col("is_floor")).then(high.fill_null(low + half)),
    }
    bounds = [pl.when("is_read").then(end).alias(name) for name, end in ends.items()]
    return judged.select(pl.struct(*bounds, "is_unreadable").alias("count")).to_series()


@once_per_text
def share(texts: pl.Series) -> pl.Series:
    """Rates as shares from 0 to 1: 22.8% is 0.228. Without a percent sign only 0 to 1 is understood."""
    plain = pl.col("plain")
    digits = (plain.str.extract(PERCENT) + "e-2").fill_null(plain.str.extract(FRACTION))
    value = _plain(texts).to_frame("plain").select(digits.cast(pl.Float64, strict=False).alias("value"))
    return value.select(pl.when(pl.col("value").is_between(0, 1)).then("value")).to_series()


@once_per_text
def years(texts: pl.Series) -> pl.Series:
    """Years on the site: 5年, 第5年, 5."""
    return _plain(texts).str.extract(YEARS).cast(pl.Float64, strict=False)


def minimum_order(texts: pl.Series) -> pl.Series:
    """Minimum order in selling units: ≥2, 2件起批, 100~2999; of a range its lower end; 0 is none."""
    read = count(texts).struct.unnest()
    return read.select(pl.when(pl.col("mid") > 0).then("low")).to_series()


@once_per_text
def unit(texts: pl.Series) -> pl.Series:
    """Structs of class (piece, metre or gram) and factor (how many of it one selling unit holds; 1 if countable).

    Null where no unit is named, or one of area, volume or time."""
    named = (
        pl.col("plain").str.to_lowercase().str.replace("kg", "公斤").str.replace(r"^.*/", "").str.strip_chars(" ()元")
    )
    found = (
        _plain(texts)
        .to_frame("plain")
        .select(named.alias("unit"))
        .with_columns(
            gram=pl.col("unit").replace_strict(GRAMS, default=None, return_dtype=pl.Float64),
            metre=pl.col("unit").replace_strict(METRES, default=None, return_dtype=pl.Float64),
            piece=pl.when(~pl.col("unit").str.contains(NO_CLASS)).then(1.0),
        )
    )
    kinds = [pl.when(pl.col(kind).is_not_null()).then(pl.lit(kind)) for kind in ("gram", "metre", "piece")]
    factor = pl.coalesce("gram", "metre", "piece")
    return found.select(pl.struct(pl.coalesce(kinds).alias("class"), factor.alias("factor")).alias("unit")).to_series()


def _plain(texts: pl.Series) -> pl.Series:
    """Full-width forms made narrow, blanks trimmed (a page may set "3" and ".50" apart), nothing left made null."""
    narrow = texts.str.normalize("NFKC").str.strip_chars().str.replace_all(r"\s+\.", ".").to_frame("plain")
    return narrow.select(pl.when(pl.col("plain") != "").then("plain")).to_series()


def _parts(plain: pl.Series, pattern: str) -> pl.DataFrame:
    """Columns plain, low, high (null where only one number stands), half (half a unit of the last shown digit where
    万 hides digits, else 0) and rest. 万 at the end counts for both ends (1-2万), unless the first number then were
    the greater one (5000-1万)."""
    found = plain.to_frame("plain").with_columns(pl.col("plain").str.extract_groups(pattern).alias("parts"))
    digits = [pl.col(end).str.replace_all(",", "") for end in ("low", "high")]
    tens = [_exponent(pl.col(end)) for end in ("low_tens", "high_tens")]
    split = found.unnest("parts").with_columns(*digits, *tens)
    is_shared = _scaled("low", "high_tens") <= _scaled("high", "high_tens")
    shared = split.with_columns(pl.col("low_tens").fill_null(pl.when(is_shared).then("high_tens")))
    return shared.select(
        "plain", "rest", _half_unit().alias("half"), _scaled("low", "low_tens"), _scaled("high", "high_tens")
    )


def _exponent(tens: pl.Expr) -> pl.Expr:
    return tens.str.to_lowercase().replace_strict(EXPONENTS, default=None, return_dtype=pl.Int64)


def _scaled(digits: str, tens: str) -> pl.Expr:
    """The number that `digits` mean times 10 to the power of `tens`; digits with an exponent of their own keep it."""
    exponent = ("e" + pl.col(tens).cast(pl.String)).fill_null("")
    return (pl.col(digits) + exponent).cast(pl.Float64, strict=False)


def _half_unit() -> pl.Expr:
    shown = pl.col("low").str.extract(r"\.([0-9]+)").str.len_chars().fill_null(0).cast(pl.Int64)
    hidden = pl.col("low_tens").fill_null(0) - shown
    return pl.when(hidden > 0).then(pl.lit(10.0).pow(hidden) / 2).otherwise(0.0)
