"""Clocks beside the machine's, for practice and tests. They are asked nothing here: every instant is an argument."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Clock:
    """It shows `start` where the machine's shows `since`, and from there runs `speed` times as fast; both are aware."""

    start: datetime
    since: datetime
    speed: float = 1.0

    def at(self, machine: datetime) -> datetime:
        """What it shows at an instant of the machine's clock, in UTC."""
        return self.start.astimezone(UTC) + (machine - self.since) * self.speed

    def machine_at(self, shown: datetime) -> datetime:
        """The instant of the machine's clock at which it shows another."""
        return self.since + (shown - self.start) / self.speed


EPOCH = datetime.fromtimestamp(0, UTC)
MACHINE = Clock(EPOCH, EPOCH)
"""The machine's own."""
