"""The command line: `beltwatch COMMAND --help` shows each with an example.

Exit codes: 0 done, 1 failed, 2 stopped by a quality gate, 64 bad usage or configuration.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import TyperException

from configs.errors import DONE
from flows.failures import told
from flows.looking import discover, doctor, sql, status
from flows.options import Debug, Home, Marketplaces, OneMarketplace
from flows.progress import Reporter
from flows.steps import build, crawl, parse, plan, refuse_stopped, release, report, run
from flows.workplace import workplace

app = typer.Typer(
    help="Measures, week by week and with an honest interval, how China's industrial belts do against a year ago.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


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
    from flows.line import Line

    work = workplace(home)
    reporter = Reporter()
    with reporter.summed_up():
        backfill_files(work, files, marketplace, reporter)
        line = Line(work, [marketplace], reporter)
        line.parse(None)
        line.build(None)
    refuse_stopped(line.stopped)


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


def serve(
    home: Home = None,
    marketplace: Marketplaces = None,
    cron: Annotated[
        str | None, typer.Option("--cron", help="When, in Asia/Shanghai; default Monday 02:00: '0 2 * * 1'")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Prefect's page, on this machine only")] = 4200,
    debug: Debug = False,
) -> None:
    """Prefect's server and the weekly schedule on this machine, until interrupted.

    Example: beltwatch serve --home data
    """
    from flows.serve import serve_forever

    serve_forever(workplace(home), marketplace or [], cron, port)


for command in (  # in the order in which they are shown
    *(demo, run, plan, crawl, parse, build, release, report),
    *(backfill, ingest, serve),
    *(sql, discover, status, doctor),
):
    app.command()(command)


def main() -> None:
    """Entry point: every error is one sentence with its exit code; a traceback only with --debug."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    sys.exit(_guarded(sys.argv[1:]))


def _guarded(arguments: list[str]) -> int:
    try:
        return app(arguments, standalone_mode=False) or DONE
    except Exception as error:
        if "--debug" in arguments and not isinstance(error, TyperException):
            raise
        sentence, code = told(error)
        print(f"beltwatch: {sentence}", file=sys.stderr)
        return code
