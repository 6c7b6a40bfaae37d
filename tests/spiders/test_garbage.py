"""The search for cycles is put off while pages are read, and goes on afterwards, whatever happens."""

import gc
import weakref

import pytest

from spiders.garbage import few_collections


class Knot:
    def __init__(self) -> None:
        self.self = self


def test_it_is_off_inside_and_on_again_after_an_error() -> None:
    with few_collections():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="page"), few_collections():
        raise ValueError("page")
    assert gc.isenabled()


def test_cycles_of_the_block_are_found_afterwards() -> None:
    with few_collections():
        knot = weakref.ref(Knot())
        for _ in range(10_000):
            Knot()
        assert knot() is not None
    gc.collect()
    assert knot() is None
