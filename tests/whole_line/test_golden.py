"""Golden cases of identity: who is counted once, who twice, and what a later page or a withdrawal does to history."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml
from fastwarc import ArchiveIterator

import warehouse
from flows.categories import clean_categories
from flows.handing_over import backfill_files, ingest_files
from flows.line import Line
from flows.mapping import in_turn
from flows.progress import Reporter
from flows.workplace import workplace
from sandbox.scenario import load
from sandbox.world import write_marketplace
from tests.transforms.told import lenient

WEEK = date(2026, 11, 16)
BASE = WEEK - timedelta(days=364)


def belt(home: Path, name: str, code: str, category: str = "towels") -> Path:
    """One belt in the home's overlay."""
    path = home / "configs" / "belts" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"id: {name}\nname: {{en: {name}, zh: {name}}}\nplaces:\n  - {{code: '{code}'}}\n"
        f"categories: [{category}]\nevidence: a test\nevidence_grade: none\n",
        encoding="utf-8",
    )
    return path


def tell_of_few(home: Path) -> None:
    """Let the home publish what one or two merchants sell, to see how it comes about."""
    told = yaml.safe_dump(lenient().model_dump())
    (home / "configs" / "publication.yaml").write_text(told, encoding="utf-8")


def row(
    merchant: str, listing: str, place: str, week: date = WEEK, price: str = "10", pieces: str = "30"
) -> dict[str, object]:
    """One row handed over."""
    return {
        "category": "towels",
        "week": week,
        "merchant_id": merchant,
        "listing_id": listing,
        "seller_place_text": place,
        "price_text": price,
        "sales_30d_text": pieces,
    }


def hand_over(home: Path, rows: list[dict[str, object]], marketplace: str = "one") -> None:
    """Take rows in under a marketplace's name."""
    path = home / f"{marketplace}.parquet"
    pl.DataFrame(rows).write_parquet(path)
    ingest_files(workplace(home), [path], marketplace, Reporter())


def publish(home: Path) -> str | None:
    """Build and release all there is; returns the new release."""
    line = Line(workplace(home), [], Reporter(), each=in_turn)
    line.build(None)
    return line.release()


def level(home: Path, belt_id: str, metric: str, segment: str = "all", week: date = WEEK) -> float | None:
    """One published level."""
    with warehouse.open(home) as reader:
        rows = reader.figures(belt=belt_id, week=week, metric=metric, segment=segment, comparison="level")
    return rows["value"].item()


def test_one_merchant_id_on_two_marketplaces_is_two_merchants_and_their_sales_add_up(tmp_path: Path) -> None:
    belt(tmp_path, "test-yongjia", "330324")
    tell_of_few(tmp_path)
    hand_over(tmp_path, [row("m", "1", "浙江 温州市永嘉县")], "one")
    hand_over(tmp_path, [row("m", "1", "浙江 温州市永嘉县", pieces="60")], "two")
    publish(tmp_path)
    assert level(tmp_path, "test-yongjia", "merchants") == 2
    assert level(tmp_path, "test-yongjia", "displayed_sales") == pytest.approx(900 * 28 / 30)
    assert level(tmp_path, "test-yongjia", "displayed_sales", "marketplace=one") == pytest.approx(300 * 28 / 30)
    assert level(tmp_path, "test-yongjia", "displayed_sales", "marketplace=two") == pytest.approx(600 * 28 / 30)


def test_a_listing_of_which_only_the_city_is_known_is_shared_out_by_weight(tmp_path: Path) -> None:
    belt(tmp_path, "test-yongjia", "330324")
    belt(tmp_path, "test-ruian", "330381")
    tell_of_few(tmp_path)
    known = [row(f"y{n}", "1", "浙江 温州市永嘉县") for n in range(3)] + [row("r0", "1", "浙江 温州市瑞安市")]
    hand_over(tmp_path, [*known, row("city", "1", "浙江 温州市")])
    publish(tmp_path)
    with warehouse.open(tmp_path) as reader:
        weights = reader.sql("select belt, weight, rule from listing_belts where merchant_id = 'city' order by belt")
    assert weights.rows() == [("test-ruian", 0.25, "city_weight"), ("test-yongjia", 0.75, "city_weight")]
    one = 300 * 28 / 30
    assert level(tmp_path, "test-yongjia", "displayed_sales") == pytest.approx(3.75 * one)
    assert level(tmp_path, "test-ruian", "displayed_sales") == pytest.approx(1.25 * one)
    assert level(tmp_path, "test-yongjia", "merchants") == 3, "a merchant is counted where its weight is 0.8 or more"


