"""The command line as a stranger meets it: help with examples, one sentence per mistake, the right exit code.

Every command is once run in a process of its own, here or in the tests beside this one; the rest is run in this one.
"""

import fcntl
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from tests.flows.conftest import World, beltwatch, beltwatch_here
from tests.transforms.told import lenient

COMMANDS = (
    "demo", "run", "plan", "crawl", "parse", "build", "release", "report", "backfill", "ingest", "serve", "sql",
    "discover", "status", "doctor",
)  # fmt: skip
GOOD = {
    "category": "towels",
    "week": "2026-11-16",
    "listing_id": "1",
    "merchant_id": "m",
    "seller_place_text": "河北 保定市高阳县",
    "price_text": "3.5",
    "sales_30d_text": "12",
}


def sentence(done: object) -> str:
    """What the command said on standard error: one line, beside the lines of its steps, and no traceback."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("beltwatch: ")]  # type: ignore[attr-defined]
    assert len(lines) == 1, done.stderr  # type: ignore[attr-defined]
    assert "Traceback" not in done.stderr  # type: ignore[attr-defined]
    return lines[0]


def handed_over(folder: Path, rows: list[dict[str, object]]) -> str:
    path = folder / "rows.csv"
    pl.DataFrame(rows).write_csv(path)
    return str(path)


def test_help_lists_the_commands_in_the_order_of_the_work() -> None:
    listed = beltwatch("--help").stdout.partition("Commands:\n")[2]
    assert tuple(line.split()[0] for line in listed.splitlines() if line) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = beltwatch_here(command, "--help")
    assert done.returncode == 0
    assert f"Example: beltwatch {command}" in done.stdout
    assert "--home" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--week", "2026-11-17"], "Tuesday"),
        (["plan", "--week", "soon"], "is no week"),
        (["build", "--week", "2026-13-01"], "is no week"),
        (["run", "--marketplace", "nowhere"], "marketplace 'nowhere' is not configured"),
        (["run", "--week", "2035-01-01"], "has not begun"),
        (["run", "--marketplace", "alibaba-1688"], "crawl"),
        (["parse", "--week", "2015-01-05"], "has no pages in the ledger"),
        (["build", "--week", "2015-01-05"], "has no offers"),
        (["release", "--week", "2015-01-05"], "has no built figures"),
        (["crawl", "--marketplace", "alibaba-1688"], "crawl"),
        (["backfill", "no-such-file.warc", "--marketplace", "alibaba-1688"], "no-such-file.warc"),
        (["ingest", "no-such-file.csv", "--marketplace", "one"], "no-such-file.csv"),
        (["sql", "select 1"], "warehouse"),
        (["no-such-command"], "No such command"),
        (["status", "--no-such-option"], "No such option"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_64(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = beltwatch_here(*arguments, home=str(tmp_path))
    assert said in sentence(done)
    assert done.returncode == 64


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price_text": "cheap"}, "price_text"),
        ({"price_text": "1.2.3"}, "price_text"),
        ({"price_text": "-5"}, "price_text"),
        ({"merchant_id": ""}, "merchant_id"),
        ({"week": "2035-01-01"}, "has not begun"),
        ({"category": "towls"}, "towels"),
        ({"week": "2026-11-18"}, "2026-11-18"),
        ({"prize_text": "1"}, "price_text"),
    ],
)
def test_a_file_with_a_mistake_is_refused_whole(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = handed_over(
        tmp_path, [GOOD | dict.fromkeys(change), GOOD | change] if "prize_text" in change else [GOOD, GOOD | change]
    )
    done = beltwatch_here("ingest", file, "--marketplace", "one", home=str(tmp_path / "home"))
    assert said in sentence(done)
    assert done.returncode == 64
    assert not (tmp_path / "home" / "offers").exists()


@pytest.mark.parametrize(
    "missing", ["category", "listing_id", "seller_place_text", "price_text", "sales_30d_text", "week"]
)
def test_a_file_that_lacks_a_column_is_refused(tmp_path: Path, missing: str) -> None:
    file = handed_over(tmp_path, [{name: value for name, value in GOOD.items() if name != missing}])
    done = beltwatch_here("ingest", file, "--marketplace", "one", home=str(tmp_path / "home"))
    assert missing.split("_", maxsplit=1)[0] in sentence(done)
    assert done.returncode == 64


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = beltwatch_here("build", "--home", str(tmp_path / "file" / "home"))
    assert "cannot be written to" in sentence(done)
    assert done.returncode == 64


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system on which nobody may write")
def test_an_unwritable_file_system_is_said() -> None:
    done = beltwatch_here("build", "--home", "/proc/self")
    assert "cannot be written to" in sentence(done)
    assert done.returncode == 64


def test_a_wrong_belt_and_an_unknown_key_of_a_marketplace_are_said_with_file_and_line(tmp_path: Path) -> None:
    belts = tmp_path / "configs" / "belts"
    belts.mkdir(parents=True)
    shipped = Path(__file__).parents[2] / "configs"
    text = (shipped / "belts" / "wuqing-carpets.yaml").read_text(encoding="utf-8")
    (belts / "wuqing-carpets.yaml").write_text(text.replace("120114", "120141"), encoding="utf-8")
    done = beltwatch_here("build", "--home", str(tmp_path))
    assert "wuqing-carpets.yaml:4: place 120141 is no division code; did you mean 120114 (武清区)?" in sentence(done)
    assert done.returncode == 64
    (belts / "wuqing-carpets.yaml").unlink()
    markets = tmp_path / "configs" / "marketplaces"
    markets.mkdir()
    text = (shipped / "marketplaces" / "alibaba-1688.yaml").read_text(encoding="utf-8")
    (markets / "alibaba-1688.yaml").write_text(text.replace("listing:", "listng:", 1), encoding="utf-8")
    done = beltwatch_here("build", "--home", str(tmp_path))
    assert "listng" in sentence(done)
    assert "did you mean listing" in sentence(done)
    assert done.returncode == 64


def test_a_mistake_leaves_the_old_release_and_a_second_publisher_is_refused(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    for command in (["ingest", handed_over(tmp_path, [GOOD]), "--marketplace", "one"], ["build"], ["release"]):
        done = beltwatch_here(*command, "--home", home)
        assert done.returncode == 0, done.stderr
    published = beltwatch_here("sql", "select * from figures", "--format", "json", "--home", home).stdout
    refused = handed_over(tmp_path, [GOOD | {"price_text": "cheap"}])
    assert beltwatch_here("ingest", refused, "--marketplace", "one", "--home", home).returncode == 64
    with (tmp_path / "home" / "releases" / ".lock").open("a+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = beltwatch_here("release", "--home", home)
        assert "another publisher" in sentence(done)
        assert done.returncode == 1
    assert beltwatch_here("sql", "select * from figures", "--format", "json", "--home", home).stdout == published


def test_a_batch_that_fails_a_gate_is_quarantined_and_the_others_are_published(tmp_path: Path) -> None:
    nowhere = [GOOD | {"category": "socks", "seller_place_text": "nowhere", "merchant_id": str(n)} for n in range(9)]
    home = str(tmp_path / "home")
    assert (
        beltwatch_here(
            "ingest", handed_over(tmp_path, [GOOD, *nowhere]), "--marketplace", "one", "--home", home
        ).returncode
        == 0
    )
    for _ in range(2):
        done = beltwatch_here("build", "--home", home)
        assert "place_known" in sentence(done)
        assert done.returncode == 2
    assert beltwatch_here("release", "--home", home).returncode == 0
    where = "comparison = 'level' and segment = 'all' and metric = 'merchants'"
    query = f"select belt, reason from figures where {where} order by belt"
    rows = json.loads(beltwatch_here("sql", query, "--format", "json", "--home", home).stdout)
    socks = {"liaoyuan-socks": "quarantined", "zhuji-socks": "quarantined"}
    assert {row["belt"]: row["reason"] for row in rows} == {"gaoyang-towels": "none"} | socks


def test_looking_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert beltwatch_here("status", "--home", str(home)).returncode == 0
    assert not home.exists()


def test_a_report_of_a_week_without_figures_leaves_the_page_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for command in (
        ["ingest", handed_over(tmp_path, [GOOD]), "--marketplace", "one"],
        ["build"],
        ["release"],
        ["report"],
    ):
        assert beltwatch_here(*command, "--home", str(home)).returncode == 0
    page = next(home.glob("reports/*/index.html"))
    before = page.read_bytes()
    done = beltwatch_here("report", "--week", "2015-01-05", "--home", str(home))
    assert "has no published figures" in sentence(done)
    assert done.returncode == 64
    assert page.read_bytes() == before


def test_sql_writes_every_format(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    rules = tmp_path / "home" / "configs" / "publication.yaml"  # that let a level of one merchant through
    rules.parent.mkdir(parents=True)
    rules.write_text(yaml.safe_dump(lenient().model_dump()), encoding="utf-8")
    assert beltwatch("ingest", handed_over(tmp_path, [GOOD]), "--marketplace", "one", "--home", home).returncode == 0
    for command in ("build", "release"):
        assert beltwatch_here(command, "--home", home).returncode == 0
    query = "select belt, displayed_sales from belt_weeks"
    expected = 3.5 * 12 * 28 / 30
    assert f"{expected:.6g}" in beltwatch("sql", query, "--home", home).stdout
    assert beltwatch_here("sql", query, "--format", "csv", "--home", home).stdout.startswith("belt,displayed_sales\n")
    out = tmp_path / "rows.parquet"
    assert beltwatch_here("sql", query, "--format", "parquet", "--out", str(out), "--home", home).returncode == 0
    assert pl.read_parquet(out)["displayed_sales"].item() == pytest.approx(expected)
    done = beltwatch_here("sql", query, "--as-of", "2020-01-01", "--format", "json", "--home", home)
    assert json.loads(done.stdout) == []


def test_the_steps_one_by_one(world: World) -> None:
    week = ["--week", str(world.week), "--marketplace", "practice"]
    for step in ("plan", "crawl", "parse"):
        world.here(step, *week)
    world.here("build", "--week", str(world.week))
    said = world.here("release").stderr
    assert "first release" in said
    assert "nothing changed" in world.here("release").stderr
    world.beltwatch("report", "--week", str(world.week))
    assert len(list(world.home.glob("reports/*/index*.html"))) == 2
    state = json.loads(world.beltwatch("status", "--json").stdout)
    assert [unit["open"] for unit in state["ledger"]] == [0, 0]
    assert len(state["releases"]) == 1
    assert "listing" in world.here("status").stdout


def test_a_belt_and_a_marketplace_are_one_file_each(world: World) -> None:
    shipped = world.home / "configs" / "marketplaces" / "practice.yaml"
    text = shipped.read_text(encoding="utf-8").replace("name: practice", "name: elsewhere")
    shipped.with_name("elsewhere.yaml").write_text(text, encoding="utf-8")
    belt = world.home / "configs" / "belts" / "test-lixian.yaml"
    belt.parent.mkdir()
    belt.write_text(
        "id: test-lixian\nname: {en: Lixian, zh: 蠡县}\nplaces:\n  - {code: '130635'}\ncategories: [towels]\n"
        "evidence: a test\nevidence_grade: none\n",
        encoding="utf-8",
    )
    for step in ("plan", "crawl", "parse"):
        world.here(step, "--week", str(world.week), "--marketplace", "elsewhere")
    world.here("build", "--week", str(world.week))
    world.here("release")
    where = "belt = 'test-lixian' and metric = 'merchants' and comparison = 'level' and value > 0"
    query = f"select segment from figures where {where}"
    rows = json.loads(world.here("sql", query, "--format", "json").stdout)
    assert {"all", "marketplace=elsewhere"} <= {row["segment"] for row in rows}
