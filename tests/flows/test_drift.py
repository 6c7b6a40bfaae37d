"""A site that changes under its layout, from the crawl to the release: quarantined, mended, released."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import yaml

import warehouse
from configs.calendar import year_ago
from configs.register import SHIPPED
from configs.register import load as load_configs
from configs.tables import table
from flows.drift import judge, read_traits, renew_traits
from flows.quality import gate_pages, quarantined, quarantined_weeks
from sandbox.site import serving
from sandbox.world import write_marketplace
from spiders.lake_files import write_bytes_atomic
from tests.flows.conftest import NOW, SCENARIO, WEEK, World
from warehouse import lake

STEPS = ("plan", "crawl", "parse")
PAST = [*(WEEK - timedelta(weeks=back) for back in range(1, 13)), year_ago(WEEK)]  # more than a band needs, and a base


@contextmanager
def world_with(home: Path, *faults: str) -> Iterator[World]:
    """A tiny world of whose past the last weeks and a base are read, and whose site answers some pages wrongly."""
    log = home.parent / "requests.log"
    with serving(SCENARIO, 1, NOW, log, fail=list(faults)) as url:
        write_marketplace(home, url)
        world = World(home, log)
        archive = home / "sandbox" / "archive" / "practice"
        files = (str(archive / f"practice-{week}.warc.gz") for week in PAST)
        world.here("backfill", *files, "--marketplace", "practice")
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


def test_a_drifted_week_is_quarantined_until_the_layout_is_mended(
    tmp_path: Path, tiny_world: Callable[[Path], Path]
) -> None:
    home = tiny_world(tmp_path / "home")
    with world_with(home, *(f"towels/{page}=drifted" + "xalways" for page in range(1, 10))) as world:
        for step in STEPS:
            world.here(step, "--week", str(WEEK), "--marketplace", "practice")
        stopped = world.here("build", "--week", str(WEEK), code=2)
        assert "batch_traits practice/2026-11-16/towels: rule prices_as_before found price_" in stopped.stderr
        world.here("release")
        drifted = reasons(home)
        assert (drifted["gaoyang-towels"], drifted["zhuji-socks"]) == ({"quarantined"}, {"none"})

        mend(home, price_text="attr.tradePrice.offerPrice.paidMoney || attr.tradePrice.offerPrice.strPriceMoney")
        requests = world.log.read_bytes()
        world.here("parse", "--week", str(WEEK), "--marketplace", "practice", "--again")
        world.here("build", "--week", str(WEEK))
        world.here("release")
        assert reasons(home)["gaoyang-towels"] == {"none"}
        assert world.log.read_bytes() == requests, "the archived pages are read, none is fetched again"
        path = home / "listing_weeks" / "marketplace=practice" / f"week={WEEK}" / "towels.parquet"
        assert pl.read_parquet(path)["price_yuan"].max() < 60  # type: ignore[operator]


MONDAYS = [WEEK - timedelta(weeks=back) for back in range(14, -1, -1)]


def hand_in(home: Path, week: date, factor: float = 1.0) -> None:
    """Offers of a week as parse would write them: forty listings of twenty merchants, whose prices are steady."""
    rows = [
        {
            "marketplace": "practice", "category": "towels", "week": week, "page": 1, "position": place,
            "seen_at": datetime(week.year, week.month, week.day, tzinfo=UTC), "page_digest": f"{week}",
            "listing_id": f"l{place}", "merchant_id": f"m{place // 2}", "title_text": f"毛巾 {place}",
            "price_text": f"{(5 + place / 4) * factor:.2f}", "sales_30d_text": str(place * 7 + week.day),
            "seller_place_text": "河北 保定市高阳县", "archive_file": "pages/x", "archive_offset": 0,
        }
        for place in range(40)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=table("offers").polars_schema(), orient="row")
    lake.write(home / "offers" / "practice" / str(week) / "towels.parquet", frame, f"{week} {factor}")


def judged(home: Path, weeks: list[date] = MONDAYS) -> set[date]:
    """The weeks that are stopped after these were judged."""
    paths = [path for week in weeks for path in lake.offer_files(home, "practice", week, "towels")]
    renew_traits(home, load_configs(home), "practice", "towels", weeks, lake.read(table("offers"), paths))
    return quarantined_weeks(home, "practice", "towels")


def test_a_drift_that_lasts_is_held_against_the_last_sound_week(tmp_path: Path) -> None:
    for week in MONDAYS:
        hand_in(tmp_path, week, factor=0.14 if week in MONDAYS[10:13] else 1.0)
    assert judged(tmp_path) == set(MONDAYS[10:13]), "and the first sound week after it is no drift back"
    assert read_traits(tmp_path, "practice", "towels")["compared_week"].to_list()[13] == MONDAYS[9]


def test_weeks_judged_one_by_one_are_judged_as_all_at_once(tmp_path: Path) -> None:
    for home in (tmp_path / "once", tmp_path / "weekly"):
        for week in MONDAYS:
            hand_in(home, week, factor=0.14 if week == MONDAYS[11] else 1.0)
    together = judged(tmp_path / "once")
    weekly = [judged(tmp_path / "weekly", [week]) for week in MONDAYS][-1]
    assert together == weekly == {MONDAYS[11]}
    once, later = (read_traits(tmp_path / name, "practice", "towels") for name in ("once", "weekly"))
    assert once.equals(later)


def test_a_mended_week_is_sound_again_and_a_short_past_stops_nothing(tmp_path: Path) -> None:
    for week in MONDAYS:
        hand_in(tmp_path, week, factor=100.0 if week in (MONDAYS[3], MONDAYS[12]) else 1.0)
    assert judged(tmp_path) == {MONDAYS[12]}, "eight sound weeks make a past, three do not"
    hand_in(tmp_path, MONDAYS[12])
    assert judged(tmp_path, [MONDAYS[12]]) == set()


def test_an_accepted_week_begins_a_new_past(tmp_path: Path) -> None:
    for week in MONDAYS:
        hand_in(tmp_path, week, factor=100.0 if week >= MONDAYS[12] else 1.0)
    assert judged(tmp_path) == set(MONDAYS[12:])
    shipped = (SHIPPED / "gates" / "batch_traits.yaml").read_text(encoding="utf-8")
    accepted = f"accepted: [{{marketplace: practice, category: towels, week: {MONDAYS[12]}, reason: in fen now}}]\n"
    write_bytes_atomic(tmp_path / "configs" / "gates" / "batch_traits.yaml", (shipped + accepted).encode())
    judge(tmp_path, load_configs(tmp_path), "practice", "towels", MONDAYS)
    assert quarantined_weeks(tmp_path, "practice", "towels") == set()


def test_too_many_false_pages_stop_their_category_and_week_alone(tmp_path: Path) -> None:
    keys = [(name, week, page) for name in ("towels", "socks") for week in MONDAYS[-2:] for page in range(1, 31)]
    rows = [
        {"marketplace": "practice", "category": name, "week": week, "page": page, "purpose": "listing", "read": 1}
        | {"state": "done", "attempts": 1, "url": "u"}
        | {
            "outcome": "blocked"
            if (name, week) == ("towels", WEEK) and page < 3
            else "changed"
            if page == 9
            else "listing"
        }
        for name, week, page in keys
    ]
    pages = table("pages").conform(pl.DataFrame(rows))
    gate_pages(tmp_path, load_configs(tmp_path), pages)
    (sentence,) = quarantined(tmp_path, None)
    assert sentence.startswith(
        f"pages practice/{WEEK}/towels: rule few_false_pages found 10.0% blocked or login or changed"
    )
    mended = pages.with_columns(outcome=pl.when(pl.col("page") < 3).then(pl.lit("listing")).otherwise("outcome"))
    gate_pages(tmp_path, load_configs(tmp_path), mended)
    assert quarantined(tmp_path, None) == []
