"""The commands that make a week: `run`, and each of its steps alone.

The line is imported once it is needed: with it come seconds of libraries, and help or a mistake should not wait.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from configs.calendar import as_week, week_of
from configs.errors import GateStop
from flows.options import Debug, Home, Marketplaces, Week
from flows.progress import Reporter
from flows.workplace import Workplace, workplace

if TYPE_CHECKING:
    from flows.line import Line


def run(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """One week through the whole line, as a Prefect flow: plan, crawl, parse, build, release, report.

    Example: beltwatch run --week 2026-11-16 --marketplace alibaba-1688
    """
    work = workplace(home)
    reporter = Reporter()
    this, names = _week(work, week), _crawled(work, marketplace)
    from flows.weekly import run_week

    _refuse_uncrawlable(work, this, names)  # before Prefect is started, which takes ten seconds
    with reporter.summed_up():
        stopped = run_week(work, this, names, reporter)
    refuse_stopped(stopped)


def plan(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Write down in the ledger the pages to be read in a week (default: the current one).

    Example: beltwatch plan --week 2026-11-16 --marketplace alibaba-1688
    """
    work = workplace(home)
    this, names = _week(work, week), _crawled(work, marketplace)
    from flows.in_order import refuse_uncrawled

    refuse_uncrawled(names)
    _line(work, names).plan(this)


def crawl(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Read the planned pages of the current week into the archive.

    Example: beltwatch crawl --marketplace alibaba-1688
    """
    work = workplace(home)
    this, names = _week(work, week), _crawled(work, marketplace)
    from flows.in_order import refuse_unplanned

    _refuse_uncrawlable(work, this, names)
    refuse_unplanned(work, names, this)
    _line(work, names).crawl(this)


def parse(
    home: Home = None,
    week: Week = None,
    marketplace: Marketplaces = None,
    again: Annotated[bool, typer.Option("--again", help="Read pages again that have been read")] = False,
    debug: Debug = False,
) -> None:
    """Read archived pages into offers (default: every week that has unread pages).

    Example: beltwatch parse --week 2026-11-16
    """
    work = workplace(home)
    weeks, names = _weeks(week), _configured(work, marketplace)
    from flows.in_order import refuse_unread
    from flows.reading import refuse_failures

    refuse_unread(work, names, weeks)
    line = _line(work, names)
    line.parse(weeks, again)
    refuse_failures(line.unread)


def build(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Clean, place, validate, measure and compare (default: every week whose offers changed).

    Figures of a belt take in all its marketplaces, so --marketplace is accepted and changes nothing here.

    Example: beltwatch build --week 2026-11-16
    """
    work, weeks = workplace(home), _weeks(week)
    from flows.in_order import refuse_nothing_to_build

    refuse_nothing_to_build(work, weeks)
    line = _line(work, list(marketplace or []))
    line.build(weeks)
    refuse_stopped(line.stopped)


def release(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Publish what is built, all of it or nothing.

    Example: beltwatch release
    """
    work, this = workplace(home), as_week(week) if week else None
    from flows.in_order import refuse_unbuilt

    if this is None:
        refuse_unbuilt(work)
    _line(work, list(marketplace or [])).release(this)


def report(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Write the report page of a week (default: the last one published).

    Example: beltwatch report --week 2026-11-16
    """
    work, this = workplace(home), as_week(week) if week else None
    _line(work, list(marketplace or [])).report(this)


def refuse_stopped(stopped: list[str]) -> None:
    """End with the exit code of a gate where one has stopped something."""
    if stopped:
        more = f" and {len(stopped) - 1} more" if len(stopped) > 1 else ""
        raise GateStop(
            f"{stopped[0]}{more}; its belts are suppressed (quarantined), all others were made; "
            f"see `beltwatch status` and the checks table"
        )


def _line(work: Workplace, marketplaces: list[str]) -> "Line":
    from flows.line import Line

    return Line(work, marketplaces, Reporter())


def _refuse_uncrawlable(work: Workplace, week: date, names: list[str]) -> None:
    """What cannot be crawled is refused as a whole, before anything is done."""
    from flows.reading import refuse_future
    from spiders.crawl import refuse_forbidden

    refuse_future(work, week)
    for name in names:
        refuse_forbidden(work.configs.marketplace(name), work.settings)


def _week(work: Workplace, text: str | None) -> date:
    return as_week(text) if text else week_of(work.now())


def _weeks(text: str | None) -> list[date] | None:
    return [as_week(text)] if text else None


def _configured(work: Workplace, named: list[str] | None) -> list[str]:
    """The named marketplaces, each known; all that are configured where none is named."""
    return [work.configs.marketplace(name).name for name in named] if named else list(work.configs.marketplaces)


def _crawled(work: Workplace, named: list[str] | None) -> list[str]:
    """The named marketplaces, each known; those that may be crawled where none is named."""
    return _configured(work, named) if named else work.crawled_marketplaces()
