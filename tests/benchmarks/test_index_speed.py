import sys

import numpy as np
import polars as pl
import pytest

from benchmarks.index_speed import HEADLINE, INDICES, WITH_MERCHANTS, main, measured, prices
from transforms.index import geks


def test_the_frame_that_is_measured_is_full_shuffled_and_falls_by_one_percent_a_period() -> None:
    frame = prices(products=4_000, periods=8, seed=2)
    assert frame.select("period", "product").n_unique() == frame.height == 32_000
    assert frame.schema["product"] == frame.schema["period"] == pl.String()
    assert not frame["product"].is_sorted()
    assert geks(frame, "jevons")["value"].to_numpy() == pytest.approx(np.exp(-0.01 * np.arange(8)), rel=0.01)


def test_every_index_is_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["index_speed", "--products", "200", "--periods", "5", "--runs", "1"])
    assert main() == 0
    printed = capsys.readouterr().out
    assert all(f"| {name}\n" in printed for name in [*INDICES, *WITH_MERCHANTS])
    assert f"median {HEADLINE} below 0.3 CPU seconds: ok" in printed


def test_cpu_time_is_that_of_the_work() -> None:
    rested, _ = measured(lambda: None, runs=3)
    worked, _ = measured(lambda: sum(number * number for number in range(300_000)), runs=3)
    assert len(worked) == 3
    assert min(worked) > max(rested)
