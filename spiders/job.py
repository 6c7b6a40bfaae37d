"""What a crawl child is told, as one line of JSON on its input: no password shows in a list of processes."""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from configs.clock import Clock
from configs.marketplaces import Marketplace


class CrawlJob(BaseModel):
    """One crawl unit: a marketplace's pages of one week, in some of its categories; seconds are the machine's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path
    ledger_url: str
    marketplace: Marketplace
    week: date
    categories: tuple[str, ...]
    worker: str
    user_agent: str
    clock: Clock
    lease_seconds: float
    attempts: int
    retry_seconds: float
    timeout_seconds: float
    max_bytes: int
