"""Rounding as METHOD 1.6 says, and never a minus before nothing."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.numbers import (
    MINUS,
    change_with_interval,
    date_text,
    decimals_of,
    instant_text,
    interval_text,
    share_text,
    signed,
    yuan_text,
)
from reports.phrases import Say

EN, ZH = Say("en"), Say("zh")
changes = st.floats(-1, 5)


def plain(text: str) -> str:
    return text.replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(-0.53, -0.49, 1), (-0.12, -0.08, 1), (-0.5301, -0.49, 0), (0.0, 0.04, 1), (-0.02, 0.0201, 0), (0.1, 0.1, 1)],
)
def test_whole_points_begin_above_a_half_width_of_two_points(low: float, high: float, decimals: int) -> None:
    assert decimals_of(low, high) == decimals


@pytest.mark.parametrize(
    ("change", "low", "high", "text"),
    [
        (-0.501, -0.516, -0.486, "-50.1 % [-51.6, -48.6]"),
        (-0.501, -0.53, -0.47, "-50 % [-53, -47]"),
        (-0.0004, -0.01, 0.01, "0.0 % [-1.0, +1.0]"),
        (-0.004, -0.05, 0.05, "0 % [-5, +5]"),
        (-0.03, -0.06, -0.004, "-3 % [-6, -0.4]"),
        (1.5, 0.2, 12.0, "+150 % [+20, +1,200]"),
    ],
)
def test_a_change_is_written_as_its_interval_allows(change: float, low: float, high: float, text: str) -> None:
    assert plain(change_with_interval(EN, change, low, high)) == text
    assert plain(change_with_interval(ZH, change, low, high)) == text.replace(" %", "%")


@given(change=changes, decimals=st.sampled_from([0, 1]))
def test_nothing_has_no_sign_and_something_has_one(change: float, decimals: int) -> None:
    text = plain(signed(change, decimals))
    assert float(text.replace(",", "")) == round(change * 100, decimals)
    assert text[0] in "+-" if float(text.replace(",", "")) else text[0] == "0"


@given(ends=st.tuples(changes, changes))
def test_an_interval_on_one_side_of_zero_is_written_so(ends: tuple[float, float]) -> None:
    low, high = sorted(ends)
    written_low, written_high = (
        float(end.replace(",", "")) for end in plain(interval_text(EN, low, high))[1:-1].split(", ")
    )
    assert written_low >= 0 if low >= 0 else written_low <= 0
    if abs(high) > 0.0001:
        assert (written_high > 0) == (high > 0)


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.99999, "99.9 %"), (0.0, "0 %"), (0.0001, "0.1 %"), (0.983, "98.3 %"), (None, "not known")],
)
def test_only_all_is_a_hundred_per_cent(share: float | None, text: str) -> None:
    assert plain(share_text(EN, share)) == text


@pytest.mark.parametrize(
    ("yuan", "en", "zh"),
    [
        (950, "¥950", "950元"),
        (12_345_678, "¥12.3m", "1,235万元"),
        (2.5e9, "¥2.5bn", "25.0亿元"),
        (15_300, "¥15,300", "1.5万元"),
    ],
)
def test_money_steps_are_the_language_s_own(yuan: float, en: str, zh: str) -> None:
    assert (yuan_text(EN, yuan), yuan_text(ZH, yuan)) == (en, zh)


def test_days_and_instants() -> None:
    assert (date_text(EN, date(2026, 11, 2)), date_text(ZH, date(2026, 11, 2))) == ("2 November 2026", "2026年11月2日")
    assert instant_text(EN, datetime(2026, 11, 22, 18, 5, tzinfo=UTC)).startswith("2026-11-23 02:05")
