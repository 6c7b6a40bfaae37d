"""When a host was asked last, by whichever crawl: the pace of a host holds over all that share the ledger."""

from datetime import timedelta

import sqlalchemy as sa

from spiders.ledger_database import LedgerDatabase
from spiders.ledger_schema import HOST_TURNS, put


class Turns(LedgerDatabase):
    """The table host_turns."""

    def take_turn(self, host: str, seconds_between: float) -> float:
        """Notes that the host is asked now, and returns 0, where nobody has asked it for so long; else the seconds
        until then, and notes nothing. Each crawl keeps its own distance from the last request of any.

        An instant that lies ahead is of a clock that was set back since: it counts as now.
        """
        with self._writing(is_lasting=False) as connection:
            self._queue(connection, f"host {host}")
            now = self._instant(connection)
            asked_at = connection.execute(
                sa.select(HOST_TURNS.c.asked_at).where(HOST_TURNS.c.host == host)
            ).scalar_one_or_none()
            wait = timedelta() if asked_at is None else min(asked_at - now, timedelta()) + timedelta(0, seconds_between)
            if asked_at is None or wait <= timedelta() or asked_at > now:
                connection.execute(put(self._engine, HOST_TURNS), {"host": host, "asked_at": now})
        return max(wait.total_seconds(), 0.0)
