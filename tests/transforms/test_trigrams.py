import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.trigrams import jaccard, trigrams

LETTERS = st.text(alphabet="毛巾加厚吸水ab𠮷", max_size=12)


def alike(one: str | None, other: str | None) -> float:
    pair = pl.DataFrame({"one": [one], "other": [other]}, schema={"one": pl.String, "other": pl.String})
    grams = pair.with_columns(trigrams(pair["one"]).alias("one"), trigrams(pair["other"]).alias("other"))
    return float(grams.select(jaccard("one", "other")).item())


def by_hand(title: str) -> set[str]:
    return {title[at : at + 3] for at in range(len(title) - 2)} if len(title) > 2 else {title} - {""}


@given(one=LETTERS, other=LETTERS)
def test_jaccard_is_that_of_the_sets(one: str, other: str) -> None:
    first, second = by_hand(one), by_hand(other)
    expected = len(first & second) / len(first | second) if first | second else 0.0
    assert alike(one, other) == pytest.approx(expected, abs=1e-15)


def test_titles_beside_each_other_share_no_gram() -> None:
    grams = trigrams(pl.Series(["毛巾加厚", None, "", "毛巾", "毛巾加"])).to_list()
    assert [len(found) for found in grams] == [2, 0, 0, 1, 1]
    assert set(grams[4]) < set(grams[0])
    assert not set(grams[3]) & set(grams[0])


@pytest.mark.parametrize(("one", "other"), [("ＡＢＣ毛巾", "abc毛巾"), ("纯棉 毛巾", "纯棉毛巾"), ("Ab c", "aB C")])
def test_forms_cases_and_spaces_decide_nothing(one: str, other: str) -> None:
    assert alike(one, other) == 1.0
