"""A short version of a campaign of `make faults`: damaged archives of other crawlers."""

from pathlib import Path

from benchmarks.faults import archives


def test_damaged_archives_lose_invent_and_double_nothing(tmp_path: Path) -> None:
    found = archives.row(tmp_path, is_short=True)
    assert found.is_good, found.lines()
