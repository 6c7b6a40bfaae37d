"""A site that changes under its layout, from the crawl to the release: quarantined, mended, released."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import yaml

import warehouse
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import lay_out, write_marketplace
from tests.flows.conftest import NOW, SCENARIO, WEEK, World

STEPS = ("plan", "crawl", "parse")


@contextmanager
def world_with(home: Path, *faults: str) -> Iterator[World]:
    """A tiny world whose past is read, and whose site answers some pages wrongly."""
    lay_out(home, load(SCENARIO), 1)
    log = home.parent / "requests.log"
    with serving(SCENARIO, 1, NOW, log, fail=list(faults)) as url:
        write_marketplace(home, url)
        world = World(home, log)
        world.beltwatch("backfill", str(home / "sandbox" / "archive" / "practice"), "--marketplace", "practice")
        yield world


def mend(home: Path, **rules: str) -> None:
    """The layout of the home's marketplace file, after somebody has looked at the page."""
    path = home / "configs" / "marketplaces" / "practice.yaml"
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    body["layouts"][0]["fields"] |= rules
    path.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")


def reasons(home: Path) -> dict[str, set[str]]:
    """Belt to the reasons of its plain matched changes in the week."""
    with warehouse.open(home) as reader:
        rows = reader.sql(f"select belt, status, reason from belt_yoy where week = '{WEEK}' and alignment = 'plain'")
    return {belt: set(part["reason"]) for (belt,), part in rows.partition_by("belt", as_dict=True).items()}


def test_a_drifted_week_is_quarantined_until_the_layout_is_mended(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with world_with(home, *(f"towels/{page}=drifted" + "xalways" for page in range(1, 10))) as world:
        for step in STEPS:
            world.beltwatch(step, "--week", str(WEEK), "--marketplace", "practice")
        stopped = world.beltwatch("build", "--week", str(WEEK), code=2)
        assert "batch_traits practice/2026-11-16/towels: rule prices_as_before found price_" in stopped.stderr
        world.beltwatch("release")
        drifted = reasons(home)
        assert (drifted["gaoyang-towels"], drifted["zhuji-socks"]) == ({"quarantined"}, {"none"})

        mend(home, price_text="attr.tradePrice.offerPrice.paidMoney || attr.tradePrice.offerPrice.strPriceMoney")
        requests = world.log.read_bytes()
        world.beltwatch("parse", "--week", str(WEEK), "--marketplace", "practice", "--again")
        world.beltwatch("build", "--week", str(WEEK))
        world.beltwatch("release")
        assert reasons(home)["gaoyang-towels"] == {"none"}
        assert world.log.read_bytes() == requests, "the archived pages are read, none is fetched again"
        path = home / "listing_weeks" / "marketplace=practice" / f"week={WEEK}" / "towels.parquet"
        assert pl.read_parquet(path)["price_yuan"].max() < 60  # type: ignore[operator]
