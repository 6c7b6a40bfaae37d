"""From archived pages to a week's offers: pages that cannot be read, and what looking again does to a week."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml

from configs.errors import BeltwatchError
from flows.late import late_weeks, reopened
from flows.line import Line
from flows.mapping import in_turn
from flows.progress import Reporter
from flows.reading import refuse_failures
from flows.week_offers import twins_of
from flows.workplace import workplace
from spiders.archive import PageWriter
from spiders.backfill import WORKER
from spiders.keeper import facts_of
from spiders.lake_files import write_bytes_atomic
from spiders.outcome import classify
from spiders.pages import ArchivedPage, PageFacts, PageKey
from tests.spiders.conftest import EMPTY_TEXT, marketplace_at
from transforms.coverage import page_coverage
from warehouse import lake

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
WEEKS = [date(2026, 10, 12) + timedelta(weeks=number) for number in range(4)]
WEEK, THIS_WEEK = WEEKS[0], date(2026, 11, 16)
PAGES, SIZE = 5, 10
SELLER = {"seller": "m", "place": "河北 保定市高阳县", "sold": "12"}
EMPTY = f"<html>{EMPTY_TEXT}</html>"


def listing_text(number: int, is_silent: bool = False) -> str:
    """A page of a list of fifty that is the same in every week; a silent one does not say how long the list is."""
    offers = [{"id": f"{number}-{place}", "title": "纯棉毛巾", "price": "3.50"} | SELLER for place in range(SIZE)]
    said = {} if is_silent else {"pageCount": str(PAGES), "totalCount": str(PAGES * SIZE)}
    return f"<script>var pageConfig = {json.dumps(said | {'listOffer': offers}, ensure_ascii=False)};</script>"


class Desk:
    """A home whose ledger and archive are filled page by page, as a crawl or a backfill would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.configure()

    def configure(
        self, cards: str = "listOffer", empty: str = EMPTY_TEXT, categories: Sequence[str] = ("towels", "luggage")
    ) -> None:
        """The marketplace file, by which pages are read from now on."""
        body = marketplace_at(9).model_dump(mode="json", exclude_unset=True)
        body["listing"] |= {"page_size": SIZE}
        body["layouts"][0]["cards"] = cards
        body["layouts"][0]["fields"] |= {
            "merchant_id": "seller",
            "seller_place_text": "place",
            "sales_30d_text": "sold",
        }
        body["outcomes"]["empty"] = [empty]
        body["categories"] = {name: body["categories"][name] for name in categories}
        path = self.home / "configs" / "marketplaces" / "small.yaml"
        write_bytes_atomic(path, yaml.safe_dump(body, allow_unicode=True, sort_keys=False).encode())

    def add(self, key: PageKey, text: str, worker: str = "one") -> Path:
        """Archives a page and writes it down as done; returns the archive's file."""
        work = workplace(self.home)
        small = work.configs.marketplace("small")
        page = ArchivedPage(
            small.page_url(key.category, key.page), 200, [("Content-Type", "text/html")], text.encode(), NOW
        )
        with PageWriter(self.home, f"{worker}-{key.category}-{key.page}-{key.purpose}-{key.read}") as writer:
            place = writer.write(key, page)
        facts = facts_of(classify(page, small, "x", key), page, place)
        work.ledger.record([{**key._asdict(), "url": page.url, "worker": worker, **asdict(facts)}])
        return self.home / place[0]

    def lose(self, key: PageKey) -> None:
        """Writes a page down that failed."""
        error = asdict(PageFacts("error", "status 500"))
        workplace(self.home).ledger.record([{**key._asdict(), "url": "u", "worker": "one", **error}])

    def parse(self, weeks: Sequence[date] | None = None, again: bool = False) -> Line:
        """A run of the step in a process of its own, as far as it knows."""
        line = Line(workplace(self.home), ["small"], Reporter(), each=in_turn)
        line.parse(weeks, again)
        return line

    def rows(self) -> list[tuple[int, str, int, str | None]]:
        """Page, purpose, read and outcome of all that the ledger has."""
        return self.pages().select("page", "purpose", "read", "outcome").rows()

    def pages(self) -> pl.DataFrame:
        return workplace(self.home).ledger.rows()

    def coverage(self) -> list[tuple[int, int | None]]:
        return page_coverage(self.pages(), {"small": 20}).select("stored_count", "expected_count").rows()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("BELTWATCH_NOW", NOW.isoformat())
    return Desk(tmp_path)


