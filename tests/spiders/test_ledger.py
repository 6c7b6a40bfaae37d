"""The ledger: nothing is leased twice, nothing done is lost, and the balance always holds. On both databases."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from configs.errors import ConfigError
from configs.tables import TableError, table
from spiders.ledger import Ledger
from spiders.ledger_schema import PAGES, open_engine
from spiders.ledger_scope import Balance, Scope
from spiders.ledger_watch import Watch
from spiders.pages import PageFacts, PageKey, PlannedPage

WEEK = date(2026, 11, 16)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
SCOPE = Scope("small", WEEK)
LISTING = PageFacts("listing", "layout x", "pages/a.warc.gz", 0, "00", 200, 10, NOW, 2, 3, 6)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    address: str = request.getfixturevalue("postgres")
    engine = open_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.delete(PAGES))
    engine.dispose()
    return address


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    ledger = Ledger(url)
    yield ledger
    ledger.close()


def planned(count: int = 3, category: str = "towels") -> list[PlannedPage]:
    keys = [PageKey("small", WEEK, category, number) for number in range(1, count + 1)]
    return [PlannedPage(key, f"http://127.0.0.1/{key.category}/{key.page}") for key in keys]


def leased(ledger: Ledger, count: int = 1, worker: str = "a", now: datetime = NOW) -> list[PlannedPage]:
    return ledger.lease(SCOPE, worker, count, now, 60)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_key_and_the_facts_are_columns_of_the_table() -> None:
    assert list(PageKey._fields) == table("pages").key
    assert {field.name for field in fields(PageFacts)} < set(table("pages").names)


def test_planning_twice_plans_once(ledger: Ledger) -> None:
    assert ledger.plan(planned(3)) == 3
    leased(ledger)
    assert ledger.plan(planned(4)) == 1
    assert ledger.balance("small", WEEK).planned == 4
    assert ledger.balance("small", WEEK).leased == 1


def test_leases_go_category_by_category_and_to_one_worker_only(ledger: Ledger) -> None:
    ledger.plan([*planned(2), *planned(2, "luggage")])
    first, second = leased(ledger, 3, "a"), leased(ledger, 3, "b")
    assert [(page.key.category, page.key.page) for page in first] == [("luggage", 1), ("luggage", 2), ("towels", 1)]
    assert [(page.key.category, page.key.page) for page in second] == [("towels", 2)]
    assert leased(ledger, 3, "c") == []
    assert ledger.deadlines(SCOPE) == {"a": later(60), "b": later(60)}
    assert ledger.let_go("a") == 3
    assert ledger.lease(Scope("small", WEEK, ("towels",)), "c", 9, NOW, 60) == planned(1)


def test_a_silent_worker_loses_its_pages_and_one_that_renews_does_not(ledger: Ledger) -> None:
    ticks = iter(range(0, 600, 30))
    watch = Watch(60, lambda: next(ticks))
    ledger.plan(planned(2))
    leased(ledger, 1, "dead")
    leased(ledger, 1, "alive", later(-3600))  # its clock is an hour behind: by ours its lease is long over
    found = []
    for seconds in range(0, 150, 30):
        silent = watch.silent(ledger.deadlines(SCOPE))
        found.append(sorted(silent))
        for worker, deadline in silent.items():
            assert ledger.let_go(worker, deadline) == 1
        assert ledger.renew("alive", later(seconds - 3600), 60) == 1
    assert found == [[], [], ["dead"], [], []]
    assert [page.key.page for page in leased(ledger, 9, "b")] == [1]


def test_a_worker_that_renews_in_the_last_moment_keeps_its_pages(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    leased(ledger, 1, "slow")
    [(worker, deadline)] = ledger.deadlines(SCOPE).items()
    ledger.renew("slow", later(1), 60)
    assert ledger.let_go(worker, deadline) == 0
    assert leased(ledger, 1, "b") == []


def test_a_done_page_is_never_done_again_nor_leased(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    [page] = leased(ledger)
    assert ledger.store_done(page.key, "a", LISTING)
    assert not ledger.store_done(page.key, "a", replace(LISTING, sha256="11"))
    assert not ledger.give_back(page.key, "a", "late", NOW)
    assert leased(ledger, 9, "b", later(999)) == []
    row = ledger.rows("small").row(0, named=True)
    assert (row["sha256"], row["attempts"], row["fetched_at"], row["lease_until"]) == ("00", 1, NOW, None)


def test_only_the_holder_stores_until_the_page_is_let_go(ledger: Ledger) -> None:
    ledger.plan(planned(2))
    [first] = leased(ledger, 1, "a")
    assert not ledger.store_done(first.key, "b", LISTING)
    ledger.let_go("a")
    assert ledger.store_done(first.key, "b", LISTING)
    [second] = leased(ledger, 1, "a")
    ledger.let_go("a")
    [again] = leased(ledger, 1, "b")
    assert second.key == again.key
    assert not ledger.store_done(second.key, "a", LISTING)
    assert ledger.store_done(again.key, "b", LISTING)


def test_the_rest_is_planned_together_with_page_one(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    [page] = leased(ledger)
    assert not ledger.store_done(page.key, "b", LISTING, planned(4))
    assert ledger.balance().planned == 1
    assert ledger.store_done(page.key, "a", LISTING, planned(4))
    assert ledger.balance().planned == 4


def test_a_page_given_back_waits_and_its_attempts_are_counted(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    [page] = leased(ledger)
    assert not ledger.give_back(page.key, "b", "not mine", NOW)
    assert ledger.give_back(page.key, "a", "status 500", later(30))
    assert leased(ledger, 1, "a", later(29)) == []
    [again] = leased(ledger, 1, "b", later(30))
    assert again.attempts == 1
    assert ledger.let_go("b") == 1
    assert leased(ledger, 1, "c", later(30))[0].attempts == 1


def test_on_postgresql_pages_that_another_is_taking_are_passed_over(ledger: Ledger, url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")
    ledger.plan(planned(3))
    engine = open_engine(url)
    with engine.begin() as other:
        other.execute(sa.select(PAGES).where(PAGES.c.page == 1).with_for_update())
        assert [page.key.page for page in leased(ledger, 1)] == [2]  # without SKIP LOCKED it would wait for ever
    assert [page.key.page for page in leased(ledger, 9)] == [1, 3]
    engine.dispose()


def test_the_balance_holds_through_any_course(ledger: Ledger) -> None:
    dice = random.Random(5)
    ledger.plan(planned(30))
    now = NOW
    held: list[tuple[str, PlannedPage]] = []
    for _ in range(150):
        now += timedelta(seconds=dice.randrange(30))
        worker = dice.choice("abc")
        held += [(worker, page) for page in leased(ledger, dice.randrange(4), worker, now)]
        dice.shuffle(held)
        for owner, page in held[: dice.randrange(3)]:
            if dice.random() < 0.5:
                ledger.store_done(page.key, owner, replace(LISTING, outcome=dice.choice(["listing", "empty"])))
            else:
                ledger.give_back(page.key, owner, "status 500", now)
            held.remove((owner, page))
        if dice.random() < 0.1:
            ledger.let_go(dice.choice("abc"))
        balance = ledger.balance("small", WEEK)
        assert balance.is_even
        assert balance.planned == 30
    assert set(balance.done) == {"empty", "listing"}


def test_workers_at_once_lease_no_page_twice(url: str) -> None:
    Ledger(url).plan(planned(60))
    taken: list[PageKey] = []

    def work(worker: str) -> None:
        ledger = Ledger(url)
        while pages := leased(ledger, 3, worker):
            taken.extend(page.key for page in pages)
            for page in pages:
                assert ledger.store_done(page.key, worker, LISTING)
        ledger.close()

    workers = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(taken) == Counter(page.key for page in planned(60))
    assert Ledger(url).balance().done == {"listing": 60}


def captured(page: int) -> dict[str, object]:
    """A page as another crawler's archive gives it."""
    return {
        "marketplace": "small",
        "week": WEEK,
        "category": "towels",
        "page": page,
        "outcome": "listing",
        "url": f"http://127.0.0.1/{page}",
        "archive_file": "foreign.warc.gz",
        "archive_offset": 7,
        "fetched_at": NOW,
    }


