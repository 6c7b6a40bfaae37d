"""A short version of `make faults`: storms, robots.txt of four kinds, forbidden addresses."""

from pathlib import Path

import pytest

from benchmarks.faults.__main__ import campaign


@pytest.mark.parametrize("name", ["storm", "robots", "addresses"])
def test_nothing_is_asked_against_a_sites_will_or_astray(name: str, tmp_path: Path) -> None:
    row = campaign(name)(tmp_path, True)
    assert row.is_good, row.lines()
