"""Which pages of the ledger are meant, and how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Scope(NamedTuple):
    """Which pages are meant; None means all."""

    marketplace: str | None = None
    week: date | None = None
    categories: Sequence[str] | None = None


@dataclass(frozen=True)
class Balance:
    """Pages of a scope: planned = done by outcome + leased + waiting, always."""

    planned: int
    done: dict[str, int]
    leased: int
    waiting: int

    @property
    def open(self) -> int:
        """Pages that are not done."""
        return self.leased + self.waiting

    @property
    def is_even(self) -> bool:
        """Whether no page is missing and none is counted twice."""
        return self.planned == sum(self.done.values()) + self.open
