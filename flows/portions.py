"""What is made of weeks, many at once: a call costs the same for few rows as for many, and most belts are small."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Generic, TypeVar

ROWS = 50_000  # of one portion, at least one week: small belts go through in one or two, large ones week by week
KEPT = 3  # portions: those of a week and of its base, and one more

T = TypeVar("T")


class Portions(Generic[T]):
    """Something of each week; `sizes` has the rows of the weeks that there are, `make` makes it of several of them, and
    `kept` portions are kept."""

    def __init__(
        self, sizes: Mapping[date, int], make: Callable[[list[date]], Mapping[date, T]], kept: int = KEPT
    ) -> None:
        self._make, self._kept, self._made = make, kept, dict[int, Mapping[date, T]]()
        self._portion: dict[date, int] = {}
        portion, rows = 0, 0
        for week in sorted(sizes):
            if rows and rows + sizes[week] > ROWS:
                portion, rows = portion + 1, 0
            self._portion[week], rows = portion, rows + sizes[week]

    def __contains__(self, week: date) -> bool:
        return week in self._portion

    def __getitem__(self, week: date) -> T:
        portion = self._portion[week]
        if portion not in self._made:
            weeks = [day for day, other in self._portion.items() if other == portion]
            self._made[portion] = self._make(weeks)
            for oldest in list(self._made)[: -self._kept]:
                del self._made[oldest]
        return self._made[portion][week]
