"""The weekly flow: the same steps as on the command line, their units of work mapped as Prefect tasks.

Prefect is imported only when a flow is run: its import costs seconds. Without a server of its own it starts a
temporary one inside the data home; where `beltwatch serve` is on, the run shows there.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from configs.belts import Belt
from configs.errors import BeltwatchError
from flows.mapping import processes
from flows.prefect_server import address_of_server
from flows.progress import Advance, Reporter
from flows.workplace import Workplace

if TYPE_CHECKING:
    from flows.line import Line

R = TypeVar("R")
FLOW = "beltwatch"
MOST_TASKS = 16  # a step: its units share so many tasks, so that a week of any size is at most a hundred


def prepare_prefect(home: Path) -> None:
    """Set what Prefect reads at its import: everything below the data home, no telemetry, time enough to start."""
    defaults = {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # a failure is told once, in our own sentence
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    served = address_of_server(home)
    for name, value in (defaults | ({"PREFECT_API_URL": served} if served else {})).items():
        os.environ.setdefault(name, value)


def prefect_in_advance(home: Path) -> Callable[[], None]:
    """Starts Prefect's temporary server beside what comes before a flow: it takes ten seconds. To be waited for, by
    calling what is returned, before the flow is run."""
    thread = threading.Thread(target=_start_prefect, args=(home,), daemon=True)
    thread.start()
    return thread.join


def _start_prefect(home: Path) -> None:
    prepare_prefect(home)
    if "PREFECT_API_URL" not in os.environ:
        from prefect.server.api.server import SubprocessASGIServer

        with suppress(RuntimeError):  # the flow starts it again, and says what is the matter
            SubprocessASGIServer().start()


def run_week(work: Workplace, week: date, marketplaces: list[str], reporter: Reporter) -> list[str]:
    """One week, plan to report, as one flow run; returns what the gates stopped, one sentence each."""
    return _as_flow(work, f"week-{week}", lambda: week_line(work, week, marketplaces, reporter))


def run_history(work: Workplace, marketplaces: list[str], reporter: Reporter) -> list[str]:
    """Everything that was archived and not yet read, through parse and build, as one flow run."""
    return _as_flow(work, "history", lambda: history_line(work, marketplaces, reporter))


def week_line(work: Workplace, week: date, marketplaces: list[str], reporter: Reporter) -> list[str]:
    """The straight line of one week, inside a flow run. Where a crawl leaves pages open, what was read is published all
    the same, and CrawlError comes at the end."""
    from flows.artifacts import publish_gates, publish_ranking, shown_in_run
    from flows.line import Line

    with shown_in_run(reporter) as shown:
        # A week is small: its units stay in this process, but for belts, which look back on a year
        line = Line(work, marketplaces, shown, each=as_tasks, each_belt=as_tasks_in_processes)
        line.plan(week)
        with raised_last(_crawl(line, week)):
            weeks = line.unmade(week)
            line.parse(weeks)
            line.build(weeks)
            line.release()
            line.report(week)
            publish_gates(work.home)
            publish_ranking(work.home, week)
    return line.stopped


def _crawl(line: "Line", week: date) -> BeltwatchError | None:
    """What the crawl has to say of pages that it leaves open; None where there are none."""
    from spiders.crawl import CrawlError

    try:
        line.crawl(week)
    except CrawlError as error:
        return error
    return None


@contextmanager
def raised_last(earlier: BeltwatchError | None) -> Iterator[None]:
    """Raises an earlier error when the block has ended, with what stops the block besides in the same sentence."""
    try:
        yield
    except BeltwatchError as error:
        if earlier is None:
            raise
        raise type(earlier)(f"{earlier}; besides, {error}") from error
    if earlier is not None:
        raise earlier


def history_line(work: Workplace, marketplaces: list[str], reporter: Reporter) -> list[str]:
    """Parse and build of all weeks, inside a flow run."""
    from flows.artifacts import publish_gates, shown_in_run
    from flows.line import Line

    with shown_in_run(reporter) as shown:
        line = Line(work, marketplaces, shown, each=as_tasks_in_processes)
        line.parse(None)
        line.build(None)
        publish_gates(work.home)
    return line.stopped


def as_tasks(name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance) -> list[R]:
    """Units as Prefect tasks, in threads of this process; many units share a task."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE
    from prefect.runtime import task_run
    from prefect.task_runners import ThreadPoolTaskRunner

    batches = in_batches(units)

    def run_name() -> str:
        return f"{name} {label_of(batches[task_run.parameters['number']])}"

    # Only a number is an argument: Prefect walks through arguments to look for futures in them
    @task(name=name, task_run_name=run_name, cache_policy=NO_CACHE, persist_result=False)
    def batch_of_units(number: int) -> list[R]:
        return [function(*unit) for unit in batches[number]]

    runner: ThreadPoolTaskRunner[list[R]] = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)
    with runner:
        futures = [runner.submit(batch_of_units, parameters={"number": number}) for number in range(len(batches))]
        results: list[R] = []
        for future in futures:
            results += future.result()
            advance(len(results), len(units))
        return results


def as_tasks_in_processes(
    name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance
) -> list[R]:
    """Units as Prefect tasks, the work itself in as many processes as there are processors.

    The processes are ours and know nothing of Prefect: its own would each spend seconds on importing it.
    """
    with processes() as pool:

        def elsewhere(*unit: Any) -> R:
            return pool.submit(function, *unit).result()

        return as_tasks(name, elsewhere, units, advance)


def in_batches(units: Sequence[tuple[Any, ...]]) -> list[Sequence[tuple[Any, ...]]]:
    """The units in their order, in at most MOST_TASKS batches whose sizes differ by one at most."""
    count = min(len(units), MOST_TASKS)
    ends = [len(units) * number // count for number in range(count + 1)] if count else []
    return [units[first:last] for first, last in pairwise(ends)]


def label_of(batch: Sequence[tuple[Any, ...]]) -> str:
    """What a batch is called in Prefect's pages: the marketplace, category or belt of its unit, or of the first and
    last of several and how many they are."""
    first, last = _name(batch[0]), _name(batch[-1])
    return first if len(batch) == 1 else f"{first} … {last} ({len(batch)})"


def _name(unit: tuple[Any, ...]) -> str:
    words = (part.id if isinstance(part, Belt) else part for part in unit if isinstance(part, str | Belt))
    return "/".join(words) or "unit"


def _as_flow(work: Workplace, run_name: str, body: Callable[[], list[str]]) -> list[str]:
    prepare_prefect(work.home)
    from prefect import flow

    @flow(name=FLOW, flow_run_name=run_name, validate_parameters=False, persist_result=False)
    def beltwatch() -> list[str]:
        """Plan to report."""
        return body()

    return beltwatch()
