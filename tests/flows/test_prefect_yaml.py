"""prefect.yaml, for those with a server of their own, deploys the flow that `beltwatch serve` does, when it does."""

from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def deployment() -> dict[str, Any]:
    (only,) = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert isinstance(only, dict)
    return only


@pytest.mark.usefixtures("prefect_home")
def test_it_deploys_what_serve_serves(deployment: dict[str, Any]) -> None:
    from prefect.flows import load_flow_from_entrypoint
    from prefect.schedules import Cron

    from configs.clock import MACHINE
    from flows.runner import deployment_of, schedule_of
    from flows.scheduled import weekly

    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.name == weekly.name
    assert set(deployment["parameters"]) <= set(weekly.parameters.properties)
    served = deployment_of(schedule_of(None, MACHINE), {})
    (schedule,) = deployment["schedules"]
    due = schedule_of(None, MACHINE)
    assert Cron(schedule["cron"], timezone=schedule["timezone"]).cron == due.cron
    assert schedule["timezone"] == due.timezone
    assert (deployment["name"], deployment["entrypoint"]) == (served.name, served.entrypoint)
    assert served.concurrency_options is not None
    limit = deployment["concurrency_limit"]
    assert (limit["limit"], limit["collision_strategy"]) == (
        served.concurrency_limit,
        served.concurrency_options.collision_strategy.value,
    )


def test_it_is_for_the_prefect_that_is_installed(deployment: dict[str, Any]) -> None:
    import prefect

    whole = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))
    assert whole["prefect-version"] == prefect.__version__
    assert deployment["work_pool"]["name"] == whole["name"]
