import re
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.calendar import weeks_between
from sandbox.economy import BeltEconomy, build
from sandbox.faces import Faces, draw_faces
from sandbox.listings import FIRST
from sandbox.scenario import PRACTICE, load
from transforms.relaunch import relaunches, sightings

START = date(2026, 1, 5)
TITLE = "加厚吸水纯棉毛巾批发"
OPENING = {"listing_id": "always", "first": 0, "last": 20}  # stands in all weeks of the category


def shown(*listings: dict[str, object], missed: tuple[int, ...] = ()) -> pl.DataFrame:
    """listing_weeks of one category: each listing in the weeks `first` to `last`; `missed` weeks were not read."""
    ordinary = {"merchant_id": "m", "unit": "piece", "price_yuan": 10.0, "title_text": TITLE}
    rows = [
        {"marketplace": "practice", "category": "towels", "week": START + timedelta(weeks=week)} | ordinary | one
        for one in (OPENING | {"merchant_id": "other"}, *listings)
        for week in range(int(str(one["first"])), int(str(one["last"])) + 1)
        if week not in missed
    ]
    return pl.DataFrame(rows, infer_schema_length=None).drop("first", "last")


def linked(*listings: dict[str, object], missed: tuple[int, ...] = ()) -> list[tuple[str, str]]:
    found = relaunches(sightings(shown(*listings, missed=missed)))
    return found.select("listing_id", "next_listing_id").rows()


OLD = {"listing_id": "old", "first": 0, "last": 5}
NEW = {"listing_id": "new", "first": 6, "last": 12}


def test_a_listing_that_comes_as_another_goes_is_its_relaunch() -> None:
    assert linked(OLD, NEW) == [("old", "new")]


@pytest.mark.parametrize(
    "other",
    [
        {"merchant_id": "n"},
        {"category": "bedding"},
        {"marketplace": "elsewhere"},
        {"unit": "metre"},
        {"unit": None},
        {"price_yuan": 15.1},
        {"price_yuan": 6.6},
        {"title_text": "提花家用纯棉毛巾批发"},
        {"title_text": None},
        {"first": 10},
        {"first": 2, "last": 5},
    ],
    ids=str,
)
def test_what_is_unlike_or_too_late_is_none(other: dict[str, object]) -> None:
    assert linked(OLD, NEW | other) == []


@pytest.mark.parametrize(
    "other",
    [{"price_yuan": 15.0}, {"price_yuan": 10 / 1.5}, {"first": 9}, {"first": 3}, {"title_text": "新" + TITLE}],
    ids=str,
)
def test_half_as_much_again_and_three_weeks_are_near_enough(other: dict[str, object]) -> None:
    assert linked(OLD, NEW | other) == [("old", "new")]


def test_a_listing_of_the_first_week_read_may_be_of_any_age() -> None:
    assert linked(OLD | {"last": 0}, NEW | {"first": 0}) == []
    assert linked(OLD | {"first": 0, "last": 1}, NEW | {"first": 1}) == [("old", "new")]


def test_what_still_stands_in_the_last_week_has_not_gone() -> None:
    assert linked(OLD | {"last": 20}, NEW | {"last": 20}) == []


def test_weeks_that_were_not_read_are_no_disappearance() -> None:
    assert linked(OLD, NEW | {"first": 12}, missed=(6, 7, 8, 9, 10)) == [("old", "new")]
    seen = sightings(shown(OLD | {"last": 8}, missed=(6,))).filter(pl.col("listing_id") == "old")
    assert seen.select("first_week", "last_week", "gone_week").row(0) == (
        START,
        START + timedelta(weeks=8),
        START + timedelta(weeks=9),
    )


def test_the_price_and_title_compared_are_those_next_to_the_gap() -> None:
    weeks = shown(OLD, NEW).with_columns(
        price_yuan=pl.when((pl.col("listing_id") == "old") & (pl.col("week") < START + timedelta(weeks=5)))
        .then(100.0)
        .otherwise("price_yuan")
    )
    assert relaunches(sightings(weeks))["log_price_ratio"].to_list() == [0.0]


def test_each_has_one_follower_and_the_best_pair_comes_first() -> None:
    copy = NEW | {"listing_id": "copy", "title_text": TITLE + "新"}
    assert linked(OLD, NEW, copy) == [("old", "new")]
    twin = OLD | {"listing_id": "twin", "title_text": TITLE + "新"}
    assert linked(OLD, twin, NEW, copy) == [("old", "new"), ("twin", "copy")]


