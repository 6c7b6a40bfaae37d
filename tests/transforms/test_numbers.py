import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.examples import examples, number, texts
from transforms import numbers
from transforms.count_forms import COUNTED_INSTEAD, YUAN

FULL_WIDTH = str.maketrans("0123456789.,+", "０１２３４５６７８９．，＋")
FORMS = ("{}", "¥{}", "¥ {} ", "{}元", "{}元/条", "价格：{}")


@pytest.mark.parametrize("row", examples("price", "list_price"), ids=lambda row: row["text"])
def test_price_examples(row: dict[str, str]) -> None:
    reader: numbers.Reader = getattr(numbers, row["reader"])
    read = reader(texts(row["text"])).item()
    assert [read["low"], read["high"]] == [number(row["low"]), number(row["high"])]
    assert read["mid"] == (pytest.approx(float(row["mid"]), rel=1e-14) if row["mid"] else None)
    assert read["is_range"] == (row["outcome"] == "range")
    assert read["is_from"] == (row["outcome"] == "price_from")
    assert read["reason"] == (row["outcome"] if row["outcome"] not in ("", "range", "price_from") else None)


@pytest.mark.parametrize("row", examples("count"), ids=lambda row: row["text"])
def test_count_examples(row: dict[str, str]) -> None:
    read = numbers.count(texts(row["text"])).item()
    expected = {end: number(row[end]) for end in ("low", "mid", "high")}
    outcome = row["outcome"]
    instead = outcome if outcome in COUNTED_INSTEAD else None
    unit = read.pop("unit_shown")
    assert (unit if unit == YUAN or row["unit"] else "") == row["unit"]
    assert read == {
        **{end: value if value is None else pytest.approx(value, rel=1e-15) for end, value in expected.items()},
        "is_unreadable": outcome == "unreadable",
        "counted_instead": instead,
        "period_days": number(row["pack"]),
    }


@pytest.mark.parametrize("row", examples("share", "years", "minimum_order"), ids=lambda row: row["text"])
def test_single_number_examples(row: dict[str, str]) -> None:
    reader: numbers.Reader = getattr(numbers, row["reader"])
    assert reader(texts(row["text"])).item() == number(row["mid"])


@given(cents=st.integers(1, 999_999_999), form=st.sampled_from(FORMS), is_wide=st.booleans(), is_grouped=st.booleans())
def test_a_price_is_read_to_the_last_bit(cents: int, form: str, is_wide: bool, is_grouped: bool) -> None:
    digits = f"{cents // 100:,}.{cents % 100:02}" if is_grouped else f"{cents // 100}.{cents % 100:02}"
    shown = form.format(digits.translate(FULL_WIDTH) if is_wide else digits)
    expected = float(digits.replace(",", ""))
    read = numbers.price(texts(shown)).item()
    if expected not in numbers.PLACEHOLDERS_YUAN:
        assert read == {
            "low": expected,
            "mid": expected,
            "high": expected,
            "is_range": False,
            "is_from": False,
            "reason": None,
        }


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
    assert (read["low"], read["mid"], read["high"], read["is_unreadable"]) == (floor, floor, None, False)


@given(pieces=st.integers(0, 9_999_999), days=st.integers(7, 366), unit=st.sampled_from(["件", "+件", "元", "人付款"]))
def test_sales_of_another_period_are_scaled_by_its_days(pieces: int, days: int, unit: str) -> None:
    read = numbers.count(texts(f"近{days}天成交{pieces}{unit}")).item()
    assert read["mid"] == pytest.approx(pieces * 30 / days)
    assert (read["period_days"], read["unit_shown"] == YUAN) == (days, unit == "元")


@given(jiao=st.integers(1, 99), yuan=st.integers(1, 999), ten=st.integers(1, 9))
def test_jiao_are_tenths_of_a_yuan(jiao: int, yuan: int, ten: int) -> None:
    read = numbers.price(texts(f"{jiao}角", f"{yuan}元{ten}角", f"{jiao}毛/个")).struct.field("mid").to_list()
    assert read == [jiao / 10, float(f"{yuan}.{ten}"), jiao / 10]