def towels(week: date, page: int, **more: object) -> PageKey:
    return PageKey("small", week, "towels", page)._replace(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_at_once", [True, False])
def test_a_page_lost_in_one_week_is_sound_in_the_next_ones(desk: Desk, is_at_once: bool) -> None:
    for week in WEEKS:
        for page in range(1, PAGES + 1):
            if (week, page) == (WEEKS[1], 3):
                desk.lose(towels(week, page))
            else:
                desk.add(towels(week, page), listing_text(page))
        if not is_at_once:
            desk.parse([week])
    desk.parse()
    outcomes = desk.pages().group_by("week", "outcome").len().sort("week", "outcome")
    assert outcomes.filter(outcome="error").rows() == [(WEEKS[1], "error", 1)]
    assert outcomes.filter(outcome="listing")["len"].to_list() == [5, 4, 5, 5]


def test_a_page_that_cannot_be_read_is_a_hole_that_coverage_tells_of_until_it_is_mended(desk: Desk) -> None:
    files = [desk.add(towels(WEEK, page), listing_text(page)) for page in range(1, PAGES + 1)]
    whole = files[1].read_bytes()
    files[1].write_bytes(whole[:60] + bytes(60) + whole[120:])
    line = desk.parse([WEEK])
    with pytest.raises(BeltwatchError, match=r"^1 pages could not be read, first: page 2: "):
        refuse_failures(line.unread)
    assert desk.coverage() == [(4, 5)]
    offers = lake.page_offers_file(desk.home, "small", WEEK, "towels")
    assert pl.read_parquet(offers)["page"].unique().sort().to_list() == [1, 3, 4, 5]
    assert desk.pages().filter(page=2).select("outcome", "reason").row(0)[0] == "changed"
    assert desk.parse().unread == [], "it was told of once, and the next runs go on"
    assert late_weeks(desk.home, desk.pages(), ["small"], WEEK) == []
    files[1].write_bytes(whole)
    assert desk.parse(again=True).unread == []
    assert desk.coverage() == [(5, 5)]
    assert pl.read_parquet(offers).height == PAGES * SIZE


def test_a_week_that_is_read_is_open_until_it_is_built(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add(towels(WEEK, 1), listing_text(1))
    desk.parse([WEEK])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    line = Line(workplace(desk.home), ["small"], Reporter(), each=in_turn)
    with monkeypatch.context() as patch:
        patch.setattr("flows.building.build_regions", killed)
        with pytest.raises(KeyboardInterrupt):
            line.build([WEEK])
    assert reopened(desk.home) == [WEEK]
    line = Line(workplace(desk.home), ["small"], Reporter(), each=in_turn)
    assert line.unmade(THIS_WEEK) == [WEEK, THIS_WEEK]
    line.build([WEEK])
    assert reopened(desk.home) == []


@pytest.mark.parametrize(
    ("text", "worker", "outcome", "coverage"),
    [
        (listing_text(1, is_silent=True), WORKER, "listing", (1, None)),
        (EMPTY, WORKER, "empty", (1, None)),
        (listing_text(1), "one", "listing", (1, PAGES)),
        (EMPTY, "one", "changed", (0, 1)),
    ],
)
def test_looking_again_at_a_week_that_is_over_decides_at_once(
    desk: Desk, text: str, worker: str, outcome: str, coverage: tuple[int, int | None]
) -> None:
    desk.configure(cards="items", empty="nothing here")
    desk.add(towels(WEEK, 1), text, worker)
    desk.parse()
    desk.configure()
    for again in (True, False, True):
        desk.parse(again=again)
        assert desk.rows()[0] == (1, "listing", 1, outcome)
        assert desk.coverage() == [coverage]
        assert {(purpose, read) for _, purpose, read, _ in desk.rows()} == {("listing", 1)}


def test_looking_again_in_the_present_week_plans_what_follows(desk: Desk) -> None:
    desk.configure(empty="nothing here")
    desk.add(towels(THIS_WEEK, 1), EMPTY)
    desk.configure()
    desk.parse(again=True)
    assert desk.rows() == [(1, "listing", 1, "empty"), (1, "listing", 2, None)]


def test_an_empty_page_before_the_end_is_false_each_time_it_is_looked_at(desk: Desk) -> None:
    for page in (1, 3, 4, 5):
        desk.add(towels(WEEK, page), listing_text(page))
    for read in (1, 2):
        desk.add(towels(WEEK, 2, read=read), f"{EMPTY}{' ' * read}")
    desk.parse()
    first = desk.pages()
    assert first.filter(page=2, read=1)["outcome"].item() == "changed"
    offers = lake.page_offers_file(desk.home, "small", WEEK, "towels")
    written = offers.stat().st_mtime_ns
    desk.parse()
    assert offers.stat().st_mtime_ns == written, "there is nothing new to read"
    desk.parse(again=True)
    assert desk.pages().equals(first)


def test_pages_of_a_category_that_is_mapped_no_longer_stay_what_they_are(desk: Desk) -> None:
    desk.add(towels(WEEK, 1), listing_text(1))
    before = desk.pages()
    desk.configure(categories=("luggage",))
    desk.parse(again=True)
    assert desk.pages().equals(before)


def test_an_overlap_that_is_none_any_more_leaves_no_file(desk: Desk) -> None:
    desk.add(towels(WEEK, 1), listing_text(1))
    key = towels(WEEK, 1, purpose="overlap")
    desk.add(key, listing_text(1) + " ")
    desk.parse()
    path = lake.overlap_file(desk.home, "small", WEEK, "towels")
    assert path.exists()
    workplace(desk.home).ledger.amend({key: PageFacts("blocked")})
    desk.parse()
    assert not path.exists()


def test_a_page_that_another_category_shows_later_is_read_again_and_a_second_read_is_no_twin(desk: Desk) -> None:
    for page in (1, 2):
        desk.add(towels(WEEK, page), listing_text(page))
    luggage = PageKey("small", WEEK, "luggage", 2)
    desk.add(luggage._replace(read=2), listing_text(1))
    desk.parse()
    assert {row["outcome"] for row in desk.pages().filter(category="towels").to_dicts()} == {"listing"}
    desk.add(luggage, listing_text(2))
    assert {len(twins) for twins in twins_of(desk.pages(), "towels").values()} == {1}
    desk.parse()
    assert dict(desk.pages().filter(category="towels").select("page", "outcome").rows()) == {1: "listing", 2: "changed"}
