"""The period that a text of sales names: 近90天, 周销, 200件/月."""

import polars as pl

DAYS = {"小时": 1 / 24, "天": 1.0, "日": 1.0, "周": 7.0, "星期": 7.0, "月": 30.0, "季": 90.0, "季度": 90.0, "年": 365.0}
TIME = "[天日周月季年时期]"
SERVICE = r"[0-9]+\s*(?:天|日|小时)内?\s*(?:无理由|包?退|包?换|可退|发货|发出|必发|送达|质保|保修)[^0-9]*"
SPELT = (
    r"(?:(?:最近|过去|近)\s*[0-9.半]+\s*个?月"
    r"|(?:最近|过去|近)?\s*[0-9.半]+\s*个?(?:天|日|周|星期|季度|季|年|小时)|(?:最近|过去|近)?\s*[0-9.半]+\s*个月)内?"
)
# A period that still runs has no length: 0 days.
NAMED = (
    (r"今[天日]|今年(?:[^新]|$)|当[天日周月季年]|本[周月季年]", 0.0),
    (r"[昨前每][天日]|单日|日(?:均|销|售|成交)|[/每]\s*[天日]", 1.0),
    (r"上周|周(?:均|销|售|成交)|[/每]\s*周", 7.0),
    (r"上个?月|月(?:均|销|售|成交)|[/每]\s*个?月", 30.0),
    (r"季度?(?:销|售|成交)|[/每]\s*季", 90.0),
    (r"[去上]年|年(?:均|销|售|成交)|[/每]\s*年", 365.0),
)
COLUMN_DAYS = 30.0
# One day times thirty is no month, and of a season's goods no month is a twelfth of two years.
SHORTEST_DAYS, LONGEST_DAYS = 7.0, 366.0


def split_off(texts: pl.Series) -> pl.DataFrame:
    """`plain`, the texts without their periods, and `period_days`; only texts with such words are looked at."""
    days = pl.Series("period_days", [None], dtype=pl.Float64()).new_from_index(0, len(texts))
    at = texts.str.contains(TIME).arg_true()
    if at.len():
        text = pl.col("plain")
        timed = texts.gather(at).to_frame("plain").select(without_periods(text), named_days(text).alias("period_days"))
        texts, days = texts.clone().scatter(at, timed["plain"]), days.scatter(at, timed["period_days"])
    return pl.DataFrame([texts.alias("plain"), days.alias("period_days")])


def named_days(text: pl.Expr) -> pl.Expr:
    """Days of the period that a text names, 0 for one that still runs; null where it names none."""
    text = text.str.replace_all(SERVICE, "")
    spelt = text.str.extract(f"({SPELT})")
    number = spelt.str.extract(r"([0-9.]+)").cast(pl.Float64, strict=False)
    unit = spelt.str.extract("(小时|天|日|周|星期|月|季度|季|年)").replace_strict(DAYS, default=None)
    many = pl.when(spelt.str.contains("半")).then(0.5).otherwise(number) * unit
    words = (pl.when(text.str.contains(pattern)).then(pl.lit(days)) for pattern, days in NAMED)
    return pl.coalesce(many, *words)


def without_periods(text: pl.Expr) -> pl.Expr:
    """The text without the numbers of its period and of terms of service (7天无理由)."""
    return text.str.replace_all(SERVICE, "").str.replace(SPELT, "")


def can_be_scaled(days: pl.Expr) -> pl.Expr:
    """Whether sales of so many days tell those of 30: no period named counts as the column's own."""
    return days.is_null() | days.is_between(SHORTEST_DAYS, LONGEST_DAYS)
