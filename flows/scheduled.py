"""The flow that a schedule starts: entry point of the deployment, imported where Prefect runs anyway.

It takes the week of the clock in force, whichever moment the run was scheduled for: a past week cannot be crawled.
"""

import os
import signal
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from configs.calendar import week_of
from configs.errors import BeltwatchError
from flows.failures import told
from flows.once import held, is_made, note_made, run_lock
from flows.progress import Reporter
from flows.weekly import FLOW, week_line
from flows.workplace import Workplace, workplace


def _run_name() -> str:
    # a runner starts the process some seconds before the run is due
    begins = max(datetime.now(UTC), flow_run.scheduled_start_time)
    return f"week-{week_of(_work(flow_run.parameters.get('home')).clock.at(begins))}"


@flow(name=FLOW, flow_run_name=_run_name, persist_result=False)
def weekly(home: str | None = None, marketplaces: list[str] | None = None) -> State[Any]:
    """The present week, plan to report; nothing where it is made already or another run is at work.

    Defaults: the data home of BELTWATCH_HOME, and every marketplace whose file permits crawling.
    """
    if "PREFECT__FLOW_RUN_ID" in os.environ:  # a runner or worker started this process for the run
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    work = _work(home)
    week = week_of(work.now())
    with held(run_lock(work.home, FLOW)) as is_mine:
        if not is_mine:
            return Completed(name="Skipped", message="Another run is at work on this data home.")
        try:
            return _made(work, week, marketplaces or work.crawled_marketplaces())
        except BeltwatchError as error:
            return _failed("Failed", str(error))
        except Exception as error:
            _failed("Failed", told(error, traceback="the run's page has the traceback")[0])
            raise


def _made(work: Workplace, week: date, marketplaces: list[str]) -> State[Any]:
    names = [work.configs.marketplace(name).name for name in marketplaces]
    if is_made(work.home, FLOW, week, names):
        return Completed(name="Skipped", message=f"The week of {week} is made; `beltwatch run` would make it again.")
    stopped = week_line(work, week, names, Reporter())
    if stopped:
        return _failed("Quarantined", f"published, except for what a gate stopped: {'; '.join(stopped)}")
    note_made(work.home, FLOW, week, names, work.now())
    return Completed(message=f"The week of {week} is made.")


def _end_with_parent(parent: int) -> None:
    """End this process when the one that started it has gone, without which it would wait for its server for ever and
    hold the week; the next run goes on where it stopped."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _failed(name: str, sentence: str) -> State[Any]:
    """A failed state that is said on the terminal too, in one sentence."""
    print(f"beltwatch: {sentence}", file=sys.stderr)
    return Failed(name=name, message=sentence)


def _work(home: str | None) -> Workplace:
    return workplace(Path(home) if home else None)
