"""Metrics of what merchants promise, badge by badge, and of what comes back to them (METHOD 5.9, 5.10)."""

import polars as pl

from transforms.forms import Median, Share
from transforms.metric import ALONE, metric

FLAGS = ("refund_only", "return_7d", "ship_48h")
HAS = [pl.col("flags").list.contains(flag) for flag in FLAGS]


@metric(
    unit="share",
    en="Listings with refund without return",
    zh="承诺仅退款的商品占比",
    definition_zh="带有仅退款标签的商品占比；平台不显示标签则不计算。",
    source="METHOD 5.9",
    cuts=ALONE,
    pillar="service",
)
def refund_only_share() -> Share:
    """Share of listings that carry a badge for refund without return, among those whose page shows badges at all."""
    return Share(HAS[0])


@metric(
    unit="share",
    en="Listings with return within 7 days",
    zh="承诺七天无理由退货的商品占比",
    definition_zh="带有七天无理由退货标签的商品占比；平台不显示标签则不计算。",
    source="METHOD 5.9",
    cuts=ALONE,
    pillar="service",
)
def return_7d_share() -> Share:
    """Share of listings that carry a badge for return within 7 days, among those whose page shows badges at all."""
    return Share(HAS[1])


@metric(
    unit="share",
    en="Listings shipped within 48 hours",
    zh="承诺48小时发货的商品占比",
    definition_zh="带有48小时发货标签的商品占比；平台不显示标签则不计算。",
    source="METHOD 5.9",
    cuts=ALONE,
    pillar="service",
)
def ship_48h_share() -> Share:
    """Share of listings that carry a badge for shipping within 48 hours, among those whose page shows badges at all."""
    return Share(HAS[2])


@metric(
    unit="share",
    en="Median displayed repurchase rate",
    zh="展示复购率中位数",
    definition_zh="商家展示复购率的中位数，每个商家计一次；不是报道所说的客户复购。",
    source="METHOD 5.10",
    cuts=("value_top",),
)
def repurchase_median() -> Median:
    """Median of the repurchase rates that merchants display, each merchant once; it is the site's rate of a merchant,
    and tells nothing about single customers."""
    return Median(pl.col("merchant_repurchase_share"))
