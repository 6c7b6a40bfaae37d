from pathlib import Path

import polars as pl
import pytest

from spiders.lake_files import whole_file, write_bytes_atomic, write_frame


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.txt"
    write_bytes_atomic(path, b"old")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]
    write_bytes_atomic(path, b"new")
    assert path.read_bytes() == b"new"


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": range(100_000), "b": [f"text {one % 97}" for one in range(100_000)]})
    write_frame(tmp_path / "one.parquet", frame)
    write_frame(tmp_path / "two.parquet", pl.concat([frame[:777], frame[777:]], rechunk=False))
    assert pl.read_parquet(tmp_path / "one.parquet").equals(frame)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
