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
        """One step: a bar or a line while it runs, its seconds and what it says of itself when it is done."""
        started = time.perf_counter()
        step = Step(name)
        if self.console.is_terminal:
            with _bar(self.console) as bar:
                task = bar.add_task(name, total=None)
                step.on_advance = lambda done, total: bar.update(task, completed=done, total=total)
                yield step
        else:
            yield step
        spent = time.perf_counter() - started
        self.seconds[name] = self.seconds.get(name, 0.0) + spent
        self.console.print(f"{name:<10} {spent:6.1f} s  {step.said}".rstrip(), soft_wrap=True)

    def head(self, text: str) -> None:
        """A line that says what the steps below it are about."""
        self.console.print(text)

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
