"""Clocks that mislead: one set back an hour during a crawl, midnights in Shanghai and in UTC, week 53, the leap day.

The week of every row is worked out apart: from the site's own log of the request behind its page, by the ISO calendar
of the day eight hours east of UTC.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.faults.homes import asked_beyond_plan, ended, finish, pages_of, prepare, requests, rows, start, steps
from benchmarks.faults.table import FaultRow
from benchmarks.faults.two_runs import DELAY_MS, small_pages
from configs.calendar import week_of
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import lay_out, write_marketplace
from spiders.archive import read_page

EAST = timedelta(hours=8)
HOUR = timedelta(hours=1)
PLAN, CRAWL = ["plan", "--marketplace", "practice"], ["crawl", "--marketplace", "practice"]
SHORT_PAGE_SIZE = 4  # cards: half as many pages
MOST_TRIES = 4
UNTIL_MIDNIGHT = timedelta(seconds=5)  # from a crawl's first request
ODD_INSTANTS = (
    datetime(2026, 12, 31, 16, 30, tzinfo=UTC),  # the first hour of 2027 in Shanghai, in week 53 of 2026
    datetime(2028, 2, 29, 4, tzinfo=UTC),
)


@dataclass(frozen=True)
class Found:
    """What came of one misleading clock; pages read `before` and `after` it struck, and those not read for it."""

    wrong_weeks: int
    fetched_twice: int
    before: int = 0
    after: int = 0
    left: int = 0
    workers: int = 0


@dataclass
class Place:
    """A home with its site, and the clocks of the commands: the machine's instant of a start, what was shown then."""

    home: Path
    log: Path
    clocks: list[tuple[float, datetime]] = field(default_factory=list)

    def begin(self, command: Sequence[str], now: datetime) -> "subprocess.Popen[bytes]":
        """Start a command under a clock that shows `now` at this instant."""
        since = time.time()
        self.clocks.append((since, now))
        return start(self.home, command, now, clock_since=datetime.fromtimestamp(since, UTC).isoformat())

    @property
    def latency(self) -> float:
        """Seconds from the start of the first command to the site's first request."""
        return float(str(requests(self.log)[0]["at"])) - self.clocks[0][0]

    def found(self, strikes: datetime) -> Found:
        """Counts over what the home holds now."""
        pages = pages_of(self.home)
        done = pages.filter(pl.col("state") == "done")
        return Found(
            wrong_weeks=self.pages_astray(done) + offers_astray(self.home),
            fetched_twice=asked_beyond_plan(pages, self.log),
            before=done.filter(pl.col("fetched_at") < strikes).height,
            after=done.filter(pl.col("fetched_at") >= strikes).height,
            left=pages.height - done.height,
            workers=done["worker"].n_unique(),
        )

    def pages_astray(self, done: pl.DataFrame) -> int:
        """Stored pages that were asked for in another week than their row says."""
        at = {int(str(request["seq"])): float(str(request["at"])) for request in requests(self.log)}
        stored = done.select("week", "archive_file", "archive_offset").iter_rows()
        numbers = ((week, read_page(self.home, *place).header("X-Request-Number")) for week, *place in stored)
        return sum(self._week_at(at[int(number)]) != week for week, number in numbers)

    def _week_at(self, machine: float) -> date:
        """The week on the clock of the command last started."""
        since, now = [clock for clock in self.clocks if clock[0] <= machine][-1]
        return iso_week(now + timedelta(seconds=machine - since))


def iso_week(instant: datetime) -> date:
    """The Monday of an instant's ISO week, eight hours east of UTC."""
    year, week, _ = (instant.astimezone(UTC) + EAST).isocalendar()
    return date.fromisocalendar(year, week, 1)


def hours_astray() -> int:
    """Hours of seven years, two leap days and week 53 of 2026 among them, that our calendar puts into another week."""
    first = datetime(2024, 1, 1, tzinfo=UTC)
    hours = (first + number * HOUR for number in range(7 * 366 * 24))
    return sum(week_of(hour) != iso_week(hour) for hour in hours)


def offers_astray(home: Path) -> int:
    """Offers, and the listing weeks if there are any, whose week is not that of the instant they were seen at."""
    files = [*home.glob("offers/*/*/*.parquet"), *home.glob("listing_weeks/*/*/*.parquet")]
    read = (pl.read_parquet(path, columns=["week", "seen_at"], hive_partitioning=False) for path in files)
    return sum(iso_week(seen_at) != week for frame in read for week, seen_at in frame.iter_rows())


@contextmanager
def placed(folder: Path, world: Path, laid_out: Path, day: datetime) -> Iterator[Place]:
    """A copy of a laid out home, its site up and showing a day."""
    home, log = folder / "home", folder / "requests.log"
    shutil.copytree(laid_out, home)
    with serving(world, 1, day, log, delay_ms=DELAY_MS) as url:
        write_marketplace(home, url)
        yield Place(home, log)


