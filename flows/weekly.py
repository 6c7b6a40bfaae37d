"""The weekly flow: the same steps as on the command line, their units of work mapped as Prefect tasks.

Prefect is imported here and nowhere else, and only when a flow is run: its import costs seconds. Without a server of
its own it starts a temporary one inside the data home.
"""

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from configs.belts import Belt
from flows.line import Line
from flows.mapping import processes
from flows.progress import Advance, Reporter
from flows.workplace import Workplace

R = TypeVar("R")


def prepare_prefect(home: Path) -> None:
    """Set what Prefect reads at its import: everything below the data home, no telemetry, time enough to start."""
    defaults = {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # a failure is told once, in our own sentence
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def run_week(work: Workplace, week: date, marketplaces: list[str], reporter: Reporter) -> list[str]:
    """One week, plan to report, as one flow run; returns what the gates stopped, one sentence each."""
    return _as_flow(work, f"week-{week}", lambda: week_line(work, week, marketplaces, reporter))


def run_history(work: Workplace, marketplace: str, reporter: Reporter) -> list[str]:
    """Everything that was archived and not yet read, through parse and build, as one flow run."""

    def line() -> list[str]:
        steps = Line(work, [marketplace], reporter, each=as_tasks_in_processes)
        steps.parse(None)
        steps.build(None)
        return steps.stopped

    return _as_flow(work, "history", line)


def week_line(work: Workplace, week: date, marketplaces: list[str], reporter: Reporter) -> list[str]:
    """The straight line of one week."""
    line = Line(work, marketplaces, reporter, each=as_tasks)  # a week is small: its units stay in this process
    line.plan(week)
    line.crawl(week)
    line.parse([week])
    line.build([week])
    line.release()
    line.report(week)
    return line.stopped


def as_tasks(name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance) -> list[R]:
    """Units as Prefect tasks, in threads of this process."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE
    from prefect.task_runners import ThreadPoolTaskRunner

    calls = dict(zip(_labels(units), units, strict=True))

    # Only the label is an argument: Prefect walks through arguments to look for futures in them
    @task(name=name, task_run_name=f"{name} {{label}}", cache_policy=NO_CACHE, persist_result=False)
    def unit_of_work(label: str) -> R:
        return function(*calls[label])

    runner: ThreadPoolTaskRunner[R] = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)
    with runner:
        futures = [runner.submit(unit_of_work, parameters={"label": label}) for label in calls]
        results = []
        for done, future in enumerate(futures, start=1):
            results.append(future.result())
            advance(done, len(futures))
        return results


def as_tasks_in_processes(
    name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance
) -> list[R]:
    """Units as Prefect tasks, the work itself in as many processes as there are processors.

    The processes are ours and know nothing of Prefect: its own would each spend seconds on importing it.
    """
    with processes(len(units)) as pool:

        def elsewhere(*unit: Any) -> R:
            return pool.submit(function, *unit).result()

        return as_tasks(name, elsewhere, units, advance)


def _as_flow(work: Workplace, run_name: str, body: Callable[[], list[str]]) -> list[str]:
    prepare_prefect(work.home)
    from prefect import flow

    @flow(name="beltwatch", flow_run_name=run_name, validate_parameters=False, persist_result=False)
    def beltwatch() -> list[str]:
        """Plan to report."""
        return body()

    return beltwatch()


def _labels(units: Sequence[tuple[Any, ...]]) -> list[str]:
    """What each unit is called in Prefect's pages: its marketplace, category or belt."""
    return ["/".join(_word(part) for part in unit if isinstance(part, str | Belt)) or "unit" for unit in units]


def _word(part: str | Belt) -> str:
    return part.id if isinstance(part, Belt) else part
