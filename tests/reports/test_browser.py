"""In a real browser, wide and on a phone: every label inside its chart, none over another, no page sideways."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from reports.page import write_report

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
MEASURE = """<script>
const outside = [], crossing = [];
for (const svg of document.querySelectorAll("figure div > svg")) {
  const frame = svg.getBoundingClientRect();
  if (!frame.width) continue;
  const labels = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
  for (const [text, box] of labels)
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
        || box.bottom > frame.bottom + 1)
      outside.push(text);
  labels.forEach(([a, p], i) => labels.slice(i + 1).forEach(([b, q]) => {
    if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 3 && q.top < p.bottom - 3)
      crossing.push(a + " | " + b);
  }));
}
const charts = [...document.querySelectorAll("figure div > svg")].filter(s => s.getBoundingClientRect().width).length;
const page = document.documentElement;
parent.postMessage(JSON.stringify({outside, crossing, charts, inner: innerWidth, wide: page.scrollWidth}), "*");
</script>"""
# A window is at least 500 pixels wide, a frame as narrow as a phone
FRAME = """<title></title><script>onmessage = said => { document.title = said.data; };</script>
<iframe src="%s" style="width: %dpx; height: 2000px; border: 0"></iframe>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH: the page was not looked at in a browser")


def measured(path: Path, width: int, profile: Path) -> dict[str, Any]:
    """What the browser measured on the page at a window width."""
    html = path.read_text(encoding="utf-8")
    probe = path.with_name(f"probe-{width}-{path.name}")
    probe.write_text(
        re.sub(r"<meta http-equiv[^>]*>", "", html).replace("</body>", MEASURE + "</body>"), encoding="utf-8"
    )
    frame = path.with_name(f"frame-{width}-{path.name}")
    frame.write_text(FRAME % (probe.name, width), encoding="utf-8")
    command = [
        str(CHROMIUM),
        *FLAGS,
        f"--user-data-dir={profile}",
        "--window-size=1400,2000",
        "--virtual-time-budget=2000",
        "--dump-dom",
        frame.as_uri(),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    title = re.search(r"<title>(.*?)</title>", ran.stdout, re.DOTALL)
    assert title
    found: dict[str, Any] = json.loads(unescape(title[1]))
    return found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["index.html", "index.zh.html"])
def test_labels_fit_and_the_page_does_not_scroll_sideways(
    plant: Any, rows: Any, tmp_path: Path, name: str, width: int
) -> None:
    tables = rows.story()
    tables["belts"].append(
        rows.named("long", "Household chemicals and washing goods of every kind", "正定日用化学品及洗涤用品产业带")
    )
    tables["belt_yoy"].append(rows.published("long", 0.8, 0.05, high=2.7))
    write_report(tmp_path, plant(tables), rows.week)
    path = tmp_path / name
    path.write_text(path.read_text(encoding="utf-8").replace("<details>", "<details open>"), encoding="utf-8")
    found = measured(path, width, tmp_path / "profile")
    assert found["inner"] == width
    assert found["charts"] == 2
    assert found["outside"] == []
    assert found["crossing"] == []
    assert found["wide"] <= found["inner"]
