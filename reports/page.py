"""The weekly report page: self-contained HTML in English and Chinese, made of nothing but the current release."""

from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.facts import Facts, gather
from reports.numbers import date_text
from reports.phrases import LANGUAGES, Language, Say
from reports.readings import Reader
from reports.sections import sections_of
from spiders.lake_files import write_bytes_atomic

FILES: dict[Language, str] = {"en": "index.html", "zh": "index.zh.html"}
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}


def write_report(folder: Path, warehouse_reader: Reader, week: date) -> list[Path]:
    """Write the week's page in every language into a folder; returns the files, English first."""
    facts = gather(warehouse_reader, week)
    paths = []
    for language in LANGUAGES:
        path = folder / FILES[language]
        write_bytes_atomic(path, page(facts, language).encode())
        paths.append(path)
    return paths


def page(facts: Facts, language: Language) -> str:
    """The page as HTML; equal facts give equal text."""
    say = Say(language)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            say=say,
            language=TAGS[language],
            others=[(FILES[other], TAGS[other], NAMES[other]) for other in LANGUAGES if other != language],
            week=date_text(say, facts.week),
            base=date_text(say, facts.base),
            sections=sections_of(say, facts),
        )
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("reports")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
