"""The line, step by step: plan, crawl, parse, build, release, report. Each step is idempotent and may be run alone.

`weeks` None means every week that the step finds work for.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from configs.calendar import week_of
from configs.errors import InputError
from flows.crawling import crawl_all
from flows.in_order import Weeks, refuse_unknown
from flows.late import late_weeks, reopened
from flows.mapping import WORTH_PROCESSES, Mapper, in_processes, in_turn
from flows.once import sole_builder
from flows.progress import Reporter
from flows.reading import note_amended, parse_category, parse_units, plan, refuse_future
from flows.workplace import Workplace


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
        refuse_future(self.work, week)
        with self.reporter.step("crawl") as step:
            crawled = crawl_all(self.work, self.marketplaces, week, step)
            step.say("; ".join(crawled.said) or "no marketplace to crawl")
        crawled.refuse_failed()

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
        from flows.building import Build

        with sole_builder(self.work.home, self.reporter.head):
            build = Build(self.work, self.reporter, weeks, self._mapper(weeks), self._belt_mapper)
            self.stopped += build.make()

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
            known = reader.sql("select distinct week from figures where superseded_at is null")["week"].to_list()
            refuse_unknown(None if week is None else [week], known, "published figures", "release")
            if not known:
                raise InputError(f"{self.work.home} has no published figures, expected some; `beltwatch release` first")
            release = reader.sql("select release from releases order by sequence desc limit 1").item()
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


def _named(names: list[str]) -> str:
    return ", ".join(names) or "no marketplace"
