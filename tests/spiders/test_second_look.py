"""Empty pages are believed after a second read, and a mended file says anew what archived pages are."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from configs.marketplaces import Marketplace
from spiders.archive import PageWriter
from spiders.pages import ArchivedPage, PageFacts, PageKey
from spiders.plan import rest_of
from spiders.second_look import FACTS, confirmed, decidable, facts_in, key_of, reclassified
from tests.spiders.conftest import listing_page

WEEK = date(2026, 11, 16)
KEY = PageKey("small", WEEK, "towels", 1)
Build = Callable[..., Marketplace]


def row(read: int, outcome: str | None, state: str = "done", **facts: Any) -> dict[str, Any]:
    """A row of table pages."""
    blank = dict.fromkeys(FACTS)
    return {**blank, **KEY._replace(read=read)._asdict(), "state": state, "outcome": outcome, "reason": "why", **facts}


def test_a_page_that_says_it_is_empty_is_planned_once_more(reshaped: Build) -> None:
    again = rest_of(reshaped(1), KEY, PageFacts("empty"))
    assert [page.key for page in again] == [KEY._replace(read=2)]
    assert rest_of(reshaped(1), KEY._replace(read=2), PageFacts("empty")) == []
    assert rest_of(reshaped(1), KEY._replace(purpose="overlap"), PageFacts("empty")) == []


def test_a_second_read_that_is_a_listing_leads_to_the_rest(reshaped: Build) -> None:
    rest = rest_of(reshaped(1), KEY._replace(read=2), PageFacts("listing", pages_said=3, cards=2))
    assert [page.key for page in rest] == [KEY._replace(page=2), KEY._replace(page=3)]


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        (row(2, "empty"), "empty"),
        (row(2, "listing", sha256="s", cards=2), "listing"),
        (row(2, "blocked"), "changed"),
        (row(2, "error"), "changed"),
        (row(2, None, state="planned"), "changed"),
    ],
)
def test_the_second_read_decides(second: dict[str, Any], outcome: str) -> None:
    found = dict(confirmed([row(1, "empty"), second]))
    assert {key: facts.outcome for key, facts in found.items()} == {KEY: outcome}
    if outcome == "listing":
        assert (found[KEY].sha256, found[KEY].cards) == ("s", 2)


def test_what_was_decided_stays_and_a_late_second_read_decides_anew() -> None:
    first, second = row(1, "empty"), row(2, None, state="planned")
    undecided = dict(confirmed([first, second]))[KEY]
    told = {**first, **{name: getattr(undecided, name) for name in FACTS}}
    assert list(confirmed([told, second])) == []
    assert dict(confirmed([told, row(2, "empty")]))[KEY].outcome == "empty"
    assert list(confirmed([row(1, "listing")])) == []


def test_a_false_page_stays_false_whatever_its_second_read_says() -> None:
    false = row(1, "changed", reason="says that there is nothing, and the list goes on to page 3")
    assert [list(confirmed([false, row(2, outcome)])) for outcome in ("empty", "listing", "blocked")] == [[], [], []]


def test_in_a_week_that_is_over_an_empty_page_is_believed_only_where_it_was_confirmed_or_is_foreign() -> None:
    ours, foreign = {**row(1, "changed"), "worker": "one"}, {**row(1, "changed"), "worker": "backfill"}
    second = {**row(2, "empty"), "worker": "one"}
    empty, listing = {KEY: PageFacts("empty")}, {KEY: PageFacts("listing")}
    assert decidable([ours], empty) == {}
    assert decidable([ours, second], empty) == decidable([foreign], empty) == empty
    assert decidable([ours], listing) == listing


def test_a_mended_file_reads_archived_pages_anew_and_a_marker_takes_them_back(tmp_path: Path, reshaped: Build) -> None:
    small = reshaped(1)
    texts = {1: listing_page("毛巾", 1, 2).replace("listOffer", "cardItems"), 2: listing_page("毛巾", 2, 2)}
    rows = []
    with PageWriter(tmp_path, "test") as writer:
        for number, text in texts.items():
            key = KEY._replace(page=number)
            page = ArchivedPage(
                small.page_url("towels", number), 200, [], text.encode(), datetime(2026, 11, 18, tzinfo=UTC)
            )
            file, offset = writer.write(key, page)
            rows.append({**row(1, "changed"), **key._asdict(), "archive_file": file, "archive_offset": offset})
    known = dict(reclassified(tmp_path, small, [{**one, "sha256": None} for one in rows]))
    assert known == {}, "a record that the ledger does not know is not believed"
    digests = {1: _digest(texts[1]), 2: _digest(texts[2])}
    rows = [{**one, "sha256": digests[one["page"]]} for one in rows]
    assert {key.page: facts.outcome for key, facts in reclassified(tmp_path, small, rows)} == {2: "listing"}
    layout = small.layouts[0].model_copy(update={"cards": "cardItems"})
    mended = small.model_copy(update={"layouts": [*small.layouts, layout.model_copy(update={"name": "new"})]})
    found = dict(reclassified(tmp_path, mended, rows))
    assert {key.page: (facts.outcome, facts.cards) for key, facts in found.items()} == {
        1: ("listing", 2),
        2: ("listing", 2),
    }
    blocked = small.model_copy(update={"outcomes": small.outcomes.model_copy(update={"blocked": ["毛巾-2-1"]})})
    assert {key.page: facts.outcome for key, facts in reclassified(tmp_path, blocked, rows)} == {2: "blocked"}
    unmapped = mended.model_copy(update={"categories": {"luggage": "箱包"}})
    assert list(reclassified(tmp_path, unmapped, rows)) == []
    assert (key_of(rows[0]), facts_in(rows[0]).outcome) == (KEY, "changed")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
