"""Files that people hand over, as frames: CSV, JSON Lines and Parquet, each value as a text or as what it is."""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from configs.calendar import as_week
from configs.errors import InputError
from configs.tables import TIER, Kind
from spiders import texts
from spiders.columns import column


def read_rows(path: Path, content: bytes) -> pl.DataFrame:
    """The rows of a file, in its order; InputError where its name or content is of no known format."""
    readers = {".csv": _csv, ".parquet": _parquet, ".jsonl": _json_lines, ".ndjson": _json_lines}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path}: found a file of kind {path.suffix or 'none'!r}, expected {', '.join(readers)}")
    try:
        return readers[path.suffix.lower()](content)
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(
            f"{path}: cannot be read as {path.suffix.lower()} ({reason}); mend or convert the file"
        ) from None


def as_kind(values: pl.Series, kind: Kind) -> pl.Series:
    """The values as a column of a type of tables.yaml; blank texts are null.

    Numbers become their shortest exact texts where texts belong. InputError with the row number (from 1) and the
    value where one cannot be what the column holds.
    """
    if kind == "string" and (values.dtype == pl.String or values.dtype.is_integer()):
        filled = values.cast(pl.String)
        return filled.set(filled.str.strip_chars() == "", None)
    if values.dtype == pl.Float32:
        values = values.cast(pl.String).cast(pl.Float64)  # 0.1 and not the 0.10000000149 of its double
    convert, found = CONVERSIONS[kind], []
    for row, value in enumerate(values.to_list(), start=1):
        try:
            found.append(None if value is None or _is_blank(value) else convert(value))
        except (ValueError, InputError) as error:
            raise InputError(f"row {row} has {values.name} {value!r}, expected {error}") from None
    return column(values.name, kind, found)


def _is_blank(value: Any) -> bool:
    """Blank texts, and the NaN that pandas writes where there is nothing."""
    return (isinstance(value, str) and not value.strip()) or (isinstance(value, float) and math.isnan(value))


def _csv(content: bytes) -> pl.DataFrame:
    """All columns as texts; UTF-8, or GB18030 as Chinese spreadsheets write."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    header = text.split("\n", 1)[0].strip().split(",")
    doubled = {name for name in header if header.count(name) > 1}
    if doubled:
        raise ValueError(f"column {', '.join(sorted(doubled))} stands there twice")
    return pl.read_csv(BytesIO(text.encode()), infer_schema=False)


def _parquet(content: bytes) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(content))


def _json_lines(content: bytes) -> pl.DataFrame:
    """One object a line; columns of texts, or of Python values where a line has anything else."""
    rows = []
    for number, line in enumerate(content.decode("utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError(f"line {number} holds {line[:30]!r}, expected an object")
        rows.append(row)
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame([_loose(name, [row.get(name) for row in rows]) for name in names])


def _loose(name: str, values: list[Any]) -> pl.Series:
    are_texts = all(value is None or isinstance(value, str) for value in values)
    return pl.Series(name, values, dtype=pl.String if are_texts else pl.Object)


def _text(value: Any) -> str | None:
    if isinstance(value, dict | list):
        raise ValueError("a text or a number")
    return texts.text_of(value) if isinstance(value, str | int | float) else str(value)


def _truth(value: Any) -> bool | None:
    try:
        return texts.yes_or_no(value)
    except ValueError:
        raise ValueError("true or false") from None


def _badges(value: Any) -> list[str] | None:
    """A list, the JSON of one, or texts with | between them."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        value = [part.strip() for part in value.split("|")]
    return texts.texts_of(_loaded(value))


def _tiers(value: Any) -> list[dict[str, str | None]] | None:
    """A list of {min_quantity_text, price_text}, or the JSON of one."""
    loaded = _loaded(value)
    if not isinstance(loaded, list) or not all(_is_tier(tier) for tier in loaded):
        raise ValueError("a list of {min_quantity_text, price_text}")
    return texts.tiers_of(loaded)


def _is_tier(tier: Any) -> bool:
    return isinstance(tier, dict) and set(tier) <= set(TIER)


def _loaded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("a list in JSON") from None


def _week(value: Any) -> date:
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, str | date):
        raise ValueError("the date of a Monday, such as 2026-11-16")
    try:
        return as_week(value)
    except InputError as error:
        raise ValueError(f"the date of a Monday: {error}") from None


def _instant(value: Any) -> datetime:
    """An instant; one without a time zone is UTC, as the column is."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        parsed = None
    if isinstance(parsed, date) and not isinstance(parsed, datetime):
        parsed = datetime(parsed.year, parsed.month, parsed.day)
    if not isinstance(parsed, datetime):
        raise ValueError("a time, such as 2026-11-16T02:00:00+08:00")
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC)


CONVERSIONS: dict[Kind, Callable[[Any], Any]] = {
    "string": _text,
    "bool": _truth,
    "strings": _badges,
    "tiers": _tiers,
    "date": _week,
    "instant": _instant,
}
