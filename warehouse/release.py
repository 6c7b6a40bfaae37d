"""A release: the figures that are new or changed and those withdrawn, published in one step or not at all.

Its folder appears under releases/ by one rename. Readers follow warehouse.duckdb, which is built from the releases
and put in place by another; where that second step was missed, the next call makes up for it.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from configs.errors import BeltwatchError
from configs.tables import figures_draft, table
from spiders.lake_files import sync_folder, write_bytes_atomic
from warehouse import formulas, lake
from warehouse.reasons import reason_of
from warehouse.vintages import KEY, Manifest, current, draft_columns, figures, manifests, value_columns

METHOD = "beltwatch-1"


@dataclass(frozen=True)
class Change:
    """What a build would change: drafts of figures, and keys to withdraw."""

    new: pl.DataFrame
    changed: pl.DataFrame
    withdrawn: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to publish."""
        return self.new.is_empty() and self.changed.is_empty() and self.withdrawn.is_empty()


@contextmanager
def sole_publisher(home: Path) -> Iterator[None]:
    """Hold the home's publishing lock; a second publisher at once is an error, and the lock falls with its holder."""
    folder = home / "releases"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+b") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeltwatchError(
                f"another publisher is releasing into {home}, expected to be the only one; try again when it is done"
            ) from None
        yield


def publish(home: Path, now: datetime, digests: dict[str, str]) -> Manifest | None:
    """Publish what was built. Returns the new release, or None where the content is that of the last one.

    `digests` names every configuration file in force. The caller holds `sole_publisher`.
    """
    _sweep(home)
    chain = manifests(home)
    change = change_since(home, chain)
    if change.is_empty:
        return None
    manifest = _body(home, chain, change, max(now, _after(chain)), digests)
    _write(home, manifest, change)
    return manifests(home)[-1]


def change_since(home: Path, chain: list[Manifest]) -> Change:
    """The built figures against the last release. Only weeks that are built can withdraw a figure."""
    built = lake.read(figures_draft(), sorted((home / "figures").glob("week=*/*.parquet")))
    published = current(figures(home, chain))
    new = built.join(published, on=KEY, how="anti")
    both = built.join(published, on=KEY, how="inner", suffix="_before", validate="1:1")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in value_columns())
    changed = both.filter(differs).select(draft_columns())
    in_scope = published.filter(pl.col("week").is_in(built["week"].unique().to_list()))
    withdrawn = in_scope.join(built, on=KEY, how="anti").select(KEY)
    return Change(new.sort(KEY), changed.sort(KEY), withdrawn.sort(KEY))


def _after(chain: list[Manifest]) -> datetime:
    """The instant of the last release: a clock set back must not publish before it."""
    return chain[-1].released_at if chain else datetime.min.replace(tzinfo=UTC)


def _body(home: Path, chain: list[Manifest], change: Change, now: datetime, digests: dict[str, str]) -> dict[str, Any]:
    parent = chain[-1].release if chain else None
    inputs = _input_digests(home)
    content = sha256((parent or "").encode())
    for frame in (pl.concat([change.new, change.changed]).sort(KEY), change.withdrawn):
        content.update(frame.write_ndjson().encode())
    return {
        "release": content.hexdigest()[:16],
        "sequence": len(chain) + 1,
        "parent": parent,
        "released_at": now.astimezone(UTC).isoformat(timespec="microseconds"),
        "new_count": change.new.height,
        "changed_count": change.changed.height,
        "withdrawn_count": change.withdrawn.height,
        "reason": reason_of(chain[-1].body if chain else None, inputs, digests, change.withdrawn.height),
        "method": METHOD,
        "configs": digests,
        "inputs": inputs,
        formulas.KEY: formulas.settled_formulas(home, chain),
    }


def _input_digests(home: Path) -> dict[str, str]:
    """What each listing-week file was made from; equal for two runs that read the same pages."""
    files = sorted((home / "listing_weeks").glob("*/*/*.parquet"))
    return {path.relative_to(home).as_posix(): lake.fingerprint_of(path) or lake.digest_of(path) for path in files}


def _write(home: Path, body: dict[str, Any], change: Change) -> None:
    final = home / "releases" / body["release"]
    staging = home / "releases" / f".{body['release']}.tmp"
    staging.mkdir()
    stamp = [
        pl.lit(body["release"]).alias("release"),
        pl.lit(datetime.fromisoformat(body["released_at"])).cast(pl.Datetime("us", "UTC")).alias("released_at"),
    ]
    rows = pl.concat([change.new, change.changed]).sort(KEY).with_columns(stamp)
    lake.write(staging / "figures.parquet", table("figures").conform(rows))
    lake.write(staging / "withdrawals.parquet", table("withdrawals").conform(change.withdrawn.with_columns(stamp[0])))
    for path in sorted((home / "parameters").glob("week=*/*.parquet")):
        target = staging / path.relative_to(home)
        write_bytes_atomic(target, path.read_bytes())
    outputs = {p.relative_to(staging).as_posix(): lake.digest_of(p) for p in sorted(staging.rglob("*.parquet"))}
    write_bytes_atomic(staging / "manifest.json", orjson.dumps(body | {"outputs": outputs}, option=orjson.OPT_INDENT_2))
    staging.rename(final)
    sync_folder(final.parent)


def _sweep(home: Path) -> None:
    """Remove what a publisher that was killed left half-written; nothing ever pointed to it."""
    for left in (home / "releases").glob(".*.tmp"):
        shutil.rmtree(left)
