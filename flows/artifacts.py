"""What a flow run shows on Prefect's page: the steps and Scrapy's log as its log, how far the crawl is, which gates
held, and the ranking of the week. Prefect is imported here: flows import this module when they run."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import polars as pl
from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.exceptions import PrefectException

from configs.tables import table
from flows.progress import Reporter, Step
from warehouse import lake
from warehouse import open as open_warehouse

SECONDS_BETWEEN_UPDATES = 2.0
UNHEARD = (httpx.HTTPError, PrefectException)  # a page that cannot be told of a week must not stop it
VERDICTS = {"down": "↓ down", "up": "↑ up", "unclear": "unclear", "suppressed": "suppressed"}


@contextmanager
def shown_in_run(reporter: Reporter) -> Iterator[Reporter]:
    """A reporter that tells the flow run what it tells its console; meanwhile what the spiders log at INFO and above
    goes to the run's log, once."""
    run_log, spiders = get_run_logger(), logging.getLogger("spiders")
    forwarder = _Forwarder(run_log)
    before = spiders.level, spiders.propagate
    spiders.setLevel(logging.INFO)
    spiders.propagate = False
    spiders.addHandler(forwarder)
    try:
        yield _RunReporter(reporter.console, reporter.seconds, run_log)
    finally:
        spiders.removeHandler(forwarder)
        spiders.setLevel(before[0])
        spiders.propagate = before[1]


def publish_gates(home: Path) -> None:
    """The markdown artifact `gates`: how many checks of each gate passed, and those that did not."""
    checks = lake.read(table("checks"), sorted((home / "checks").glob("**/*.parquet")))
    _publish("gates", gates_in_words(checks), "What the quality gates found")


def publish_ranking(home: Path, week: date) -> None:
    """The markdown artifact `ranking`: every belt's change on the year in a week, falls first."""
    with open_warehouse(home) as reader:
        rows = reader.sql(
            "select b.name_en, b.name_zh, y.* from belt_yoy y join belts b using (belt) where alignment = 'plain'"
        ).filter(pl.col("week") == week)
    _publish("ranking", ranking_in_words(rows, week), f"Belts against a year ago, week of {week}")


def gates_in_words(checks: pl.DataFrame) -> str:
    """Markdown of table checks."""
    counts = checks.group_by("gate").agg(pl.len(), pl.col("is_passed").sum().alias("passed")).sort("gate")
    lines = [f"- {row['gate']}: {row['passed']} of {row['len']} checks passed" for row in counts.to_dicts()]
    columns = ["gate", "marketplace", "category", "week", "rule", "severity", "observed", "expected"]
    broken = checks.filter(~pl.col("is_passed")).sort("week", "severity", "rule", descending=[True, False, False])
    return "\n".join([*(lines or ["No checks yet."]), "", *(_markdown(columns, broken) if broken.height else [])])


def ranking_in_words(rows: pl.DataFrame, week: date) -> str:
    """Markdown of belt_yoy with the belts' names, published rows by their change, then suppressed ones."""
    rows = rows.sort("yoy_change", "belt", nulls_last=True).select(
        pl.format("{} {}", "name_en", "name_zh").alias("belt"),
        *(_percent(name) for name in ("yoy_change", "low", "high")),
        pl.col("verdict").replace(VERDICTS),
        "matched_merchants",
        pl.col("reason").replace("none", ""),
    )
    head = f"Displayed sales of matched merchants against 364 days earlier, week of {week}."
    return "\n".join([head, "", *_markdown(rows.columns, rows)])


def _percent(name: str) -> pl.Expr:
    return pl.col(name).map_elements(lambda value: f"{value:+.1%}", pl.String).fill_null("")


def _markdown(columns: list[str], rows: pl.DataFrame) -> list[str]:
    cells = (["" if cell is None else str(cell).replace("|", "\\|") for cell in row] for row in rows[columns].rows())
    return [f"| {' | '.join(line)} |" for line in (columns, ["---"] * len(columns), *cells)]


def _publish(key: str, markdown: str, description: str) -> None:
    with suppress(*UNHEARD):
        create_markdown_artifact(markdown, key=key, description=description)


class _Forwarder(logging.Handler):
    """Hands each record to the run's log, from whatever thread it comes."""

    def __init__(self, run_log: "logging.LoggerAdapter[Any] | logging.Logger") -> None:
        super().__init__(logging.INFO)
        self.run_log = run_log

    def emit(self, record: logging.LogRecord) -> None:
        self.run_log.log(record.levelno, "%s", record.getMessage())


@dataclass
class _RunReporter(Reporter):
    """Shows steps on the console and in the flow run."""

    run_log: Any = None

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """One step, logged at its end; the crawl has a progress artifact too."""
        with super().step(name) as step:
            if name == "crawl":
                step.on_advance = _Progress(name).following(step.on_advance)
            yield step
        self.run_log.info("%s: %s", name, step.said)


@dataclass
class _Progress:
    """A progress artifact, made at the first news and updated every few seconds."""

    key: str
    artifact: UUID | None = None
    told_at: float = field(default=-SECONDS_BETWEEN_UPDATES)

    def following(self, advance: Any) -> Any:
        """An Advance that tells the artifact what it tells another."""

        def both(done: int, total: int) -> None:
            advance(done, total)
            is_last = done >= total
            if total and (is_last or time.monotonic() - self.told_at >= SECONDS_BETWEEN_UPDATES):
                self.told_at = time.monotonic()
                with suppress(*UNHEARD):
                    self._tell(100.0 * done / total, f"{done} of {total} pages")

        return both

    def _tell(self, percent: float, words: str) -> None:
        if self.artifact is None:
            found = create_progress_artifact(percent, key=self.key, description=words)
            assert isinstance(found, UUID)
            self.artifact = found
        else:
            update_progress_artifact(self.artifact, progress=percent, description=words)
