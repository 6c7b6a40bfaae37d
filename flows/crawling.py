"""The step crawl: one marketplace after the other, and none that fails stops the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from flows.crawl_notes import clear_failure, note_failure
from flows.failures import told
from flows.progress import Step
from flows.workplace import Workplace

if TYPE_CHECKING:
    from spiders.crawl import CrawlReport


@dataclass
class Crawled:
    """What the crawls of some marketplaces did, one sentence each; and the errors of those that failed, whatever they
    were, with what they say."""

    said: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def refuse_failed(self) -> None:
        """CrawlError where a crawl failed."""
        from spiders.crawl import CrawlError

        if self.errors:
            raise CrawlError("; ".join(self.reasons)) from self.errors[0]


def crawl_all(work: Workplace, marketplaces: Sequence[str], week: date, step: Step) -> Crawled:
    """Read the open pages of a week on each marketplace; a failure is noted for `beltwatch status`."""
    from spiders.crawl import CrawlOptions, crawl

    options = CrawlOptions(clock=work.clock, on_progress=lambda progress: step.advance(progress.done, progress.planned))
    whole = Crawled()
    for name in marketplaces:
        try:
            report = crawl(work.home, work.settings, work.configs.marketplace(name), week, options)
        except Exception as error:  # of whatever kind: the others' pages are of this week alone
            whole.said.append(f"{name}: ended before its pages did")
            whole.errors.append(error)
            whole.reasons.append(_reason(name, week, error))
            note_failure(work.home, name, week, whole.reasons[-1], work.now())
        else:
            whole.said.append(crawl_sentence(report))
            clear_failure(work.home, name)
    return whole


def crawl_sentence(report: "CrawlReport") -> str:
    """What one crawl did, and what it had to leave."""
    balance = report.balance
    if not balance.planned:
        return f"{report.marketplace}: no page is planned, see `beltwatch plan`"
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(balance.done.items()) if count)
    taken = f", {report.adopted} taken over from workers that died" if report.adopted else ""
    left = f", {balance.open} open" if balance.open else ""
    late = "" if report.is_current else f" (week {report.week} is over: pages still open are missing)"
    return f"{report.marketplace}: {balance.planned} pages: {outcomes or 'none read'}{taken}{left}{late}"


def _reason(name: str, week: date, error: Exception) -> str:
    from spiders.crawl import CrawlError

    sentence = told(error)[0]
    return sentence if isinstance(error, CrawlError) else f"the crawl of {name} {week} failed: {sentence}"
