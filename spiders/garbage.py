"""Python's search for reference cycles, put off while pages are read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def few_collections() -> Iterator[None]:
    """No search for cycles inside: data of pages are trees, and looking through them again and again takes a quarter of
    the time of reading them. What the block leaves behind is looked through as ever."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
