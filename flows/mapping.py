"""How a step's units of work (a category, a belt) are gone through: in this process, or in several.

A flow maps them as Prefect tasks instead (flows/weekly.py); the steps do not know which.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from itertools import starmap
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, Protocol, TypeVar

from flows.progress import Advance

R = TypeVar("R")
WORTH_PROCESSES = 8  # batches: below, starting processes costs more than the work


class Mapper(Protocol):
    """Calls a function once per unit (its arguments) and returns the results in the order of the units."""

    def __call__(
        self, name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance
    ) -> list[R]: ...


def in_turn(name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance) -> list[R]:
    """One unit after the other, in this process."""
    results = []
    for done, unit in enumerate(units, start=1):
        results.append(function(*unit))
        advance(done, len(units))
    return results


def in_processes(name: str, function: Callable[..., R], units: Sequence[tuple[Any, ...]], advance: Advance) -> list[R]:
    """As many processes as there are processors; a single unit stays in this one."""
    if len(units) < 2:
        return in_turn(name, function, units, advance)
    with processes() as pool:
        futures = [pool.submit(function, *unit) for unit in units]
        for done, _ in enumerate(as_completed(futures), start=1):
            advance(done, len(units))
        return [future.result() for future in futures]


def as_they_come(function: Callable[..., R], batches: Iterable[tuple[Any, ...]]) -> Iterator[R]:
    """The results in the order of the batches, each as soon as it is there; many batches go through processes."""
    units = list(batches)
    if len(units) < WORTH_PROCESSES:
        yield from starmap(function, units)
        return
    with processes() as pool:
        yield from pool.map(function, *zip(*units, strict=True))


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """As many processes as there are processors. They stay for the next step, which need not start them anew: a pool in
    which one died is replaced.

    Polars' threads do not survive a fork: they start afresh, with one thread each, since there is a process for every
    processor already.
    """
    try:
        _pool().submit(int)  # refused where one died since the step before
    except BrokenProcessPool:
        _pool.cache_clear()
    try:
        yield _pool()
    except BrokenProcessPool:
        _pool.cache_clear()
        raise


@cache
def _pool() -> ProcessPoolExecutor:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read by the processes at their start, no more by this one
    return ProcessPoolExecutor(os.cpu_count() or 1, get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Has this process end when the one that started it has gone: else it would wait for work for ever, and hold open
    what that one wrote to."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
