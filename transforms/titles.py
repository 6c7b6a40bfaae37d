"""Titles that are alike: MinHash over character 3-grams finds the candidates, their 3-grams decide.

Source: METHOD 5.6; Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3. 128 hashes in 32
bands of 4 make candidates of 99.98 % of the pairs that are alike at 0.7, and of 23 % of those at 0.3.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from transforms.ordered import BoolArray, IntArray
from transforms.trigrams import jaccard, trigrams

HASHES, BANDS = 128, 32
ALIKE = 0.7  # Jaccard of 3-grams
DOUBTLESS = 0.45  # candidates whose hashes agree less often are six standard errors from 0.7
CROWD = 64  # in a band with more titles than these each is held against the next 16 only: they are alike by chains
NEIGHBOURS = 16
TITLES = 2_000  # hashed at a time
SEED = 20241118

HashArray = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Alike:
    """Pairs of alike titles by their places, the first below the second, among `count` titles."""

    first: IntArray
    second: IntArray
    count: int


def alike_titles(titles: pl.Series) -> Alike:
    """The pairs of distinct titles whose sets of 3-grams have a Jaccard index of 0.7 or more."""
    grams = trigrams(titles)
    known = np.flatnonzero((grams.list.len() > 0).to_numpy())
    signatures = _signatures(grams.gather(known))
    first, second = _candidates(signatures)
    agree = np.count_nonzero(signatures[first] == signatures[second], axis=1) >= DOUBTLESS * HASHES
    first, second = known[first[agree]], known[second[agree]]
    pairs = pl.DataFrame({"one": grams.gather(first), "other": grams.gather(second)})
    is_alike = pairs.select(jaccard("one", "other") >= ALIKE).to_series().to_numpy()
    return Alike(first[is_alike], second[is_alike], len(titles))


def title_groups(title: IntArray, merchant: IntArray, alike: Alike) -> IntArray:
    """The group of each listing from the place of its title and the number of its merchant: groups are what chains of
    alike titles of different merchants join. A merchant's own titles do not join each other, nor does a title below
    0 (none): such a listing is a group of its own. Groups are numbered from 0.

    Titles with two merchants between them join all their listings, since each has one of another merchant beside it.
    """
    least, most = np.full(alike.count, len(merchant)), np.full(alike.count, -1)
    has_title = title >= 0
    np.minimum.at(least, title[has_title], merchant[has_title])
    np.maximum.at(most, title[has_title], merchant[has_title])
    one, other = alike.first, alike.second
    stands = (most[one] >= 0) & (most[other] >= 0)
    one, other = one[stands], other[stands]
    is_shared = np.minimum(least[one], least[other]) < np.maximum(most[one], most[other])
    one, other = one[is_shared], other[is_shared]
    links = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(alike.count, alike.count))
    chain = connected_components(links, directed=False)[1] if len(one) else np.arange(alike.count)
    joins = least < most
    joins[one] = joins[other] = True
    is_joined = has_title & joins[np.where(has_title, title, 0)] if alike.count else has_title
    group = np.where(is_joined, chain[np.where(has_title, title, 0)] if alike.count else 0, 0)
    group[~is_joined] = alike.count + np.arange(np.count_nonzero(~is_joined))
    return np.unique(group, return_inverse=True)[1]


def is_shared(group: IntArray, merchant: IntArray) -> BoolArray:
    """Which listings are in groups that have listings of several merchants."""
    least, most = first_and_last(group, merchant)
    found: BoolArray = (least < most)[group]
    return found


def first_and_last(group: IntArray, merchant: IntArray) -> tuple[IntArray, IntArray]:
    """The lowest and the highest number of a merchant in each group, groups being numbered from 0."""
    size = int(group.max(initial=-1)) + 1
    least, most = np.full(size, int(merchant.max(initial=-1)) + 1), np.full(size, -1)
    np.minimum.at(least, group, merchant)
    np.maximum.at(most, group, merchant)
    return least, most


def _signatures(grams: pl.Series) -> HashArray:
    """The smallest of each hash over each title's 3-grams: titles x HASHES; no title is empty."""
    factors, terms = np.random.default_rng(SEED).integers(0, 2**32, (2, HASHES), dtype=np.uint32)
    found = [np.zeros((0, HASHES), dtype=np.uint32)]
    for start in range(0, len(grams), TITLES):
        part = grams.slice(start, TITLES)
        lengths = part.list.len().to_numpy().astype(np.int64)
        flat = part.explode().to_numpy().astype(np.uint64)
        mixed = ((flat ^ (flat >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
        hashed = mixed.astype(np.uint32)[:, None] * (factors | np.uint32(1))
        hashed += terms
        found.append(np.minimum.reduceat(hashed, np.cumsum(lengths) - lengths, axis=0))
    return np.concatenate(found)


def _candidates(signatures: HashArray) -> tuple[IntArray, IntArray]:
    """Pairs of titles that agree in all hashes of one band at least."""
    count = len(signatures)
    folded: npt.NDArray[np.uint64] = np.tile(np.arange(BANDS, dtype=np.uint64), (count, 1))
    for row in range(HASHES // BANDS):
        folded = (folded ^ signatures[:, row :: HASHES // BANDS].astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
        folded ^= folded >> np.uint64(29)
    order = np.argsort(folded, axis=None, kind="stable")
    key, title = folded.ravel()[order], np.repeat(np.arange(count), BANDS)[order]
    begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=np.int64)
    run = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(key)))
    size = np.bincount(run, minlength=len(begins))[run] if len(run) else run
    pairs = []
    for apart in range(1, min(CROWD, len(key))):
        is_pair = (run[apart:] == run[:-apart]) & ((size[apart:] <= CROWD) | (apart <= NEIGHBOURS))
        if not is_pair.any():
            break
        pairs.append(title[:-apart][is_pair] * count + title[apart:][is_pair])
    both = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, dtype=np.int64)
    low, high = np.divmod(both, max(1, count))
    return low, high