def test_a_page_that_is_open_is_done_with_another_crawlers_and_a_done_one_is_not(ledger: Ledger) -> None:
    ledger.plan(planned(3))
    [first, _] = leased(ledger, 2)
    ledger.store_done(first.key, "a", LISTING)
    assert ledger.record(map(captured, (1, 2, 3, 4))) == 3
    assert ledger.rows()["archive_file"].to_list() == ["pages/a.warc.gz", *["foreign.warc.gz"] * 3]
    assert ledger.balance() == Balance(planned=4, done={"listing": 4}, leased=0, waiting=0)
    assert not ledger.store_done(planned(2)[1].key, "a", LISTING)


def test_pages_of_another_crawler_are_recorded_once(ledger: Ledger) -> None:
    rows = [captured(number) for number in (1, 2)]
    assert ledger.record(rows[:1]) == 1
    assert ledger.record(rows) == 1
    assert ledger.record([]) == 0
    assert ledger.balance().done == {"listing": 2}
    assert ledger.rows()["attempts"].to_list() == [1, 1]
    with pytest.raises(TableError, match="colour"):
        ledger.record([rows[0] | {"colour": "red"}])


def test_rows_conform_and_are_sorted_by_key(ledger: Ledger) -> None:
    ledger.plan([*planned(11), *planned(2, "Zhuhai"), *planned(2, "a_b"), *planned(2, "ab")])
    rows = ledger.rows("small", WEEK)
    assert rows.schema == table("pages").polars_schema()
    assert rows.select(table("pages").key).rows() == sorted(rows.select(table("pages").key).rows())
    assert ledger.rows("small", WEEK, ["ab"]).height == 2
    assert ledger.rows("other").height == 0


def test_open_pages_tell_what_is_missing(ledger: Ledger) -> None:
    ledger.plan([*planned(4), *planned(1, "luggage")])
    for page, kind in zip(leased(ledger, 4), ["blocked", "listing", "empty", "listing"], strict=True):
        ledger.store_done(page.key, "a", replace(LISTING, outcome=kind))
    assert ledger.open_pages("small", WEEK)["page"].to_list() == [4]
    assert ledger.balance().done == {"blocked": 1, "empty": 1, "listing": 2}


def test_the_database_itself_refuses_what_does_not_add_up(ledger: Ledger, url: str) -> None:
    ledger.plan(planned(1))
    engine = open_engine(url)
    for wrong in ({"state": "done"}, {"outcome": "listing"}, {"state": "leased"}, {"state": "gone"}):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(sa.update(PAGES).values(**wrong))
    engine.dispose()


@pytest.mark.parametrize("wrong", ["mysql://x/y", "postgresql://x/y", "ledger.db", "sqlite:////proc/no/ledger.db"])
def test_a_ledger_that_cannot_be_opened_is_one_sentence(wrong: str) -> None:
    with pytest.raises(ConfigError, match="ledger") as caught:
        Ledger(wrong)
    assert "\n" not in str(caught.value)


def test_frames_hold_utc_instants(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    leased(ledger)
    assert ledger.rows().select(pl.col("lease_until")).item() == later(60)
