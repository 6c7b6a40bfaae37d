"""Steps that find nothing to do: run out of order, without data, or with data none of which can be used."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from configs.tables import figures_draft
from flows.cli import _guarded
from flows.progress import Reporter
from sandbox.world import TEMPLATES

WEEK = "2026-11-16"
COLUMNS = "category,listing_id,merchant_id,seller_place_text,price_text,sales_30d_text,week"
PLACE = "河北 保定市高阳县"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELTWATCH_NOW", f"{WEEK}T04:00:00+00:00")
    return tmp_path / "home"


def told(capsys: pytest.CaptureFixture[str], home: Path, *command: str) -> tuple[int, str]:
    """Exit code of a command, and its sentence: at most one, and never an error that nobody foresaw."""
    code = _guarded([*command, "--home", str(home)])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("beltwatch: ")]
    assert len(lines) == (0 if code == 0 else 1)
    assert not any("unexpected" in line for line in lines)
    return code, "".join(lines)


def hand_over(capsys: pytest.CaptureFixture[str], home: Path, *rows: str) -> None:
    file = home.parent / "rows.csv"
    file.write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")
    assert told(capsys, home, "ingest", str(file), "--marketplace", "one") == (0, "")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["plan"], "no marketplace may be crawled"),
        (["crawl"], "no marketplace may be crawled"),
        (["parse"], "run `beltwatch plan` and `crawl`"),
        (["build"], "run `beltwatch parse`"),
        (["release"], "run `beltwatch build` first"),
        (["report"], "publish one with `beltwatch release`"),
        (["parse", "--week", WEEK], "has no pages in the ledger"),
        (["build", "--week", WEEK], "has no offers"),
        (["release", "--week", WEEK], "has no built figures"),
        (["discover"], "make them with `beltwatch build`"),
    ],
)
def test_a_step_before_its_turn_names_the_one_it_waits_for(
    home: Path, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    code, sentence = told(capsys, home, *command)
    assert said in sentence
    assert code == 64
    assert not (home / "releases").exists()


def test_a_week_that_is_planned_and_not_read_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = yaml.safe_load(TEMPLATES["practice"].read_text(encoding="utf-8")) | {"categories": {"towels": "towels"}}
    file = home / "configs" / "marketplaces" / "practice.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    for week in ([], ["--week", WEEK]):
        code, sentence = told(capsys, home, "crawl", *week)
        assert (code, f"week {WEEK} has no planned pages of practice" in sentence) == (64, True)
    assert told(capsys, home, "plan") == (0, "")
    for week in ([], ["--week", WEEK]):
        code, sentence = told(capsys, home, "parse", *week)
        assert (code, "none of 1 planned pages is read yet" in sentence) == (64, True)
    assert told(capsys, home, "build")[0] == 64


@pytest.mark.parametrize("week", [WEEK, "2025-12-29", "2026-01-05"])  # at the turn of a year no other week is at hand
def test_a_week_of_which_every_offer_is_rejected_is_published_as_suppressed(
    home: Path, capsys: pytest.CaptureFixture[str], week: str
) -> None:
    hand_over(capsys, home, *(f"towels,{number},m{number},{PLACE},面议,41,{week}" for number in range(3)))
    for command in (["build"], ["build", "--week", week]):
        code, sentence = told(capsys, home, *command)
        assert code == 2
        assert f"one/{week}/towels: rule has_rows found 0 rows, expected at least 1" in sentence
        assert "all of 3 offers are in table rejects, 3 of them as no_price" in sentence
    figures = pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in home.glob("figures/*/*.parquet")])
    assert figures.schema == figures_draft().polars_schema()
    assert {"gaoyang-towels"} < set(figures["belt"])
    assert set(figures.select("status", "reason").rows()) == {("suppressed", "quarantined")}
    for command in (["release"], ["report"]):
        assert told(capsys, home, *command) == (0, "")


def test_a_week_without_listings_beside_weeks_that_have_some(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weeks = {"2025-11-17": "3.5", "2026-01-05": "面议", "2026-11-09": "面议", WEEK: "4.5"}
    hand_over(capsys, home, *(f"towels,71,m1,{PLACE},{price},41,{week}" for week, price in weeks.items()))
    assert told(capsys, home, "build")[0] == 2
    figures = pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in home.glob("figures/*/*.parquet")])
    stopped = figures.filter(belt="gaoyang-towels", reason="quarantined")["week"].unique().cast(pl.String).sort()
    assert {"2026-01-05", "2026-11-09"} <= set(stopped)
    assert WEEK not in stopped.to_list()


def test_offers_of_no_belt_are_told_and_nothing_is_built(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "configs").mkdir(parents=True)
    (home / "configs" / "categories.yaml").write_text("widgets: {en: Widgets, zh: 零件}\n", encoding="utf-8")
    hand_over(capsys, home, f"widgets,71,m1,{PLACE},3.5,41,{WEEK}")
    code, sentence = told(capsys, home, "build")
    assert (code, "the offers are of widgets, from which no belt lives" in sentence) == (64, True)
    assert told(capsys, home, "release")[0] == 64


def test_what_was_done_before_an_error_is_told_with_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter()
    with pytest.raises(ZeroDivisionError), reporter.summed_up():
        _two_steps(reporter)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["plan", "crawl", "seconds"]
    assert lines[0].endswith("two pages")
    assert lines[1].endswith("not finished")
    assert set(reporter.seconds) == {"plan", "crawl"}


def _two_steps(reporter: Reporter) -> None:
    with reporter.step("plan") as step:
        step.say("two pages")
    with reporter.step("crawl"):
        raise ZeroDivisionError
