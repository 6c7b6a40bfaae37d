"""The metrics in docs/method.md, generated from their catalogue between two markers: the text around them is fixed.

python -m reports.method_page docs/method.md
"""

import sys
from pathlib import Path

from configs.errors import InputError
from spiders.lake_files import write_bytes_atomic
from transforms.catalogue import catalogue
from transforms.metrics import Metric

BEGIN, END = "<!-- metrics: written by `make dictionary` -->", "<!-- end of metrics -->"
HEAD = """
Each metric is one function of `transforms/`; this table is generated from them. Shares are 0 to 1. Levels come first,
with their change on the year (in points for shares, relative for all others); then what only a comparison has, and what
only regions have.

| metric | unit | what it is | 含义 | source |
|---|---|---|---|---|
"""


def with_metrics(page: str) -> str:
    """The page with its table of metrics made anew; InputError where it lacks the markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"the method page holds no {BEGIN if not begin else END}, between which the metrics stand")
    return f"{before}{BEGIN}\n{HEAD}{''.join(map(_row, catalogue()))}\n{END}{after}"


def _row(metric: Metric) -> str:
    cells = (
        f"`{metric.id}`",
        metric.unit,
        f"**{metric.en}.** {metric.definition}",
        f"**{metric.zh}。**{metric.definition_zh}",
        metric.source,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    write_bytes_atomic(path, with_metrics(path.read_text(encoding="utf-8")).encode())