@given(st.integers(1, 99))
def test_chinese_numerals_are_read_back(pieces: int) -> None:
    signs = "零一二三四五六七八九"
    tens, ones = divmod(pieces, 10)
    spelt = ("" if tens < 2 else signs[tens]) + ("十" if tens else "") + (signs[ones] if ones else "")
    assert numbers.count(texts(f"{spelt}件")).item()["mid"] == pieces
    assert numbers.minimum_order(texts(f"{spelt}条起批")).item() == pieces


# A display form: how a true number is shown, and whether what is shown may lie above it.
DISPLAYS = {
    "plain": lambda pieces: f"{pieces}",
    "grouped": lambda pieces: f"{pieces:,}件",
    "wide": lambda pieces: f"{pieces}".translate(FULL_WIDTH),
    "sold": lambda pieces: f"已售{pieces}件",
    "myriads": lambda pieces: f"销{pieces / 10_000:.2f}万件",
    "myriads wide": lambda pieces: f"{pieces / 10_000:.1f}万".translate(FULL_WIDTH),
    "thousands": lambda pieces: f"{pieces / 1_000:.1f}千件",
    "hundred millions": lambda pieces: f"{pieces / 1e8:.4f}亿",
    "floored": lambda pieces: f"{pieces // 100 * 100}+",
    "floored myriads": lambda pieces: f"成交{math.floor(pieces / 1_000) / 10}万+笔",
    "payers": lambda pieces: f"{pieces}人付款",
    "more than": lambda pieces: f"超{pieces // 1_000 * 1_000}件",
    "range": lambda pieces: f"{pieces // 100 * 100}~{pieces // 100 * 100 + 99}",
    "thirty days": lambda pieces: f"近30天成交{pieces}件",
}


@given(pieces=st.integers(100, 999_999_999), form=st.sampled_from(sorted(DISPLAYS)))
def test_a_shown_count_holds_the_true_number(pieces: int, form: str) -> None:
    read = numbers.count(texts(DISPLAYS[form](pieces))).item()
    assert read["is_unreadable"] is False
    assert read["low"] <= pieces + 1e-6
    assert read["high"] is None or pieces - 1e-6 <= read["high"]
    assert read["low"] <= read["mid"]
    if form not in {"payers", "floored", "floored myriads", "more than"}:
        assert read["low"] - 1e-6 <= read["mid"] <= read["high"] + 1e-6


@given(cents=st.lists(st.integers(1, 99_999_999), min_size=2, max_size=2), dash=st.sampled_from("-~～—至到－"))
def test_a_range_of_prices_holds_every_tier(cents: list[int], dash: str) -> None:
    low, high = (f"{amount / 100:.2f}" for amount in sorted(cents))
    read = numbers.price(texts(f"¥{low}{dash}¥{high}起")).item()
    if read["reason"] is None:
        assert (read["low"], read["high"], read["is_range"]) == (float(low), float(high), low != high)
        assert read["low"] * (1 - 1e-12) <= read["mid"] <= read["high"] * (1 + 1e-12)
    else:
        assert any(float(end) in numbers.PLACEHOLDERS_YUAN for end in (low, high))


@given(st.integers(0, 10_000), st.booleans())
def test_a_rate_is_read_as_it_is_shown(hundredths: int, is_wide: bool) -> None:
    shown = f"{hundredths / 100:.2f}%"
    read = numbers.share(texts(shown.translate(FULL_WIDTH | {ord("%"): "％"}) if is_wide else shown)).item()
    assert read == pytest.approx(hundredths / 10_000, rel=1e-15)


def test_the_table_holds_three_hundred_texts_each_once() -> None:
    rows = [(row["reader"], row["text"], row["title"]) for row in examples()]
    assert len(set(rows)) == len(rows) >= 300


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
