"""The line, step by step: plan, crawl, parse, build, release, report. Each step is idempotent and may be run alone.

`weeks` None means every week that the step finds work for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from configs.calendar import week_of
from configs.errors import GateStop, InputError
from flows.belts import build_belt, drop_unknown_belts
from flows.categories import clean_batches, clean_categories, counter_weeks, place_category
from flows.late import close, late_weeks, notes_of, reopened
from flows.mapping import WORTH_PROCESSES, Mapper, in_processes, in_turn
from flows.once import sole_builder
from flows.price_index import build_index
from flows.progress import Reporter
from flows.reading import note_amended, parse_category, parse_units, plan, refuse_future
from flows.regions import build_regions
from flows.rests import rests_on
from flows.workplace import Workplace
from warehouse import lake

if TYPE_CHECKING:
    from spiders.crawl import CrawlReport

Weeks = Sequence[date] | None


@dataclass
class Line:
    """One run of some steps over one workplace."""

    work: Workplace
    marketplaces: list[str]
    reporter: Reporter
    each: Mapper | None = None
    each_belt: Mapper | None = None
    stopped: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def plan(self, week: date) -> None:
        """Write down the pages to be read."""
        refuse_future(self.work, week)
        with self.reporter.step("plan") as step:
            new = sum(plan(self.work, name, week) for name in self.marketplaces)
            step.say(f"{new} new pages planned for {week} on {_named(self.marketplaces)}")

    def crawl(self, week: date) -> None:
        """Read the pages that are planned and not yet read. A marketplace whose crawl ends before its pages do stops no
        other: CrawlError at the end says what stays open."""
        from spiders.crawl import CrawlError, CrawlOptions, crawl

        refuse_future(self.work, week)
        work, said = self.work, []
        left_open: list[str] = []
        with self.reporter.step("crawl") as step:
            options = CrawlOptions(
                clock=work.clock,
                on_progress=lambda progress: step.advance(progress.done, progress.planned),
            )
            for name in self.marketplaces:
                try:
                    report = crawl(work.home, work.settings, work.configs.marketplace(name), week, options)
                    said.append(crawl_sentence(report))
                except CrawlError as error:
                    said.append(f"{name}: ended before its pages did")
                    left_open.append(str(error))
            step.say("; ".join(said) or "no marketplace to crawl")
        if left_open:
            raise CrawlError("; ".join(left_open))

    def unmade(self, week: date) -> list[date]:
        """The week, those that pages have come of since they were read, and those before it that were left unread."""
        late = late_weeks(self.work.home, self.work.ledger.rows(), self.marketplaces, week)
        return sorted({week, *late, *reopened(self.work.home)})

    def parse(self, weeks: Weeks, again: bool = False) -> None:
        """Read archived pages into offers. Pages that cannot be read are `unread` and are `changed` from now on: a hole
        must not look like a fall, and the other pages' weeks go on."""
        work, this_week = self.work, week_of(self.work.now())
        with self.reporter.step("parse") as step:
            pages = work.ledger.rows()
            refuse_unknown(weeks, pages["week"].unique().to_list(), "pages in the ledger", "plan")
            units = [
                (work.home, work.configs, pages, marketplace, category, weeks, this_week if again else None)
                for marketplace, category in parse_units(work, self.marketplaces, weeks)
            ]
            reports = self._mapper(weeks)("parse", parse_category, units, step.advance)
            for report in reports:
                note_amended(work, report, pages, this_week)
                self.unread += report.failures
            read, offers = sum(report.pages for report in reports), sum(report.offers for report in reports)
            failed = f"; {len(self.unread)} pages could not be read" if self.unread else ""
            step.say(f"{offers} offers from {read} pages{failed}" if read or failed else "nothing new to read")

    def build(self, weeks: Weeks) -> None:
        """Offers to listing weeks, belts and figures; whatever a gate stops is suppressed, the rest is made.
        Builds of one home share files and take turns."""
        with sole_builder(self.work.home, self.reporter.head):
            self._build(weeks)

    def _build(self, weeks: Weeks) -> None:
        from flows.footings import pages_read
        from flows.quality import gate_figures, gate_pages, pass_gates, quarantined
        from warehouse.data_docs import write_gate_page

        work = self.work
        opened = notes_of(work.home)
        refuse_unknown(weeks, {week for _, week, _ in lake.offer_units(work.home)}, "offers", "parse")
        pages = work.ledger.rows()
        gate_pages(work.home, work.configs, pages)
        with self.reporter.step("clean") as step:
            present = {category for _, _, category in lake.offer_units(work.home)}
            categories = sorted(present & {name for belt in work.configs.belts.values() for name in belt.categories})
            wanted = None if weeks is None else _with_ends(weeks)
            batches = [(work.home, work.configs, names, wanted) for names in clean_batches(categories, weeks)]
            reports = self._mapper(weeks)("clean", clean_categories, batches, step.advance)
            cleaned = [report for batch in reports for report in batch]
            step.say(
                f"{sum(r.offers for r in cleaned)} offers: {sum(r.accepted for r in cleaned)} accepted, "
                f"{sum(r.rejected for r in cleaned)} rejected"
            )
        with self.reporter.step("validate") as step:
            renewed = {(name, report.category): made for report in cleaned for name, made in report.made.items()}
            pass_gates(work.home, work.configs, renewed)
            self.stopped += quarantined(work.home, weeks)
            step.say("; ".join(self.stopped) or "all passed")
        with self.reporter.step("place") as step:
            changed = [(work.home, work.configs, report.category, report.weeks) for report in cleaned if report.made]
            self._mapper(weeks)("place", place_category, changed, step.advance)
            step.say(f"listings of {len(changed)} categories placed in belts" if changed else "nothing new to place")
        with self.reporter.step("compare") as step:
            drop_unknown_belts(work.home, work.configs)
            touched = None if weeks is None else sorted({*weeks, *(day for r in cleaned for day in r.weeks)})
            coverage = pages_read(pages, work.configs)
            placed = {category for _, _, category in lake.units(work.home, "listing_belts")}
            belts = [belt for belt in work.configs.belts.values() if placed & set(belt.categories)]
            units = [(work.home, work.configs, belt, touched, coverage) for belt in belts]
            made = self._belt_mapper(len(belts))("compare", build_belt, units, step.advance)
            indices = self._belt_mapper(len(belts))(
                "price index", build_index, [(work.home, work.configs, belt, coverage) for belt in belts], step.advance
            )
            regions = build_regions(work.home, work.configs, touched)
            close(work.home, {week: opened[week] for week in opened if weeks is None or week in weeks})
            step.say(
                f"{sum(made)} belt-weeks of {len(units)} belts, {sum(indices)} weeks of price indices and {regions} "
                f"weeks of regions made anew"
            )
        with self.reporter.step("validate") as step:
            broken = gate_figures(work.home, work.configs)
            page = write_gate_page(work.home)
            step.say(f"{'; '.join(broken) or 'figures passed'}; all checks: {page}")
        if broken:
            raise GateStop(f"no figure may be released: {broken[0]}")

    def release(self, week: date | None = None) -> str | None:
        """Publish what is built; returns the id of the new release, or None where nothing changed. A release is of
        everything that is built; `week` only says of which week there must be something."""
        from warehouse.database import database_file, rebuild, released_in
        from warehouse.release import publish, sole_publisher
        from warehouse.vintages import manifests

        work = self.work
        built = {date.fromisoformat(path.name.removeprefix("week=")) for path in (work.home / "figures").glob("week=*")}
        refuse_unknown(None if week is None else [week], built, "built figures", "build")
        with self.reporter.step("release") as step, sole_publisher(work.home):
            new = publish(work.home, work.now(), work.configs.digests)
            chain = manifests(work.home)
            last = chain[-1].release if chain else None
            if new is not None or released_in(work.home) != last or not database_file(work.home).exists():
                rebuild(work.home, work.configs, work.ledger.rows())
            if new is None:
                step.say(f"nothing changed; release {last} stays" if last else "nothing to publish yet")
            else:
                body = new.body
                step.say(
                    f"release {new.release}: {body['new_count']} new, {body['changed_count']} changed, "
                    f"{body['withdrawn_count']} withdrawn figures ({body['reason']})"
                )
            return new.release if new else None

    def report(self, week: date | None) -> list[Path]:
        """Write the report page of a week (None: the last week of which there are figures)."""
        from reports.page import write_report
        from warehouse import open as open_warehouse

        with self.reporter.step("report") as step, open_warehouse(self.work.home) as reader:
            release = reader.sql("select release from releases order by sequence desc limit 1").item()
            known = reader.sql("select distinct week from figures where superseded_at is null")["week"].to_list()
            refuse_unknown(None if week is None else [week], known, "published figures", "release")
            last = week or max(known)
            written = write_report(self.work.home / "reports" / release, reader, last)
            step.say(", ".join(str(path) for path in written))
            return written

    def _belt_mapper(self, belts: int) -> Mapper:
        """How belts are gone through: each looks back on a year even for one week."""
        return self.each_belt or self.each or (in_processes if belts >= WORTH_PROCESSES else in_turn)

    def _mapper(self, weeks: Weeks) -> Mapper:
        """How units are gone through: a week's are small, and starting processes would cost more than they do."""
        return self.each or (in_processes if weeks is None else in_turn)


