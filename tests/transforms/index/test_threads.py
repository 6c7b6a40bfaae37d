"""The last bit of a published index depends on no number of threads, neither of Polars nor of BLAS."""

import os
import subprocess
import sys

MEASURE = """
import hashlib
import polars as pl
from benchmarks.index_speed import prices
from transforms.index import bilateral, geks, time_product_dummy

frame = prices(products=1_500, periods=40, seed=1)
digest = hashlib.sha256()
for found in (geks(frame), geks(frame, "jevons", window=5), bilateral(frame, "fisher")):
    digest.update(found.select("value", "low", "high").to_numpy().tobytes())
period, product = (pl.col(name).rank("dense").cast(pl.Int64) for name in ("period", "product"))
sparse = frame.filter((period - product) % 40 < 10)  # periods more than nine apart share nothing
digest.update(geks(sparse).select("value", "low", "high").to_numpy().tobytes())
digest.update(time_product_dummy(frame.drop("merchant"))["value"].to_numpy().tobytes())
print(digest.hexdigest())
"""


def digest_with(threads: str) -> str:
    environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), threads)
    done = subprocess.run([sys.executable, "-c", MEASURE], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_one_thread_and_two_give_the_same_bits() -> None:
    assert digest_with("1") == digest_with("2") != ""
