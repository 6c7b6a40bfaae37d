"""Files that are there whole or not at all: written under a temporary name, synced, renamed, the folder synced."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

import polars as pl

ZSTD_LEVEL = 3
ROWS_PER_GROUP = 1 << 18  # fixed, so that equal frames give equal bytes on every machine

_serial = count(1)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the name `path` when the block ends and leaves nothing where it fails."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{next(_serial)}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_bytes_atomic(path: Path, content: bytes) -> None:
    """The bytes as the file `path`, in place of what was there."""
    with whole_file(path) as file:
        file.write(content)


def write_frame(path: Path, frame: pl.DataFrame, metadata: dict[str, str] | None = None) -> None:
    """The frame as the Parquet file `path`, in place of what was there; equal frames and metadata give equal bytes."""
    with whole_file(path) as file:
        frame.write_parquet(
            file,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            row_group_size=ROWS_PER_GROUP,
            metadata=metadata,
        )


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, each of which lasts through a power cut when this returns."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
