"""What is demanded of published intervals that are meant to hold the truth in 95 % of belts drawn at random.

They have to hold it in 92.5 to 98.5 % of the belts that are published. A simulated share is itself uncertain: one that
is outside by no more than two standard errors, those that a share at that limit has from as many belts, is inside.
"""

import polars as pl

LOWEST, HIGHEST = 0.925, 0.985
TOLERANCE = 2.0  # standard errors
OK, TOO_SELDOM, TOO_OFTEN, NOTHING = "ok", "too seldom", "too often", "none published"
DEMAND = f"wanted: {LOWEST} to {HIGHEST}, within {TOLERANCE:.0f} standard errors of a simulated share"


def tolerance(limit: float, belts: pl.Expr) -> pl.Expr:
    """How far a simulated share of so many belts may lie outside a limit."""
    return TOLERANCE * (limit * (1 - limit) / belts).sqrt()


def judgement(covered: str, belts: str, has_upper: pl.Expr | None = None) -> pl.Expr:
    """The verdict on each row of a table: its column of shares covered among so many published belts.

    Where `has_upper` is false intervals may be wider than they need to be: only too seldom is told.
    """
    share, count = pl.col(covered), pl.col(belts)
    is_judged_above = pl.lit(True) if has_upper is None else has_upper
    return (
        pl.when(share.is_null() | (count == 0))
        .then(pl.lit(NOTHING))
        .when(share < LOWEST - tolerance(LOWEST, count))
        .then(pl.lit(TOO_SELDOM))
        .when(is_judged_above & (share > HIGHEST + tolerance(HIGHEST, count)))
        .then(pl.lit(TOO_OFTEN))
        .otherwise(pl.lit(OK))
        .alias("verdict")
    )


def concluded(verdicts: pl.Series) -> int:
    """Prints what was demanded and whether all rows keep to it; the exit code of the campaign."""
    failed = int((verdicts != OK).sum())
    print(f"\n{DEMAND}: {f'FAILED in {failed} of {len(verdicts)}' if failed else 'ok'}")
    return int(failed > 0)
