"""What every step is given: the data home, what is configured, and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from configs.clock import Clock
from configs.errors import ConfigError
from configs.settings import Settings, settings

if TYPE_CHECKING:
    import polars as pl

    from configs.register import Configs
    from spiders.ledger import Ledger

STARTED = datetime.now(UTC)


@dataclass(frozen=True)
class Workplace:
    """One data home with the settings and configuration in force for it."""

    home: Path
    settings: Settings

    @cached_property
    def configs(self) -> "Configs":
        """What is configured, read once."""
        from configs.register import load

        return load(self.home)

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger of pages."""
        from spiders.ledger import Ledger

        return Ledger(self.settings.ledger_url)

    def pages(self) -> "pl.DataFrame":
        """The ledger as it stands (table pages); empty where there is none, and none is made by looking."""
        from configs.tables import table

        if self.settings.ledger is None and not (self.home / "ledger.db").exists():
            return table("pages").empty()
        return self.ledger.rows()

    @property
    def clock(self) -> Clock:
        """The clock in force: the machine's unless the settings make it another."""
        since = self.settings.clock_since or STARTED
        return Clock(self.settings.now or since, since, self.settings.clock_speed)

    def clock_variables(self) -> dict[str, str]:
        """The environment in which other processes have the same clock, whenever they start."""
        if self.settings.now is None and self.settings.clock_speed == 1:
            return {}
        clock = self.clock
        named = {"NOW": clock.start.isoformat(), "CLOCK_SINCE": clock.since.isoformat(), "CLOCK_SPEED": clock.speed}
        return {f"BELTWATCH_{name}": str(value) for name, value in named.items()}

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self.clock.at(datetime.now(UTC))

    def crawled_marketplaces(self) -> list[str]:
        """The marketplaces that a run reads where none is named: those whose file permits crawling."""
        return [name for name, marketplace in self.configs.marketplaces.items() if marketplace.crawl]


def workplace(home: Path | None = None) -> Workplace:
    """The workplace of a data home that a command writes to; it is made where it is absent."""
    work = looked_at(home)
    try:
        work.home.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=work.home):  # root passes access checks on read-only file systems: a file is really made
            return work
    except OSError as error:
        why = f"{work.home} cannot be written to ({error.strerror}); expected a folder for the data home; see --home"
        raise ConfigError(why) from None


def looked_at(home: Path | None = None) -> Workplace:
    """The workplace of a data home that a command only reads."""
    found = settings(home)
    place = found.home.absolute()
    return Workplace(place, found.model_copy(update={"home": place}))
