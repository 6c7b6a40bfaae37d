"""Releases: what changes makes a new vintage, what does not makes none, and the past stays as it was published."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from configs.errors import BeltwatchError, InputError
from configs.register import load
from configs.tables import figures_draft, table
from warehouse import database, lake
from warehouse.read import open as open_warehouse
from warehouse.release import publish, sole_publisher
from warehouse.vintages import figures, manifests

WEEK = date(2026, 11, 16)
START = datetime(2026, 11, 16, 2, tzinfo=UTC)


def draft(belt: str, value: float | None, week: date = WEEK, **changes: object) -> dict[str, object]:
    """One built figure: a matched year-on-year change."""
    row = {
        "belt": belt,
        "week": week,
        "metric": "displayed_sales",
        "segment": "all",
        "comparison": "yoy",
        "alignment": "plain",
        "panel": "matched",
        "value": value,
        "low": None if value is None else value - 0.02,
        "high": None if value is None else value + 0.02,
        "unit": "change",
        "merchants": 40,
        "listings": 80,
        "coverage_share": 1.0,
        "grade": None if value is None else "A",
        "status": "suppressed" if value is None else "published",
        "reason": "no_base" if value is None else "none",
        "method": "test",
    }
    return row | changes


def built(home: Path, rows: list[dict[str, object]]) -> None:
    """Put figures where a build leaves them, in place of all that were there."""
    for path in (home / "figures").glob("*/*.parquet"):
        path.unlink()
    frame = pl.DataFrame(rows, schema=figures_draft().polars_schema())
    for (week, belt), part in frame.partition_by("week", "belt", as_dict=True).items():
        lake.write(lake.figures_file(home, week, belt), part)


def released(home: Path, at: datetime) -> str | None:
    """Publish and rebuild as the release step does."""
    configs = load(home)
    with sole_publisher(home):
        new = publish(home, at, configs.digests)
        if new:
            database.rebuild(home, configs, table("pages").empty())
    return new.release if new else None


def test_the_same_content_makes_no_new_release(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", -0.25)])
    first = released(tmp_path, START)
    assert first
    assert released(tmp_path, START + timedelta(days=1)) is None
    assert [manifest.release for manifest in manifests(tmp_path)] == [first]


def test_the_id_is_the_content_and_not_the_time(tmp_path: Path) -> None:
    ids = []
    for name, at in (("one", START), ("two", START + timedelta(days=9))):
        built(tmp_path / name, [draft("a", -0.25)])
        ids.append(released(tmp_path / name, at))
    assert ids[0] == ids[1]


def test_a_revision_leaves_the_earlier_vintage_as_it_was_published(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", -0.25), draft("b", 0.1)])
    released(tmp_path, START)
    built(tmp_path, [draft("a", -0.30), draft("b", 0.1)])
    second = released(tmp_path, START + timedelta(days=2))
    with open_warehouse(tmp_path) as reader:
        now = reader.figures(belt="a")
        then = reader.figures(belt="a", as_of="2026-11-17")
        before = reader.figures(as_of="2026-11-15")
        assert now["value"].to_list() == [-0.30]
        assert then["value"].to_list() == [-0.25]
        assert then["superseded_at"].to_list() == [None]
        assert before.is_empty()
        assert reader.sql("select yoy_change from belt_yoy where belt = 'a'", "2026-11-17").item() == -0.25
        assert reader.sql("select count(*) from figures").item() == 3
    assert pl.read_parquet(tmp_path / "releases" / str(second) / "figures.parquet")["belt"].to_list() == ["a"]


def test_a_withdrawn_figure_is_gone_now_and_there_as_of_then(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", -0.25), draft("b", 0.1)])
    released(tmp_path, START)
    built(tmp_path, [draft("a", -0.25)])
    released(tmp_path, START + timedelta(days=2))
    assert manifests(tmp_path)[-1].body["withdrawn_count"] == 1
    with open_warehouse(tmp_path) as reader:
        assert reader.figures(belt="b").is_empty()
        assert reader.figures(belt="b", as_of="2026-11-17")["value"].to_list() == [0.1]


def test_a_withdrawn_figure_may_return(tmp_path: Path) -> None:
    for step, rows in enumerate(
        ([draft("a", 0.1), draft("b", 0.2)], [draft("a", 0.1)], [draft("a", 0.1), draft("b", 0.2)])
    ):
        built(tmp_path, rows)
        released(tmp_path, START + timedelta(days=step))
    spans = figures(tmp_path).filter(pl.col("belt") == "b").select("released_at", "superseded_at").rows()
    assert spans == [(START, START + timedelta(days=1)), (START + timedelta(days=2), None)]


def test_a_belt_week_is_of_the_latest_release_of_its_parts(tmp_path: Path) -> None:
    names = ("displayed_sales", "merchants", "listings", "below_cost_share")
    level = {"comparison": "level", "alignment": "none", "panel": "none"}
    values, ids = dict.fromkeys(names, 1.0), [""]
    while ids[-1] == max(ids):  # of the greatest id it would hold as well
        values[names[len(ids) % len(names)]] += 1  # each release changes one metric
        built(tmp_path, [draft("a", value, **level, metric=name) for name, value in values.items()])
        ids.append(str(released(tmp_path, START)))
    with open_warehouse(tmp_path) as reader:
        assert reader.sql("select release from belt_weeks").item() == ids[-1]
    with open_warehouse(tmp_path) as reader:
        instant = reader.sql("select max(released_at) from releases").item()
        assert reader.sql("select release from belt_weeks", instant).item() == ids[-1]
        assert reader.sql("select release from belt_weeks", instant - timedelta(microseconds=1)).is_empty()


def test_weeks_that_were_not_built_withdraw_nothing(tmp_path: Path) -> None:
    earlier = WEEK - timedelta(days=7)
    built(tmp_path, [draft("a", 0.1, week=earlier)])
    released(tmp_path, START)
    built(tmp_path, [draft("a", 0.2)])
    released(tmp_path, START + timedelta(days=1))
    with open_warehouse(tmp_path) as reader:
        assert reader.figures()["week"].to_list() == [earlier, WEEK]


def test_a_clock_set_back_publishes_after_the_last_release(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", 0.1)])
    released(tmp_path, START)
    built(tmp_path, [draft("a", 0.2)])
    released(tmp_path, START - timedelta(hours=1))
    with open_warehouse(tmp_path) as reader:
        assert reader.figures()["value"].to_list() == [0.2]


def test_a_second_publisher_is_refused(tmp_path: Path) -> None:
    with sole_publisher(tmp_path), pytest.raises(BeltwatchError, match="another publisher"), sole_publisher(tmp_path):
        pass


def test_what_a_killed_publisher_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "releases" / ".abc.tmp"
    left.mkdir(parents=True)
    (left / "figures.parquet").write_bytes(b"half")
    built(tmp_path, [draft("a", 0.1)])
    assert released(tmp_path, START)
    assert not left.exists()


def test_suppressed_rows_have_a_verdict_and_no_value(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", None), draft("b", 0.01), draft("c", -0.2), draft("d", 0.2)])
    released(tmp_path, START)
    with open_warehouse(tmp_path) as reader:
        rows = reader.sql("select belt, verdict, yoy_change, reason from belt_yoy order by belt").rows()
    assert [row[1] for row in rows] == ["suppressed", "unclear", "down", "up"]
    assert rows[0][2:] == (None, "no_base")


@pytest.mark.parametrize(
    "query",
    [
        "delete from figures",
        "create table x as select 1",
        "copy (select 1) to 'listing_weeks/x.csv'",
        "select 1; select 2",
        "select * from read_csv('/etc/hostname')",
        "select * from read_parquet('../*/x.parquet')",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "select nothing_such from figures",
        "selec 1",
    ],
)
def test_readers_can_neither_write_nor_look_elsewhere(tmp_path: Path, query: str) -> None:
    built(tmp_path, [draft("a", 0.1)])
    released(tmp_path, START)
    with open_warehouse(tmp_path) as reader, pytest.raises(InputError):
        reader.sql(query)


def test_an_open_reader_keeps_its_release(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", 0.1)])
    released(tmp_path, START)
    with open_warehouse(tmp_path) as reader:
        built(tmp_path, [draft("a", 0.5)])
        released(tmp_path, START + timedelta(days=1))
        assert reader.figures()["value"].to_list() == [0.1]
        with open_warehouse(tmp_path) as later:
            assert later.figures()["value"].to_list() == [0.5]
