"""A scheduled week is made once: by one run at a time, and not again once it was made without complaint.

Prefect's states do not decide this: a run whose process was killed stays "Running" there. A lock of the file system
falls with its holder, and a note is written only at the end of a good run. Runs that pile up while a machine is off
all find the week of the present made and do nothing.

Builds share files too, whoever starts them: they take turns.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from spiders.lake_files import make_folder, write_bytes_atomic


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold a lock file while the block runs; False where another process holds it."""
    make_folder(path.parent)
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def sole_builder(home: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the home's lock of builds while the block runs. Where another process builds, wait for it, and tell so."""
    path = home / "runs" / "build.lock"
    with held(path) as is_mine:
        if is_mine:
            yield
            return
    tell(f"waiting for another build of {home}")
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held(path: Path) -> bool:
    """Whether a process holds a lock file now."""
    if not path.exists():
        return False
    with held(path) as is_free:
        return not is_free


def run_lock(home: Path, flow: str) -> Path:
    """The lock that a scheduled run of a flow holds while it works."""
    return home / "runs" / flow / ".lock"


def is_made(home: Path, flow: str, week: date, marketplaces: Sequence[str]) -> bool:
    """Whether a scheduled run has made a week for all these marketplaces."""
    path = _note(home, flow, week)
    return path.exists() and set(marketplaces) <= set(json.loads(path.read_text(encoding="utf-8"))["marketplaces"])


def note_made(home: Path, flow: str, week: date, marketplaces: Sequence[str], now: datetime) -> None:
    """Write down that a scheduled run has made a week."""
    made = {"marketplaces": sorted(marketplaces), "made_at": now.isoformat(timespec="seconds")}
    write_bytes_atomic(_note(home, flow, week), json.dumps(made, indent=1).encode())


def _note(home: Path, flow: str, week: date) -> Path:
    return home / "runs" / flow / f"{week}.json"
