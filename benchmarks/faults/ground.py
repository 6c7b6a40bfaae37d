"""Where the trials of a campaign take place, prepared once for all of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.live_week import Week, Wrong, WrongSite, prepare, read_week


@dataclass(frozen=True)
class Ground:
    """Where trials take place: the site, the home each of them begins with a copy of, and its undisturbed week."""

    folder: Path
    site: WrongSite
    prepared: Path
    right: Week

    def week(self, wrong: Mapping[int, Wrong]) -> Week:
        """The week while these pages of CATEGORY are answered wrongly."""
        self.site.set_wrong(wrong)
        return read_week(self.folder / "wrong", self.prepared)


@contextmanager
def ground_in(folder: Path) -> Iterator[Ground]:
    """A ground whose site is ended at the end."""
    site = WrongSite(folder)
    try:
        prepared = prepare(folder, site)
        yield Ground(folder, site, prepared, read_week(folder / "right", prepared))
    finally:
        site.close()
