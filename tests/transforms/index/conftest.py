import json
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture(scope="session")
def ces(shared: Path) -> pl.DataFrame:
    """The Diewert-Fox example: four products, twelve periods, demand of elasticity 2."""
    return pl.read_csv(there(shared / "data" / "ces_sigma_2.csv"))


@pytest.fixture(scope="session")
def known(shared: Path) -> dict[str, dict[str, list[float]]]:
    """Series that others published for it."""
    return json.loads(there(shared / "data" / "known_values.json").read_text())


@pytest.fixture(scope="session")
def milk_months(milk: pl.DataFrame) -> pl.DataFrame:
    """Scanner data of milk, a product's rows of several outlets to be summed."""
    names = {"time": "period", "prodID": "product", "prices": "price", "quantities": "quantity"}
    return milk.rename(names).select(names.values())


def there(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path} is not there; BELTWATCH_SHARED may name its folder")
    return path
