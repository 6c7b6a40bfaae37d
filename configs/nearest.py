"""The nearest valid word to a misspelled one, for the ends of error sentences."""

from collections.abc import Iterable
from difflib import get_close_matches

FEW = 25


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word most like `word`, or None where none is at all like it."""
    found = get_close_matches(word, sorted(valid), n=1, cutoff=0.5)
    return found[0] if found else None


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """The end of an error sentence: "; did you mean X?", or the valid words where none is near and they are few."""
    listed = list(valid)
    found = nearest(word, listed)
    if found is not None:
        return f"; did you mean {found}?"
    return f"; valid are {', '.join(listed)}" if 0 < len(listed) <= FEW else ""
