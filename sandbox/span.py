"""The days that a practice world covers, counted from its origin."""

from dataclasses import dataclass
from datetime import date, timedelta

from configs.errors import InputError
from sandbox.scenario import Scenario

WINDOW = 30  # days that a displayed sales count looks back
FLOW = 28  # days between the two readings of a counter that only grows
LEAD = timedelta(weeks=5)  # the first archived week needs a whole window before it


@dataclass(frozen=True)
class Span:
    """Days `origin` (a Monday) to `origin + days - 1`, in whole weeks: from five weeks before the first
    archived week to the end of the live week."""

    origin: date
    days: int

    @classmethod
    def of(cls, scenario: Scenario) -> "Span":
        """The span of a scenario."""
        origin = scenario.first_week - LEAD
        return cls(origin, (scenario.live_week - origin).days + 7)

    @property
    def weeks(self) -> int:
        """Number of weeks."""
        return self.days // 7

    @property
    def first_shown(self) -> int:
        """Day number of the first day that has a whole window behind it and is archived."""
        return LEAD.days

    def number(self, day: date) -> int:
        """Number of a day from the origin; InputError for a day that the world does not have."""
        number = (day - self.origin).days
        if not self.first_shown <= number < self.days:
            first, last = self.origin + LEAD, self.origin + timedelta(days=self.days - 1)
            raise InputError(f"the practice world has no {day}; it runs from {first} to {last}: give a day of these")
        return number