def crawl_sentence(report: "CrawlReport") -> str:
    """What one crawl did, and what it had to leave."""
    balance = report.balance
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(balance.done.items()) if count)
    taken = f", {report.adopted} taken over from workers that died" if report.adopted else ""
    left = f", {balance.open} open" if balance.open else ""
    late = "" if report.is_current else f" (week {report.week} is over: pages still open are missing)"
    return f"{report.marketplace}: {balance.planned} pages: {outcomes or 'none read'}{taken}{left}{late}"


def refuse_unknown(weeks: Weeks, known: Collection[date], what: str, step: str) -> None:
    """Each of the weeks must be one of which there is something; else nothing would be done, or done to nothing."""
    for week in weeks or ():
        if week not in known:
            there = f"there are some of {min(known)} to {max(known)}" if known else "there are none of any week"
            mend = f"name another --week, or see `beltwatch {step} --help`"
            raise InputError(f"week {week} has no {what}; {there}; {mend}")


def _with_ends(weeks: Sequence[date]) -> list[date]:
    """The weeks, and the earlier ones that their figures rest on."""
    ends = {end for week in weeks for end in rests_on(week)}
    return sorted(ends | {week for end in ends for week in counter_weeks(end)})


def _named(names: list[str]) -> str:
    return ", ".join(names) or "no marketplace"
