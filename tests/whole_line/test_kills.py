"""A short version of `make faults`: a killed week ends as an undisturbed one."""

from pathlib import Path

from benchmarks.faults.kills import prepare, trial


def test_a_week_killed_five_times_ends_like_one_left_in_peace(tmp_path: Path) -> None:
    found = trial(tmp_path, prepare(tmp_path), kills=5, seed=3)
    assert found.is_clean, found
