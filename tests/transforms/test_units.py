import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.examples import examples, number, texts
from transforms.selling import unit
from transforms.units import GRAMS, METRES


@pytest.mark.parametrize("row", examples("unit"), ids=lambda row: row["text"])
def test_unit_examples(row: dict[str, str]) -> None:
    assert unit(texts(row["text"])).item() == {"class": row["unit"] or None, "pack_count": number(row["pack"])}


def test_units_keep_their_order_and_length() -> None:
    assert [read["pack_count"] for read in unit(texts("公斤", None, "条", "公斤"))] == [1000, None, 1, 1000]
    assert unit(texts()).len() == 0


MEASURES = [("gram", word, GRAMS[word]) for word in ("公斤", "千克", "kg", "斤", "克", "g")]
MEASURES += [("metre", word, METRES[word]) for word in ("米", "m")]
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


@given(hundredths=st.integers(1, 99_999), measure=st.sampled_from(MEASURES), is_wide=st.booleans())
def test_an_amount_with_its_measure_is_read_back(
    hundredths: int, measure: tuple[str, str, float], is_wide: bool
) -> None:
    kind, word, factor = measure
    amount = f"{hundredths / 100:g}"
    read = unit(texts((amount.translate(FULL_WIDTH) if is_wide else amount) + word)).item()
    assert read == {"class": kind, "pack_count": pytest.approx(float(amount) * factor)}