def test_rows_of_one_key_in_one_file_are_summed_and_a_later_file_replaces_them(tmp_path: Path) -> None:
    belt(tmp_path, "test-yongjia", "330324")
    tell_of_few(tmp_path)
    place = "浙江 温州市永嘉县"
    hand_over(tmp_path, [row("m", "1", place), row("m", "1", place, price="20", pieces="10")])
    first = publish(tmp_path)
    assert level(tmp_path, "test-yongjia", "displayed_sales") == pytest.approx(500 * 28 / 30)
    hand_over(tmp_path, [row("m", "1", place, pieces="90")])
    assert publish(tmp_path) != first
    assert level(tmp_path, "test-yongjia", "displayed_sales") == pytest.approx(900 * 28 / 30)
    with warehouse.open(tmp_path) as reader:
        assert reader.sql("select reason, count(*) as n from rejects group by reason").rows() == [("duplicate", 2)]


def test_what_one_merchant_sells_is_on_no_page_and_in_no_figure(tmp_path: Path) -> None:
    belt(tmp_path, "test-yongjia", "330324")
    hand_over(tmp_path, [row("m", "1", "浙江 温州市永嘉县")])
    publish(tmp_path)
    assert level(tmp_path, "test-yongjia", "merchants") == 1
    with warehouse.open(tmp_path) as reader:
        wanted = "metric = 'displayed_sales' and belt = 'test-yongjia' and unit = 'yuan'"
        told = reader.sql(f"select distinct reason, value from figures where {wanted}")
        wide = reader.sql("select displayed_sales from belt_weeks where belt = 'test-yongjia'").to_series().to_list()
    assert (told.rows(), wide) == ([("few_merchants", None)], [None])


def test_a_merchant_that_swaps_a_listing_is_entry_and_exit_of_listings_and_no_change_of_its_own(tmp_path: Path) -> None:
    belt(tmp_path, "test-yongjia", "330324")
    place = "浙江 温州市永嘉县"
    then = [row(f"m{n}", "old" if n < 3 else "same", place, BASE) for n in range(12)]
    now = [row(f"m{n}", "new" if n < 3 else "same", place) for n in range(12)]
    hand_over(tmp_path, then + now)
    publish(tmp_path)
    with warehouse.open(tmp_path) as reader:
        found = reader.sql(f"select * from belt_yoy where belt = 'test-yongjia' and week = '{WEEK}'").row(0, named=True)
    assert found["yoy_change"] == pytest.approx(0, abs=1e-12)
    assert found["entry_effect"] == pytest.approx(3 / 12)
    assert found["exit_effect"] == pytest.approx(-3 / 12)
    assert found["total_change"] == pytest.approx(0, abs=1e-12)


def test_a_listing_shown_twice_on_a_page_counts_once(tiny_past: Path) -> None:
    with warehouse.open(tiny_past) as reader:
        rejects = reader.sql("select distinct reason from rejects")["reason"].to_list()
        advertised = reader.sql("select count(*) from listing_weeks where is_ad").item()
        listings = reader.sql(
            "select count(*) - count(distinct (marketplace, week, merchant_id, listing_id)) from listing_weeks"
        )
    assert rejects == ["duplicate"]
    assert advertised == 0, "every advertised listing of the practice site also stands in the list itself"
    assert listings.item() == 0


def test_a_page_that_comes_late_makes_a_new_release_and_leaves_the_old_vintage_as_it_was(
    tmp_path: Path, tiny_world: Callable[[Path], Path]
) -> None:
    scenario = load("tiny")
    archive = archived(tiny_world(tmp_path))
    write_marketplace(tmp_path, "http://127.0.0.1:9")
    last, base = (
        archive[-1],
        next(path for path in archive if str(scenario.past_weeks[-1] - timedelta(days=364)) in path.name),
    )
    early, late = split_off(last, tmp_path / "parts", "beginPage=2")
    work = workplace(tmp_path)
    backfill_files(work, [base, early], "practice", Reporter())
    Line(work, ["practice"], Reporter(), each=in_turn).parse(None)
    first = publish(tmp_path)
    week = scenario.past_weeks[-1]
    with warehouse.open(tmp_path) as reader:
        before = reader.figures(week=week)
        asof = reader.sql("select released_at from releases").item()
    assert before["coverage_share"].max() < 1
    backfill_files(work, [late], "practice", Reporter())
    Line(work, ["practice"], Reporter(), each=in_turn).parse(None)
    second = publish(tmp_path)
    assert second not in (None, first)
    with warehouse.open(tmp_path) as reader:
        after = reader.figures(week=week)
        then = reader.figures(week=week, as_of=asof)
        reason = reader.sql("select reason from releases order by sequence desc limit 1").item()
    assert f"practice/{week}/towels" in reason
    assert then.equals(before)
    assert after["coverage_share"].min() == 1
    sales = [frame.filter(pl.col("metric") == "listings", pl.col("comparison") == "level") for frame in (before, after)]
    assert sales[1]["listings"].sum() > sales[0]["listings"].sum()


def test_a_build_that_died_before_its_gate_passes_it_when_it_is_run_again(tmp_path: Path) -> None:
    hand_over(tmp_path, [row(f"m{n}", "1", "nowhere") for n in range(9)])
    work = workplace(tmp_path)
    clean_categories(tmp_path, work.configs, ["towels"], None)
    line = Line(work, [], Reporter(), each=in_turn)
    line.build(None)
    assert len(line.stopped) == 1
    assert "place_known" in line.stopped[0]
    line.release()
    with warehouse.open(tmp_path) as reader:
        assert reader.sql("select distinct reason from figures")["reason"].to_list() == ["quarantined"]