def hour_back(folder: Path, world: Path, laid_out: Path) -> tuple[Found, float]:
    """The clock is set back an hour as a crawl has just begun, and another begins then, so that to each the other's
    leases end at an odd time; also the seconds from a crawl's start to its first request."""
    week = load(world).live_week
    now = datetime(week.year, week.month, week.day, 4, tzinfo=UTC)
    with placed(folder, world, laid_out, now) as place:
        finish(place.home, steps(week)["plan"], now)
        crawls = [place.begin(steps(week)["crawl"], shown) for shown in (now + HOUR, now)]
        for crawl in crawls:
            ended(crawl)
        finish(place.home, steps(week)["parse"], now)
        return place.found(now + HOUR), place.latency


def midnight(folder: Path, world: Path, laid_out: Path, is_of_week: bool, latency: float) -> Found:
    """Midnight falls into a crawl: Shanghai's of Sunday, which ends its week, or that of UTC, which ends nothing.

    How soon a crawl asks for its first page depends on the machine: where midnight falls beside it, it is tried again.
    """
    live = load(world).live_week
    strikes = datetime(live.year, live.month, live.day, tzinfo=UTC) - (EAST if is_of_week else timedelta())
    for number in range(MOST_TRIES):
        with placed(folder / str(number), world, laid_out, strikes) as place:
            finish(place.home, PLAN, strikes - HOUR)
            ended(place.begin(CRAWL, strikes - UNTIL_MIDNIGHT - timedelta(seconds=latency)))
            cut = place.found(strikes)
            if cut.before and (cut.left or cut.after):
                break
            latency = place.latency if requests(place.log) else latency + UNTIL_MIDNIGHT.total_seconds()
    return _after_midnight(place, world, strikes, cut, is_of_week)


def _after_midnight(place: Place, world: Path, strikes: datetime, cut: Found, is_of_week: bool) -> Found:
    """The rest of the night: the next week where one has begun, and what is read from both."""
    if is_of_week:
        with serving(world, 1, strikes, place.log) as url:
            write_marketplace(place.home, url)
            finish(place.home, PLAN, strikes)
            ended(place.begin(CRAWL, strikes))
    finish(place.home, ["parse"], strikes + HOUR)
    whole = place.found(strikes)
    # an address is asked for in both weeks: twice is only what one of them asked for twice
    return replace(whole, fetched_twice=cut.fetched_twice, left=cut.left if is_of_week else whole.left)


def odd_week(folder: Path, now: datetime) -> tuple[int, int]:
    """Rows in the wrong week, and figures without a base, of a week as it is at an odd instant; no command is told the
    week."""
    week = iso_week(now)
    world = small_pages(folder, first_week=week - timedelta(days=364), live_week=week)
    site = ["--marketplace", "practice"]
    with placed(folder, world, prepare(folder, world), now) as place:
        finish(place.home, ["plan", *site], now)
        ended(place.begin(["crawl", *site], now))
        for command in (["parse", *site], ["build"], ["release"]):
            finish(place.home, command, now)
        live = pages_of(place.home).filter(pl.col("worker") != "backfill")
        wrong = place.pages_astray(live) + live.filter(pl.col("week") != week).height
        figures = rows(place.home, "figures").filter(
            pl.col("week") == week,
            pl.col("belt").is_in([belt.id for belt in load(world).belts]),  # others have no listings at either end
            pl.col("segment") == "all",
            pl.col("metric") == "displayed_sales",
            pl.col("comparison") == "yoy",
            pl.col("alignment") == "plain",
        )
        assert live.height > 1 < figures.height
        return wrong + offers_astray(place.home), figures.filter(pl.col("reason") == "no_base").height


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """All of them; the short version only sets a clock back, over fewer pages."""
    world = small_pages(folder, page_size=SHORT_PAGE_SIZE) if is_short else small_pages(folder)
    lay_out(folder / "laid-out", load(world), 1)
    back, latency = hour_back(folder / "back", world, folder / "laid-out")
    if is_short:
        return _row(back, None, None, [])
    shanghai = midnight(folder / "shanghai", world, folder / "laid-out", True, latency)
    utc = midnight(folder / "utc", world, folder / "laid-out", False, latency)
    return _row(back, shanghai, utc, [odd_week(folder / f"odd-{now:%Y}", now) for now in ODD_INSTANTS])


def _row(back: Found, shanghai: Found | None, utc: Found | None, odd: Sequence[tuple[int, int]]) -> FaultRow:
    """The table's row of those that were tried."""
    found = [one for one in (back, shanghai, utc) if one is not None]
    struck = {"workers at the hour set back": back.workers}
    if shanghai:
        struck |= _struck("Shanghai's", shanghai) | {"pages that Shanghai's midnight left": shanghai.left}
    if utc:
        struck |= _struck("UTC's", utc)
    return FaultRow(
        fault="clock set back an hour, midnight in Shanghai and UTC, week 53 of 2026, leap day of 2028",
        counts={
            "rows in the wrong week": sum(one.wrong_weeks for one in found) + sum(wrong for wrong, _ in odd),
            "hours in the wrong week": hours_astray(),
            "pages fetched twice": sum(one.fetched_twice for one in found),
            "pages lost": back.left + (utc.left if utc else 0),
            "figures without their base": sum(bare for _, bare in odd),
            **struck,
        },
        least=dict.fromkeys(struck, 1) | {"workers at the hour set back": 2},
    )


def _struck(whose: str, found: Found) -> dict[str, int]:
    """That midnight fell into the crawl."""
    return {f"pages before {whose} midnight": found.before, f"pages after {whose} midnight": found.after}
