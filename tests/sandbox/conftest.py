"""Small worlds shared by the tests of the practice marketplace."""

import pytest

from sandbox.economy import Economy, build
from sandbox.pages import Site
from sandbox.scenario import Scenario, load


@pytest.fixture(scope="session")
def tiny() -> Scenario:
    """Two small belts."""
    return load("tiny")


@pytest.fixture(scope="session")
def story() -> Scenario:
    """The eight belts of the demonstration."""
    return load("anti-involution")


@pytest.fixture(scope="session")
def economy(tiny: Scenario) -> Economy:
    """The tiny world of seed 1."""
    return build(tiny, 1)


@pytest.fixture(scope="session")
def site(economy: Economy) -> Site:
    """The pages of the tiny world of seed 1."""
    return Site(economy)
