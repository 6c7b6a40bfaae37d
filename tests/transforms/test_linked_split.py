"""Other splits of the same change: what is followed under its new id stays, nothing is lost, and no secret is told."""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.publication import shipped_rules
from tests.transforms.test_contributions import END, End, pairs_of
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.figures import Figure
from transforms.footing import Footing, Footings
from transforms.linked_split import linked_figures, linked_split
from transforms.panels import NO_FOOTINGS, listing_pairs, placed_listings
from transforms.products import product_keys, with_ids_of_now
from transforms.read_ends import pair_ends
from transforms.relaunched import Compared, Relaunched, relaunched
from transforms.split import EFFECTS, LINKED, MONTGOMERY, Effect, split_change

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
TOWELS = ("practice", "towels")
BeltRows = Callable[..., pl.DataFrame]


def yuan(effects: Mapping[str, Effect]) -> dict[str, float]:
    return {name: effect.yuan for name, effect in effects.items()}


def some_relaunches(pairs: pl.DataFrame, chosen: list[bool]) -> Relaunched:
    """Of each merchant and unit class the listings that went with those that came, as far as both go and are chosen."""
    rows = pairs.with_row_index("at").with_columns(unit=pl.coalesce("base_unit", "unit").fill_null(""))
    ends = (rows.filter(pl.col(absent).is_null()) for absent in ("weight_now", "base_weight"))
    keyed = [end.with_columns(place=pl.int_range(pl.len()).over("merchant", "unit")) for end in ends]
    both = keyed[0].join(keyed[1], on=["merchant", "unit", "place"], suffix="_new", maintain_order="left")
    kept = both.filter(pl.Series(chosen[: both.height], dtype=pl.Boolean))
    return Relaunched(*(kept[name].to_numpy().astype(np.int64) for name in ("at", "at_new")))


@settings(max_examples=40)
@given(base=END, current=END, chosen=st.lists(st.booleans(), min_size=15, max_size=15))
def test_the_linked_effects_add_up_to_the_same_change(
    belt_rows: BeltRows, base: End, current: End, chosen: list[bool]
) -> None:
    pairs = pairs_of(belt_rows, current, base)
    then, now = pairs["base_yuan"].sum(), pairs["yuan"].sum()
    effects, plain = yuan(linked_split(pairs, some_relaunches(pairs, chosen))), yuan(split_change(pairs))
    assert tuple(effects) == EFFECTS
    assert sum(effects.values()) == pytest.approx(now - then, rel=1e-9, abs=1e-9 * (1 + then + now))
    assert 0 <= effects["entry_effect"] <= plain["entry_effect"]
    assert plain["exit_effect"] <= effects["exit_effect"] <= 0
    assert yuan(linked_split(pairs, some_relaunches(pairs, [False] * 15))) == plain


@settings(max_examples=40)
@given(base=END, current=END, chosen=st.lists(st.booleans(), min_size=15, max_size=15))
def test_without_a_merchant_is_the_linked_split_of_the_rest(
    belt_rows: BeltRows, base: End, current: End, chosen: list[bool]
) -> None:
    pairs = pairs_of(belt_rows, current, base)
    found = some_relaunches(pairs, chosen)
    size = 1e-9 * (1 + pairs["base_yuan"].sum() + pairs["yuan"].sum())
    for number, merchant in enumerate(pairs["merchant_id"].unique().sort()):
        left = (pairs["merchant_id"] != merchant).to_numpy()
        kept = left[found.old]
        rest = Relaunched(*(np.cumsum(left)[rows[kept]] - 1 for rows in (found.old, found.new)))
        alone = yuan(linked_split(pairs.filter(left), rest))
        for name, effect in linked_split(pairs, found).items():
            assert effect.without_yuan[number] == pytest.approx(alone[name], rel=1e-6, abs=size)


