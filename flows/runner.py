"""The weekly schedule and the runner that starts its runs; imported where Prefect runs anyway.

Measured traps: late runs pile up while a machine is off, and then all run; so what is late at the start gives way to
one run of the present week, a second run beside one at work is cancelled, and flows/once.py makes a week once. A run
whose process was killed stays "Running"; the lock of flows/once.py tells whether it is.
"""

import asyncio
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import filters
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, FlowRun, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule
from prefect.states import Cancelled, Crashed, Scheduled
from prefect.types.entrypoint import EntrypointType

from configs.calendar import WEEK, starts_at, week_of
from configs.clock import Clock
from configs.errors import InputError
from flows.scheduled import weekly

DEPLOYMENT = "weekly"
TIMEZONE = "Asia/Shanghai"
HOUR = 2
WEEKLY = f"0 {HOUR} * * 1"
SECONDS_BETWEEN_POLLS = 5.0


def schedule_of(cron: str | None, clock: Clock) -> Schedule:
    """When runs are due in Asia/Shanghai time, by default Monday 02:00.

    Prefect reads a schedule on the machine's clock. Where ours runs at another speed, its Mondays 02:00 are translated.
    """
    if clock.speed == 1:
        return _cron(cron or WEEKLY)
    if cron is not None:
        why = f"the clock runs {clock.speed:g} times as fast as the machine's"
        raise InputError(f"found --cron {cron!r}, expected none while {why}; leave one of them out")
    monday = starts_at(week_of(clock.start)) + timedelta(hours=HOUR)
    return Interval(WEEK / clock.speed, anchor_date=clock.machine_at(monday), timezone="UTC")


def deployment_of(schedule: Schedule, parameters: dict[str, Any]) -> RunnerDeployment:
    """The weekly flow on a schedule, one run at a time."""
    return RunnerDeployment.from_flow(
        weekly,
        name=DEPLOYMENT,
        schedules=[schedule],
        parameters=parameters,
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _cron(text: str) -> Schedule:
    try:
        return Cron(text, timezone=TIMEZONE)
    except ValueError:
        raise InputError(f"{text!r} is no schedule; expected five fields such as {WEEKLY!r}; see --cron") from None


def run_schedule(deployment: RunnerDeployment, is_at_work: bool) -> None:
    """Start the deployment's runs when they are due, until interrupted or told to end; `is_at_work` says whether a
    run of an earlier runner still is."""
    try:
        asyncio.run(_run_schedule(deployment, is_at_work))
    except KeyboardInterrupt:
        print("ended; the next start goes on where a week under way has stopped", file=sys.stderr)


async def _run_schedule(deployment: RunnerDeployment, is_at_work: bool) -> None:
    runner = _Runner(name=DEPLOYMENT, pause_on_shutdown=False, query_seconds=SECONDS_BETWEEN_POLLS)
    identity = await runner.aadd_deployment(deployment)
    async with get_client() as client:
        await settle_past(client, identity, is_at_work)
        await drop_old_schedule(client, identity)
    await runner.start()


class _Runner(Runner):
    """Ends on SIGTERM as on an interrupt: its own way leaves its runs to themselves."""

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """Have asyncio cancel what is under way."""
        signal.raise_signal(signal.SIGINT)


async def settle_past(client: PrefectClient, deployment: UUID, is_at_work: bool) -> None:
    """Put an end to what an earlier server left, runs whose process is gone and late ones; one run of the present week
    stands in for them all."""
    gone, late = [], [run for run in await _runs(client, deployment, StateType.SCHEDULED) if _is_late(run)]
    if not is_at_work:
        gone = await _runs(client, deployment, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
    for run in gone:
        why = "The process that ran it was gone when `beltwatch serve` started."
        await client.set_flow_run_state(run.id, Crashed(message=why), force=True)
    for run in late:
        why = "It was due while no server was up."
        await client.set_flow_run_state(run.id, Cancelled(message=why), force=True)
    if gone or late:
        await client.create_flow_run_from_deployment(deployment, state=Scheduled(), tags=["made-good"])


async def drop_old_schedule(client: PrefectClient, deployment: UUID) -> None:
    """Runs to come that an earlier server's schedule made: Prefect leaves some where its scheduler is at work while a
    schedule changes. Those of the schedule in force it makes anew."""
    changed = (await client.read_deployment(deployment)).updated
    for run in await _runs(client, deployment, StateType.SCHEDULED):
        if run.auto_scheduled and not _is_late(run) and run.created and changed and run.created < changed:
            await client.delete_flow_run(run.id)


async def _runs(client: PrefectClient, deployment: UUID, *states: StateType) -> list[FlowRun]:
    chosen = filters.FlowRunFilterStateType(any_=list(states))
    return await client.read_flow_runs(
        deployment_filter=filters.DeploymentFilter(id=filters.DeploymentFilterId(any_=[deployment])),
        flow_run_filter=filters.FlowRunFilter(state=filters.FlowRunFilterState(type=chosen)),
    )


def _is_late(run: FlowRun) -> bool:
    due = run.next_scheduled_start_time or run.expected_start_time
    return due is None or due < datetime.now(UTC)
