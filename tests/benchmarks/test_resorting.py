"""A short version of a campaign of `make faults`: lists that re-sort while they are read."""

from pathlib import Path

from benchmarks.faults import resorting


def test_the_true_number_of_listings_is_inside_the_interval(tmp_path: Path) -> None:
    found = resorting.row(tmp_path, is_short=True)
    assert found.is_good, found.lines()
    assert found.seen["mean share missed"] > 0.002, "the lists did not move"
