"""The warehouse, for researchers:

import warehouse
wh = warehouse.open()
wh.sql("select belt, yoy_change, low, high from belt_yoy where week = '2026-11-16'")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.read import Warehouse as Warehouse
    from warehouse.read import open as open

__all__ = ["Warehouse", "open"]


def __getattr__(name: str) -> Any:
    """Load the reader only when it is asked for: DuckDB and Polars cost most of a second."""
    if name in __all__:
        from warehouse import read

        return getattr(read, name)
    raise AttributeError(f"module 'warehouse' has no attribute {name!r}")
