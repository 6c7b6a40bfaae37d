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
from sandbox.world import held_world, lay_out, write_marketplace, write_marketplaces


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
    with (home / "sandbox" / "archive" / "practice" / f"practice-{week}.warc.gz").open("rb") as file:
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
    (home / "sandbox" / "archive" / "practice" / f"practice-{tiny.past_weeks[3]}.warc.gz").unlink()
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
    assert level == pytest.approx(now[belt.merchants.is_belt & (now >= 0)].sum() / 30 / 100)


def test_truth_has_a_yoy_for_every_week_with_a_base(tiny: Scenario) -> None:
    frame = truth(tiny, 1).filter(pl.col("comparison") == "yoy", pl.col("panel") == "matched")
    weeks = frame.filter(pl.col("belt") == "zhuji-socks")["week"].to_list()
    assert weeks == [tiny.first_week + timedelta(days=364), tiny.live_week - timedelta(weeks=1), tiny.live_week]


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_realised_is_near_planted_in_all_belts_of_the_story(story: Scenario, seed: int) -> None:
    rows = truth(story, seed).filter(pl.col("panel") == "matched", pl.col("segment") == "all")
    strayed = rows.with_columns((pl.col("realised") - pl.col("planted")).abs().alias("strays"))
    live = strayed.filter(pl.col("week") == story.live_week)
    assert live["belt"].n_unique() == len(live) == 8
    assert live["strays"].max() < 0.02  # type: ignore[operator]
    # while prices fall, 30 days of pieces at today's price are less than what was paid: the war shows
    peaceful = strayed.filter(pl.col("belt") != "shanghai-mooncakes")
    assert peaceful["strays"].quantile(0.95) < 0.03  # type: ignore[operator]


def test_the_story_tells_its_cuts_and_other_truths(story: Scenario) -> None:
    frame = truth(story, 1)
    live = frame.filter(pl.col("week") == story.live_week)
    cuts = live.filter(pl.col("panel") == "matched")
    planted = {(row["belt"], row["segment"]): row["planted"] for row in cuts.iter_rows(named=True)}
    assert planted["gaoyang-towels", "mode=supply"] == -0.12
    assert planted["gaoyang-towels", "mode=self"] is None
    assert planted["baigou-luggage", "mode=self"] == -0.22
    assert planted["shanghai-mooncakes", "premium"] == 0.15
    assert ("baigou-luggage", "marketplace=practice") not in planted
    supply = cuts.filter(pl.col("belt") == "gaoyang-towels", pl.col("segment") == "mode=supply")["realised"].item()
    assert supply == pytest.approx(-0.12, abs=0.03)
    returns = frame.filter(pl.col("metric") == "return_rate").sort("week")["planted"]
    assert (returns[0], returns[-1], len(returns)) == (0.05, 0.20, 105)
    below = frame.filter(pl.col("metric") == "below_cost_share").sort("week")
    assert below.filter(pl.col("week") < story.belts[5].price_war.start)["realised"].max() == 0  # type: ignore[union-attr]
    assert 0.08 < below["realised"][-1] < 0.25


def test_the_levels_of_two_marketplaces_add_up_to_the_belt(story: Scenario) -> None:
    levels = truth(story, 1).filter(pl.col("comparison") == "level", pl.col("metric") == "displayed_sales")
    socks = levels.filter(pl.col("belt") == "zhuji-socks").pivot(on="segment", index="week", values="realised")
    both = socks["marketplace=practice"] + socks["marketplace=practice-html"]
    assert both.to_list() == pytest.approx(socks["all"].to_list())
    # no flow is known before two readings of a counter lie 28 days apart
    assert (socks["marketplace=practice-html"] > 0).to_list() == [False] * 4 + [True] * 101


def test_the_marketplace_file_is_one(home: Path) -> None:
    path = write_marketplace(home, "http://127.0.0.1:9999")
    marketplace = read_marketplace(path)
    assert path == home / "configs" / "marketplaces" / "practice.yaml"
    assert marketplace.page_url("towels", 2).startswith("http://127.0.0.1:9999/selloffer/offer_search.htm?keywords=%C3")
    assert marketplace.listing.page_size == 10
    assert marketplace.categories == {"towels": "毛巾", "socks": "袜子"}
    archived = "http://practice.example/selloffer/offer_search.htm?keywords=%C3%AB%BD%ED&beginPage=2"
    assert marketplace.category_of_url(archived) == ("towels", 2)


def test_two_marketplaces_have_archives_and_files_of_their_own(story: Scenario, tmp_path: Path) -> None:
    belts = [belt for belt in story.belts if belt.category in ("socks", "toys")]
    last = {"first_week": story.live_week - timedelta(weeks=52), "belts": belts}
    small = Scenario.model_validate(story.model_dump() | last | {"belts": [b.model_dump() for b in belts]})
    world = lay_out(tmp_path, small, 1)
    assert len(world.archive) == 2 * 52
    assert {name: len(list(folder.iterdir())) for name, folder in world.archives.items()} == {
        "practice": 52,
        "practice-html": 52,
    }
    first, second = (read_marketplace(path) for path in write_marketplaces(tmp_path, "http://127.0.0.1:9999"))
    assert second.page_url("socks", 2) == "http://127.0.0.1:9999/goods/list-socks-2.html"
    assert second.categories == {"socks": "socks"}
    assert second.sales.basis == "cumulative"
    for marketplace, other in ((first, second), (second, first)):
        with min(world.archives[marketplace.name].iterdir()).open("rb") as file:
            urls = [record.headers["WARC-Target-URI"] for record in ArchiveIterator(file)]
        assert all(marketplace.category_of_url(url) for url in urls)
        assert not any(other.category_of_url(url) for url in urls)


def test_a_home_without_a_world_has_no_marketplace(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no practice world"):
        write_marketplace(tmp_path, "http://127.0.0.1:9999")
