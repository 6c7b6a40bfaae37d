"""Pages that come after their week was released: the week is open again, and so are those that rest on it."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import warehouse
from configs.calendar import starts_at
from configs.tables import table
from flows.handing_over import backfill_files
from flows.late import reopened
from flows.line import Line
from flows.mapping import in_turn
from flows.progress import Reporter
from flows.workplace import workplace
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import write_marketplace
from spiders.foreign_warc import Source
from spiders.pages import PageKey, PlannedPage

LIVE = load("tiny").live_week
WEEK = LIVE - timedelta(days=7)
BASE = WEEK - timedelta(days=364)
LATE_PAGE = ("towels", 2)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, tiny_world: Callable[[Path], Path]) -> Path:
    """A home with the practice world's past laid out and nothing read."""
    home = tiny_world(tmp_path_factory.mktemp("late") / "home")
    write_marketplace(home, "http://127.0.0.1:9")
    return home


def line_of(home: Path) -> Line:
    return Line(workplace(home), ["practice"], Reporter(), each=in_turn)


def published(home: Path) -> str | None:
    """Reads and builds all there is, and releases it."""
    line = line_of(home)
    line.parse(None)
    line.build(None)
    return line.release()


def rows(home: Path, name: str, where: str = "true") -> pl.DataFrame:
    """A table's columns that two homes have in common."""
    names = [column for column in table(name).stable_names if column != "release"]
    with warehouse.open(home) as reader:
        columns = ", ".join(f'"{column}"' for column in names)
        found = reader.sql(f"select {columns} from {name} where {where}")
        return found.sort([column for column in table(name).key if column in names])


def split(home: Path, source: Path, folder: Path) -> tuple[Path, Path]:
    """The archive of a week without the late page, and that page alone."""
    marketplace = workplace(home).configs.marketplace("practice")
    content = source.read_bytes()
    captures = list(Source(source).captures())
    ends = [*(capture.offset for capture in captures[1:]), len(content)]
    parts: dict[bool, bytes] = {True: b"", False: b""}
    for capture, end in zip(captures, ends, strict=True):
        parts[marketplace.category_of_url(capture.url) == LATE_PAGE] += content[capture.offset : end]
    early, late = folder / "early.warc.gz", folder / "late.warc.gz"
    early.write_bytes(parts[False])
    late.write_bytes(parts[True])
    return early, late


def test_a_page_backfilled_late_reopens_its_week_and_the_week_a_year_on(world: Path, tmp_path: Path) -> None:
    whole, home = tmp_path / "whole", tmp_path / "home"
    archive = world / "sandbox" / "archive" / "practice"
    base, week = (archive / f"practice-{day}.warc.gz" for day in (BASE, WEEK))
    early, late = split(world, base, tmp_path)
    for target, files in ((whole, [base, week]), (home, [early, week])):
        shutil.copytree(world / "configs", target / "configs")
        backfill_files(workplace(target), files, "practice", Reporter())
    assert published(whole)
    first = published(home)
    current = "superseded_at is null"
    before = rows(home, "figures", current)
    assert not before.equals(rows(whole, "figures", current))
    backfill_files(workplace(home), [late], "practice", Reporter())
    second = published(home)
    assert second not in (None, first)
    assert rows(home, "figures", current).equals(rows(whole, "figures", current))
    with warehouse.open(home) as reader:
        changed = reader.sql(f"select distinct week from figures where release = '{second}' order by week")
        assert changed["week"].to_list() == [BASE, WEEK]
    vintage = rows(home, "figures", f"release = '{first}'")
    assert vintage.equals(before)
    assert published(home) is None


def test_what_a_worker_left_that_died_reopens_the_week_in_the_next_run(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, home = tmp_path / "whole", tmp_path / "home"
    for target in (whole, home):
        shutil.copytree(world / "configs", target / "configs")
        shutil.copytree(world / "sandbox", target / "sandbox")
    crawled(whole, WEEK, monkeypatch)
    assert published(whole)
    died_before_it_was_written_down(whole, home)
    assert published(home)
    assert not rows(home, "listing_weeks").equals(rows(whole, "listing_weeks"))
    crawled(home, LIVE, monkeypatch)
    line = line_of(home)
    assert line.unmade(LIVE) == [WEEK, LIVE]
    line.parse(line.unmade(LIVE))
    assert reopened(home) == [WEEK, LIVE]
    resumed = line_of(home)  # the first was killed here
    assert resumed.unmade(LIVE) == [WEEK, LIVE]
    resumed.build(resumed.unmade(LIVE))
    assert reopened(home) == []
    assert resumed.release()
    of_week = f"week = '{WEEK}'"
    assert rows(home, "listing_weeks", of_week).equals(rows(whole, "listing_weeks"))
    assert rows(home, "figures", f"{of_week} and superseded_at is null").equals(rows(whole, "figures", of_week))
    assert line.unmade(LIVE) == [LIVE]


def test_of_weeks_that_nobody_read_a_run_takes_the_four_before_it(world: Path, tmp_path: Path) -> None:
    home, archive = tmp_path / "home", world / "sandbox" / "archive" / "practice"
    weeks = [LIVE - timedelta(days=7 * ago) for ago in (5, 4, 1, 0)]
    shutil.copytree(world / "configs", home / "configs")
    files = [archive / f"practice-{week}.warc.gz" for week in weeks[:3]]
    backfill_files(workplace(home), files, "practice", Reporter())
    line = line_of(home)
    never_asked = PageKey("practice", LIVE - timedelta(days=14), "towels", 1)
    line.work.ledger.plan([PlannedPage(never_asked, "http://127.0.0.1:9")])
    assert line.unmade(LIVE) == weeks[1:]
    line.parse(weeks[1:3])
    assert line.unmade(LIVE) == [*reopened(home), LIVE]
    line.build(weeks[1:3])
    assert line.unmade(LIVE) == [LIVE]
    assert line.unmade(weeks[1]) == weeks[:2]


def crawled(home: Path, week: date, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans and crawls a week of the practice site while it lasts."""
    now = starts_at(week) + timedelta(hours=2)
    monkeypatch.setenv("BELTWATCH_NOW", now.isoformat())
    with serving("tiny", 1, now, home / "requests.log") as url:
        write_marketplace(home, url)
        line = line_of(home)
        line.plan(week)
        line.crawl(week)


def died_before_it_was_written_down(whole: Path, home: Path) -> None:
    """Gives `home` what `whole` has crawled, as it stands when the last worker dies between archive and ledger."""
    shutil.copytree(whole / "pages", home / "pages")
    shutil.copytree(whole / "configs", home / "configs", dirs_exist_ok=True)
    done = workplace(whole).ledger.rows()
    lost = (pl.col("category") == LATE_PAGE[0]) & (pl.col("page") == LATE_PAGE[1])
    keys = [PlannedPage(PageKey(*row[:-1]), row[-1]) for row in done.select(*PageKey._fields, "url").iter_rows()]
    ledger = workplace(home).ledger
    ledger.plan(keys)
    ledger.record(done.filter(~lost).to_dicts())
    assert ledger.balance().waiting == 1
