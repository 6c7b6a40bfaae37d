"""How often the intervals of below_cost_share hold the truth, at shares from 0 to 1.

    python -m benchmarks.share_coverage [--belts 2000] [--seed 1]

Belts of 15 to 500 merchants with one listing and a Poisson number (mean 1.5) more, priced below cost with a probability
of each merchant's own: by `alike` they are the same for all (0), or each merchant is all or nothing (1). Nominal 95 %;
counted are the belts that the rules of publication let through. `none seen` are those of which no listing (or each)
was below cost. Ends with 1 if intervals cover too seldom or too often (benchmarks/demand.py). At shares of 0 and 1 the
interval ends in the share itself, and holds it always: that is no fault and not judged as too often.
"""

import argparse

import numpy as np
import polars as pl

from benchmarks.demand import OK, concluded, judgement
from benchmarks.textbook import Z, bootstrap
from configs.publication import shipped_rules
from transforms.ordered import FloatArray
from transforms.publication import decide_level, facts_of_rows
from transforms.shares import Shares, share_levels

SIZES = (15, 30, 100, 500)
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.3, 0.5, 0.9, 1.0)
ALIKE = (0.0, 0.2, 0.5, 1.0)  # correlation of two listings of one merchant
TEXTBOOK_BELTS = 60


def main() -> int:
    """Runs the campaign and prints its tables; 0 where every kind of belt covers as wanted, else 1."""
    arguments = _arguments()
    random = np.random.default_rng(arguments.seed)
    cells = [
        {"alike": alike, "share": share, "merchants": size, **cell(size, share, alike, arguments.belts, random)}
        for alike in ALIKE
        for share in SHARES
        for size in SIZES
    ]
    table = judged(pl.DataFrame(cells))
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, float_precision=3):
        print(table.pivot("merchants", index=["alike", "share"], values=["covered", "none_seen"]))
        print(
            f"\nWhat textbooks give, on {TEXTBOOK_BELTS} belts of each kind: plain z, and percentiles of the bootstrap"
        )
        print(table.pivot("merchants", index=["alike", "share"], values=["plain_z", "bootstrap"]))
        print(table.filter(pl.col("verdict") != OK))
    print(f"coverage at shares other than 0 and 1: {_range(table)}; at 0 and 1 always, by construction")
    return concluded(table["verdict"])


def judged(table: pl.DataFrame) -> pl.DataFrame:
    """The cells with the verdict on each; at shares of 0 and 1 none covers too often."""
    return table.with_columns(judgement("covered", "published", has_upper=_is_inside()))


def cell(merchants: int, share: float, alike: float, belts: int, random: np.random.Generator) -> dict[str, float]:
    """Coverage of one kind of belt, and how often nothing, or everything, was seen below cost."""
    part, of = draw(merchants, share, alike, belts, random)
    found = share_levels(Shares(part, of))
    rules = shipped_rules()
    facts = facts_of_rows(np.count_nonzero(of, axis=1), of)
    is_shown = np.array([decide_level(1.0, rules, each).is_published for each in facts])
    is_held = (found.low <= share) & (share <= found.high)
    is_edge = (found.value == 0) | (found.value == 1)
    told = {"covered": float(is_held[is_shown].mean()), "none_seen": float(is_edge[is_shown].mean())}
    told["published"] = float(is_shown.sum())
    return told | _textbook(part[:TEXTBOOK_BELTS], of[:TEXTBOOK_BELTS], share, random)


def _textbook(part: FloatArray, of: FloatArray, share: float, random: np.random.Generator) -> dict[str, float]:
    """How often the linearised interval and the bootstrap's percentiles hold the share."""
    value = part.sum(axis=1, keepdims=True) / of.sum(axis=1, keepdims=True)
    count = part.shape[1]
    error = np.sqrt(count / (count - 1) * ((part - value * of) ** 2).sum(axis=1)) / of.sum(axis=1)
    held = [low <= share <= high for low, high in (bootstrap(*belt, random) for belt in zip(part, of, strict=True))]
    return {"plain_z": float((np.abs(value[:, 0] - share) <= Z * error).mean()), "bootstrap": float(np.mean(held))}


def draw(
    merchants: int, share: float, alike: float, belts: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Belts x merchants: listings below cost, and all listings."""
    of = 1 + random.poisson(1.5, (belts, merchants))
    if alike == 0 or share in (0, 1):
        own = np.full((belts, merchants), share)
    elif alike == 1:
        own = (random.random((belts, merchants)) < share).astype(np.float64)
    else:
        size = 1 / alike - 1
        own = random.beta(share * size, (1 - share) * size, (belts, merchants))
    return random.binomial(of, own).astype(np.float64), of.astype(np.float64)


def _is_inside() -> pl.Expr:
    return pl.col("share").is_between(0, 1, closed="none")


def _range(table: pl.DataFrame) -> str:
    held = table.filter(_is_inside())["covered"].to_numpy()
    return f"{held.min():.3f} to {held.max():.3f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.share_coverage", description=__doc__.splitlines()[0])
    parser.add_argument("--belts", type=int, default=2000, help="belts drawn of each kind")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other belts")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
