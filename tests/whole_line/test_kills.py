"""A short version of `make faults`: a killed week ends as an undisturbed one."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.faults.homes import NOW, past_of, steps
from benchmarks.faults.kills import in_peace, trial
from tests.flows.conftest import beltwatch_here


def test_a_week_killed_three_times_ends_like_one_left_in_peace(
    tmp_path: Path, tiny_world: Callable[[Path], Path]
) -> None:
    twin = in_peace(tmp_path, prepared(tiny_world(tmp_path / "prepared")), steps())
    found = trial(tmp_path / "one", twin, steps(), kills=3, seed=3)
    assert found.kills == 3
    assert found.is_clean, found


def prepared(home: Path) -> Path:
    """What the campaign prepares, by the same commands in this process: nothing is killed in it."""
    for command in past_of(home):
        done = beltwatch_here(*command, "--home", str(home), now=NOW.isoformat())
        assert done.returncode == 0, done.stderr
    return home
