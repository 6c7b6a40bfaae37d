from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from transforms.figures import Figure
from transforms.publication import PUBLISHED, suppressed
from transforms.secondary import with_secondary
from transforms.uncertainty import Interval

YEARS = ("0-1", "2-4", "5-9", "10+")


def figure(segment: str, merchants: int, reason: str = "none", **changes: object) -> Figure:
    decision = PUBLISHED if reason == "none" else suppressed(reason)
    common = Figure("displayed_sales", "level", "none", Interval(100.0), "yuan", merchants, merchants, "v1", decision)
    return replace(common, segment=segment, **changes)  # type: ignore[arg-type]


def reasons(*figures: Figure) -> list[str]:
    return [found.decision.reason for found in with_secondary(figures)]


def years(*merchants: int) -> list[Figure]:
    """The belt and its merchants by years; fewer than ten are suppressed."""
    parts = [
        figure(f"merchant_years={name}", count, "none" if count >= 10 else "few_merchants")
        for name, count in zip(YEARS, merchants, strict=False)
    ]
    return [figure("all", sum(merchants)), *parts]


def test_the_last_hidden_part_hides_the_smallest_shown_one() -> None:
    assert reasons(*years(3, 40, 25, 90)) == ["none", "few_merchants", "none", "secondary", "none"]


def test_two_hidden_parts_hide_each_other() -> None:
    assert reasons(*years(3, 4, 25)) == ["none", "few_merchants", "few_merchants", "none"]
    assert reasons(*years(30, 40, 25)) == ["none"] * 4


def test_without_a_total_there_is_nothing_to_reckon_from() -> None:
    total, *parts = years(3, 40, 25)
    assert reasons(replace(total, decision=suppressed("low_coverage")), *parts)[1:] == ["few_merchants", "none", "none"]
    assert reasons(*parts) == ["few_merchants", "none", "none"]


def test_a_part_that_lacks_data_is_no_secret() -> None:
    assert reasons(figure("all", 50), figure("mode=self", 20, "no_base"), figure("mode=supply", 30))[2] == "none"


def test_kinds_of_segments_metrics_and_comparisons_are_apart() -> None:
    figures = [
        *years(3, 40),
        figure("mode=self", 20),
        figure("mode=supply", 30),
        figure("all", 43, comparison="yoy", panel="total"),
        figure("merchant_years=0-1", 3, "dominance", comparison="yoy", panel="total"),
        figure("merchant_years=2-4", 40, comparison="yoy", panel="total"),
        figure("merchant_years=2-4", 40, comparison="yoy", panel="matched"),
        figure("merchant_years=0-1", 3, "few_merchants", metric="median_price"),
        figure("merchant_years=2-4", 40, metric="median_price"),
    ]
    found = reasons(*figures)
    assert found == [
        "none", "few_merchants", "secondary", "none", "none", "none", "dominance", "secondary", "none",
        "few_merchants", "none",
    ]  # fmt: skip


COUNTS = st.lists(st.integers(0, 60), max_size=4)


@given(COUNTS, st.randoms(use_true_random=False))
def test_it_only_hides_and_looks_at_no_value(merchants: list[int], random: object) -> None:
    figures = years(*merchants)
    found = with_secondary(figures)
    before, after = ([one.decision.is_published for one in some] for some in (figures, found))
    assert all(was or not now for was, now in zip(before, after, strict=True))
    assert with_secondary(found) == found
    other = [replace(one, interval=Interval(random.uniform(-1e6, 1e6))) for one in figures]  # type: ignore[attr-defined]
    assert reasons(*other) == [one.decision.reason for one in found]
    hidden = [one for one in found[1:] if not one.decision.is_published]
    assert len(hidden) != 1 or len(found) == 2
