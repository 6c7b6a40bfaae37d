import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.examples import examples, number
from transforms.selling import PACK_UNSURE, UNIT_MISLABELLED, selling_units

KINDS = {"unit_text": pl.String(), "title_text": pl.String(), "price_text": pl.String()}


def sold(unit: str | None, title: str | None, price: str | None = None) -> tuple[str | None, float | None, str | None]:
    offers = pl.DataFrame({"unit_text": [unit], "title_text": [title], "price_text": [price]}, schema=KINDS)
    read = selling_units(offers).item()
    return read["class"], read["pack_count"], read["note"]


@pytest.mark.parametrize("row", examples("selling_unit"), ids=lambda row: f"{row['text']} {row['title']}")
def test_selling_unit_examples(row: dict[str, str]) -> None:
    expected = (row["unit"] or None, number(row["pack"]), row["outcome"] or None)
    assert sold(row["text"] or None, row["title"]) == expected


@pytest.mark.parametrize(
    ("unit", "price", "expected"),
    [
        (None, "3.5元/10条", ("piece", 10.0, None)),
        (None, "¥3.50/公斤起", ("gram", 1000.0, None)),
        ("条", "35元/10条", ("piece", 10.0, None)),
        ("条", "3.50", ("piece", 1.0, None)),
    ],
)
def test_the_unit_that_the_price_names_is_the_unit(
    unit: str | None, price: str, expected: tuple[str | None, float | None, str | None]
) -> None:
    assert sold(unit, "毛巾", price) == expected


FORMS = (
    "纯棉毛巾{n}条装",
    "毛巾 {n}条/包 加厚",
    "2026新款35*75cm毛巾{n}条装",
    "毛巾每包{n}条",
    "毛巾({n}条装)一件代发",
)


@given(pieces=st.integers(2, 500), form=st.sampled_from(FORMS))
def test_an_explicit_pack_is_read_back_whatever_else_the_title_holds(pieces: int, form: str) -> None:
    assert sold("包", form.format(n=pieces)) == ("piece", pieces, None)
    assert sold("条", form.format(n=pieces)) == ("piece", 1.0, PACK_UNSURE)
    assert sold("米", form.format(n=pieces)) == (None, None, UNIT_MISLABELLED)


@given(st.lists(st.integers(2, 99), min_size=2, max_size=4, unique=True))
def test_of_several_packs_none_is_chosen(packs: list[int]) -> None:
    title = "毛巾 " + " ".join(f"{pieces}条装" for pieces in packs)
    assert sold("包", title) == ("piece", 1.0, PACK_UNSURE)


def test_offers_keep_their_order() -> None:
    offers = pl.DataFrame(
        {
            "unit_text": ["包", None, "包", "米"],
            "title_text": ["10条装", None, "5双/包", "10条装"],
            "price_text": [None] * 4,
        },
        schema=KINDS,
    )
    assert selling_units(offers).struct.field("pack_count").to_list() == [10.0, None, 5.0, None]
    assert selling_units(offers.clear()).len() == 0
