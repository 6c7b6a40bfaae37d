"""docs/claims.md answers every claim with a query, and its answers are those of the demonstration."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import warehouse
from reports.claims import QUERY, answer, with_answers

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "claims.md"
DEMO = ROOT / "data"


def is_demonstration(home: Path) -> bool:
    """Whether the demonstration of the README was run to its end in a home."""
    laid_out = home / "sandbox" / "scenario.json"
    if not laid_out.is_file() or not (home / "warehouse.duckdb").is_file():
        return False
    held = json.loads(laid_out.read_text(encoding="utf-8"))
    return (held["name"], held["seed"]) == ("anti-involution", 1)


@pytest.mark.skipif(not is_demonstration(DEMO), reason="no demonstration in ./data; run `make demo` first")
def test_the_answers_are_those_of_the_demonstration() -> None:
    page = PAGE.read_text(encoding="utf-8")
    with warehouse.open(DEMO) as reader:
        fresh = with_answers(page, reader)
    assert fresh.splitlines() == page.splitlines(), "run `python -m reports.claims docs/claims.md --home data`"


def test_every_claim_has_a_query_and_every_query_an_answer() -> None:
    page = PAGE.read_text(encoding="utf-8")
    *claims, unseen = page.split("\n## ")[1:]
    assert len(claims) >= 13
    for claim in claims:
        found = list(QUERY.finditer(claim))
        assert found, claim.splitlines()[0]
        for query in found:
            rows = (query["answer"] or "").splitlines()
            assert len(rows) > 2, f"no answer: {query['sql']}"
    assert unseen.startswith("What listing pages cannot tell")
    assert not QUERY.search(unseen)


def test_answers_are_written_below_their_queries(plant: Any, rows: Any) -> None:
    page = "Text.\n\n```sql\nselect belt, value from figures where metric = 'planted_price'\n```\n\n| old |\n\nMore.\n"
    fresh = with_answers(page, plant(rows.story()))
    head = page.split("| old |", maxsplit=1)[0]
    assert fresh == f"{head}| belt | value |\n| --- | --- |\n| gaoyang-towels | 4.5 |\n\nMore.\n"
    assert with_answers(fresh, plant(rows.story())) == fresh


def test_numbers_have_three_decimals_and_what_is_unknown_a_dash() -> None:
    table = answer(pl.DataFrame({"n": [0.12345, -0.0001, None, 12.0], "k": [1, 2, 3, 4]}))
    assert table.splitlines()[2:] == ["| 0.123 | 1 |", "| 0 | 2 |", "| - | 3 |", "| 12 | 4 |"]
