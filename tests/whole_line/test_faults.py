"""Short versions of `make faults`: two crawls of one week at once, and a clock set back while two crawls read.
Midnights and odd weeks take the long campaign."""

from pathlib import Path

from benchmarks.faults import clocks, two_runs


def test_two_runs_of_one_week_do_no_harm(tmp_path: Path) -> None:
    row = two_runs.row(tmp_path, is_short=True)
    assert row.is_good, "\n".join(row.lines())


def test_a_clock_set_back_puts_no_row_into_another_week(tmp_path: Path) -> None:
    row = clocks.row(tmp_path, is_short=True)
    assert row.is_good, "\n".join(row.lines())
