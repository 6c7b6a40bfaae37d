"""The command line: `beltwatch COMMAND --help` shows each with an example.

Exit codes: 0 done, 1 failed, 2 stopped by a quality gate, 64 bad usage or configuration.
"""

import os
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer import TyperException

from configs.calendar import as_week, week_of
from configs.errors import BAD_USAGE, DONE, FAILED, STOPPED_BY_GATE, BeltwatchError, GateStop
from flows.line import Line
from flows.progress import Reporter
from flows.workplace import Workplace, looked_at, workplace

app = typer.Typer(
    help="Measures, week by week and with an honest interval, how China's industrial belts do against a year ago.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

Home = Annotated[Path | None, typer.Option("--home", help="Data home; default BELTWATCH_HOME or ./data")]
Week = Annotated[str | None, typer.Option("--week", help="Monday of the week, such as 2026-11-16")]
Marketplaces = Annotated[
    list[str] | None, typer.Option("--marketplace", help="A configured marketplace; may be given again")
]
OneMarketplace = Annotated[str, typer.Option("--marketplace", help="The marketplace the rows or pages are of")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error")]


class Format(StrEnum):
    """How rows are written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


@app.command()
def demo(
    home: Home = None,
    seed: Annotated[int, typer.Option(help="Another seed, another world with the same truth")] = 1,
    scenario: Annotated[str, typer.Option(help="A scenario of the practice marketplace")] = "anti-involution",
    debug: Debug = False,
) -> None:
    """The whole line on a practice marketplace whose truth is known: two years of archive, one live week, a report.

    Example: beltwatch demo --home data
    """
    from flows.demo import run_demo

    run_demo(workplace(home), scenario, seed)


@app.command()
def run(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """One week through the whole line, as a Prefect flow: plan, crawl, parse, build, release, report.

    Example: beltwatch run --week 2026-11-16 --marketplace alibaba-1688
    """
    from flows.weekly import run_week

    work = workplace(home)
    reporter = Reporter()
    stopped = run_week(work, _week(work, week), _crawled(work, marketplace), reporter)
    reporter.summary()
    _refuse_stopped(stopped)


@app.command()
def plan(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Write down in the ledger the pages to be read in a week (default: the current one).

    Example: beltwatch plan --week 2026-11-16 --marketplace alibaba-1688
    """
    work = workplace(home)
    Line(work, _crawled(work, marketplace), Reporter()).plan(_week(work, week))


@app.command()
def crawl(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Read the planned pages of the current week into the archive.

    Example: beltwatch crawl --marketplace alibaba-1688
    """
    work = workplace(home)
    Line(work, _crawled(work, marketplace), Reporter()).crawl(_week(work, week))


@app.command()
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
    Line(work, _configured(work, marketplace), Reporter()).parse(_weeks(week), again)


@app.command()
def build(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Clean, place, validate, measure and compare (default: every week whose offers changed).

    Figures of a belt take in all its marketplaces, so --marketplace is accepted and changes nothing here.

    Example: beltwatch build --week 2026-11-16
    """
    work = workplace(home)
    line = Line(work, list(marketplace or []), Reporter())
    line.build(_weeks(week))
    _refuse_stopped(line.stopped)


@app.command()
def release(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Publish what is built, all of it or nothing.

    Example: beltwatch release
    """
    Line(workplace(home), list(marketplace or []), Reporter()).release(as_week(week) if week else None)


@app.command()
def report(home: Home = None, week: Week = None, marketplace: Marketplaces = None, debug: Debug = False) -> None:
    """Write the report page of a week (default: the last one published).

    Example: beltwatch report --week 2026-11-16
    """
    Line(workplace(home), list(marketplace or []), Reporter()).report(as_week(week) if week else None)


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="CSV, Parquet or JSON Lines with the columns of offers")],
    marketplace: OneMarketplace,
    home: Home = None,
    debug: Debug = False,
) -> None:
    """Take in rows handed over. Required: category, listing_id, merchant_id, seller_place_text, one price, one sales
    column, and week or seen_at. Nothing of a file is taken that holds a mistake.

    Example: beltwatch ingest rows.csv --marketplace alibaba-1688 && beltwatch build && beltwatch release
    """
    from flows.handing_over import ingest_files

    ingest_files(workplace(home), files, marketplace, Reporter())


@app.command()
def backfill(
    files: Annotated[list[Path], typer.Argument(help="WARC files of any crawler, or folders of them")],
    marketplace: OneMarketplace,
    home: Home = None,
    debug: Debug = False,
) -> None:
    """Turn WARC files of any crawler into history: archive, offers, figures; then release with `beltwatch release`.

    Example: beltwatch backfill crawls/*.warc.gz --marketplace alibaba-1688
    """
    from flows.handing_over import backfill_files

    work = workplace(home)
    reporter = Reporter()
    backfill_files(work, files, marketplace, reporter)
    line = Line(work, [marketplace], reporter)
    line.parse(None)
    line.build(None)
    reporter.summary()
    _refuse_stopped(line.stopped)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One select statement")],
    home: Home = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Date or instant: figures as published then")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the rows")] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", help="File to write to; default the terminal")] = None,
    debug: Debug = False,
) -> None:
    """Ask the warehouse. It is read-only.

    Example: beltwatch sql "select belt, yoy_change, low, high, verdict from belt_yoy where week = '2026-11-16'"
    """
    from flows.show import write_rows
    from warehouse import open as open_warehouse

    with open_warehouse(looked_at(home).home) as reader:
        write_rows(reader.sql(query, as_of), format, out)


@app.command()
def discover(
    home: Home = None,
    week: Week = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the rows")] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", help="File to write to; default the terminal")] = None,
    debug: Debug = False,
) -> None:
    """Where belts may be that are not configured: places where a category is much more common than elsewhere, from the
    last week of each category (at the latest --week).

    Example: beltwatch discover --home data
    """
    from flows.discover import discover as show_candidates

    show_candidates(looked_at(home), as_week(week) if week else None, format, out)


@app.command()
def status(
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
    debug: Debug = False,
) -> None:
    """Ledger balance, coverage, releases and gates.

    Example: beltwatch status --json
    """
    from flows.show import show_status

    show_status(looked_at(home), as_json)


@app.command()
def serve(
    home: Home = None,
    marketplace: Marketplaces = None,
    cron: Annotated[
        str | None, typer.Option("--cron", help="When, in Asia/Shanghai; default Monday 02:00: '0 2 * * 1'")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of Prefect's page, on this machine only")] = 4200,
    debug: Debug = False,
) -> None:
    """Prefect's server and the weekly schedule on this machine, until interrupted.

    Example: beltwatch serve --home data
    """
    from flows.serve import serve_forever

    serve_forever(workplace(home), marketplace or [], cron, port)


@app.command()
def doctor(
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
    debug: Debug = False,
) -> None:
    """Configuration, belts, marketplaces, connections, versions, disk, fonts: each ok, or what to do.

    Example: beltwatch doctor --home data
    """
    from flows.doctor import show_doctor

    if not show_doctor(looked_at(home), as_json):
        raise typer.Exit(FAILED)


def main() -> None:
    """Entry point: every error is one sentence with its exit code; a traceback only with --debug."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    sys.exit(_guarded(sys.argv[1:]))


def _guarded(arguments: list[str]) -> int:
    try:
        return app(arguments, standalone_mode=False) or DONE
    except TyperException as error:
        return _say(f"{error.format_message()} Run `beltwatch --help` for what is expected.", BAD_USAGE)
    except BeltwatchError as error:
        if "--debug" in arguments:
            raise
        return _say(" ".join(str(error).split()), error.exit_code)
    except OSError as error:
        if "--debug" in arguments:
            raise
        return _say(f"{error.filename or 'a file'}: {error.strerror or error}; expected to be able to use it", FAILED)
    except Exception as error:
        if "--debug" in arguments:
            raise
        first = str(error).strip().splitlines()[:1]
        what = f"unexpected {type(error).__name__}: {''.join(first)}"
        return _say(f"{what}; run again with --debug and report it", FAILED)


def _say(sentence: str, code: int) -> int:
    print(f"beltwatch: {sentence}", file=sys.stderr)
    return code


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


def _refuse_stopped(stopped: list[str]) -> None:
    if stopped:
        more = f" and {len(stopped) - 1} more" if len(stopped) > 1 else ""
        raise GateStop(
            f"{stopped[0]}{more}; its belts are suppressed (quarantined), all others were made; "
            f"see `beltwatch status` and the checks table"
        )


assert GateStop.exit_code == STOPPED_BY_GATE