def test_a_belt_that_is_configured_no_longer_is_withdrawn(tmp_path: Path) -> None:
    file = belt(tmp_path, "test-yongjia", "330324")
    belt(tmp_path, "test-ruian", "330381")
    hand_over(tmp_path, [row("m", "1", "浙江 温州市永嘉县"), row("n", "1", "浙江 温州市瑞安市")])
    publish(tmp_path)
    with warehouse.open(tmp_path) as reader:
        asof = reader.sql("select released_at from releases").item()
    file.unlink()
    assert publish(tmp_path)
    with warehouse.open(tmp_path) as reader:
        assert reader.figures(belt="test-yongjia").is_empty()
        assert not reader.figures(belt="test-yongjia", as_of=asof).is_empty()
        assert not reader.figures(belt="test-ruian").is_empty()
        assert "withdrawn" in reader.sql("select reason from releases order by sequence desc limit 1").item()


def test_what_floored_displays_tell_is_stored_with_the_release_and_another_marketplace_changes_nothing(
    tmp_path: Path,
) -> None:
    belt(tmp_path, "test-yongjia", "330324")
    place = "浙江 温州市永嘉县"
    shown = {BASE: ("100+", "200+", "300+", "500+"), WEEK: ("90+", "100+", "200+", "300+")}
    rows = [row(f"m{n}", "1", place, week, pieces=texts[n % 4]) for week, texts in shown.items() for n in range(24)]
    hand_over(tmp_path, rows, "one")
    publish(tmp_path)
    named = {"belt": "test-yongjia", "week": WEEK, "segment": "all", "comparison": "yoy", "panel": "matched"}
    metrics = ("displayed_sales", "displayed_sales_hard_bounds", "displayed_sales_lower")
    with warehouse.open(tmp_path) as reader:
        matched, hard, lower = (reader.figures(metric=metric, **named).row(0, named=True) for metric in metrics)
        release = reader.sql("select release from releases").item()
        behind = reader.sql(f"select * from listing_weeks where week = '{WEEK}' order by merchant_id")
    assert matched["reason"] == "at_ceiling", "500+ of a year ago has nothing above it and is most of the base"
    assert (hard["value"], lower["value"]) == (None, None)
    stored = tmp_path / "releases" / release / "parameters" / f"week={WEEK}" / "towels.sales.one.parquet"
    law = pl.read_parquet(stored)
    assert law.select("low", "high", "row_count").rows() == [(90, 100, 6), (100, 200, 6), (200, 300, 6), (300, None, 6)]
    points = dict(law.select("low", "point").rows())
    shown_pieces = (behind["pieces_low"] * 30 / 28).round(6).to_list()
    assert behind["pieces_mid"].to_list() == pytest.approx([points[low] * 28 / 30 for low in shown_pieces])
    hand_over(tmp_path, [row(f"n{n}", "1", place, pieces=f"{n}+") for n in (7, 70, 700)], "two")
    publish(tmp_path)
    with warehouse.open(tmp_path) as reader:
        after = reader.sql(
            f"select * from listing_weeks where week = '{WEEK}' and marketplace = 'one' order by merchant_id"
        )
    assert after.equals(behind)


def split_off(source: Path, folder: Path, part: str) -> tuple[Path, Path]:
    """The records of a WARC file in two files: those whose address holds `part` come into the second."""
    folder.mkdir()
    paths = (folder / "early.warc.gz", folder / "late.warc.gz")
    starts = [(record.stream_pos, record.headers.get("WARC-Target-URI")) for record in ArchiveIterator(str(source))]
    content = source.read_bytes()
    ends = [start for start, _ in starts[1:]] + [len(content)]
    chunks: tuple[list[bytes], list[bytes]] = ([], [])
    for (start, address), end in zip(starts, ends, strict=True):
        chunks[part in address].append(content[start:end])
    for path, parts in zip(paths, chunks, strict=True):
        path.write_bytes(b"".join(parts))
    return paths


def archived(home: Path) -> list[Path]:
    """The archive of the tiny world in a home, oldest week first."""
    return sorted((home / "sandbox" / "archive" / "practice").iterdir())


@pytest.fixture(scope="module")
def tiny_past(tmp_path_factory: pytest.TempPathFactory, tiny_world: Callable[[Path], Path]) -> Path:
    """A home in which a few weeks of the tiny world's past are read and published."""
    home = tiny_world(tmp_path_factory.mktemp("tiny"))
    archive = archived(home)
    write_marketplace(home, "http://127.0.0.1:9")
    work = workplace(home)
    backfill_files(work, archive[-4:], "practice", Reporter())
    Line(work, ["practice"], Reporter(), each=in_turn).parse(None)
    publish(home)
    return home
