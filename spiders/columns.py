"""Python values as Polars columns of tables.yaml's types.

Lists and tiers go through Arrow's flat arrays: Polars takes 10 to 40 us for a row of nested objects, this takes 1 or 2.
"""

from itertools import chain
from typing import Any

import polars as pl
import pyarrow as pa

from configs.tables import POLARS, TIER, Kind


def column(name: str, kind: Kind, values: list[Any]) -> pl.Series:
    """The values as a column of a type of tables.yaml; None is null."""
    if kind == "strings":
        return _series(name, kind, _lists(values, _texts))
    if kind == "tiers":
        return _series(name, kind, _lists(values, _tiers))
    return pl.Series(name, values, dtype=POLARS[kind], strict=True)


def _texts(texts: list[str | None]) -> pa.Array:
    # pyarrow's own way from Python values imports pandas, which takes a second
    return pl.Series(texts, dtype=pl.String).to_arrow().cast(pa.large_string())


def _tiers(tiers: list[dict[str, str | None]]) -> pa.Array:
    return pa.StructArray.from_arrays([_texts([tier[key] for tier in tiers]) for key in TIER], names=list(TIER))


def _lists(values: list[Any], flat: Any) -> pa.Array:
    ends, offsets = 0, []
    for value in values:
        offsets.append(None if value is None else ends)
        ends += 0 if value is None else len(value)
    inner = flat(list(chain.from_iterable(value for value in values if value is not None)))
    return pa.LargeListArray.from_arrays(pl.Series([*offsets, ends], dtype=pl.Int64).to_arrow(), inner)


def _series(name: str, kind: Kind, array: pa.Array) -> pl.Series:
    found = pl.from_arrow(array)
    assert isinstance(found, pl.Series)
    return found.cast(POLARS[kind]).alias(name)
