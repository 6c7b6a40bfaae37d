"""The figures of all releases, with what superseded them: append-only and bitemporal.

A release holds only figures that are new or changed, and the keys it withdraws. When a figure was superseded is
derived here, from the releases that came after it, and never written into a release.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from configs.tables import figures_draft, table
from warehouse import lake

KEY = ["belt", "week", "metric", "segment", "comparison", "alignment", "panel"]
STAMPS = ["release", "released_at", "superseded_at"]


@dataclass(frozen=True)
class Manifest:
    """What one release says of itself."""

    release: str
    sequence: int
    parent: str | None
    released_at: datetime
    body: dict[str, Any]


def manifests(home: Path) -> list[Manifest]:
    """All releases of a home in the order of publication."""
    found = [_manifest(path) for path in (home / "releases").glob("*/manifest.json")]
    return sorted(found, key=lambda manifest: manifest.sequence)


def draft_columns() -> list[str]:
    """The columns of a figure that is built but not yet released."""
    return figures_draft().names


def value_columns() -> list[str]:
    """The columns whose change makes a new vintage of a figure."""
    return [name for name in draft_columns() if name not in KEY]


def figures(home: Path, chain: list[Manifest] | None = None) -> pl.DataFrame:
    """All vintages of all figures (table figures), sorted by key and order of publication."""
    chain = manifests(home) if chain is None else chain
    if not chain:
        return table("figures").empty()
    events = pl.concat([part for manifest in chain for part in _events(home, manifest)])
    ordered = events.sort([*KEY, "sequence"])
    ended = ordered.with_columns(pl.col("released_at").shift(-1).over(KEY).alias("superseded_at"))
    return table("figures").conform(ended.filter(~pl.col("is_withdrawal")).select(table("figures").names))


def current(vintages: pl.DataFrame) -> pl.DataFrame:
    """The vintages that no later release replaced or withdrew, as drafts, sorted by key."""
    return vintages.filter(pl.col("superseded_at").is_null()).select(draft_columns()).sort(KEY)


def releases(chain: list[Manifest]) -> pl.DataFrame:
    """Table releases."""
    rows = [{name: manifest.body[name] for name in table("releases").names} for manifest in chain]
    frame = pl.DataFrame(rows, infer_schema_length=None) if rows else table("releases").empty()
    if rows:
        frame = frame.with_columns(pl.col("released_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us"))
    return table("releases").conform(frame)


def _manifest(path: Path) -> Manifest:
    body = orjson.loads(path.read_bytes())
    instant = datetime.fromisoformat(body["released_at"])
    return Manifest(body["release"], body["sequence"], body["parent"], instant, body)


def _events(home: Path, manifest: Manifest) -> list[pl.DataFrame]:
    folder = home / "releases" / manifest.release
    schema = table("figures").polars_schema()
    columns = [name for name in table("figures").names if name != "superseded_at"]
    stamps = [pl.lit(manifest.sequence).alias("sequence"), pl.lit(None, dtype=schema["superseded_at"]).alias(STAMPS[2])]
    published = lake.read(table("figures"), [folder / "figures.parquet"]).select(columns)
    withdrawn = pl.read_parquet(folder / "withdrawals.parquet").select(*KEY, "release")
    blank = [
        pl.lit(None, dtype=schema[name]).alias(name) for name in columns if name not in [*KEY, "release", "released_at"]
    ]
    taken_back = withdrawn.with_columns(
        *blank, pl.lit(manifest.released_at).cast(schema["released_at"]).alias("released_at")
    ).select(columns)
    return [
        published.with_columns(*stamps, is_withdrawal=pl.lit(False)),
        taken_back.with_columns(*stamps, is_withdrawal=pl.lit(True)),
    ]
