"""numbers.csv is the table of example texts; a new form of a number is one more line there."""

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import numbers

EXAMPLES = Path(__file__).with_name("numbers.csv")
FULL_WIDTH = str.maketrans("0123456789.,+", "０１２３４５６７８９．，＋")
FORMS = ("{}", "¥{}", "¥ {} ", "{}元", "{}元/条", "价格：{}")


def examples(*readers: str) -> list[dict[str, str]]:
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["reader"] in readers]


def number(text: str) -> float | None:
    return float(text) if text else None


def texts(*values: str | None) -> pl.Series:
    return pl.Series("text", values, dtype=pl.String())


@pytest.mark.parametrize("row", examples("price"), ids=lambda row: row["text"])
def test_price_examples(row: dict[str, str]) -> None:
    read = numbers.price(texts(row["text"])).item()
    assert [read["low"], read["high"]] == [number(row["low"]), number(row["high"])]
    assert read["mid"] == (pytest.approx(float(row["mid"]), rel=1e-14) if row["mid"] else None)
    assert read["is_range"] == (row["outcome"] == "range")
    assert read["reason"] == (row["outcome"] if row["outcome"] not in ("", "range") else None)


@pytest.mark.parametrize("row", examples("count"), ids=lambda row: row["text"])
def test_count_examples(row: dict[str, str]) -> None:
    read = numbers.count(texts(row["text"])).item()
    expected = {end: number(row[end]) for end in ("low", "mid", "high")}
    assert read == {**expected, "is_unreadable": row["outcome"] == "unreadable"}


@pytest.mark.parametrize("row", examples("share", "years", "minimum_order"), ids=lambda row: row["text"])
def test_single_number_examples(row: dict[str, str]) -> None:
    reader: numbers.Reader = getattr(numbers, row["reader"])
    assert reader(texts(row["text"])).item() == number(row["mid"])


@pytest.mark.parametrize("row", examples("unit"), ids=lambda row: row["text"])
def test_unit_examples(row: dict[str, str]) -> None:
    assert numbers.unit(texts(row["text"])).item() == {"class": row["outcome"] or None, "factor": number(row["mid"])}


@given(cents=st.integers(1, 999_999_999), form=st.sampled_from(FORMS), is_wide=st.booleans(), is_grouped=st.booleans())
def test_a_price_is_read_to_the_last_bit(cents: int, form: str, is_wide: bool, is_grouped: bool) -> None:
    digits = f"{cents // 100:,}.{cents % 100:02}" if is_grouped else f"{cents // 100}.{cents % 100:02}"
    shown = form.format(digits.translate(FULL_WIDTH) if is_wide else digits)
    expected = float(digits.replace(",", ""))
    read = numbers.price(texts(shown)).item()
    if expected not in numbers.PLACEHOLDERS_YUAN:
        assert read == {"low": expected, "mid": expected, "high": expected, "is_range": False, "reason": None}


@given(st.floats(0, 1e15))
def test_a_plain_quantity_is_read_to_the_last_bit(quantity: float) -> None:
    assert numbers.count(texts(repr(quantity))).item()["mid"] == quantity


@given(pieces=st.integers(10_000, 99_999_999), decimals=st.integers(0, 3))
def test_a_rounded_count_holds_the_truth_between_its_ends(pieces: int, decimals: int) -> None:
    read = numbers.count(texts(f"销{pieces / 10_000:.{decimals}f}万件")).item()
    assert read["low"] - 1e-6 <= pieces <= read["high"] + 1e-6
    assert read["high"] - read["low"] == 10 ** (4 - decimals)


@given(pieces=st.integers(1, 99_999_999), shown=st.integers(1, 3))
def test_a_floored_count_is_a_lower_end_without_an_upper(pieces: int, shown: int) -> None:
    unit = 10 ** max(len(str(pieces)) - shown, 0)
    floor = pieces // unit * unit
    read = numbers.count(texts(f"{floor}+")).item()
    assert read == {"low": floor, "mid": floor, "high": None, "is_unreadable": False}


def test_missing_is_null_never_zero() -> None:
    nothing = texts(None, "", " ")
    for reader in (numbers.share, numbers.years, numbers.minimum_order):
        assert reader(nothing).to_list() == [None, None, None]
    assert numbers.count(nothing).struct.field("mid").to_list() == [None, None, None]
    assert numbers.count(nothing).struct.field("is_unreadable").to_list() == [False, False, False]
    assert numbers.price(nothing).struct.field("reason").to_list() == ["no_price"] * 3


def test_columns_keep_their_order_and_length() -> None:
    read = numbers.price(texts("2", None, "1", "2", "面议", "1"))
    assert read.struct.field("mid").to_list() == [2, None, 1, 2, None, 1]
    assert numbers.price(texts()).len() == 0
