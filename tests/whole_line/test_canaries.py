"""A short version of `make faults`: contact data on every card of a small week is found nowhere behind the archive."""

from pathlib import Path

from benchmarks.faults.canaries import row


def test_no_canary_leaves_the_archive(tmp_path: Path) -> None:
    found = row(tmp_path, is_short=True)
    assert found.is_good, "\n".join(found.lines())
    assert found.seen["canaries planted"] > 50
