"""A ledger whose database fails while it is used says so in one sentence."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from spiders.ledger import Ledger
from spiders.ledger_schema import LedgerError
from spiders.ledger_scope import Scope
from spiders.pages import PageKey, PlannedPage

PAGE = PlannedPage(PageKey("small", date(2026, 11, 16), "towels", 1, "listing", 1), "http://127.0.0.1:9/", 0)


def test_a_database_that_is_lost_under_way_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(f"sqlite:///{path}")
    ledger.plan([PAGE])
    with sqlite3.connect(path) as other:
        other.execute("drop table pages")
    for use in (
        lambda: ledger.plan([PAGE]),
        lambda: ledger.lease(Scope(), "worker", 1, datetime(2026, 11, 16, tzinfo=UTC), 60),
        ledger.rows,
        ledger.balance,
    ):
        with pytest.raises(LedgerError) as caught:
            use()
        sentence = str(caught.value)
        assert sentence.startswith(
            f"the ledger sqlite:///{path} failed (no such table: pages), expected it to be there"
        )
        assert "\n" not in sentence
