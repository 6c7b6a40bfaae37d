"""Two weeks of belts as pages would quote them, with everything at once that makes a comparison hard.

Between the two weeks: merchants grow unequally about a planted change, some come and go, one newcomer is a giant, a
fifth of the listings is relaunched under new ids, a tenth of the counters is set back, all sales are shown floored, the
later week is the 53rd of its ISO year, and of one end 30 % of the pages were never read. Written apart from the
estimators: nothing of transforms/ is imported here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from configs.tables import table

CATEGORY = "towels"
MARKETPLACES = {"thirty-days": "trailing_30d", "counters": "cumulative"}
WEEK, BASE_WEEK = date(2026, 12, 28), date(2025, 12, 29)  # week 53 of 2026 and the week 364 days earlier
FOUR_WEEKS = timedelta(days=28)
PAGE_SIZE = 20
SIZE_SIGMA, GROWTH_SIGMA = 1.2, 0.3
EXIT_SHARE = ENTRY_SHARE = 0.08
RELAUNCHED, RESET, LOST = 0.20, 0.10, 0.30
GIANT_SHARE = 0.3  # of the belt's base sales that the one new giant sells in the later week
PRICE_SIGMA = 0.05

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TroubledBelt:
    """Offers (table offers) of both weeks and of the four weeks before each, which counters need; the planted mean
    change of a staying merchant; by marketplace the shares of the pages that were read of the base and of the week."""

    offers: pl.DataFrame
    change: float
    shares: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class _Listings:
    """One entry per listing place of a shop: merchant, marketplace, ids at both ends, price, 28-day pieces of both ends
    (0 where it is not there), the counter before the base, and whether it is set back in the last four weeks."""

    merchant: npt.NDArray[np.int64]
    is_counter: npt.NDArray[np.bool_]
    then_id: npt.NDArray[np.str_]
    now_id: npt.NDArray[np.str_]
    price: FloatArray
    then: FloatArray
    now: FloatArray
    before: FloatArray
    is_reset: npt.NDArray[np.bool_]


def draw(change: float, merchants: int, seed: int, lost: float = LOST) -> TroubledBelt:
    """One belt, a share `lost` of the pages of one end missing; the same arguments draw the same offers."""
    random = np.random.default_rng([seed, merchants, round(change * 1000) + 1000])
    listings = _listings(random, *_sizes(random, change, merchants))
    loses_now = bool(random.random() < 0.5)
    frames = []
    ends: dict[str, list[float]] = {name: [] for name in MARKETPLACES}
    for week, is_now in ((BASE_WEEK, False), (WEEK, True)):
        offers = _with_pages(pl.concat(_end(listings, week, is_now)))
        read = _read_pages(random, offers, lost) if is_now is loses_now else offers
        for name, shares in ends.items():
            shares.append(_page_count(read, name) / _page_count(offers, name))
        earlier = _with_pages(pl.concat(_end(listings, week - FOUR_WEEKS, is_now, weeks_back=True)))
        frames += [read, earlier]
    shares_of = {name: (then, now) for name, (then, now) in ends.items()}
    return TroubledBelt(table("offers").conform(pl.concat(frames)), change, shares_of)


def _sizes(random: np.random.Generator, change: float, merchants: int) -> tuple[FloatArray, FloatArray]:
    """28-day yuan of each merchant at both ends: those of the base, newcomers, and last the giant."""
    newcomers = int(random.binomial(merchants, ENTRY_SHARE))
    size = random.lognormal(9.5, SIZE_SIGMA, merchants + newcomers)
    growth = random.lognormal(np.log(1 + change) - GROWTH_SIGMA**2 / 2, GROWTH_SIGMA, len(size))
    is_old = np.arange(len(size)) < merchants
    stays = ~is_old | (random.random(len(size)) >= EXIT_SHARE)
    then = np.append(size * is_old, 0.0)
    now = np.append(size * growth * stays, GIANT_SHARE * then.sum())
    return then, now


def _listings(random: np.random.Generator, then: FloatArray, now: FloatArray) -> _Listings:
    """A merchant's sales over its listings; a relaunched one has another id at the end."""
    count = 1 + random.poisson(2.0, len(then))
    merchant = np.repeat(np.arange(len(then)), count)
    share = random.gamma(2.0, 1.0, len(merchant))
    share /= np.bincount(merchant, share)[merchant]
    price = random.lognormal(2.5, 0.7, len(merchant)).round(2) + 0.5
    ids = np.array([f"{merchant_id}-{place}" for place, merchant_id in enumerate(merchant.tolist())])
    is_relaunched = random.random(len(merchant)) < RELAUNCHED
    pieces = [np.round(end[merchant] * share / price) for end in (then, now)]
    return _Listings(
        merchant=merchant,
        is_counter=merchant % 2 == 1,
        then_id=ids,
        now_id=np.where(is_relaunched, np.char.add(ids, "r"), ids),
        price=price,
        then=pieces[0],
        now=pieces[1],
        before=np.round(pieces[0] * random.uniform(1, 20, len(merchant))),
        is_reset=random.random(len(merchant)) < RESET,
    )


