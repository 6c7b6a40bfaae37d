"""One category of one marketplace in one week: from its archived pages to its offers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from configs.calendar import WEEK
from configs.register import Configs
from configs.tables import table
from flows.late import read_from, reopen
from spiders.pages import STORED, PageFacts, PageKey
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


class Shown(NamedTuple):
    """What a category's pages showed in a week: its listing ids, and the numbers of its pages where none is missing."""

    ids: frozenset[str] = frozenset()
    pages: range = range(0)


class Unit(NamedTuple):
    """One category of one marketplace in one week; `twins` are digests of pages that another category showed too,
    `read` what was shown in weeks that were read just now."""

    home: Path
    configs: Configs
    marketplace: str
    category: str
    week: date
    twins: frozenset[str]
    read: dict[date, Shown]

    def before(self, pages: pl.DataFrame | None) -> Shown:
        """What was shown in the week before, nothing where it was not read; `pages` are its rows of the ledger."""
        week = self.week - WEEK
        path = _offers_file(self._replace(week=week))
        if week in self.read or pages is None or not path.exists():
            return self.read.pop(week, Shown())
        return self.shown(pl.read_parquet(path, columns=["listing_id"], hive_partitioning=False), pages.to_dicts())

    def shown(self, offers: pl.DataFrame, rows: list[dict[str, Any]]) -> Shown:
        """What a week's offers and rows of the ledger show."""
        first_page = self.configs.marketplace(self.marketplace).listing.first_page
        return Shown(frozenset(offers["listing_id"].drop_nulls().to_list()), _whole_pages(rows, first_page))


def parse_week(
    unit: Unit, pages: pl.DataFrame, before: pl.DataFrame | None, again: date | None, report: ParseReport
) -> None:
    """Read one unit where it was not read from these pages by these rules, or where `again` gives the present week;
    `pages` and `before` are the ledger's rows of it and of the week before."""
    told: dict[PageKey, PageFacts] = {}
    rows = _looked_at_again(unit, pages, again, told)
    if again or lake.fingerprint_of(_offers_file(unit)) != _made_of(unit, rows):
        reopen(unit.home, unit.week)
        _read(unit, rows, unit.before(before), told, report)
    report.amended |= told


def _read(
    unit: Unit, rows: list[dict[str, Any]], before: Shown, told: dict[PageKey, PageFacts], report: ParseReport
) -> None:
    """Write the unit's offers, without the pages that cannot be read or be what they were asked for."""
    from spiders.outcome import MAX_REASON
    from spiders.parse import read_category

    marketplace = unit.configs.marketplace(unit.marketplace)
    _write_overlaps(unit, _listings(rows))
    reading = read_category(unit.home, marketplace, unit.week, unit.category, _listings(rows))
    rows = _amended(rows, _changed(rows, {page: reason[:MAX_REASON] for page, reason in reading.failures}), told)
    false = _false_pages(unit, rows, reading.offers, before)
    rows = _amended(rows, _changed(rows, false), told)
    offers = reading.offers.filter(~pl.col("page").is_in(list(false)))
    unit.read[unit.week] = unit.shown(offers, rows)
    read = {"page_characters": str(reading.characters), "page_names": " ".join(reading.names)}
    lake.write(_offers_file(unit), table("offers").conform(offers), _made_of(unit, rows), read)
    report.failures += [f"page {page}: {reason}" for page, reason in reading.failures]
    report.pages += _listings(rows).filter(purpose="listing").height
    report.offers += offers.height
    report.units += 1


def _looked_at_again(
    unit: Unit, pages: pl.DataFrame, again: date | None, told: dict[PageKey, PageFacts]
) -> list[dict[str, Any]]:
    """The rows of one unit after their second reads, and where `again` by the marketplace file in force."""
    from spiders.second_look import confirmed, decidable, reclassified

    rows = pages.to_dicts()
    if again:
        found = dict(reclassified(unit.home, unit.configs.marketplace(unit.marketplace), rows))
        rows = _amended(rows, decidable(rows, found) if unit.week < again else found, told)
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


def _changed(rows: list[dict[str, Any]], reasons: Mapping[int, str]) -> dict[PageKey, PageFacts]:
    """First reads, by number with the reason why they are not what the ledger says, as they are now."""
    from spiders.second_look import facts_in, key_of

    first = {row["page"]: row for row in rows if _is_first_read(row)}
    return {
        key_of(first[page]): facts_in({**first[page], "outcome": "changed", "reason": reason})
        for page, reason in reasons.items()
    }


def _false_pages(unit: Unit, rows: list[dict[str, Any]], offers: pl.DataFrame, before: Shown) -> dict[int, str]:
    """The pages that cannot be what they were asked for, with the reasons."""
    from spiders.echoes import SeenPage, false_pages

    ids: dict[int, list[str]] = {}
    for page, listing, is_ad in zip(*(offers[name].to_list() for name in ("page", "listing_id", "is_ad")), strict=True):
        if listing is not None and not is_ad:
            ids.setdefault(page, []).append(listing)
    seen = [
        SeenPage(
            page=row["page"],
            digest=row["sha256"],
            is_empty=row["outcome"] == "empty",
            cards=row["cards"] or 0,
            ids=frozenset(ids.get(row["page"], ())),
            pages_said=row["pages_said"],
            listings_said=row["listings_said"],
        )
        for row in rows
        if _is_first_read(row) and row["outcome"] in STORED
    ]
    listing = unit.configs.marketplace(unit.marketplace).listing
    is_size_sure = "page_size" in listing.model_fields_set
    return false_pages(seen, unit.twins, listing.page_size, before.ids, before.pages, is_size_sure)


def _whole_pages(rows: list[dict[str, Any]], first_page: int) -> range:
    from spiders.echoes import whole_pages

    first = [row for row in rows if (row["purpose"], row["read"]) == ("listing", 1)]
    return whole_pages([(row["page"], row["outcome"], row["cards"]) for row in first], first_page)


def _offers_file(unit: Unit) -> Path:
    return lake.page_offers_file(unit.home, unit.marketplace, unit.week, unit.category)


def _write_overlaps(unit: Unit, listings: pl.DataFrame) -> None:
    """What the pages showed that were read a second time; one that cannot be read now tells nothing and is left out.
    There is no file where there are none, or none any more."""
    from spiders.parse import parse_category

    path = lake.overlap_file(unit.home, unit.marketplace, unit.week, unit.category)
    if listings.filter(purpose="overlap").is_empty():
        path.unlink(missing_ok=True)
        return
    marketplace = unit.configs.marketplace(unit.marketplace)
    shown, _ = parse_category(unit.home, marketplace, unit.week, unit.category, listings, "overlap")
    lake.write(path, shown)


def twins_of(site: pl.DataFrame, category: str) -> dict[date, frozenset[str]]:
    """By week the digests of first reads that another category of the marketplace showed in the same week."""
    shown = site.filter(pl.col("sha256").is_not_null(), pl.col("read") == 1)
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
    """The fingerprint of the pages that offers are read from, and of the layouts and twins that they are read by."""
    pages = pl.DataFrame(rows, schema=table("pages").polars_schema(), orient="row")
    return read_from(
        pages, [METHOD, unit.configs.digests[f"marketplaces/{unit.marketplace}.yaml"], *sorted(unit.twins)]
    )
