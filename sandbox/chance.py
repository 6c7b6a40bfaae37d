"""Random streams: one for each (seed, belt, subject), so that none disturbs another.

A new belt in a scenario, or a new subject in a belt, leaves all other draws as they were.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np


@dataclass(frozen=True)
class Chance:
    """The random streams of one belt."""

    seed: int
    belt: str

    def stream(self, subject: str) -> np.random.Generator:
        """The stream of one subject, always from its beginning."""
        words = (crc32(self.belt.encode()), crc32(subject.encode()))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=words)))


def mean_one(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> np.ndarray:
    """Lognormal factors of log standard deviation `sigma` whose expectation is exactly one."""
    return np.exp(rng.normal(0.0, sigma, shape) - sigma**2 / 2)
