"""`beltwatch doctor`: is this installation fit to run? Each check is ok or one sentence with what to do.

Nothing here raises, and nothing is left in the data home: a broken installation is what the doctor is for.
"""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryFile

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from configs.errors import BeltwatchError
from flows.doctor_register import Said, State, belts, configuration, marketplaces
from flows.workplace import Workplace

FREE_DISK_GIB = 5
SANE_YEARS = range(2024, 2101)
LIBRARIES = ("polars", "duckdb", "prefect", "scrapy", "sqlalchemy", "fastapi")  # named when all is well
CHINESE_FONTS = ("cjk", "notosanssc", "sourcehan", "wqy", "simhei", "simsun", "msyh", "pingfang", "droidsansfallback")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "~/.local/share/fonts")
STYLES = {"ok": "green", "note": "yellow", "mend": "bold red"}

Check = Callable[[Workplace], Iterator[Said]]


@dataclass(frozen=True)
class Finding:
    """One check of one thing: ok, note (good to know, nothing is wrong) or mend (what is wrong and what to do)."""

    check: str
    state: State
    said: str


def doctor(work: Workplace) -> list[Finding]:
    """All findings, in the order of CHECKS."""
    return [
        Finding(name, state, said)
        for name, (check, remedy) in CHECKS.items()
        for state, said in _guarded(check, work, remedy)
    ]


