"""The doctor: a sound installation is ok, each planted fault is one sentence with what to do, and none crashes it."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from configs.register import SHIPPED
from configs.settings import Settings
from flows import doctor as module
from flows.doctor import CHECKS, Finding, doctor, show_doctor
from flows.workplace import Workplace
from spiders.pages import PageKey, PlannedPage

NOW = datetime(2026, 11, 18, tzinfo=UTC)
CHECKED = ("configuration", "belts", "marketplaces", "data home", "ledger", "warehouse", "clock")
BELT = """id: {name}
name: {{en: A, zh: 甲}}
places: [{{code: {code}, aliases: [白沟]}}]
categories: [{category}]
evidence: a test
evidence_grade: none
"""


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    """A data home with nothing in it yet."""
    home = tmp_path / "home"
    home.mkdir()
    return Workplace(home, Settings(home=home, contact="who@example.org"))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Only the named checks run."""

    def only(*names: str) -> None:
        monkeypatch.setattr(module, "CHECKS", {name: CHECKS[name] for name in names})

    return only


def overlay(work: Workplace, name: str, text: str) -> Path:
    path = work.home / "configs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def marketplace(work: Workplace, **changes: str) -> None:
    """The shipped marketplace as the data home's own, changed."""
    text = (SHIPPED / "marketplaces" / "alibaba-1688.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(f"{old}:", f"{new}", 1)
    overlay(work, "marketplaces/alibaba-1688.yaml", text)


def said(work: Workplace, check: str, state: str) -> list[str]:
    return [finding.said for finding in doctor(work) if (finding.check, finding.state) == (check, state)]


def test_a_new_installation_is_well(work: Workplace) -> None:
    findings = doctor(work)
    assert [finding for finding in findings if finding.state == "mend"] == []
    assert {finding.check for finding in findings} == set(CHECKS)
    assert sorted(work.home.iterdir()) == []


def test_a_home_that_is_not_there_yet_is_not_made(tmp_path: Path, few: Callable[..., None]) -> None:
    few("data home", "ledger", "warehouse")
    home = tmp_path / "deep" / "home"
    findings = doctor(Workplace(home, Settings(home=home)))
    assert {finding.state for finding in findings} == {"ok"}
    assert not home.parent.exists()


def test_all_faults_of_the_configuration_are_told(work: Workplace, few: Callable[..., None]) -> None:
    few(*CHECKED)
    overlay(work, "belts/a.yaml", BELT.format(name="a", code="130689", category="towels"))
    overlay(work, "belts/b.yaml", "id: [")
    overlay(work, "gates/figures.yaml", "ruls: []\n")
    overlay(work, "marketplaces/x.yaml", "name: x\n")
    found = said(work, "configuration", "mend")
    assert len(found) == 4
    for name, part in zip(("a.yaml:1", "b.yaml:", "figures.yaml:1", "x.yaml:"), found, strict=False):
        assert name.split(":", maxsplit=1)[0] in part
    assert "place 130689 is no division code; did you mean" in found[0]
    assert all("\n" not in part for part in found)
    assert "not checked" in said(work, "belts", "note")[0]
    assert "not checked" in said(work, "marketplaces", "note")[0]
    assert said(work, "data home", "ok")


@pytest.mark.parametrize("text", ["id: \x00", "date: 2026-02-31\n", "- 1\n", ""])
def test_a_file_that_is_no_configuration_at_all_is_told(work: Workplace, few: Callable[..., None], text: str) -> None:
    few("configuration")
    overlay(work, "belts/a.yaml", text)
    assert "a.yaml" in said(work, "configuration", "mend")[0]


@pytest.mark.parametrize("text", ["milk: [", "- milk\n"])
def test_broken_categories_are_told(work: Workplace, few: Callable[..., None], text: str) -> None:
    few("configuration", "belts", "marketplaces")
    overlay(work, "categories.yaml", text)
    assert len(said(work, "configuration", "mend")) == 1


def test_a_category_that_is_not_known_is_told(work: Workplace, few: Callable[..., None]) -> None:
    few("configuration", "belts")
    overlay(work, "belts/a.yaml", BELT.format(name="a", code="130684", category="towls"))
    assert "did you mean 'towels'" in said(work, "configuration", "mend")[0]


@pytest.mark.parametrize("name", ["belt/a.yaml", "belts/a.yml", "publicaton.yaml", "tables.yaml"])
def test_a_file_that_nothing_reads_is_told(work: Workplace, few: Callable[..., None], name: str) -> None:
    few("configuration")
    overlay(work, name, "a: 1\n")
    assert name in said(work, "configuration", "note")[0]


def test_where_the_homes_own_belts_are_is_told_by_name(work: Workplace, few: Callable[..., None]) -> None:
    few("belts")
    for name, code in (("a", "130528"), ("b", "130000"), ("c", "120114")):
        text = BELT.format(name=name, code=code, category="socks").replace(", aliases: [白沟]", "")
        overlay(work, f"belts/{name}.yaml", text)
    told = [text for text in said(work, "belts", "ok") if " is " in text]
    assert told == [
        "a is 130528 河北省邢台市宁晋县",
        "b is 130000 河北省",
        "c is 120114 天津市武清区",
    ]


def test_an_alias_with_two_meanings_is_told(work: Workplace, few: Callable[..., None]) -> None:
    few("belts")
    overlay(work, "belts/z.yaml", BELT.format(name="z", code="130628", category="socks"))
    conflict = "alias 白沟 is place 130684 in belt baigou-luggage and 130628 in belt z"
    assert said(work, "belts", "mend") == [f"{conflict}, expected one of them; mend configs/belts/z.yaml"]


def test_belts_on_one_ground_and_categories_without_a_marketplace_are_noted(
    work: Workplace, few: Callable[..., None]
) -> None:
    few("belts")
    overlay(work, "belts/z.yaml", BELT.format(name="z", code="130684", category="luggage"))
    shared, unlisted = said(work, "belts", "note")
    assert "baigou-luggage and z share a place and the category luggage" in shared
    assert "no marketplace lists" in unlisted
    assert said(work, "belts", "mend") == []


def test_a_real_site_is_crawled_only_with_a_contact(work: Workplace, few: Callable[..., None]) -> None:
    few("marketplaces")
    assert "is not crawled" in said(work, "marketplaces", "ok")[0]
    marketplace(work, crawl="crawl: true #")
    nameless = Workplace(work.home, work.settings.model_copy(update={"contact": None}))
    assert "BELTWATCH_CONTACT is not set" in said(nameless, "marketplaces", "mend")[0]
    named = Workplace(work.home, work.settings)
    assert "may be crawled, at most 0.2 pages a second" in said(named, "marketplaces", "ok")[0]


def test_a_home_that_cannot_be_written_to_is_told(tmp_path: Path, few: Callable[..., None]) -> None:
    few("data home")
    (tmp_path / "file").write_text("in the way")
    home = tmp_path / "file" / "home"
    assert "cannot be written to" in said(Workplace(home, Settings(home=home)), "data home", "mend")[0]


def test_a_full_disk_is_told(work: Workplace, few: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    few("data home")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2 * 2**30))
    assert said(work, "data home", "mend") == [
        "2.0 GiB are free, expected 5; make room or name another home with --home"
    ]


