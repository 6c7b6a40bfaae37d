import random

import numpy as np
import polars as pl
import pytest

from transforms.titles import Alike, alike_titles, title_groups
from transforms.trigrams import jaccard, trigrams

LETTERS = "纯棉毛巾加厚吸水不掉毛酒店家用素色提花珊瑚绒洗脸柔软儿童干发礼盒批发定制现货工厂直销一件代发"


def titles(count: int, seed: int) -> pl.Series:
    """Distinct titles, many of which are another one with a letter or two changed."""
    deck, found = random.Random(seed), {"".join(LETTERS[:14])}
    while len(found) < count:
        text = list(deck.choice(sorted(found)) if deck.random() < 0.6 else deck.choices(LETTERS, k=deck.randint(9, 22)))
        for _ in range(deck.randint(1, 3)):
            text[deck.randrange(len(text))] = deck.choice(LETTERS)
        found.add("".join(text))
    return pl.Series("title", sorted(found))


def pairs_of(found: Alike) -> set[tuple[int, int]]:
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


def test_the_pairs_are_those_that_a_comparison_of_all_with_all_finds() -> None:
    named = titles(300, seed=1)
    grams = pl.DataFrame({"place": np.arange(len(named)), "grams": trigrams(named)})
    crossed = grams.join(grams.rename({"place": "other", "grams": "others"}), how="cross")
    alike = crossed.filter(pl.col("place") < pl.col("other"), jaccard("grams", "others") >= 0.7)
    expected = set(alike.select("place", "other").rows())
    assert len(expected) > 30
    assert pairs_of(alike_titles(named)) == expected


def test_seven_tenths_of_the_grams_are_alike_and_less_are_not() -> None:
    """Ten 3-grams of which seven are shared, beside three more of one title: 7 of 10; with one gram less: 6 of 10."""
    one, alike, other = "abcdefghijkl", "abcdefghi", "abcdefgh"
    named = pl.Series("title", [one, alike, other])
    assert pairs_of(alike_titles(named)) == {(0, 1), (1, 2)}


def test_blank_titles_are_like_nothing() -> None:
    assert pairs_of(alike_titles(pl.Series("title", ["", "  "]))) == set()
    assert pairs_of(alike_titles(pl.Series("title", [], dtype=pl.String))) == set()


NONE = Alike(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 4)
CHAIN = Alike(np.array([0, 1]), np.array([1, 2]), 4)


@pytest.mark.parametrize(
    ("title", "merchant", "alike", "groups"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3], NONE, [{0}, {1}, {2}, {3}]),
        ([0, 1, 2, 3], [0, 1, 2, 3], CHAIN, [{0, 1, 2}, {3}]),
        ([0, 1, 2, 3], [0, 0, 0, 1], CHAIN, [{0}, {1}, {2}, {3}]),
        ([0, 1, 2, 3], [0, 0, 1, 1], CHAIN, [{0}, {1, 2}, {3}]),
        ([0, 0, 3, 3], [0, 1, 2, 2], NONE, [{0, 1}, {2}, {3}]),
        ([0, 0, 1, 3], [0, 0, 1, 1], CHAIN, [{0, 1, 2}, {3}]),
        ([-1, -1, 3, 3], [0, 1, 2, 3], NONE, [{0}, {1}, {2, 3}]),
    ],
    ids=[
        "none alike",
        "a chain",
        "one merchant's",
        "a link within one merchant",
        "one title",
        "two of one",
        "no title",
    ],
)
def test_groups_are_chains_across_merchants(
    title: list[int], merchant: list[int], alike: Alike, groups: list[set[int]]
) -> None:
    found = title_groups(np.array(title), np.array(merchant), alike)
    members = [set(np.flatnonzero(found == group).tolist()) for group in range(found.max() + 1)]
    assert sorted(members, key=min) == groups
