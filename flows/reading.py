"""The steps plan, crawl and parse: from what is configured to the offers of a week."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from configs.calendar import week_of
from configs.errors import BeltwatchError, InputError
from configs.register import Configs
from configs.tables import table
from flows.progress import Advance
from flows.workplace import Workplace
from spiders.pages import PageFacts, PageKey
from warehouse import lake

METHOD = "offers-2"


def plan(work: Workplace, marketplace: str, week: date) -> int:
    """Write down the first page of every category of a marketplace for a week; returns how many pages are new."""
    from spiders.plan import plan_week

    return work.ledger.plan(plan_week(work.configs.marketplace(marketplace), week))


def refuse_future(work: Workplace, week: date) -> None:
    """A week that has not begun cannot be read."""
    this = week_of(work.now())
    if week > this:
        raise InputError(f"week {week} has not begun; the current week is {this}; see --week")


@dataclass
class ParseReport:
    """What was read from the archive; `amended` are pages that turned out to be something else than the ledger says."""

    pages: int = 0
    offers: int = 0
    units: int = 0
    failures: list[str] = field(default_factory=list)
    amended: dict[PageKey, PageFacts] = field(default_factory=dict)


def parse_units(work: Workplace, marketplaces: Sequence[str], weeks: Sequence[date] | None) -> list[tuple[str, str]]:
    """The (marketplace, category) of which the ledger has pages in the weeks (None: any week)."""
    pages = work.ledger.rows()
    chosen = pages.filter(pl.col("marketplace").is_in(list(marketplaces)))
    if weeks is not None:
        chosen = chosen.filter(pl.col("week").is_in(list(weeks)))
    return [
        (row[0], row[1])
        for row in chosen.select("marketplace", "category").unique().sort("marketplace", "category").rows()
    ]


def parse_category(
    home: Path,
    configs: Configs,
    pages: pl.DataFrame,
    marketplace: str,
    category: str,
    weeks: Sequence[date] | None,
    again: bool = False,
    advance: Advance = lambda done, total: None,
) -> ParseReport:
    """Read one category's archived pages into offers, week by week; weeks whose pages have been read are passed over
    unless `again`, which also asks anew of every archived page what it is. Pages that cannot be what they were asked
    for give no offers. A category whose pages were all refused or in error gets a file without rows."""
    report = ParseReport()
    site = pages.filter(pl.col("marketplace") == marketplace)
    by_week = site.filter(pl.col("category") == category).partition_by("week", as_dict=True)
    chosen = sorted(key[0] for key in by_week if weeks is None or key[0] in set(weeks))
    twins = _twins(site, category)
    read: dict[date, frozenset[str]] = {}
    for done, week in enumerate(chosen, start=1):
        unit = _Unit(home, configs, marketplace, category, week, twins.get(week, frozenset()), read)
        _parse_week(unit, by_week[(week,)], again, report)
        advance(done, len(chosen))
    return report


def note_amended(work: Workplace, report: ParseReport) -> None:
    """Write into the ledger what pages turned out to be, and plan what follows from a first page that is a listing."""
    from spiders.plan import rest_of

    if report.amended:
        work.ledger.amend(report.amended)
    for key, facts in report.amended.items():
        work.ledger.plan(rest_of(work.configs.marketplace(key.marketplace), key, facts))


def refuse_failures(report: ParseReport) -> None:
    """Pages that the ledger calls listings but that cannot be read stop the step: a hole must not look like a fall."""
    if report.failures:
        raise BeltwatchError(
            f"{len(report.failures)} pages could not be read, first: {report.failures[0]}; "
            f"mend the layout in configs/marketplaces and run `beltwatch parse --again`"
        )


class _Unit(NamedTuple):
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


def _parse_week(unit: _Unit, pages: pl.DataFrame, again: bool, report: ParseReport) -> None:
    from spiders.parse import read_category

    told: dict[PageKey, PageFacts] = {}
    rows = _looked_at_again(unit, pages, again, told)
    path = _offers_file(unit)
    if again or lake.fingerprint_of(path) != _made_of(unit, rows):
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
        report.pages += _listings(rows).height
        report.offers += offers.height
        report.units += 1
    report.amended |= told


def _looked_at_again(
    unit: _Unit, pages: pl.DataFrame, again: bool, told: dict[PageKey, PageFacts]
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


def _false_pages(unit: _Unit, rows: list[dict[str, Any]], offers: pl.DataFrame) -> dict[PageKey, PageFacts]:
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


def _offers_file(unit: _Unit) -> Path:
    return unit.home / "offers" / unit.marketplace / str(unit.week) / f"{unit.category}.parquet"


def _twins(site: pl.DataFrame, category: str) -> dict[date, frozenset[str]]:
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


def _made_of(unit: _Unit, rows: list[dict[str, Any]]) -> str:
    """The fingerprint of the pages and the layouts that offers are read from."""
    listed = sorted(
        (row["page"], row["purpose"], row["read"], row["sha256"] or "") for row in rows if row["outcome"] == "listing"
    )
    digests = [digest for *_, digest in listed]
    return lake.fingerprint([METHOD, unit.configs.digests[f"marketplaces/{unit.marketplace}.yaml"], *digests])
