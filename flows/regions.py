"""The part of a build that goes by region: the figures of its belts -> those of provinces and of china."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from configs.register import Configs
from configs.tables import figures_draft
from flows.belts import REGIONS_FILE
from flows.rests import rests_on
from transforms.regions import region_figures
from warehouse import lake

METHOD = "regions-2"


def build_regions(home: Path, configs: Configs, weeks: Iterable[date] | None) -> int:
    """Make the regions' figures of the given weeks and the weeks that rest on them (None: all weeks of which there are
    figures) wherever they are stale; returns how many weeks were made. Belts come first (flows/belts.py)."""
    provinces = {belt.id: belt.province_code for belt in configs.belts.values()}
    folders = sorted((home / "figures").glob("week=*"))
    known = [date.fromisoformat(folder.name.removeprefix("week=")) for folder in folders]
    wanted = set(known if weeks is None else weeks)
    return sum(_build_week(home, provinces, week) for week in known if wanted & rests_on(week))


def _build_week(home: Path, provinces: dict[str, str], week: date) -> bool:
    """Whether the week was made anew."""
    files = {belt: lake.figures_file(home, week, belt) for belt in sorted(provinces)}
    present = {belt: path for belt, path in files.items() if path.exists()}
    made_of = lake.fingerprint(
        [METHOD, *(f"{belt} {provinces[belt]} {lake.fingerprint_of(path)}" for belt, path in present.items())]
    )
    target = lake.figures_file(home, week, REGIONS_FILE)
    if lake.fingerprint_of(target) == made_of:
        return False
    rows = region_figures(lake.read(figures_draft(), present.values()), provinces, week)
    lake.write(target, rows, made_of)
    return True
