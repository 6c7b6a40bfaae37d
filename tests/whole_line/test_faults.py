"""Short versions of `make faults`: campaigns whose counts must be where they must be."""

from pathlib import Path

import pytest

from benchmarks.faults.__main__ import campaign


@pytest.mark.parametrize("name", ["two_runs", "clocks"])
def test_a_short_campaign_counts_no_harm(name: str, tmp_path: Path) -> None:
    row = campaign(name)(tmp_path, True)
    assert row.is_good, "\n".join(row.lines())
