"""Short versions of the campaigns of `make faults` on pages that are none, and on sites that changed."""

from pathlib import Path

from benchmarks.faults import drifts, false_pages


def test_no_false_page_is_taken_for_data_and_no_figure_moves(tmp_path: Path) -> None:
    row = false_pages.row(tmp_path, is_short=True)
    assert row.is_good, row.lines()


def test_drifts_are_caught_and_clean_weeks_are_not(tmp_path: Path) -> None:
    row = drifts.row(tmp_path, is_short=True)
    assert row.is_good, row.lines()