def _end(listings: _Listings, week: date, is_now: bool, weeks_back: bool = False) -> Iterator[pl.DataFrame]:
    """The offers of a week on each marketplace, best sellers first; `weeks_back`: four weeks before an end."""
    pieces, ids = (listings.now, listings.now_id) if is_now else (listings.then, listings.then_id)
    relaunched = is_now & (listings.then_id != listings.now_id)
    old = listings.before + np.where(relaunched, 0.0, 13 * listings.then * is_now)
    was_set_back = listings.is_reset & is_now & (not weeks_back)
    counter = np.where(was_set_back, np.round(pieces / 2), old + (0 if weeks_back else pieces))
    for name, basis in MARKETPLACES.items():
        chosen = np.flatnonzero((pieces > 0) & (listings.is_counter == (basis == "cumulative")))
        chosen = chosen[np.argsort(-pieces[chosen], kind="stable")]
        shown = counter if basis == "cumulative" else np.round(pieces * 30 / 28)
        text = [_hundreds(value) if basis == "cumulative" else _one_digit(value) for value in shown[chosen].tolist()]
        yield pl.DataFrame(
            {
                "marketplace": name,
                "category": CATEGORY,
                "week": week,
                "seen_at": datetime(week.year, week.month, week.day, 2, tzinfo=UTC),
                "listing_id": ids[chosen],
                "merchant_id": [f"m{number}" for number in listings.merchant[chosen].tolist()],
                "merchant_name_text": [f"第{number}厂" for number in listings.merchant[chosen].tolist()],
                "title_text": [f"毛巾 款{place}" for place in chosen.tolist()],
                "price_text": [f"{price:.2f}" for price in listings.price[chosen].tolist()],
                "unit_text": "条",
                "sales_30d_text": None if basis == "cumulative" else pl.Series(text),
                "sales_total_text": pl.Series(text) if basis == "cumulative" else None,
                "seller_place_text": "河北 保定市高阳县",
            }
        ).with_columns(pl.col("sales_30d_text", "sales_total_text").cast(pl.String))


def _with_pages(offers: pl.DataFrame) -> pl.DataFrame:
    place = pl.int_range(pl.len()).over("marketplace")
    paged = offers.with_columns(page=1 + place // PAGE_SIZE, position=1 + place % PAGE_SIZE)
    digest = pl.concat_str("marketplace", "week", "page", separator=" ")
    missing = [name for name in table("offers").names if name not in (*paged.columns, "page_digest")]
    schema = table("offers").polars_schema()
    return paged.with_columns(
        digest.alias("page_digest"), *(pl.lit(None, schema[name]).alias(name) for name in missing)
    )


def _read_pages(random: np.random.Generator, offers: pl.DataFrame, share: float) -> pl.DataFrame:
    """The offers of the pages that were read, a `share` of each marketplace's being lost."""
    pages = offers.select("marketplace", "page").unique(maintain_order=True)
    lost = pages.with_columns(draw=random.random(pages.height)).filter(
        pl.col("draw").rank("ordinal").over("marketplace") <= (share * pl.len().over("marketplace")).round()
    )
    return offers.join(lost, on=["marketplace", "page"], how="anti", maintain_order="left")


def _page_count(offers: pl.DataFrame, marketplace: str) -> int:
    return offers.filter(pl.col("marketplace") == marketplace)["page"].n_unique()


def _one_digit(pieces: float) -> str:
    """Floored to one digit from 100 on: 2000+."""
    if pieces < 100:
        return str(int(pieces))
    step = 10 ** (len(str(int(pieces))) - 1)
    return f"{int(pieces // step) * step}+"


def _hundreds(pieces: float) -> str:
    """Floored to two decimals of 万 from 10,000 on, exact below: 1.23万+."""
    return str(int(pieces)) if pieces < 10_000 else f"{int(pieces // 100) / 100:.2f}万+"
