"""A relaunched listing goes on as the product that it was: its price change is seen, and no month told before moves."""

from datetime import date, timedelta

import polars as pl
import pytest

from configs.belts import Belt
from configs.publication import shipped_rules
from configs.register import load
from tests.transforms.planted_prices import FORTNIGHT, Planted, fortnights, tables, title
from transforms.index_figures import UNLINKED, index_ends, index_figures, index_points, index_rows, unlinked
from transforms.index_links import links, turning_points, with_links

LAST = date(2026, 11, 16)
MERCHANTS, CUT = 20, 0.75


@pytest.fixture(scope="module")
def belt(tmp_path_factory: pytest.TempPathFactory) -> Belt:
    return load(tmp_path_factory.mktemp("home")).belts["gaoyang-towels"]


def relaunched(overlap: timedelta = timedelta(0)) -> list[Planted]:
    """Four listings of each merchant; two of them come back during the year under new ids, a quarter cheaper, shown
    beside the old ones for a while."""
    found = []
    for merchant in range(MERCHANTS):
        for place in range(4):
            name, price = title(4 * merchant + place), 10.0 + merchant + place
            day = fortnights(date(2026, 10, 5), date(2025, 12, 22))[(merchant + 5 * place) % 20]
            is_cut = place < 2
            old = Planted(f"m{merchant}", f"{place}", name, lambda _, at=price: at, until=day if is_cut else date.max)
            found.append(old)
            if is_cut:
                low = price * CUT
                new = Planted(f"m{merchant}", f"{place}r", f"新{name}", lambda _, at=low: at, since=day - overlap)
                found.append(new)
    return found


def linked(listings: list[Planted], weeks: list[date]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of an index without and with links."""
    both = tables(listings, weeks)
    rows, read = index_rows(*both), both[0].select("marketplace", "category", "week").unique()
    return rows, with_links(rows, links(index_ends(*both), read))


def last_change(rows: pl.DataFrame, belt: Belt) -> tuple[float, str]:
    covered = dict.fromkeys(rows["week"].unique().to_list(), (1.0, 1.0))
    figures = index_figures(rows, belt, covered, shipped_rules())
    found: tuple[float, str] = unlinked(figures).sort("week").select("value", "metric").row(-1)
    return found


def test_what_comes_back_cheaper_is_a_fall_with_links_and_none_without(belt: Belt) -> None:
    rows, with_them = linked(relaunched(), fortnights(LAST))
    assert last_change(rows, belt) == (pytest.approx(0.0, abs=1e-9), UNLINKED)
    assert last_change(with_them, belt)[0] == pytest.approx(CUT**0.5 - 1, abs=1e-4)


def test_each_stands_under_its_own_name_until_the_old_one_is_missed() -> None:
    rows, with_them = linked(relaunched(overlap=FORTNIGHT), fortnights(LAST))
    per_week = with_them.group_by("week", "product").len()
    assert per_week["len"].max() == 1
    assert with_them.height == rows.height
    assert with_them["product"].n_unique() == rows["product"].n_unique() == MERCHANTS * 6
    at_last = with_them.filter(pl.col("week") == with_them["week"].max())["product"]
    assert not at_last.str.ends_with("r").any()


@pytest.mark.parametrize("overlap", [timedelta(0), FORTNIGHT])
def test_months_that_were_told_do_not_move_with_what_comes_later(belt: Belt, overlap: timedelta) -> None:
    listings, weeks = relaunched(overlap), fortnights(LAST)
    whole = index_points(linked(listings, weeks)[1], belt).filter(~pl.col("is_provisional"))
    for known in (weeks[:number] for number in range(34, 46)):
        then = index_points(linked(listings, known)[1], belt).filter(~pl.col("is_provisional"))
        assert then.height > 24
        both = whole.join(then.select("stratum", "month", "value"), on=["stratum", "month"], suffix="_then")
        assert both.height == then.height
        assert both["value_then"].to_list() == pytest.approx(both["value"].to_list(), abs=1e-12)


def test_turning_points_of_parts_of_the_weeks_tell_the_same_links() -> None:
    both = tables(relaunched(), fortnights(LAST))
    weeks = both[0].select("marketplace", "category", "week").unique()
    whole = links(index_ends(*both), weeks)
    ends = [index_ends(part, both[1]) for part in (both[0][:1700], both[0][1700:])]
    assert links(pl.concat(ends), weeks).equals(whole)
    assert whole.height == MERCHANTS * 2
    assert turning_points(index_ends(*both)).equals(index_ends(*both))
