"""Prefect's server as a child that ends with its parent, however that one ends: `python -m flows.prefect_server PORT`.

Standard input is a pipe that the parent holds and never writes to: its end tells that the parent has gone. The server
listens on this machine only.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from flows.once import is_held

LOOPBACK = "127.0.0.1"


def api_at(port: int) -> str:
    """The address of the API of a server on this machine."""
    return f"http://{LOOPBACK}:{port}/api"


def server_lock(home: Path) -> Path:
    """The file that `beltwatch serve` holds locked; it says where the API is once that answers."""
    return home / "prefect" / "serve.lock"


def address_of_server(home: Path) -> str | None:
    """The address of the Prefect API that is served from a home now, if any."""
    path = server_lock(home)
    return path.read_text(encoding="utf-8") or None if is_held(path) else None


def main(port: int) -> None:
    """Serve Prefect's API and page until told to end or left alone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(final=True), host=LOOPBACK, port=port, log_level="warning", timeout_graceful_shutdown=5)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGKILL)  # SQLite's journal makes good what a sudden end leaves


if __name__ == "__main__":
    main(int(sys.argv[1]))
