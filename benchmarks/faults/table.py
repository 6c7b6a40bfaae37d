"""One line of the table of faults: what was done to the crawl, what was counted, and what may be counted at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FaultRow:
    """A fault injected, and the counts that came of it.

    `limits` holds the highest count allowed, 0 where a name is missing; `least` the lowest, for counts of what must
    happen (faults caught, intervals that hold the truth). `seen` are figures that are told and not judged.
    """

    fault: str
    counts: Mapping[str, float]
    limits: Mapping[str, float] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    seen: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether every count is where it must be."""
        return not self.bad

    @property
    def bad(self) -> list[str]:
        """Names of the counts that are not where they must be."""
        return [name for name, count in self.counts.items() if not self._holds(name, count)]

    def lines(self) -> list[str]:
        """The row as it is printed."""
        head = f"{'ok ' if self.is_good else 'BAD'} {self.fault}"
        judged = [f"      {name}: {count:g} ({self._wanted(name)})" for name, count in self.counts.items()]
        return [head, *judged, *(f"      {name}: {count:g}" for name, count in self.seen.items())]

    def _holds(self, name: str, count: float) -> bool:
        if name in self.least:
            return count >= self.least[name]
        return count <= self.limits.get(name, 0)

    def _wanted(self, name: str) -> str:
        if name in self.least:
            return f"must be at least {self.least[name]:g}"
        limit = self.limits.get(name, 0)
        return f"must be at most {limit:g}" if limit else "must be 0"
