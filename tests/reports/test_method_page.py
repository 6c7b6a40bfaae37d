"""docs/method.md tells every metric, as the catalogue has it today."""

from pathlib import Path

import pytest

from configs.errors import InputError
from reports.method_page import BEGIN, END, with_metrics
from transforms.catalogue import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "method.md"


def test_the_method_page_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_metrics(text) == text, "run `make dictionary`"


def test_every_metric_has_a_row_and_the_text_around_stays() -> None:
    page = with_metrics(f"before\n{BEGIN}\nwhat stood here\n{END}\nafter\n")
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "what stood here" not in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [metric.id for metric in catalogue()]
    assert all(row.count("|") == 6 for row in rows)


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(InputError, match="end of metrics"):
        with_metrics(f"{BEGIN} and no end")
