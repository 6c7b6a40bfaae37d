"""Archive, truth and the laying out of a world."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from fastwarc.warc import ArchiveIterator

from configs.errors import ConfigError
from configs.marketplaces import read_marketplace
from configs.tables import table
from sandbox.archive import write_past
from sandbox.economy import Economy
from sandbox.pages import Site
from sandbox.scenario import Scenario
from sandbox.truth import truth
from sandbox.world import held_world, lay_out, write_marketplace


@pytest.fixture(scope="module")
def home(tiny: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the tiny world of seed 1."""
    folder = tmp_path_factory.mktemp("home")
    told: list[tuple[int, int]] = []
    lay_out(folder, tiny, 1, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(tiny.past_weeks), len(tiny.past_weeks))
    return folder


def digests(folder: Path) -> dict[str, str]:
    """File names and digests."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_archive_holds_each_page_of_each_week_as_the_site_shows_it(home: Path, tiny: Scenario, site: Site) -> None:
    week = tiny.past_weeks[7]
    with (home / "sandbox" / "archive" / f"practice-{week}.warc.gz").open("rb") as file:
        found = [
            (record.headers["WARC-Target-URI"], record.record_date, record.reader.read(), record.stream_pos)
            for record in ArchiveIterator(file)
        ]
    pages = [site.page(words, n, week) for words in ("毛巾", "袜子") for n in range(1, 1 + count(site, words, week))]
    assert [body.decode() for _, _, body, _ in found] == pages
    assert found[1][0] == "http://practice.example/selloffer/offer_search.htm?keywords=%C3%AB%BD%ED&beginPage=2"
    start = datetime(week.year, week.month, week.day, tzinfo=UTC) - timedelta(hours=6)
    assert [at for _, at, _, _ in found] == [start + timedelta(seconds=n) for n in range(len(found))]
    assert len({position for *_, position in found}) == len(found)


def count(site: Site, words: str, week: object) -> int:
    """Pages of a category."""
    return site.page_count(site.category_of(words) or "", week)  # type: ignore[arg-type]


def test_a_world_laid_out_twice_is_the_same_and_another_seed_is_refused(
    home: Path, tiny: Scenario, tmp_path: Path
) -> None:
    before = digests(home / "sandbox")
    lay_out(home, tiny, 1)
    assert digests(home / "sandbox") == before
    lay_out(tmp_path, tiny, 1)
    assert digests(tmp_path / "sandbox") == before
    with pytest.raises(ConfigError, match="'tiny' with seed 1"):
        lay_out(home, tiny, 2)
    assert held_world(home) == (tiny, 1)


def test_a_missing_week_is_written_again(home: Path, tiny: Scenario) -> None:
    before = digests(home / "sandbox")
    (home / "sandbox" / "archive" / f"practice-{tiny.past_weeks[3]}.warc.gz").unlink()
    write_past(home / "sandbox" / "archive", tiny, 1)
    assert digests(home / "sandbox") == before


def test_truth_is_what_the_economy_had(home: Path, tiny: Scenario, economy: Economy) -> None:
    frame = pl.read_parquet(home / "sandbox" / "truth.parquet")
    assert frame.schema == table("truth").polars_schema()
    assert frame.equals(truth(tiny, 1))
    assert frame.select(table("truth").key).is_duplicated().sum() == 0
    belt, week = economy.belts[0], tiny.live_week
    now, base = belt.merchant_values(week), belt.merchant_values(week - timedelta(days=364))
    stays = belt.merchants.is_belt & (now >= 0) & (base >= 0)
    rows = frame.filter(pl.col("belt") == belt.plan.id, pl.col("week") == week)
    matched = rows.filter(pl.col("panel") == "matched").row(0, named=True)
    assert matched["planted"] == -0.25
    assert matched["realised"] == pytest.approx(now[stays].sum() / base[stays].sum() - 1, abs=1e-12)
    level = rows.filter(pl.col("comparison") == "level")["realised"].item()
    assert level == pytest.approx(now[belt.merchants.is_belt & (now >= 0)].sum() / 100 * 28 / 30)


def test_truth_has_a_yoy_for_every_week_with_a_base(tiny: Scenario) -> None:
    frame = truth(tiny, 1).filter(pl.col("comparison") == "yoy", pl.col("panel") == "matched")
    weeks = frame.filter(pl.col("belt") == "zhuji-socks")["week"].to_list()
    assert weeks == [tiny.first_week + timedelta(days=364), tiny.live_week - timedelta(weeks=1), tiny.live_week]


def test_realised_is_near_planted_in_every_week_of_the_story(story: Scenario) -> None:
    frame = truth(story, 1).filter(pl.col("panel") == "matched")
    assert (frame["realised"] - frame["planted"]).abs().max() < 0.04  # type: ignore[operator]


def test_the_marketplace_file_is_one(home: Path) -> None:
    path = write_marketplace(home, "http://127.0.0.1:9999")
    marketplace = read_marketplace(path)
    assert path == home / "configs" / "marketplaces" / "practice.yaml"
    assert marketplace.page_url("towels", 2).startswith("http://127.0.0.1:9999/selloffer/offer_search.htm?keywords=%C3")
    assert marketplace.listing.page_size == 10
    assert marketplace.categories == {"towels": "毛巾", "socks": "袜子"}
    archived = "http://practice.example/selloffer/offer_search.htm?keywords=%C3%AB%BD%ED&beginPage=2"
    assert marketplace.category_of_url(archived) == ("towels", 2)


def test_a_home_without_a_world_has_no_marketplace(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no practice world"):
        write_marketplace(tmp_path, "http://127.0.0.1:9999")
