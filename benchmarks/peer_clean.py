"""The peer's second step: quoted offers to typed listings, in one pandas frame of the whole week."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peer_numbers import counts, prices, shares, units, whole_numbers
from benchmarks.peer_places import Gazetteer

KEY = ["marketplace", "week", "category", "merchant_id", "listing_id"]
KEPT = ["seen_at", "title_text", "merchant_name_text", "is_ad", "site_belt_text"]
EVIDENCE = ["page", "position", "page_digest", "archive_file", "archive_offset"]
TYPES = {"生产加工": "maker", "经销批发": "trader"}
COUNTER_SITE = "practice-html"  # its counts are of all time
BADGES = {
    "自营": "mode_self",
    "托管供货": "mode_supply",
    "AI生意助手": "assistant",
    "仅退款": "refund_only",
    "7天无理由退货": "return_7d",
    "48小时发货": "ship_48h",
    "先采后付": "pay_later",
    "现货直发": "in_stock",
    "代发包邮": "dropship",
    "7×24H响应": "fast_reply",
}


def clean(out: Path) -> None:
    """offers.parquet to listing_weeks.parquet and rejects.parquet."""
    offers = pd.read_parquet(out / "offers.parquet")
    typed = _typed(offers)
    reason = _reason(typed)
    accepted = typed[reason.isna()].sort_values(["is_ad", "page", "position"])
    accepted["is_advertised"] = accepted.groupby(KEY)["is_ad"].transform("any")
    repeated = accepted.duplicated(KEY)
    rejects = pd.concat([typed.assign(reason=reason)[reason.notna()], accepted[repeated].assign(reason="duplicate")])
    accepted[~repeated].sort_values(KEY).to_parquet(out / "listing_weeks.parquet")
    rejects[[*KEY, "page", "position", "page_digest", "reason"]].to_parquet(out / "rejects.parquet")


def _typed(offers: pd.DataFrame) -> pd.DataFrame:
    """One row per offer with the columns of listing_weeks."""
    minimum = whole_numbers(offers["minimum_order_text"])
    price = _reference_prices(offers, minimum)
    sold = units(offers["unit_text"], offers["title_text"])
    typed = pd.concat([offers[[*KEY, *KEPT]], price, sold[["unit", "pack_count"]], offers[EVIDENCE]], axis=1)
    typed["list_price_yuan"] = prices(offers["list_price_text"])["mid"]
    typed["minimum_order"] = minimum
    typed["unit_price_yuan"] = price["price_yuan"] / sold["pack_count"]
    sales = _sales(offers, price["price_yuan"])
    typed[list(sales)] = sales
    typed["listing_repurchase_share"] = shares(offers["listing_repurchase_text"])
    typed["merchant_repurchase_share"] = shares(offers["merchant_repurchase_text"])
    places = _places(offers)
    typed[list(places)] = places
    typed["merchant_years"] = whole_numbers(offers["merchant_years_text"])
    typed["merchant_type"] = offers["merchant_type_text"].map(TYPES).fillna("other")
    typed["flags"] = _flags(offers["badges"], sold["note"], typed.pop("is_range"), typed.pop("is_payers"))
    return typed


def _reference_prices(offers: pd.DataFrame, minimum: pd.Series) -> pd.DataFrame:
    """The price shown, or that of the tier at the minimum order where none or a range is shown; lowest and highest."""
    shown = prices(offers["price_text"])
    listed = offers[["tier_prices", "tier_quantities"]].explode(["tier_prices", "tier_quantities"]).dropna()
    tiers = prices(listed["tier_prices"].astype(str)).assign(
        quantity=whole_numbers(listed["tier_quantities"].astype(str)), minimum=minimum
    )
    is_above = ~(tiers["quantity"] <= tiers["minimum"])
    ranked = tiers.assign(is_above=is_above, rank=tiers["quantity"].where(is_above, -tiers["quantity"]))
    by_tier = ranked.sort_values(["is_above", "rank"]).groupby(level=0)["mid"].first().reindex(offers.index)
    ends = tiers.groupby(level=0).agg(low=("low", "min"), high=("high", "max")).reindex(offers.index)
    is_used = by_tier.notna() & (shown["mid"].isna() | (shown["low"] < shown["high"]))
    return pd.DataFrame(
        {
            "price_yuan": by_tier.where(is_used, shown["mid"]),
            "price_low_yuan": np.fmin(shown["low"], ends["low"]),
            "price_high_yuan": np.fmax(shown["high"], ends["high"]),
            "is_range": ~is_used & (shown["low"] < shown["high"]),
        }
    )


def _sales(offers: pd.DataFrame, price: pd.Series) -> pd.DataFrame:
    """Pieces and value of 28 days: of 30 days' pieces, else null beside a counter, else of turnover."""
    month, total = counts(offers["sales_30d_text"]), counts(offers["sales_total_text"])
    turnover = counts(offers["turnover_30d_text"])
    has_month = month["mid"].notna() & (offers["marketplace"] != COUNTER_SITE)
    has_total = ~has_month & total["mid"].notna()
    has_turnover = ~has_month & ~has_total & turnover["mid"].notna()
    names: Any = [["trailing_30d", "cumulative", "turnover_30d"], ""]
    basis = np.select([has_month, has_total, has_turnover], *names)
    sales = pd.DataFrame({"sales_basis": basis}, index=offers.index).replace({"sales_basis": {"": None}})
    for end in ("low", "mid", "high"):
        pieces, value = month[end] * 28 / 30, turnover[end] * 28 / 30
        sales[f"pieces_{end}"] = pieces.where(has_month, (value / price).where(has_turnover))
        sales["value_yuan" if end == "mid" else f"value_{end}_yuan"] = (pieces * price).where(
            has_month, value.where(has_turnover)
        )
    sales["sales_total_low"], sales["sales_total_high"] = total["low"], total["high"]
    sales["is_payers"] = (month["is_payers"] & has_month) | (total["is_payers"] & has_total)
    return sales


def _places(offers: pd.DataFrame) -> pd.DataFrame:
    """Code and level of the seller's place, code of the ship-from place; each distinct text is looked up once."""
    gazetteer = Gazetteer()
    codes = [
        offers[text].map({one: gazetteer.code_of(one) for one in offers[text].dropna().unique()})
        for text in ("seller_place_text", "ship_place_text")
    ]
    levels = codes[0].map({code: gazetteer.level(code) for code in codes[0].dropna().unique()})
    return pd.DataFrame({"place_code": codes[0], "place_level": levels, "ship_place_code": codes[1]})


def _flags(badges: pd.Series, notes: pd.Series, is_range: pd.Series, is_payers: pd.Series) -> list[list[str]]:
    """Meanings of the badges and what was noted, sorted; a plain loop is quicker here than explode and groupby."""
    flags = []
    for texts, note, ranged, paid in zip(badges, notes, is_range, is_payers, strict=True):
        found = {BADGES[text] for text in texts if text in BADGES}
        found.update(name for name, holds in ((note, note), ("price_range", ranged), ("payers", paid)) if holds)
        flags.append(sorted(found))
    return flags


def _reason(typed: pd.DataFrame) -> pd.Series:
    """Why an offer is refused; null where it is not."""
    cases: Any = {
        "no_listing_id": typed["listing_id"].isna(),
        "no_merchant_id": typed["merchant_id"].isna(),
        "no_price": typed["price_yuan"].isna(),
    }
    reasons = np.select(list(cases.values()), list(cases), "")
    return pd.Series(reasons, index=typed.index).replace("", None)
