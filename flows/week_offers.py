"""One category of one marketplace in one week: from its archived pages to its offers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from configs.register import Configs
from configs.tables import table
from flows.late import read_from, reopen
from spiders.pages import PageFacts, PageKey
from warehouse import lake

METHOD = "offers-2"


@dataclass
class ParseReport:
    """What was read from the archive; `amended` are pages that turned out to be something else than the ledger says."""

    pages: int = 0
    offers: int = 0
    units: int = 0
    failures: list[str] = field(default_factory=list)
    amended: dict[PageKey, PageFacts] = field(default_factory=dict)


class Unit(NamedTuple):
    """One category of one marketplace in one week; `twins` are digests of pages that another category showed too,
    `read` the listing ids of weeks that were read just now."""

    home: Path
    configs: Configs
    marketplace: str
    category: str
    week: date
    twins: frozenset[str]
    read: dict[date, frozenset[str]]

    def known(self, offers: pl.DataFrame) -> frozenset[str]:
        """The listings of the category in the week before, none where it was not read; `offers` are the week's own."""
        before = self.week - timedelta(weeks=1)
        path = _offers_file(self._replace(week=before))
        if before not in self.read and path.exists():
            self.read[before] = _ids(pl.read_parquet(path, columns=["listing_id"], hive_partitioning=False))
        self.read[self.week] = _ids(offers)
        return self.read.pop(before, frozenset())


def parse_week(unit: Unit, pages: pl.DataFrame, again: bool, report: ParseReport) -> None:
    from spiders.parse import read_category

    told: dict[PageKey, PageFacts] = {}
    rows = _looked_at_again(unit, pages, again, told)
    path = _offers_file(unit)
    if again or lake.fingerprint_of(path) != _made_of(unit, rows):
        if path.exists():
            reopen(unit.home, unit.week)
        _write_overlaps(unit, _listings(rows))
        reading = read_category(
            unit.home, unit.configs.marketplace(unit.marketplace), unit.week, unit.category, _listings(rows)
        )
        false = _false_pages(unit, rows, reading.offers)
        rows = _amended(rows, false, told)
        offers = reading.offers.filter(~pl.col("page").is_in([key.page for key in false]))
        # Without a fingerprint the pages that failed are read again the next time, and are told of again
        made_of = None if reading.failures else _made_of(unit, rows)
        read = {"page_characters": str(reading.characters), "page_names": " ".join(reading.names)}
        lake.write(path, table("offers").conform(offers), made_of, read)
        report.failures += [f"page {failure.page}: {failure.reason}" for failure in reading.failures]
        report.pages += _listings(rows).filter(purpose="listing").height
        report.offers += offers.height
        report.units += 1
    report.amended |= told


def _looked_at_again(
    unit: Unit, pages: pl.DataFrame, again: bool, told: dict[PageKey, PageFacts]
) -> list[dict[str, Any]]:
    """The rows of one unit after their second reads, and where `again` by the marketplace file in force."""
    from spiders.second_look import confirmed, reclassified

    rows = pages.to_dicts()
    if again:
        found = dict(reclassified(unit.home, unit.configs.marketplace(unit.marketplace), rows))
        rows = _amended(rows, found, told)
    return _amended(rows, dict(confirmed(rows)), told)


def _amended(
    rows: list[dict[str, Any]], found: Mapping[PageKey, PageFacts], told: dict[PageKey, PageFacts]
) -> list[dict[str, Any]]:
    """The rows as the pages found say; `told` takes them up."""
    from spiders.second_look import key_of

    told.update(found)
    if not found:
        return rows
    return [{**row, **asdict(found[key])} if (key := key_of(row)) in found else row for row in rows]


def _false_pages(unit: Unit, rows: list[dict[str, Any]], offers: pl.DataFrame) -> dict[PageKey, PageFacts]:
    """The pages that cannot be what they were asked for, with what they are now."""
    from spiders.echoes import SeenPage, false_pages
    from spiders.second_look import facts_in, key_of

    ids: dict[int, list[str]] = {}
    for page, listing, is_ad in zip(*(offers[name].to_list() for name in ("page", "listing_id", "is_ad")), strict=True):
        if listing is not None and not is_ad:
            ids.setdefault(page, []).append(listing)
    standing = {row["page"]: row for row in rows if _is_first_read(row) and row["outcome"] in ("listing", "empty")}
    seen = [
        SeenPage(
            page=page,
            digest=row["sha256"],
            is_empty=row["outcome"] == "empty",
            cards=row["cards"] or 0,
            ids=frozenset(ids.get(page, ())),
            pages_said=row["pages_said"],
            listings_said=row["listings_said"],
        )
        for page, row in standing.items()
    ]
    listing = unit.configs.marketplace(unit.marketplace).listing
    found = false_pages(
        seen, unit.twins, listing.page_size, unit.known(offers), "page_size" in listing.model_fields_set
    )
    return {
        key_of(standing[page]): facts_in({**standing[page], "outcome": "changed", "reason": reason})
        for page, reason in found.items()
    }


def _ids(offers: pl.DataFrame) -> frozenset[str]:
    return frozenset(offers["listing_id"].drop_nulls().to_list())


def _offers_file(unit: Unit) -> Path:
    return lake.page_offers_file(unit.home, unit.marketplace, unit.week, unit.category)


def _write_overlaps(unit: Unit, listings: pl.DataFrame) -> None:
    """What the pages showed that were read a second time; one that cannot be read now tells nothing and is left out."""
    from spiders.parse import parse_category

    if not listings.filter(purpose="overlap").is_empty():
        marketplace = unit.configs.marketplace(unit.marketplace)
        shown, _ = parse_category(unit.home, marketplace, unit.week, unit.category, listings, "overlap")
        lake.write(lake.overlap_file(unit.home, unit.marketplace, unit.week, unit.category), shown)


def twins_of(site: pl.DataFrame, category: str) -> dict[date, frozenset[str]]:
    """By week the digests of pages that another category of the marketplace showed in the same week."""
    shown = site.filter(pl.col("sha256").is_not_null())
    others = shown.filter(pl.col("category") != category).select("week", "sha256")
    own = shown.filter(pl.col("category") == category).select("week", "sha256")
    both = own.join(others, on=["week", "sha256"], how="semi").unique()
    return {week[0]: frozenset(part["sha256"]) for week, part in both.partition_by("week", as_dict=True).items()}


def _is_first_read(row: Mapping[str, Any]) -> bool:
    return (row["purpose"], row["read"], row["state"]) == ("listing", 1, "done")


def _listings(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows of table pages that are listings."""
    listed = [row for row in rows if row["outcome"] == "listing"]
    return pl.DataFrame(listed, schema=table("pages").polars_schema(), orient="row")


def _made_of(unit: Unit, rows: list[dict[str, Any]]) -> str:
    """The fingerprint of the pages and the layouts that offers are read from."""
    pages = pl.DataFrame(rows, schema=table("pages").polars_schema(), orient="row")
    return read_from(pages, [METHOD, unit.configs.digests[f"marketplaces/{unit.marketplace}.yaml"]])
