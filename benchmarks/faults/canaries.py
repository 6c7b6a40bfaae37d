"""Contact data planted on every card of 500 pages of both practice sites: is any of it found behind the archive?

A week goes through the step commands as an operator runs them. Then every text of every table, and every file of the
home but the archive itself, is searched for every canary, and so is all that the commands wrote to the terminal.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import yaml

from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at
from configs.tables import tables
from sandbox.canaries import secrets_of
from sandbox.plans import SecondSite
from sandbox.scenario import Scenario, load
from sandbox.site import serving
from sandbox.world import write_marketplaces
from spiders.archive import read_page
from spiders.decode import decoded, text_of
from spiders.ledger import Ledger
from warehouse.read import Warehouse

STEPS = ("plan", "crawl", "parse", "build", "release", "report")
PAGE_SIZE = 4
DEPTH = 50
WITHIN = "0-9A-Za-z."  # a canary of digits within a longer number is that number


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """One week of a world without a past."""
    home, scenario = folder / "home", _scenario(is_short)
    _lay_out(home, scenario)
    fails = [f"{page}=canariesxalways" for page in _pages_of(scenario)]
    with serving(home / "world.yaml", 1, _now(scenario), folder / "site.log", fail=fails) as url:
        write_marketplaces(home, url)
        said = "".join(_ran(home, scenario, step) for step in (STEPS[:-1] if is_short else STEPS))
    planted, pages = _planted(home)
    found = {name: hits for name, text in _texts(home, said) if (hits := _hits(text, planted))}
    return FaultRow(
        fault=f"contact data on every card of {pages} pages",
        counts={
            "found in tables": sum(hits for name, hits in found.items() if name.startswith("table ")),
            "found in files and logs": sum(hits for name, hits in found.items() if not name.startswith("table ")),
            "pages short of what was asked": max(0, (5 if is_short else 500) - pages),
        },
        seen={"canaries planted": len(planted), **{f"in {name}": hits for name, hits in found.items()}},
    )


def _scenario(is_short: bool) -> Scenario:
    scenario = load("tiny" if is_short else "anti-involution")
    belts = [scenario.belts[0].model_copy(update={"second_site": SecondSite(only=0.2, both=0.3)}), *scenario.belts[1:]]
    sizes = {"page_size": PAGE_SIZE, "goods_page_size": PAGE_SIZE, "ads_per_page": 1}
    return scenario.model_copy(update=sizes | ({"belts": belts} if is_short else {}))


def _lay_out(home: Path, scenario: Scenario) -> None:
    """A home that knows its world and holds none of its past."""
    (home / "sandbox").mkdir(parents=True)
    values = scenario.model_dump(mode="json")
    held = {"name": scenario.name, "seed": 1, "digest": scenario.digest, "scenario": values}
    (home / "sandbox" / "scenario.json").write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    (home / "world.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


def _pages_of(scenario: Scenario) -> Iterator[str]:
    for name, categories in scenario.marketplaces.items():
        prefix = "html-" if name.endswith("html") else ""
        yield from (f"{prefix}{category}/{page}" for category in categories for page in range(1, DEPTH + 1))


def _now(scenario: Scenario) -> datetime:
    return starts_at(scenario.live_week) + timedelta(hours=2)


def _ran(home: Path, scenario: Scenario, step: str) -> str:
    """All that a command writes to the terminal; a gate may stop it, as of a week without a past."""
    names = [] if step in ("build", "release", "report") else list(scenario.marketplaces)
    options = ["--week", str(scenario.live_week), *(part for name in names for part in ("--marketplace", name))]
    environment = os.environ | {"BELTWATCH_NOW": _now(scenario).isoformat(), "BELTWATCH_HOME": str(home)}
    command = [sys.executable, "-m", "flows", step, *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode not in (0, 2):
        raise RuntimeError(f"beltwatch {step}: exit {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout + done.stderr


def _planted(home: Path) -> tuple[list[str], int]:
    """The canaries of all archived pages, and how many pages had any."""
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    rows = ledger.rows().filter(pl.col("archive_file").is_not_null())
    ledger.close()
    secrets: set[str] = set()
    pages = 0
    for archive_file, offset in rows.select("archive_file", "archive_offset").iter_rows():
        page = read_page(home, archive_file, offset)
        found = set(secrets_of(text_of(decoded(page.body, page.header("Content-Encoding")))))
        secrets |= found
        pages += bool(found)
    return sorted(secrets), pages


def _texts(home: Path, said: str) -> Iterator[tuple[str, str]]:
    """Everything that is kept behind the archive, by name."""
    yield "terminal", said
    frames = {f"{path.relative_to(home)}": pl.read_parquet(path) for path in home.glob("offers/**/*.parquet")}
    with Warehouse(home) as reader:
        known = set(reader.sql("select table_name from information_schema.tables")["table_name"])
        frames |= {name: reader.sql(f"select * from {name}") for name in tables() if name in known}
    for name, frame in frames.items():
        yield f"table {name}", frame.select(pl.col(pl.String, pl.List, pl.Struct)).write_ndjson()
    for path in sorted(home.rglob("*")):
        is_archive = path.is_relative_to(home / "pages") or path.suffix == ".parquet"
        if path.is_file() and not is_archive:
            yield path.relative_to(home).as_posix(), path.read_bytes().decode("utf-8", "ignore")


def _hits(text: str, secrets: list[str]) -> int:
    """How many of the canaries stand in the text."""
    if not pl.Series([text]).str.contains_any(secrets)[0]:
        return 0
    near = [secret for secret in secrets if secret in text]
    return sum(bool(re.search(f"(?<![{WITHIN}]){re.escape(one)}(?![{WITHIN}])", text)) for one in near)
