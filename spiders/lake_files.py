"""Files that are written whole or not at all: a temporary name, fsync, rename, fsync of the folder."""

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl


def write_bytes_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never a part."""
    staging = _staging(path)
    staging.write_bytes(content)
    _put_in_place(staging, path)


def write_frame(path: Path, frame: pl.DataFrame, metadata: Mapping[str, str] | None = None) -> None:
    """Write a frame as Parquet in the same way; equal frames and metadata give equal bytes."""
    staging = _staging(path)
    frame.write_parquet(staging, compression="zstd", metadata=dict(metadata) if metadata else None)
    _put_in_place(staging, path)


def sync_file(path: Path) -> None:
    """Make a file's content survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries survive a power cut."""
    sync_file(folder)


def _staging(path: Path) -> Path:
    """A name beside the file's own, this process's alone; a glob for the file's ending does not find it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _put_in_place(staging: Path, path: Path) -> None:
    sync_file(staging)
    os.replace(staging, path)
    sync_folder(path.parent)
