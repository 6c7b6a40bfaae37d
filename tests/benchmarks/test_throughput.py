import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks import line_stages
from benchmarks.peer_clean import clean
from benchmarks.peer_parse import parse
from benchmarks.peer_place import place
from benchmarks.peer_stages import FOLDER
from benchmarks.same_answers import differences
from benchmarks.throughput import Cost, table_of
from benchmarks.week_of_pages import BELTS, LEDGER, write_week
from configs.register import load
from configs.tables import table

LISTINGS = 1200
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small week, made by the line and by its peer."""
    home = tmp_path_factory.mktemp("throughput")
    write_week(home, LISTINGS, seed=2)
    configs, out = load(home), home / FOLDER
    for stage in (line_stages.parse, line_stages.clean, line_stages.place):
        stage(home, configs)
    out.mkdir()
    parse(home, out)
    clean(out)
    place(home / BELTS, out)
    return home


def ours(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(str(home / name / "*" / "*" / "*.parquet"), hive_partitioning=False)


def peers(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / FOLDER / f"{name}.parquet").with_columns(pl.col("week").str.to_date())


def test_both_agree_on_key_price_unit_price_and_sales_of_every_row(home: Path) -> None:
    names = [*table("listing_weeks").key, "price_yuan", "unit", "unit_price_yuan", "pieces_mid", "value_yuan"]
    left, right = (rows(home, "listing_weeks").select(names) for rows in (ours, peers))
    assert left.height >= LISTINGS
    assert left["pieces_mid"].is_not_null().any()
    assert left["unit_price_yuan"].n_unique() > LISTINGS / 10
    assert_frame_equal(left, right, check_row_order=False, rel_tol=1e-9, abs_tol=0)


def test_both_agree_on_the_belts_of_every_row_and_on_what_is_refused(home: Path) -> None:
    members = [rows(home, "listing_belts").select(table("listing_belts").names) for rows in (ours, peers)]
    assert set(members[0]["rule"]) == {"county", "city_weight"}
    assert_frame_equal(*members, check_row_order=False, rel_tol=1e-9, abs_tol=0)
    refused = [rows(home, "rejects").select(*table("rejects").key, "reason") for rows in (ours, peers)]
    assert set(refused[0]["reason"]) == {"no_price", "duplicate"}
    assert_frame_equal(*refused, check_row_order=False)


def test_pages_have_the_forms_that_real_ones_have(home: Path) -> None:
    offers = pl.concat([pl.read_parquet(path) for path in (home / "offers").glob("*/*/*.parquet")])
    forms = {
        "price_text": [r"^¥", r"-", r"[０-９]+元", "面议"],
        "sales_30d_text": [r"^\d+$", r"^\d+件$", r"\d,\d{3}件$", r"^[０-９]+$", r"^成交"],
        "sales_total_text": [r"万\+", r"^\d+$", r"^已售", r"人付款$"],
        "title_text": ["10条装", "5个/盒", "500g", "一件代发"],
    }
    for column, patterns in forms.items():
        for pattern in patterns:
            assert offers[column].str.contains(pattern).any(), f"{column} {pattern}"
    pages = pl.read_parquet(home / LEDGER)
    assert dict(pages["marketplace"].value_counts().rows()) == {"practice": 12, "practice-html": 12}


@pytest.mark.parametrize(
    ("name", "column", "sentence"),
    [
        ("listing_weeks", "price_yuan", "listing_weeks: price_yuan differs in 1 rows"),
        ("listing_weeks", "pieces_mid", "listing_weeks: pieces_mid differs in 1 rows"),
        ("listing_belts", "weight", "listing_belts: weight differs in 1 rows"),
    ],
)
def test_one_other_number_is_noticed(home: Path, tmp_path: Path, name: str, column: str, sentence: str) -> None:
    peer = tmp_path / FOLDER
    copytree(home / FOLDER, peer)
    assert differences(home, peer) == []
    rows = pl.read_parquet(peer / f"{name}.parquet").sort(column, nulls_last=True)
    changed = pl.when(pl.int_range(pl.len()) == 0).then(pl.col(column) + 0.01).otherwise(pl.col(column))
    rows.with_columns(changed).write_parquet(peer / f"{name}.parquet")
    assert differences(home, peer) == [sentence]
    rows[1:].write_parquet(peer / f"{name}.parquet")
    (missing,) = differences(home, peer)
    assert "keys only on one side" in missing


def costs(seconds: dict[str, list[float]]) -> Iterator[Cost]:
    """Rounds of both sides whose stages all take the same."""
    for side, rounds in seconds.items():
        for cpu_seconds in rounds:
            for number, stage in enumerate(("start", "parse", "clean", "place")):
                yield Cost(side, stage, cpu_seconds, 100.0 + number)


def test_the_table_has_medians_sums_and_ratios() -> None:
    lines = list(table_of(list(costs({"ours": [1.0, 9.0, 2.0], "peer": [8.0, 8.0, 1.0]}))))
    assert lines[3].split() == ["parse", "2.00", "8.00", "4.00", "101", "101"]
    assert lines[-2].split() == ["all", "8.00", "32.00", "4.00", "103", "103"]
    assert lines[-1].endswith("ok")
    assert list(table_of(list(costs({"ours": [2.0], "peer": [7.9]}))))[-1].endswith("not reached")


def test_a_short_run_prints_the_table_and_compares_every_row() -> None:
    command = [sys.executable, "-m", "benchmarks.throughput", "--listings", "300", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    for stage in ("start", "parse", "clean", "place", "all"):
        assert re.search(rf"^{stage}.*( +\d+\.\d\d){{3}}( +\d+){{2}}$", done.stdout, re.MULTILINE), done.stdout
    assert done.stdout.endswith("both say the same of every row\n")