def test_the_ledgers_balance_is_told(work: Workplace, few: Callable[..., None]) -> None:
    few("ledger")
    assert said(work, "ledger", "ok") == ["none yet; the first run makes it"]
    pages = [PlannedPage(PageKey("m", date(2026, 11, 16), "towels", page), "http://x/") for page in (1, 2)]
    work.ledger.plan(pages)
    work.ledger.close()
    assert said(work, "ledger", "ok") == ["2 pages: 0 done, 2 open"]


@pytest.mark.parametrize("url", ["mysql://x", "postgresql+psycopg://me:secret@127.0.0.1:1/x?connect_timeout=1"])
def test_a_ledger_that_does_not_answer_is_told_without_its_password(
    work: Workplace, few: Callable[..., None], url: str
) -> None:
    few("ledger")
    found = said(Workplace(work.home, work.settings.model_copy(update={"ledger": url})), "ledger", "mend")
    assert len(found) == 1
    assert "\n" not in found[0]
    assert "secret" not in found[0]


def test_a_ledger_that_is_no_database_or_has_other_tables_is_told(work: Workplace, few: Callable[..., None]) -> None:
    few("ledger")
    file = work.home / "ledger.db"
    file.write_text("this is no database, however long it may be" * 100)
    assert "not a database" in said(work, "ledger", "mend")[0]
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("create table pages (marketplace text, week date, state text)")
    assert said(work, "ledger", "mend")


