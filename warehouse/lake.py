"""Where the lake's files lie below a data home, and how they are read whole.

One Parquet file per marketplace, week and category; figures one per week and belt. A derived file carries the
fingerprint of what it was made from, so that a step knows what it need not make again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl

from configs.errors import BeltwatchError
from configs.tables import Table, table
from spiders.lake_files import write_frame

FINGERPRINT = "beltwatch.fingerprint"
PARTITIONED = ("listing_weeks", "rejects", "listing_belts")
AT_ONCE = 16_000_000  # bytes of files that are read at once: some 300,000 listings
Unit = tuple[str, date, str]  # marketplace, week, category


def partition(home: Path, name: str, marketplace: str, week: date, category: str) -> Path:
    """File of one partitioned table's unit."""
    return home / name / f"marketplace={marketplace}" / f"week={week}" / f"{category}.parquet"


def offer_files(home: Path, marketplace: str, week: date, category: str) -> list[Path]:
    """The offers of one unit in the order in which they count: pages first, then rows handed over, oldest first."""
    pages = page_offers_file(home, marketplace, week, category)
    handed_over = pages.parent.glob(f"{category}.handed-over-*.parquet")
    return ([pages] if pages.exists() else []) + sorted(handed_over, key=lambda path: (path.stat().st_mtime_ns, path))


def page_offers_file(home: Path, marketplace: str, week: date, category: str) -> Path:
    """What the pages of one unit showed."""
    return home / "offers" / marketplace / str(week) / f"{category}.parquet"


def overlap_file(home: Path, marketplace: str, week: date, category: str) -> Path:
    """What the pages of one unit showed that were read a second time, as offers; there is none where none were."""
    return home / "overlaps" / marketplace / str(week) / f"{category}.parquet"


def offer_units(home: Path) -> Iterator[tuple[str, date, str]]:
    """All (marketplace, week, category) of which there are offers, sorted."""
    found = {
        (path.parent.parent.name, date.fromisoformat(path.parent.name), path.name.split(".")[0])
        for path in (home / "offers").glob("*/*/*.parquet")
    }
    yield from sorted(found)


def units(home: Path, name: str) -> Iterator[tuple[str, date, str]]:
    """All (marketplace, week, category) of a partitioned table, sorted."""
    for path in sorted((home / name).glob("marketplace=*/week=*/*.parquet")):
        week = path.parent.name.removeprefix("week=")
        yield path.parent.parent.name.removeprefix("marketplace="), date.fromisoformat(week), path.stem


def figures_file(home: Path, week: date, belt: str) -> Path:
    """File of one belt's figures of one week, built but not yet released."""
    return home / "figures" / f"week={week}" / f"{belt.replace(':', '_')}.parquet"


def sales_parameters_file(home: Path, marketplace: str, week: date, category: str) -> Path:
    """File of what the displays of one unit told of the sizes behind them; there is none where they hide nothing."""
    return home / "parameters" / f"week={week}" / f"{category}.sales.{marketplace}.parquet"


def write(
    path: Path, frame: pl.DataFrame, fingerprint: str | None = None, told: Mapping[str, str] | None = None
) -> None:
    """Write one file whole or not at all; the fingerprint names what it was made from, `told` is kept beside it."""
    named = {f"beltwatch.{name}": value for name, value in (told or {}).items()}
    write_frame(path, frame, metadata=({FINGERPRINT: fingerprint} if fingerprint else {}) | named or None)


def fingerprint_of(path: Path) -> str | None:
    """What a file was made from; None where there is no file or it does not say."""
    return pl.read_parquet_metadata(path).get(FINGERPRINT) if path.exists() else None


def told_by(path: Path) -> dict[str, str]:
    """The fingerprint and all else that is kept beside a file's rows, by name; empty where there is no file."""
    kept = pl.read_parquet_metadata(path) if path.exists() else {}
    return {name.removeprefix("beltwatch."): text for name, text in kept.items() if name.startswith("beltwatch.")}


def fingerprint(parts: Iterable[str]) -> str:
    """One digest of many parts, in their order."""
    return sha256("\n".join(parts).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def read_units(home: Path, name: str, units: Iterable[Unit], columns: Sequence[str]) -> pl.DataFrame:
    """Some columns of some units of a partitioned table in their order; one without a file has no rows. Files are read
    in one scan, which takes a third of the time that one after the other takes."""
    paths = [path for unit in units if (path := partition(home, name, *unit)).exists()]
    schema = {column: kind for column, kind in table(name).polars_schema().items() if column in columns}
    if not paths:
        return pl.DataFrame(schema=schema).select(columns)
    scan = pl.scan_parquet(paths, schema=schema, hive_partitioning=False, extra_columns="ignore")
    return scan.select(columns).collect()


def in_batches(home: Path, name: str, units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """Units whose files are small enough to be read at once, at least one, in their order."""
    batch: list[Unit] = []
    size = 0
    for unit in units:
        path = partition(home, name, *unit)
        size += path.stat().st_size if path.exists() else 0
        if batch and size > AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(unit)
    if batch:
        yield batch


def read(shape: Table, paths: Iterable[Path]) -> pl.DataFrame:
    """All rows of some files of one table, in the order of the files; the empty table where there are none.

    A column that may be null and that a file does not have yet, being written before there was one, is null in it."""
    present = [path for path in paths if path.exists()]
    if not present:
        return shape.empty()
    schema = shape.polars_schema()
    whole = pl.read_parquet(present, schema=schema, hive_partitioning=False, missing_columns="insert")
    if any(whole[name].null_count() for name in shape.required_names):
        _refuse_holes(shape, present)
    return whole


def _refuse_holes(shape: Table, paths: Iterable[Path]) -> None:
    """Names the first file that lacks what is never null."""
    for path in paths:
        part = pl.read_parquet(path, schema=shape.polars_schema(), hive_partitioning=False, missing_columns="insert")
        holed = [name for name in shape.required_names if part[name].null_count()]
        if holed:
            raise BeltwatchError(f"{path} lacks {holed[0]}, which is never null in table {shape.name}; make it anew")
