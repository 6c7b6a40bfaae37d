"""A short version of `make faults`: a killed week ends as an undisturbed one."""

from pathlib import Path

from benchmarks.faults.homes import prepare, steps
from benchmarks.faults.kills import in_peace, trial


def test_a_week_killed_three_times_ends_like_one_left_in_peace(tmp_path: Path) -> None:
    twin = in_peace(tmp_path, prepare(tmp_path), steps())
    found = trial(tmp_path / "one", twin, steps(), kills=3, seed=3)
    assert found.kills == 3
    assert found.is_clean, found
