"""Rows handed over by people instead of pages: the offers columns in CSV, Parquet or JSON Lines."""

import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from configs.calendar import SHANGHAI, week_of
from configs.errors import InputError
from configs.marketplaces import NAME
from configs.nearest import did_you_mean, nearest
from configs.tables import table
from spiders.contacts import without_contact, without_contacts
from spiders.handed_over import as_kind, read_rows
from spiders.lake_files import write_bytes_atomic, write_frame

NEEDED = ("category", "listing_id", "merchant_id", "seller_place_text")
PRICES = ("price_text", "list_price_text", "price_tiers")
SALES = ("sales_30d_text", "sales_total_text", "turnover_30d_text")
TIMES = ("week", "seen_at")
# Known from the file and not from its rows; what a file says of them is replaced.
REPLACED = ("marketplace", "page", "position", "page_digest", "archive_file", "archive_offset")
NEGOTIABLE = "面议"


def read_handed_over(path: Path, marketplace_name: str, categories: Collection[str]) -> pl.DataFrame:
    """Table offers, one row per row of the file in its order, `position` the row number from 1 and `page` 0.

    Week follows from seen_at where it is not given, and seen_at is the week's first instant where that is not given.
    Personal contact data is taken out. InputError, one sentence with row and column, for a file of which any row cannot
    be used: nothing is taken then.
    """
    if not re.fullmatch(NAME, marketplace_name):
        expected = "expected one that its file could have: small letters a-z, digits and hyphens"
        raise InputError(f"marketplace {marketplace_name!r} is no name, {expected}; see --marketplace")
    content = _content(path)
    rows = read_rows(path, content)
    _check_columns(path, rows, marketplace_name)
    try:
        typed = pl.DataFrame(
            [as_kind(rows[one.name], one.type) for one in table("offers").columns if one.name in _given(rows)]
        )
        whole = _with_times(typed)
    except InputError as error:
        raise InputError(f"{path}: {without_contact(str(error))}; mend the file and hand it over again") from None
    _check_categories(path, whole, categories)
    for name in (*PRICES, *SALES):
        _check_numbers(path, whole, name)
    digest = sha256(content).hexdigest()
    offers = whole.with_columns(
        marketplace=pl.lit(marketplace_name),
        page=pl.lit(0),
        position=pl.int_range(1, pl.len() + 1),
        page_digest=pl.lit(digest),
        archive_file=pl.lit(_copy_name(marketplace_name, digest, path)),
    )
    return without_contacts(table("offers").conform(offers))


def store_handed_over(home: Path, path: Path, offers: pl.DataFrame) -> list[Path]:
    """Keeps a copy of the file and writes its offers, one Parquet file per week and category; returns those files.

    Files are named after the digest of what was handed over: the same file again changes nothing.
    """
    content = _content(path)
    digest = sha256(content).hexdigest()
    if offers["page_digest"].unique().to_list() != [digest]:
        raise InputError(f"{path} has changed since its rows were read; hand it over again")
    marketplace = offers["marketplace"][0]
    write_bytes_atomic(home / _copy_name(marketplace, digest, path), content)
    written = []
    for (week, category), rows in offers.sort("week", "category", "position").group_by(
        "week", "category", maintain_order=True
    ):
        folder = home / "offers" / marketplace / f"{week}"
        written.append(folder / f"{category}.handed-over-{digest[:12]}.parquet")
        write_frame(written[-1], rows)
    return written


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); expected a file of offers") from None


def _copy_name(marketplace: str, digest: str, path: Path) -> str:
    return f"pages/{marketplace}/handed-over/{digest}{path.suffix.lower()}"


def _given(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in REPLACED]


def _check_columns(path: Path, rows: pl.DataFrame, marketplace_name: str) -> None:
    valid = table("offers").names
    unknown = [f"{name} (nearest is {nearest(name, valid) or 'none'})" for name in rows.columns if name not in valid]
    if unknown:
        raise InputError(f"{path}: found unknown columns {', '.join(unknown)}; expected columns of the table offers")
    has = set(rows.columns)
    missing = [name for name in NEEDED if name not in has]
    missing += [f"one of {', '.join(group)}" for group in (PRICES, SALES, TIMES) if not has & set(group)]
    if missing:
        raise InputError(f"{path}: found no column {'; no '.join(missing)}; add it and hand the file over again")
    if not rows.height:
        raise InputError(f"{path}: found no rows below the column names, expected at least one")
    others = rows["marketplace"].drop_nulls().unique().to_list() if "marketplace" in has else []
    if others not in ([], [marketplace_name]):
        raise InputError(
            f"{path}: found rows of marketplace {', '.join(map(str, others))}, expected {marketplace_name}"
        )


def _with_times(typed: pl.DataFrame) -> pl.DataFrame:
    """Week and seen_at, each from the other where it is missing."""
    weeks = typed["week"].to_list() if "week" in typed.columns else [None] * typed.height
    instants = typed["seen_at"].to_list() if "seen_at" in typed.columns else [None] * typed.height
    for row, (week, instant) in enumerate(zip(weeks, instants, strict=True)):
        if instant is not None and week not in (None, week_of(instant)):
            raise InputError(f"row {row + 1} has week {week} and seen_at {instant}, expected week {week_of(instant)}")
        if instant is None and week is None:
            raise InputError(f"row {row + 1} has neither week nor seen_at, expected one of them")
        weeks[row] = week or week_of(instant)
        instants[row] = instant or datetime(week.year, week.month, week.day, tzinfo=SHANGHAI)
    return typed.with_columns(
        pl.Series("week", weeks, dtype=pl.Date), pl.Series("seen_at", instants, dtype=pl.Datetime("us", "UTC"))
    )


def _check_categories(path: Path, rows: pl.DataFrame, categories: Collection[str]) -> None:
    bad = rows["category"].is_null() | ~rows["category"].is_in(list(categories))
    if bad.any():
        row, word = _first(bad), rows["category"].filter(bad)[0]
        found = f"row {row} has category {without_contact(repr(word))}, expected one that is known"
        raise InputError(f"{path}: {found} ({bad.sum()} such rows){did_you_mean(str(word), categories)}")


def _check_numbers(path: Path, rows: pl.DataFrame, name: str) -> None:
    """Refuses a file that has words where a price or a count belongs."""
    if name not in rows.columns:
        return
    shown = rows[name]
    if name == "price_tiers":
        shown = rows.select(pl.col(name).list.eval(pl.element().struct.field("price_text")).list.join(" ")).to_series()
    bad = (shown.str.strip_chars() != "") & ~shown.str.contains(r"\d") & ~shown.str.contains(NEGOTIABLE)
    if bad.any():
        value, count = without_contact(repr(shown.filter(bad)[0])), bad.sum()
        raise InputError(
            f"{path}: row {_first(bad)} has {name} {value}, expected a number, {NEGOTIABLE} or nothing ({count} such "
            f"row{'s' if count > 1 else ''}); mend the file and hand it over again"
        )


def _first(mask: pl.Series) -> int:
    """The row number, from 1, of the first true."""
    return int(mask.fill_null(False).arg_true()[0]) + 1