def test_a_chain_of_relaunches() -> None:
    third = {"listing_id": "third", "first": 13, "last": 18}
    assert linked(OLD, NEW, third) == [("new", "third"), ("old", "new")]


SHOP = st.lists(
    st.fixed_dictionaries(
        {
            "first": st.integers(0, 12),
            "length": st.integers(0, 6),
            "price_yuan": st.sampled_from([8.0, 10.0, 11.0, 14.0, 20.0]),
            "title_text": st.sampled_from([TITLE, TITLE + "新", "新" + TITLE, "提花家用纯棉毛巾", None]),
            "unit": st.sampled_from(["piece", "metre", None]),
        }
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(shop=SHOP)
def test_links_are_those_of_going_through_all_pairs(shop: list[dict[str, object]]) -> None:
    listings = [
        {**one, "listing_id": f"l{number:02}", "last": one["first"] + one.pop("length")}  # type: ignore[operator]
        for number, one in enumerate(dict(entry) for entry in shop)
    ]
    assert linked(*listings) == sorted(greedy(listings))


def greedy(listings: list[dict[str, object]]) -> list[tuple[str, str]]:
    """METHOD 4.6 by loops: all pairs that fit, the most alike first, each listing used once on each side."""
    pairs = []
    for old in listings:
        for new in listings:
            days = 7 * abs(new["first"] - old["last"] - 1)  # type: ignore[operator]
            gap = abs(np.log(new["price_yuan"] / old["price_yuan"]))  # type: ignore[operator]
            is_later = old["first"] < new["first"] and old["last"] < new["last"]  # type: ignore[operator]
            near = old["unit"] == new["unit"] and gap <= np.log(1.5) + 1e-12 and days <= 21
            if is_later and near and old["title_text"] and new["title_text"]:
                one, other = (
                    {str(part["title_text"])[at : at + 3] for at in range(len(str(part["title_text"])) - 2)}
                    for part in (old, new)
                )
                score = len(one & other) / len(one | other)
                if score >= 0.8:
                    pairs.append((-score, days, gap, old["listing_id"], new["listing_id"]))
    gone: set[object] = set()
    come: set[object] = set()
    found = []
    for *_, old_id, new_id in sorted(pairs):
        if old_id not in gone and new_id not in come:
            found.append((str(old_id), str(new_id)))
            gone.add(old_id)
            come.add(new_id)
    return found


def test_relaunches_of_the_practice_world_are_found() -> None:
    """The planted ones, from two years of weekly shelves: nine in ten at least, and hardly any other."""
    scenario = load("anti-involution")
    economy = build(scenario, 3)
    weeks = weeks_between(scenario.first_week, scenario.live_week)
    found: set[tuple[str, str]] = set()
    planted: set[tuple[str, str]] = set()
    for belt in economy.belts:
        faces = draw_faces(belt, economy)
        seen = sightings(pl.concat(weekly(belt, faces, week) for week in weeks))
        found |= set(relaunches(seen).select("listing_id", "next_listing_id").rows())
        went, came = (set(seen.filter(part)["listing_id"]) for part in (pl.col("gone_week").is_not_null(), "is_new"))
        ids = [face.listing_id for face in faces.listings]
        follows = enumerate(belt.listings.follows.tolist())
        pairs = {(ids[before], ids[row]) for row, before in follows if before != FIRST}
        planted |= {(old, new) for old, new in pairs if old in went and new in came}
    assert len(planted) >= 40
    assert len(found & planted) >= 0.9 * len(planted)
    assert len(found - planted) <= 0.1 * len(found)


def weekly(belt: BeltEconomy, faces: Faces, week: date) -> pl.DataFrame:
    """listing_weeks of the first site's shelf of one belt."""
    shelf = belt.shelf(week, PRACTICE)
    listed = [faces.listings[row] for row in shelf.row.tolist()]
    return pl.DataFrame(
        {
            "marketplace": PRACTICE,
            "category": belt.plan.category,
            "week": week,
            "merchant_id": [faces.owner(row).member_id for row in shelf.row.tolist()],
            "listing_id": [face.listing_id for face in listed],
            "unit": "piece",
            "price_yuan": shelf.price_fen / 100,
            "title_text": [re.sub("<[^>]*>", "", face.title) for face in listed],
        }
    )
