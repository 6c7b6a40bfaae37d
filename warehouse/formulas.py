"""Which formula each belt's price index goes by, as the releases tell: settled by the first release of a month of it.

A manifest holds under `price_index`, by belt, the choice of each stratum and of all that were made before. A build
reads it back and keeps to it, so that no later row changes the formula of a series that was published. Source: METHOD
4.4, 7.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from warehouse import lake
from warehouse.vintages import Manifest

KEY, TOLD = "price_index", "formulas"
Formulas = Mapping[str, Any]
"""One belt: `rule` (the version of the rule of choice), `is_set` (by the belt's file), and `strata`, by name their
`formula` and the last `month` (ISO date) that was over when it was settled."""


def released_formulas(chain: list[Manifest]) -> dict[str, Formulas]:
    """By belt, as the last release has them."""
    return dict(chain[-1].body.get(KEY, {})) if chain else {}


def index_marker(home: Path, belt: str) -> Path:
    """File that says which weeks of a belt's price index were made, of what, and by which formulas."""
    return home / "parameters" / KEY / f"{belt}.parquet"


def settled_formulas(home: Path, chain: list[Manifest]) -> dict[str, Formulas]:
    """By belt, as they are settled with a release of what is built: those released before stand, but where the rule of
    choice has another version or the belt's file sets a formula."""
    settled = released_formulas(chain)
    for path in sorted((home / "parameters" / KEY).glob("*.parquet")):
        told = lake.told_by(path).get(TOLD)
        if told is not None:
            settled[path.stem] = _joined(settled.get(path.stem), orjson.loads(told))
    return {belt: settled[belt] for belt in sorted(settled) if settled[belt]["strata"]}


def _joined(before: Formulas | None, built: Formulas) -> Formulas:
    if before is None or built["rule"] != before["rule"] or built["is_set"]:
        return built
    return {**before, "strata": {**built["strata"], **before["strata"]}}
