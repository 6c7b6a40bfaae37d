"""Short versions of the campaigns of `make faults` on pages that are none, and on sites that changed."""

from pathlib import Path

from benchmarks.faults import drifts, false_pages
from benchmarks.faults.ground import ground_in


def test_no_false_page_is_taken_for_data_no_figure_moves_drifts_are_caught_and_clean_weeks_are_not(
    tmp_path: Path,
) -> None:
    """One test, since each worker would prepare the ground anew."""
    with ground_in(tmp_path) as ground:
        for campaign in (false_pages, drifts):
            row = campaign.row_on(ground, is_short=True)
            assert row.is_good, row.lines()
