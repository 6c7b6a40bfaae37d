import fcntl
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pytest

from spiders.lake_files import _sweep, whole_file, write_bytes_atomic, write_frame


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


WRITER = """
import sys
from pathlib import Path
from spiders.lake_files import whole_file

with whole_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_writer_left_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    names = ("killed", "living")
    writers = {name: started(tmp_path / f"{name}.parquet") for name in names}
    writers["killed"].kill()
    writers["killed"].wait()
    other = tmp_path / ".not-ours.tmp"
    other.write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 3
    _sweep.cache_clear()
    write_bytes_atomic(tmp_path / "third", b"whole")
    left = sorted(path.name.split(".")[1] for path in tmp_path.glob(".*"))
    assert left == ["living", "not-ours"]
    writers["living"].communicate("")
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "living.parquet", "third"]
    assert (tmp_path / "living.parquet").read_bytes() == b"half"


def started(path: Path) -> "subprocess.Popen[str]":
    """A process that has begun to write a file, and ends it when its input ends."""
    command = [sys.executable, "-c", WRITER, str(path)]
    root = Path(__file__).parents[2]
    child = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "writing\n"
    return child


def test_a_file_that_is_swept_before_its_lock_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true, swept = fcntl.flock, []

    def late(file: BinaryIO, how: int) -> None:
        if not swept:
            swept.append(Path(file.name))
            swept[0].unlink()
        true(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    write_bytes_atomic(tmp_path / "file", b"whole")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]
    assert swept
