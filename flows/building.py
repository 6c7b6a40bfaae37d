"""The step build: clean, validate, place, compare and validate again, each over its units of work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from configs.errors import GateStop
from flows.belts import build_belt, drop_unknown_belts
from flows.categories import CategoryReport, clean_batches, clean_categories, counter_weeks, place_category
from flows.footings import pages_read
from flows.in_order import Weeks, refuse_unknown
from flows.late import close, notes_of
from flows.mapping import Mapper
from flows.price_index import build_index
from flows.progress import Reporter
from flows.quality import gate_figures, gate_pages, pass_gates, quarantined
from flows.regions import build_regions
from flows.rests import rests_on
from flows.workplace import Workplace
from warehouse import lake
from warehouse.formulas import released_formulas
from warehouse.vintages import manifests


@dataclass(frozen=True)
class Build:
    """One build of some weeks (None: all that are stale); `each` goes through categories, `each_belt` through belts,
    given how many there are."""

    work: Workplace
    reporter: Reporter
    weeks: Weeks
    each: Mapper
    each_belt: Callable[[int], Mapper]

    def make(self) -> list[str]:
        """Offers to figures; returns what a gate stopped, one sentence each. GateStop where no figure may be
        released."""
        work = self.work
        opened = notes_of(work.home)
        refuse_unknown(self.weeks, {week for _, week, _ in lake.offer_units(work.home)}, "offers", "parse")
        pages = work.ledger.rows()
        gate_pages(work.home, work.configs, pages)
        cleaned = self._clean()
        stopped = self._validate(cleaned)
        self._place(cleaned)
        self._compare(cleaned, pages)
        close(work.home, {week: opened[week] for week in opened if self.weeks is None or week in self.weeks})
        self._validate_figures()
        return stopped

    def _clean(self) -> list[CategoryReport]:
        work = self.work
        with self.reporter.step("clean") as step:
            present = {category for _, _, category in lake.offer_units(work.home)}
            categories = sorted(present & {name for belt in work.configs.belts.values() for name in belt.categories})
            wanted = None if self.weeks is None else _with_ends(self.weeks)
            batches = [(work.home, work.configs, names, wanted) for names in clean_batches(categories, self.weeks)]
            reports = self.each("clean", clean_categories, batches, step.advance)
            cleaned = [report for batch in reports for report in batch]
            step.say(
                f"{sum(r.offers for r in cleaned)} offers: {sum(r.accepted for r in cleaned)} accepted, "
                f"{sum(r.rejected for r in cleaned)} rejected"
            )
        return cleaned

    def _validate(self, cleaned: Sequence[CategoryReport]) -> list[str]:
        with self.reporter.step("validate") as step:
            renewed = {(name, report.category): made for report in cleaned for name, made in report.made.items()}
            pass_gates(self.work.home, self.work.configs, renewed)
            stopped = quarantined(self.work.home, self.weeks)
            step.say("; ".join(stopped) or "all passed")
        return stopped

    def _place(self, cleaned: Sequence[CategoryReport]) -> None:
        with self.reporter.step("place") as step:
            made = [report for report in cleaned if report.made]
            changed = [(self.work.home, self.work.configs, report.category, report.weeks) for report in made]
            self.each("place", place_category, changed, step.advance)
            step.say(f"listings of {len(changed)} categories placed in belts" if changed else "nothing new to place")

    def _compare(self, cleaned: Sequence[CategoryReport], pages: pl.DataFrame) -> None:
        home, configs = self.work.home, self.work.configs
        with self.reporter.step("compare") as step:
            drop_unknown_belts(home, configs)
            renewed = (day for report in cleaned for day in report.weeks)
            touched = None if self.weeks is None else sorted({*self.weeks, *renewed})
            coverage = pages_read(pages, configs)
            placed = {category for _, _, category in lake.units(home, "listing_belts")}
            belts = [belt for belt in configs.belts.values() if placed & set(belt.categories)]
            each = self.each_belt(len(belts))
            units = [(home, configs, belt, touched, coverage) for belt in belts]
            made = each("compare", build_belt, units, step.advance)
            settled = released_formulas(manifests(home))
            indexed = [(home, configs, belt, coverage, settled.get(belt.id)) for belt in belts]
            indices = each("price index", build_index, indexed, step.advance)
            regions = build_regions(home, configs, touched)
            step.say(
                f"{sum(made)} belt-weeks of {len(units)} belts, {sum(indices)} weeks of price indices and {regions} "
                f"weeks of regions made anew"
            )

    def _validate_figures(self) -> None:
        from warehouse.data_docs import write_gate_page

        with self.reporter.step("validate") as step:
            broken = gate_figures(self.work.home, self.work.configs)
            page = write_gate_page(self.work.home)
            step.say(f"{'; '.join(broken) or 'figures passed'}; all checks: {page}")
        if broken:
            raise GateStop(f"no figure may be released: {broken[0]}")


def _with_ends(weeks: Sequence[date]) -> list[date]:
    """The weeks, and the earlier ones that their figures rest on."""
    ends = {end for week in weeks for end in rests_on(week)}
    return sorted(ends | {week for end in ends for week in counter_weeks(end)})
