"""One week of listings as archived pages, as large as asked for: the practice marketplaces' pages of shipped belts.

    python -m benchmarks.week_of_pages HOME LISTINGS SEED

Each category fills up to 50 pages of both layouts, 60 offers in a script and 40 HTML cards, as far as sites let one
turn over. Written through the project's own archive writer, into a data home with the practice marketplace files.
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import polars as pl
import yaml

from benchmarks.page_forms import varied
from configs.belts import Belt
from configs.calendar import YEAR, starts_at
from configs.places import Place, children, place
from configs.register import Configs, load
from configs.tables import table
from sandbox.archive import SITES, Pages
from sandbox.economy import build
from sandbox.scenario import PRACTICE, PRACTICE_HTML, Scenario
from sandbox.world import TEMPLATES
from spiders.archive import PageWriter
from spiders.pages import ArchivedPage, PageKey

WEEK = date(2026, 11, 16)
PAIR = 100  # listings of one page of either layout
MOST_PAIRS = 50
LEDGER = "pages.parquet"  # below the home: rows of table pages
BELTS = "belts.csv"  # below the home: belt, category and county, for readers who have no configs
CARD_SIGNS = (b'{"offerid":', b'<div class="goods-card"')
HEADERS = [("Content-Type", "text/html; charset=utf-8")]
ELSEWHERE = ("330782", "440113", "320612", "371302")  # counties whose sellers are in every category
# What is sold besides one piece, so that units and packs have to be read.
THINGS = ("{}", "纯色{}", "儿童{}", "{}10条装", "{}5个/盒", "{}3双装", "500g{}", "{}一件代发")
UNITS = ["件", "个", "条", "双", "包", "盒", "套", "千克", "米", "斤"]
TRAITS = [
    "加厚",
    "家用",
    "酒店",
    "素色",
    "提花",
    "柔软",
    "防滑",
    "简约",
    "耐磨",
    "环保",
    "新款",
    "时尚",
    "轻便",
    "定制",
]


def write_week(home: Path, listings: int, seed: int) -> int:
    """Writes archive, ledger rows and marketplace files of a week with at least so many listings; returns the pages."""
    pairs = -(-listings // PAIR)
    configs = load(home)
    belts = belts_of_one_county(configs, max(2, -(-pairs // MOST_PAIRS)))
    _write_marketplaces(home, belts)
    shares = [pairs // len(belts) + (number < pairs % len(belts)) for number in range(len(belts))]
    rows: list[dict[str, object]] = []
    with PageWriter(home, "benchmark") as writer:
        for (category, words, belt), pages in zip(belts, shares, strict=True):
            economy = build(_scenario(category, words, belt, pages), seed)
            for name, site in SITES.items():
                rows += _archived(writer, name, category, site(economy), pages)
    table("pages").conform(pl.DataFrame(rows)).write_parquet(home / LEDGER)
    _belt_places(configs).write_csv(home / BELTS)
    return len(rows)


def _belt_places(configs: Configs) -> pl.DataFrame:
    """One row per belt, category and place."""
    rows = [
        (belt.id, name, part.code)
        for belt in configs.belts.values()
        for name in belt.categories
        for part in belt.places
    ]
    return pl.DataFrame(rows, schema=["belt", "category", "place_code"], orient="row")


def belts_of_one_county(configs: Configs, count: int) -> list[tuple[str, str, Belt]]:
    """Category, its words and a belt, of so many belts that are one county of a city, one for each category."""
    found: dict[str, tuple[str, str, Belt]] = {}
    for belt in configs.belts.values():
        (part, *others), category = belt.places, belt.categories[0]
        county = place(part.code)
        if county and county.level == "county" and county.city_code and not others:
            found.setdefault(category, (category, configs.categories[category].zh, belt))
    return list(found.values())[:count]


def _scenario(category: str, words: str, belt: Belt, pages: int) -> Scenario:
    """A world of one category with more listings than the pages can show."""
    county = place(belt.places[0].code)
    assert county is not None
    near = [part for part in children(county.city_code or "") if part != county][:2]
    plan = {
        "id": belt.id,
        "category": category,
        "keywords": words,
        "label": belt.name.zh,
        "place": {"code": county.code, **spot(county)},
        "near": [spot(part) for part in near],
        "elsewhere": [spot(part) for code in ELSEWHERE if (part := place(code))],
        "change": 0.0,
        "merchants": 20 + 30 * pages,
        "elsewhere_share": 0.4,
        "city_only_share": 0.1,
        "second_site": {"only": 0.25, "both": 0.25},
        "listings_per_merchant": 2.5,
        "units": UNITS,
        "things": [thing.format(words) for thing in THINGS],
        "traits": TRAITS,
    }
    return Scenario.model_validate(
        {
            "name": belt.id,
            "title": {"en": belt.name.en, "zh": belt.name.zh},
            "first_week": WEEK - YEAR,
            "live_week": WEEK,
            "services": {"仅退款": [0.1, 0.5], "48小时发货": [0.4, 0.8]},
            "belts": [plan],
        }
    )


def spot(county: Place) -> dict[str, str]:
    """A county as a scenario names it."""
    province, city = place(county.province_code), place(county.city_code or "")
    assert province is not None
    assert city is not None
    return {"province": province.short_name, "city": city.name, "county": county.name}


def _archived(
    writer: PageWriter, marketplace: str, category: str, site: Pages, pages: int
) -> Iterator[dict[str, object]]:
    """The ledger's row of each of the first pages of a category, written to the archive."""
    assert site.page_count(category, WEEK) >= pages
    for number in range(1, pages + 1):
        url = f"http://{marketplace}.example{site.address(category, number)}"
        body = varied(site.page_of(category, number, WEEK)).encode()
        fetched_at = starts_at(WEEK) + timedelta(hours=2, seconds=number)
        key = PageKey(marketplace, WEEK, category, number)
        archive_file, offset = writer.write(key, ArchivedPage(url, 200, HEADERS, body, fetched_at))
        yield {
            **key._asdict(),
            "state": "done",
            "outcome": "listing",
            "attempts": 1,
            "url": url,
            "archive_file": archive_file,
            "archive_offset": offset,
            "sha256": sha256(body).hexdigest(),
            "status": 200,
            "bytes": len(body),
            "fetched_at": fetched_at,
            "cards": sum(body.count(sign) for sign in CARD_SIGNS),
        }


def _write_marketplaces(home: Path, belts: list[tuple[str, str, Belt]]) -> None:
    words = {
        PRACTICE: {category: name for category, name, _ in belts},
        PRACTICE_HTML: {name: name for name, *_ in belts},
    }
    folder = home / "configs" / "marketplaces"
    folder.mkdir(parents=True, exist_ok=True)
    for name, template in TEMPLATES.items():
        content = yaml.safe_load(template.read_text(encoding="utf-8")) | {"categories": words[name]}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


if __name__ == "__main__":
    count = write_week(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    print(f"{count} archived pages of {WEEK} in two layouts")
