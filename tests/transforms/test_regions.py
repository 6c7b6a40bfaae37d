from datetime import date

import polars as pl
import pytest

from configs.tables import figures_draft
from transforms.regions import region_figures

WEEK = date(2026, 11, 16)
PROVINCES = {"towels": "130000", "luggage": "130000", "carpets": "120000", "socks": "330000", "tea": "350000"}


def headline(name: str, low: float | None, high: float | None, **changes: object) -> dict[str, object]:
    """A belt's matched change, published if it has an interval."""
    is_published = low is not None and high is not None
    row = {
        **{"belt": name, "week": WEEK, "metric": "displayed_sales", "segment": "all", "comparison": "yoy"},
        **{"alignment": "plain", "panel": "matched", "low": low, "high": high, "unit": "change"},
        **{"value": (low + high) / 2 if is_published else None, "merchants": 40, "listings": 80},  # type: ignore[operator]
        **{"coverage_share": 0.9, "grade": "A" if is_published else None, "method": "test"},
        **{"status": "published" if is_published else "suppressed", "reason": "none" if is_published else "no_base"},
    }
    return row | changes


def regions(*rows: dict[str, object]) -> dict[str, dict[str, object]]:
    frame = pl.DataFrame(rows, schema=figures_draft().polars_schema())
    found = region_figures(frame, PROVINCES, WEEK)
    assert found.columns == figures_draft().names
    assert found.equals(found.sort(figures_draft().key))
    assert set(found.select("metric", "segment", "comparison", "alignment", "panel", "unit").rows()) <= {
        ("belts_down_share", "all", "level", "none", "none", "share")
    }
    return {row["belt"]: row for row in found.iter_rows(named=True)}


def test_belts_whose_interval_lies_below_zero_are_down() -> None:
    found = regions(
        headline("towels", -0.3, -0.2),
        headline("luggage", -0.3, 0.1),
        headline("carpets", -0.6, -0.4, coverage_share=0.85),
        headline("socks", 0.1, 0.2),
    )
    assert {region: row["value"] for region, row in found.items()} == {
        **{"china": 0.5, "region:120000": 1.0, "region:130000": 0.5, "region:330000": 0.0}
    }
    assert {region: row["merchants"] for region, row in found.items()} == {
        **{"china": 4, "region:120000": 1, "region:130000": 2, "region:330000": 1}
    }
    assert (found["china"]["listings"], found["china"]["coverage_share"]) == (320, 0.85)


def test_a_share_of_few_belts_is_far_from_sure() -> None:
    """Wilson's interval of 2 of 4 and of 1 of 1, by the formula as it is printed."""
    found = regions(
        *(headline(name, low, low + 0.05) for name, low in zip(PROVINCES, (-0.3, -0.2, 0.1, 0.2), strict=False))
    )
    z = 1.959963984540054
    for region, count, of in (("china", 2, 4), ("region:120000", 0, 1), ("region:130000", 2, 2)):
        middle, reach = (
            (count + z**2 / 2) / (of + z**2),
            z / (of + z**2) * (count * (of - count) / of + z**2 / 4) ** 0.5,
        )
        assert (found[region]["low"], found[region]["high"]) == pytest.approx((middle - reach, middle + reach))


def test_suppressed_belts_are_not_counted() -> None:
    found = regions(headline("towels", -0.3, -0.2), headline("luggage", None, None), headline("socks", None, None))
    assert (found["region:130000"]["value"], found["region:130000"]["merchants"]) == (1.0, 1)
    socks = found["region:330000"]
    assert (socks["status"], socks["reason"], socks["value"], socks["merchants"]) == ("suppressed", "no_base", None, 0)


@pytest.mark.parametrize(
    "change",
    [{"segment": "mode=self"}, {"panel": "total"}, {"alignment": "festival"}, {"comparison": "ytd"}, {"belt": "gone"}],
)
def test_other_rows_count_for_nothing(change: dict[str, object]) -> None:
    assert regions(headline("towels", -0.3, -0.2, **change)) == {}
