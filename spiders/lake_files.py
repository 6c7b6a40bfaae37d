"""Files that are there whole or not at all: written under a temporary name, synced, renamed, the folder synced.

A temporary file is locked by its writer. What a killed writer left is no longer, and goes with the first file that
another process writes in that folder.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import BinaryIO

import polars as pl

ZSTD_LEVEL = 3
ROWS_PER_GROUP = 1 << 18  # fixed, so that equal frames give equal bytes on every machine

TEMPORARY = re.compile(r"\..+\.\d+-\d+\.tmp")  # the writer's process and how many it has written

_serial = count(1)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the name `path` when the block ends and leaves nothing where it fails."""
    make_folder(path.parent)
    _sweep(path.parent)
    temporary, file = _temporary(path)
    try:
        with file:
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


def _temporary(path: Path) -> tuple[Path, BinaryIO]:
    """A new file beside `path`, locked. One that is swept between its making and its lock is made again."""
    while True:
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{next(_serial)}.tmp")
        file = temporary.open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return temporary, file
        file.close()


@cache
def _sweep(folder: Path) -> None:
    """Removes what killed writers left in a folder; once in each process, as looking through it takes time."""
    for entry in os.scandir(folder):
        if TEMPORARY.fullmatch(entry.name):
            _remove_unless_locked(folder / entry.name)


def _remove_unless_locked(temporary: Path) -> None:
    try:
        with temporary.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.unlink()
    except OSError:  # its writer lives, has just ended, or is another's whose files are not ours to touch
        return


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
