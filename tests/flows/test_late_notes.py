"""The notes of weeks that are to be built: a build takes away those that it has seen."""

import os
from datetime import date
from pathlib import Path

from flows.late import close, notes_of, reopen

FIRST, SECOND, THIRD = date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)


def test_a_note_that_another_process_wrote_during_a_build_stays(tmp_path: Path) -> None:
    reopen(tmp_path, FIRST)
    reopen(tmp_path, SECOND)
    for path in (tmp_path / "runs" / "reopened").iterdir():
        os.utime(path, ns=(0, 0))
    seen = notes_of(tmp_path)
    reopen(tmp_path, SECOND)
    reopen(tmp_path, THIRD)
    close(tmp_path, seen)
    assert set(notes_of(tmp_path)) == {SECOND, THIRD}
    close(tmp_path, notes_of(tmp_path))
    assert notes_of(tmp_path) == {}
