"""A short version of `make faults`: two crawls of one week at once. Clocks that mislead take the long campaign."""

from pathlib import Path

from benchmarks.faults import two_runs


def test_two_runs_of_one_week_do_no_harm(tmp_path: Path) -> None:
    row = two_runs.row(tmp_path, is_short=True)
    assert row.is_good, "\n".join(row.lines())