@settings(max_examples=40)
@given(one=st.tuples(END, END), other=st.tuples(END, END), chosen=st.lists(st.booleans(), min_size=15, max_size=15))
def test_entry_exit_and_price_of_belts_add_up_to_a_regions(
    belt_rows: BeltRows, one: tuple[End, End], other: tuple[End, End], chosen: list[bool]
) -> None:
    """What is a sum over listings is one over belts; volume and mix together too, of which S is the belt's own."""
    belts = [pairs_of(belt_rows, *ends) for ends in (one, other)]
    found = [some_relaunches(pairs, chosen) for pairs in belts]
    merchants = int(belts[0]["merchant"].max() or 0) + 1  # type: ignore[call-overload]
    region = pl.concat([belts[0], belts[1].with_columns(pl.col("merchant") + merchants)])
    links = Relaunched(*(np.concatenate([a, belts[0].height + b]) for a, b in zip(*map(ends_of, found), strict=True)))
    whole = yuan(linked_split(by_class(region), links))
    alone = [yuan(linked_split(by_class(pairs), own)) for pairs, own in zip(belts, found, strict=True)]
    size = 1e-9 * (1 + sum(float(pairs["yuan"].sum() + pairs["base_yuan"].sum()) for pairs in belts))
    for names in (["price_effect"], ["volume_effect", "mix_effect"], ["entry_effect"], ["exit_effect"]):
        parts = sum(effects[name] for effects in alone for name in names)
        assert sum(whole[name] for name in names) == pytest.approx(parts, rel=1e-9, abs=size)


def ends_of(found: Relaunched) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    return found.old, found.new


def by_class(pairs: pl.DataFrame) -> pl.DataFrame:
    """With one number for a unit class in all belts."""
    names = {"": 0, "metre": 1, "piece": 2}
    return pairs.with_columns(unit_number=pl.col("unit").fill_null("").replace_strict(names, return_dtype=pl.Int64))


def test_it_is_the_split_of_pairs_that_bear_one_id(belt_rows: BeltRows) -> None:
    """The other way there: the base takes the ids of now before the pairs are made."""
    base, current = planted(belt_rows, np.random.default_rng(4), gone=0.1)
    end = compared(current, base)
    (found,) = relaunched([end])
    assert found is not None
    olds, news = (end.pairs[rows]["listing_id"] for rows in (found.old, found.new))
    keyed = end.pairs[found.old].select("marketplace", "category", "merchant_id")
    links = keyed.with_columns(listing_id=olds, next_listing_id=news)
    following = with_ids_of_now(base, current, product_keys(links))
    renamed = split_change(listing_pairs(placed_listings(current), placed_listings(following)))
    effects = linked_split(end.pairs, found)
    for name in EFFECTS:
        assert effects[name].yuan == pytest.approx(renamed[name].yuan, rel=1e-9, abs=1e-9)
        assert effects[name].without_yuan == pytest.approx(renamed[name].without_yuan, rel=1e-9, abs=1e-6)


def test_a_planted_fifth_that_was_relaunched_is_no_exit(belt_rows: BeltRows) -> None:
    """All prices fall by a tenth and all pieces by a fifth; of 400 listings a fifth has another id, nobody has left."""
    told = figures_of(*planted(belt_rows, np.random.default_rng(1)))
    share = told["relaunched_share"].interval.value
    assert share == pytest.approx(0.2, abs=0.05)
    plain = split_change(compared(*reversed(planted(belt_rows, np.random.default_rng(1)))).pairs)
    base = sum(planted(belt_rows, np.random.default_rng(1))[0]["value_yuan"])
    assert plain["exit_effect"].yuan / base == pytest.approx(-share)
    assert plain["entry_effect"].yuan / base == pytest.approx(0.72 * share)
    planted_effects = (-0.1 * 0.9, -0.2 * 0.95, 0.0, 0.0, 0.0)
    for name, effect in zip(LINKED, planted_effects, strict=True):
        interval = told[name].interval
        assert interval.value == pytest.approx(effect, abs=1e-9)
        assert interval.low - 1e-9 <= effect <= interval.high + 1e-9  # type: ignore[operator]
        assert told[name].decision.is_published
    assert told["exit_effect_linked"].interval.low < 0 < told["entry_effect_linked"].interval.high  # type: ignore[operator]


