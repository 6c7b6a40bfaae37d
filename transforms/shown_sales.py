"""What the texts of sales show, put where it belongs: yuan are no pieces, and thirty days no counter."""

import polars as pl

from transforms.count_forms import YUAN
from transforms.periods import COLUMN_DAYS
from transforms.units import GRAMS, METRES, class_of, factor_of

OTHER_PERIOD = "other_period"  # flag: sales of another period than 30 days, scaled by its days
PIECES, COUNTER, YUAN_OF_30D = "sales_30d_text_read", "sales_total_text_read", "turnover_30d_text_read"
ENDS = ("low", "mid", "high")


def in_place(read: pl.DataFrame) -> pl.DataFrame:
    """The structs of numbers.count of the three texts, each with what its column means; is_scaled instead of its unit
    and period. `read` also has selling (selling.selling_units).

    Turnover among the pieces of 30 days moves to the turnover where none is read there, and is missing from the
    counter, as is whatever names a period. Pieces, payers or orders are no turnover. Sales by weight or length become
    selling units where those are weighed or measured too (已售5吨 at a price per 公斤: 5000), and are missing else."""
    is_yuan = {name: pl.col(name).struct.field("unit_shown").eq_missing(YUAN) for name in (PIECES, COUNTER)}
    is_moved = is_yuan[PIECES] & pl.col(YUAN_OF_30D).struct.field("low").is_null()
    yuan = pl.when(is_moved).then(PIECES).otherwise(YUAN_OF_30D)
    moved = read.with_columns(yuan.alias(YUAN_OF_30D), is_moved=is_moved)
    turnover = pl.col(YUAN_OF_30D).struct
    is_turnover = turnover.field("unit_shown").fill_null(YUAN) == YUAN
    is_flow = pl.col(COUNTER).struct.field("period_days").is_not_null()
    (suits, units), (counter_suits, counter_units) = (_amounts(read, name) for name in (PIECES, COUNTER))
    return moved.with_columns(
        _kept(PIECES, ~is_yuan[PIECES] & suits, units, pl.col("is_moved")),
        _kept(COUNTER, ~is_yuan[COUNTER] & ~is_flow & counter_suits, counter_units),
        _kept(YUAN_OF_30D, is_turnover & turnover.field("counted_instead").is_null()),
    ).drop("is_moved")


def other_period(basis: pl.Expr, read_of_basis: dict[str, str]) -> pl.Expr:
    """other_period where that is what the sales rest on; null where their column's own period is."""
    scaled = [(basis == name) & pl.col(read).struct.field("is_scaled") for name, read in read_of_basis.items()]
    return pl.when(pl.any_horizontal(scaled)).then(pl.lit(OTHER_PERIOD))


def _amounts(read: pl.DataFrame, name: str) -> tuple[pl.Expr, pl.Expr]:
    """Whether a text shows no weight or length, or goods are sold by that, and how many selling units one of it is."""
    if not read[name].struct.field("unit_shown").is_in([*GRAMS, *METRES]).any():
        return pl.lit(True), pl.lit(1.0)
    word, selling = pl.col(name).struct.field("unit_shown"), pl.col("selling").struct
    is_amount = word.is_in([*GRAMS, *METRES]).fill_null(False)
    suits = (class_of(word) == selling.field("class")).fill_null(False)
    units = pl.when(is_amount & suits).then(factor_of(word) / selling.field("pack_count")).otherwise(1.0)
    return ~is_amount | suits, units


def _kept(name: str, holds: pl.Expr, units: pl.Expr | None = None, is_elsewhere: pl.Expr | None = None) -> pl.Expr:
    """The struct with its ends, in selling units, only where `holds`; else it is unreadable but for `is_elsewhere`."""
    read = pl.col(name).struct
    per_unit = pl.lit(1.0) if units is None else units
    ends = [pl.when(holds).then(read.field(end) * per_unit).alias(end) for end in ENDS]
    is_wrong = read.field("low").is_not_null() & ~holds
    if is_elsewhere is not None:
        is_wrong &= ~is_elsewhere
    days = read.field("period_days")
    return pl.struct(
        *ends,
        (read.field("is_unreadable") | is_wrong).alias("is_unreadable"),
        pl.when(holds).then(read.field("counted_instead")).alias("counted_instead"),
        (holds & (days != COLUMN_DAYS)).fill_null(False).alias("is_scaled"),
    ).alias(name)
