"""What a run shows while it works: bars with rate and time left on a terminal, one line per step elsewhere; and the
seconds of each step at the end."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, int], None]
"""Called with what is done and what there is in all."""


@dataclass
class Reporter:
    """Shows steps; `console` is where."""

    console: Console = field(default_factory=lambda: Console(file=sys.stderr, highlight=False))
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """One step: a bar or a line while it runs, its seconds and what it says of itself when it is done, or that it
        is not finished where an error ends it."""
        step, started = Step(name), time.perf_counter()
        try:
            with self._shown(step):
                yield step
        except BaseException:
            self._end(step, started, "not finished")
            raise
        self._end(step, started, step.said)

    @contextmanager
    def _shown(self, step: "Step") -> Iterator[None]:
        if not self.console.is_terminal:
            yield
            return
        with _bar(self.console) as bar:
            task = bar.add_task(step.name, total=None)
            step.on_advance = lambda done, total: bar.update(task, completed=done, total=total)
            yield

    def _end(self, step: "Step", started: float, said: str) -> None:
        spent = time.perf_counter() - started
        self.seconds[step.name] = self.seconds.get(step.name, 0.0) + spent
        self.console.print(f"{step.name:<10} {spent:6.1f} s  {said}".rstrip(), soft_wrap=True)

    def head(self, text: str) -> None:
        """A line that says what the steps below it are about."""
        self.console.print(text)

    @contextmanager
    def summed_up(self) -> Iterator[None]:
        """Tells the seconds of every step and in all when the block ends, with an error as well."""
        try:
            yield
        finally:
            if self.seconds:
                self.summary()

    def summary(self) -> None:
        """The seconds of every step and in all."""
        parts = "  ".join(f"{name} {spent:.1f}" for name, spent in self.seconds.items())
        self.console.print(f"seconds    {parts}  total {sum(self.seconds.values()):.1f}", soft_wrap=True)


@dataclass
class Step:
    """A step under way: it says how far it is, and at its end what it did."""

    name: str
    said: str = ""
    on_advance: Advance = lambda done, total: None

    def advance(self, done: int, total: int) -> None:
        """So much is done of so much."""
        self.on_advance(done, total)

    def say(self, text: str) -> None:
        """What the step did, in one line."""
        self.said = text


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), _Rate("{task.speed}"))
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True)


class _Rate(TextColumn):
    """Units per second."""

    def render(self, task):  # type: ignore[no-untyped-def]
        from rich.text import Text

        return Text(f"{task.speed:,.0f}/s" if task.speed else "")