def test_those_who_really_left_are_held_by_the_interval(belt_rows: BeltRows) -> None:
    """A fifth relaunched, a tenth gone: the exit effect holds both, the linked one the tenth only."""
    values, held = [], []
    for seed in range(40):
        told = figures_of(*planted(belt_rows, np.random.default_rng([7, seed]), gone=0.1))
        found = told["exit_effect_linked"].interval
        values.append(found.value)
        held.append(found.low <= -0.1 <= found.high)  # type: ignore[operator]
    assert np.mean(values) == pytest.approx(-0.1, abs=0.01)
    assert np.mean(held) >= 0.9


@pytest.mark.parametrize("lost", [(0, 2), (2, 0)])
def test_lost_pages_make_no_exit_of_what_is_followed(belt_rows: BeltRows, lost: tuple[int, int]) -> None:
    """Two of ten pages lost at one end, a fifth relaunched, nobody gone: nought on average, and the sum still exact."""
    footing = Footing(then_share=1 - lost[0] / 10, now_share=1 - lost[1] / 10)
    found: dict[str, list[float]] = {name: [] for name in (*LINKED, "relaunched_share")}
    for seed in range(30):
        random = np.random.default_rng([3, seed])
        ends = planted(belt_rows, random, sigma=0.3)
        base, current = (with_lost_pages(end, random, part) for end, part in zip(ends, lost, strict=True))
        told = figures_of(base, current, {TOWELS: footing})
        pairs = compared(current, base, {TOWELS: footing}).pairs
        change = pairs["yuan"].sum() / pairs["base_yuan"].sum() - 1
        assert sum(told[name].interval.value for name in LINKED) == pytest.approx(change, rel=1e-9)  # type: ignore[misc]
        for name, values in found.items():
            values.append(told[name].interval.value)  # type: ignore[arg-type]
    assert np.mean(found["relaunched_share"]) == pytest.approx(0.2, abs=0.01)
    assert np.mean(found["exit_effect_linked"]) == pytest.approx(0, abs=0.01)
    assert np.mean(found["entry_effect_linked"]) == pytest.approx(0, abs=0.01)
    assert np.mean(found["price_effect_linked"]) == pytest.approx(-0.09, abs=0.01)


def test_published_parts_add_up_by_logarithms_too(belt_rows: BeltRows) -> None:
    base, current = planted(belt_rows, np.random.default_rng(2), gone=0.1)
    scaled = current.with_columns(pl.Series("value_yuan", np.random.default_rng(3).lognormal(5, 1, current.height)))
    rows = belt_figures(scaled, base, "belt", WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())
    told = {row["metric"]: row for row in rows.iter_rows(named=True) if row["panel"] == "total"}
    names = (*MONTGOMERY, "entry_effect", "exit_effect")
    assert all(told[name]["low"] < told[name]["value"] < told[name]["high"] for name in names)
    parts = sum(told[name]["value"] for name in names)
    assert parts == pytest.approx(told["displayed_sales"]["value"], rel=1e-9)
    assert told["mix_effect_montgomery"]["value"] != pytest.approx(told["mix_effect"]["value"], abs=1e-4)
    assert rows.filter(pl.col("metric").is_in(MONTGOMERY))["segment"].unique().to_list() == ["all"]


@pytest.mark.parametrize(("relaunchers", "leavers", "expected"), [(0, 0, "none"), (2, 3, "few_merchants")])
def test_one_or_two_who_relaunched_are_not_told(
    belt_rows: BeltRows, relaunchers: int, leavers: int, expected: str
) -> None:
    told = moved(belt_rows, relaunchers, leavers)
    assert {told[name].decision.reason for name in (*LINKED, "relaunched_share")} == {expected}


def test_nor_are_they_where_lost_pages_leave_them_nothing_of_entry_and_exit(belt_rows: BeltRows) -> None:
    """At either end more seems lost than is missing: what was relaunched counts for nothing there, but is followed."""
    told = moved(belt_rows, 2, 0, {TOWELS: Footing(then_share=0.9, now_share=0.9)})
    assert {told[name].decision.reason for name in (*LINKED, "relaunched_share")} == {"few_merchants"}
    several = moved(belt_rows, 3, 0, {TOWELS: Footing(then_share=0.9, now_share=0.9)})
    assert all(several[name].decision.is_published for name in (*LINKED, "relaunched_share"))


