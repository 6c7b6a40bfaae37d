"""What goes for all tests: the long ones begin first, so that no worker is left alone with one at the end."""

import pytest

LONG = (
    "tests/flows/test_serve.py",
    "tests/whole_line/",
    "tests/flows/test_drift.py",
    "tests/benchmarks/",
    "tests/flows/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest first; the others keep their order."""
    items.sort(
        key=lambda item: next((rank for rank, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG))
    )
