"""The processes that stay between steps end with the process that started them, and are replaced when one has died."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path

from flows.mapping import in_processes, processes

UNITS = [(-1,), (-2,), (-3,)]
PARENT = """
import time
from flows.mapping import in_processes
if __name__ == "__main__":
    in_processes("ends", abs, [(-1,), (-2,), (-3,)], lambda done, total: None)
    print("ready", flush=True)
    time.sleep(300)
"""


def absolutes() -> list[int]:
    return in_processes("absolutes", abs, UNITS, lambda done, total: None)


def test_processes_end_with_their_parent_and_leave_its_pipe(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        assert children
    finally:
        parent.kill()
        parent.wait()
    assert ended(parent.stdout.fileno())


def ended(descriptor: int, seconds: float = 20.0) -> bool:
    """Whether the last writer of a pipe goes within some seconds."""
    os.set_blocking(descriptor, False)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if os.read(descriptor, 1) == b"":
                return True
        except BlockingIOError:
            time.sleep(0.05)
    return False


def test_processes_of_which_one_died_between_two_steps_are_replaced() -> None:
    assert absolutes() == [1, 2, 3]
    with processes() as pool:
        worker: Future[int] = pool.submit(os.getpid)
        os.kill(worker.result(), signal.SIGKILL)
    until = time.monotonic() + 20
    while not pool._broken and time.monotonic() < until:  # it notices by itself, in a thread of its own
        time.sleep(0.05)
    assert absolutes() == [1, 2, 3]