def test_two_who_left_are_not_the_exit_less_what_was_relaunched(belt_rows: BeltRows) -> None:
    told = moved(belt_rows, relaunchers=4, leavers=2)
    reasons = {name: told[name].decision.reason for name in (*LINKED, "relaunched_share")}
    assert reasons == dict.fromkeys(LINKED[:2], "none") | {
        **{"mix_effect_linked": "secondary", "entry_effect_linked": "secondary"},
        **{"exit_effect_linked": "few_merchants", "relaunched_share": "secondary"},
    }
    assert all(moved(belt_rows, relaunchers=4, leavers=3)[name].decision.is_published for name in LINKED)


def moved(make: BeltRows, relaunchers: int, leavers: int, footings: Footings = NO_FOOTINGS) -> dict[str, Figure]:
    """What is told of 20 merchants with two listings each, one of which some relaunched, and some took down."""
    ids = ["new"] * relaunchers + [None] * leavers + ["2"] * (20 - relaunchers - leavers)
    base = [(f"m{n:02}", name, 100.0) for n in range(20) for name in ("1", "2")]
    current = [(f"m{n:02}", name, 90.0) for n in range(20) for name in ("1", ids[n]) if name]
    rows = (make(week, *end) for week, end in ((BASE_WEEK, base), (WEEK, current)))
    return figures_of(*(named(end) for end in rows), footings)


def named(rows: pl.DataFrame) -> pl.DataFrame:
    """Every listing with a title by which its merchant's others are not known, `new` with that of 2."""
    which = (
        pl.when(pl.col("listing_id") == "1")
        .then(pl.lit("遮光窗帘卧室定制成品"))
        .otherwise(pl.lit("加厚吸水纯棉毛巾批发"))
    )
    return rows.with_columns(title_text=which)


def planted(
    make: BeltRows, random: np.random.Generator, gone: float = 0.0, sigma: float = 0.8
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Base and week of 100 merchants with four listings each, of titles of their own: a fifth of them has another id
    now, a part is gone, all are a tenth cheaper and sell a fifth less."""
    fate = random.random(400)
    words = ["".join(chr(0x4E00 + code) for code in random.integers(0, 20_000, 12)) for _ in fate]
    sizes = np.repeat(random.lognormal(5, sigma, 100), 4) * random.lognormal(0, 0.3, 400)
    common = [{"merchant_id": f"m{n // 4:03}", "price_yuan": 2.0 + n % 3} for n in range(400)]
    base = [
        row | {"listing_id": f"{n}", "value_yuan": size}
        for n, (row, size) in enumerate(zip(common, sizes, strict=True))
    ]
    current = [
        row
        | {
            "listing_id": f"{n}new" if fate[n] < 0.2 else f"{n}",
            "price_yuan": 0.9 * row["price_yuan"],
            "value_yuan": 0.72 * row["value_yuan"],
        }
        for n, row in enumerate(base)
    ]
    kept = [n for n in range(400) if not 0.2 <= fate[n] < 0.2 + gone]
    then = make(BASE_WEEK, *base).with_columns(title_text=pl.Series(words))
    now = make(WEEK, *(current[n] for n in kept)).with_columns(title_text=pl.Series([words[n] for n in kept]))
    return then, now


def with_lost_pages(rows: pl.DataFrame, random: np.random.Generator, lost: int) -> pl.DataFrame:
    """Put on ten pages of one size in any order, some of which are not stored."""
    paged = rows.with_columns(page=pl.Series(random.permutation(rows.height) * 10 // rows.height + 1).cast(pl.Int64))
    return paged.filter(pl.col("page").is_in(random.choice(np.arange(1, 11), 10 - lost, replace=False).tolist()))


def compared(current: pl.DataFrame, base: pl.DataFrame, footings: Footings = NO_FOOTINGS) -> Compared:
    return Compared(listing_pairs(placed_listings(current), placed_listings(base), footings), current, base)


def figures_of(base: pl.DataFrame, current: pl.DataFrame, footings: Footings = NO_FOOTINGS) -> dict[str, Figure]:
    """What is told of relaunches, by metric."""
    end = compared(current, base, footings)
    (found,) = relaunched([end])
    assert found is not None
    told = linked_figures(pair_ends(end.pairs, footings), found, Coverage(1.0, 1.0), shipped_rules())
    return {figure.metric: figure for figure in told}