def test_a_warehouse_behind_its_releases_is_told(work: Workplace, few: Callable[..., None]) -> None:
    few("warehouse")
    released(work.home)
    assert "does not exist, expected release abc; run `beltwatch release`" in said(work, "warehouse", "mend")[0]
    (work.home / "warehouse.duckdb").write_text("no database")
    assert "cannot be read, expected release abc" in said(work, "warehouse", "mend")[0]
    (work.home / "releases" / "abc" / "manifest.json").write_text("{")
    assert "restore releases/ from a backup" in said(work, "warehouse", "mend")[0]


def released(home: Path) -> None:
    folder = home / "releases" / "abc"
    folder.mkdir(parents=True)
    body = {"release": "abc", "sequence": 1, "parent": None, "released_at": NOW.isoformat()}
    (folder / "manifest.json").write_text(json.dumps(body))


@pytest.mark.parametrize(("name", "found"), [("sqlalchemy", "2.1.0"), ("fastapi", "0.151.0"), ("polars", "1.2.0")])
def test_a_library_out_of_bounds_is_told(
    work: Workplace, few: Callable[..., None], monkeypatch: pytest.MonkeyPatch, name: str, found: str
) -> None:
    few("versions")
    true = metadata.version
    monkeypatch.setattr(metadata, "version", lambda asked: found if asked == name else true(asked))
    (told,) = said(work, "versions", "mend")
    assert told.startswith(f"{name} {found} is installed, expected {name}")


def test_a_library_that_is_missing_is_told(
    work: Workplace, few: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    few("versions")
    monkeypatch.setattr(metadata, "requires", lambda name: ["no-such-library>=3", "nor-this; extra == 'pdf'"])
    assert said(work, "versions", "mend") == [
        "no-such-library is not installed, expected no-such-library>=3; run `make env`"
    ]


def test_no_chinese_font_is_a_note(
    work: Workplace, few: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    few("fonts")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "FONT_FOLDERS", (str(tmp_path),))
    assert "no Chinese font" in said(work, "fonts", "note")[0]
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "NotoSansCJK-Regular.ttc").touch()
    assert said(work, "fonts", "ok") == ["NotoSansCJK-Regular.ttc draws Chinese"]


def test_a_clock_that_is_off_is_told(work: Workplace, few: Callable[..., None]) -> None:
    few("clock")
    for year, state in ((1970, "mend"), (2026, "note"), (2200, "mend")):
        set_to = work.settings.model_copy(update={"now": NOW.replace(year=year)})
        assert said(Workplace(work.home, set_to), "clock", state), year
    released(work.home)
    earlier = work.settings.model_copy(update={"now": NOW.replace(month=1)})
    assert "still to come by this clock" in said(Workplace(work.home, earlier), "clock", "note")[1]


def test_what_is_printed(
    work: Workplace, few: Callable[..., None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few("data home", "fonts", "marketplaces")
    assert show_doctor(work, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(doctor(work))
    assert lines[0].startswith("ok    data home")
    assert show_doctor(work, as_json=True)
    body = json.loads(capsys.readouterr().out)
    assert body["ok"]
    assert [Finding(**finding) for finding in body["findings"]] == doctor(work)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert show_doctor(work, as_json=False)
    assert "data home" in capsys.readouterr().out
    marketplace(work, crawl="crawl: true #")
    assert not show_doctor(Workplace(work.home, Settings(home=work.home, contact=None)), as_json=False)
