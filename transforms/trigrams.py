"""Titles as sets of character 3-grams, and how alike two of them are."""

import numpy as np
import polars as pl

from transforms.ordered import IntArray

LENGTH = 3
BITS = 21  # of a code point: three of them fit into 63 bits, so that different 3-grams are different numbers


def trigrams(titles: pl.Series) -> pl.Series:
    """The distinct 3-grams of each title as numbers, a list per title; empty for a null or blank one.

    Compatibility forms are made one (ＡＢＣ is abc), case and white space decide nothing. A title shorter than three
    characters is one gram by itself.
    """
    plain = titles.fill_null("").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", "")
    padded = pl.when(plain == "").then(plain).otherwise(plain.str.pad_end(LENGTH, "\0"))
    texts = pl.select(padded.alias("title")).to_series()
    row, gram = _windows(texts)
    found = pl.DataFrame({"row": row, "gram": gram}).group_by("row").agg(pl.col("gram").unique().sort())
    rows = pl.DataFrame({"row": np.arange(len(texts))})
    joined = rows.join(found, on="row", how="left", validate="1:1", maintain_order="left")
    return joined["gram"].fill_null(pl.Series([[]], dtype=pl.List(pl.Int64))).alias(titles.name)


def jaccard(one: str, other: str) -> pl.Expr:
    """Of two columns of `trigrams` the share of grams that both have among those that either has; 0 for two empty."""
    both = pl.col(one).list.set_intersection(pl.col(other)).list.len().cast(pl.Float64)
    either = pl.col(one).list.len().cast(pl.Float64) + pl.col(other).list.len() - both
    return pl.when(either > 0).then(both / either).otherwise(0.0)


def _windows(texts: pl.Series) -> tuple[IntArray, IntArray]:
    """The row of each 3-gram and its number, texts one after the other."""
    letters = np.frombuffer("".join(texts.to_list()).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    lengths = texts.str.len_chars().to_numpy().astype(np.int64)
    row = np.repeat(np.arange(len(lengths)), lengths)
    if len(letters) < LENGTH:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    gram = letters[:-2] << 2 * BITS | letters[1:-1] << BITS | letters[2:]
    is_within = row[:-2] == row[2:]
    return row[:-2][is_within], gram[is_within]