def show_doctor(work: Workplace, as_json: bool) -> bool:
    """Print the findings, as a table on a terminal, lines elsewhere or JSON; returns whether nothing is to mend."""
    findings = doctor(work)
    is_well = all(finding.state != "mend" for finding in findings)
    if as_json:
        body = {"ok": is_well, "findings": [asdict(finding) for finding in findings]}
        print(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    elif sys.stdout.isatty():
        _print_table(findings)
    else:
        for finding in findings:
            print(f"{finding.state:<5} {finding.check:<14} {finding.said}")
    return is_well


# The checks


def data_home(work: Workplace) -> Iterator[Said]:
    """Can it be written to, and is there room?"""
    folder = next(path for path in (work.home, *work.home.parents) if path.exists())
    try:
        with TemporaryFile(dir=folder):
            yield "ok", f"{work.home} {'can be written to' if folder == work.home else 'is made by the first run'}"
    except OSError as error:
        why = f"{folder} cannot be written to ({error.strerror})"
        yield "mend", f"{why}, expected a folder of yours; change its owner or name another home with --home"
    free = shutil.disk_usage(folder).free / 2**30
    if free < FREE_DISK_GIB:
        yield "mend", f"{free:.1f} GiB are free, expected {FREE_DISK_GIB}; make room or name another home with --home"
    else:
        yield "ok", f"{free:.0f} GiB are free"


def ledger(work: Workplace) -> Iterator[Said]:
    """Does it answer, and is planned = done + open?"""
    from spiders.ledger import Ledger

    url = work.settings.ledger_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        yield "ok", "none yet; the first run makes it"
        return
    opened = Ledger(url)
    try:
        balance = opened.balance()
    finally:
        opened.close()
    done = sum(balance.done.values())
    if balance.is_even:
        yield "ok", f"{balance.planned} pages: {done} done, {balance.open} open"
    else:
        uneven = f"{balance.planned} pages are planned, but {done} done and {balance.open} open"
        yield "mend", f"{uneven}, expected both to be equal; restore the ledger from a backup"


def warehouse(work: Workplace) -> Iterator[Said]:
    """Does it hold the last release, and can it be read?"""
    from warehouse import open as open_warehouse
    from warehouse.database import database_file, released_in
    from warehouse.vintages import manifests

    chain = manifests(work.home)
    if not chain:
        yield "ok", "nothing is released yet"
        return
    last, held, path = chain[-1].release, released_in(work.home), database_file(work.home)
    if held == last:
        with open_warehouse(work.home) as reader:
            count = reader.sql("select count(*) from figures where superseded_at is null").item()
        yield "ok", f"release {last} with {count} figures in force"
        return
    found = f"holds release {held}" if held else ("cannot be read" if path.exists() else "does not exist")
    yield "mend", f"{path} {found}, expected release {last}; run `beltwatch release`, which builds it anew"


def versions(_: Workplace) -> Iterator[Said]:
    """What pyproject.toml asks for, against what is installed."""
    from packaging.requirements import Requirement

    asked = [Requirement(text) for text in metadata.requires("beltwatch") or []]
    pairs = [(one.name, str(one.specifier)) for one in asked if not one.marker]
    pairs.append(("python", metadata.metadata("beltwatch")["Requires-Python"]))
    wrong = [said for name, bounds in pairs if (said := _wrong_version(name, bounds))]
    yield from (("mend", said) for said in wrong)
    if not wrong:
        yield "ok", ", ".join(f"{name} {_installed(name)}" for name in ("python", *LIBRARIES))


def fonts(_: Workplace) -> Iterator[Said]:
    """Is there a font with Chinese in it? Report pages use the reader's; pictures and PDF files are drawn with ours."""
    found = _chinese_font()
    if found:
        yield "ok", f"{found} draws Chinese"
    else:
        yield "note", "no Chinese font is found: PDF files would show boxes; install one, such as fonts-noto-cjk"


def clock(work: Workplace) -> Iterator[Said]:
    """Is it a sane instant, by the machine or by the settings? Its time zone does not matter."""
    from warehouse.vintages import manifests

    now = work.now()
    if now.year not in SANE_YEARS:
        yield "mend", f"it says {now:%Y-%m-%d}, expected a year from {SANE_YEARS[0]} on; set the machine's clock"
        return
    yield "ok", f"{now:%Y-%m-%d %H:%M} UTC"
    if work.clock_variables():
        set_by = "BELTWATCH_NOW or BELTWATCH_CLOCK_SPEED"
        yield "note", f"{set_by} sets it; take them out of the environment unless this is practice"
    with suppress(Exception):  # a manifest that cannot be read is the warehouse's to tell
        last = max(manifest.released_at for manifest in manifests(work.home))
        if last > now:
            yield "note", f"the last release is dated {last:%Y-%m-%d %H:%M} UTC, which is still to come by this clock"


CHECKS: dict[str, tuple[Check, str]] = {  # and what to do where a check breaks off
    "configuration": (configuration, "mend what it names in <home>/configs, or install again"),
    "belts": (belts, "mend what it names in <home>/configs/belts"),
    "marketplaces": (marketplaces, "mend what it names in <home>/configs/marketplaces"),
    "data home": (data_home, "name another home with --home"),
    "ledger": (ledger, "see BELTWATCH_LEDGER, or restore the ledger from a backup"),
    "warehouse": (warehouse, "restore releases/ from a backup, then run `beltwatch release`"),
    "versions": (versions, "install again with `make env`"),
    "fonts": (fonts, "install a Chinese font, such as fonts-noto-cjk"),
    "clock": (clock, "set the machine's clock, or mend BELTWATCH_NOW and BELTWATCH_CLOCK_SPEED"),
}


def _guarded(check: Check, work: Workplace, remedy: str) -> Iterator[Said]:
    try:
        yield from check(work)
    except BeltwatchError as error:
        yield "mend", " ".join(str(error).split())  # a database's own words may be several lines
    except Exception as error:
        cause = (str(getattr(error, "orig", error)).strip().splitlines() or [""])[0]
        yield "mend", f"found {type(error).__name__} ({cause}), expected an answer; {remedy}"


def _installed(name: str) -> str:
    return platform.python_version() if name == "python" else metadata.version(name)


def _wrong_version(name: str, bounds: str) -> str | None:
    from packaging.specifiers import SpecifierSet

    try:
        found = _installed(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed, expected {name}{bounds}; run `make env`"
    if SpecifierSet(bounds).contains(found, prereleases=True):
        return None
    return f"{name} {found} is installed, expected {name}{bounds}; run `make env`"


def _chinese_font() -> str | None:
    """The name of a font with Chinese: as fontconfig says, else by the names of files in the usual folders."""
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=20, check=True
        )
        families = sorted(said.stdout.splitlines(), key=lambda name: ("SC" not in name, name))
        return families[0].split(",", maxsplit=1)[0] if families else None
    names = (path.name for folder in FONT_FOLDERS for path in Path(folder).expanduser().rglob("*.[ot]t[fc]"))
    return next((name for name in names if any(known in _plain(name) for known in CHINESE_FONTS)), None)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _print_table(findings: list[Finding]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        table.add_row(Text(finding.state, STYLES[finding.state]), Text(finding.check), Text(finding.said))
    Console(highlight=False).print(table)
