"""Metrics of crowding and of merchants: alike listings, concentration, volatility, repurchase (METHOD 5.6 to 5.10)."""

import polars as pl

from transforms.forms import Concentration, Measured, Share, Total
from transforms.homogeneity import title_hhi as measure_groups
from transforms.homogeneity import title_homogeneity as measure_titles
from transforms.metric import ALONE, Metric, metric
from transforms.volatility import volatility as measure_volatility

VALUE, EARLIER = pl.col("value_yuan"), pl.col("earlier_merchant_yuan")
LOWER, EARLIER_LOWER = pl.col("value_low_yuan"), pl.col("earlier_merchant_low_yuan")
MARKETPLACES = ("marketplace",)
ALL_OF_THEM = 0.9995  # what pages show as 100 %
CHURN = [
    (
        *("entry_share", "Merchants who came", "新进商家占比"),
        "Merchants who stand now and did not a year ago, over those who stood then; it may exceed 100 %.",
        "现有而一年前没有的商家数与一年前商家数之比，可超过100%。",
    ),
    (
        *("exit_share", "Merchants who went", "退出商家占比"),
        "Share of the merchants of a year ago who do not stand now.",
        "一年前的商家中现已不在的占比。",
    ),
    (
        *("churn_share", "Merchants who came or went", "商家更替率"),
        "Merchants who came and who went within a year, over the merchants of both weeks together.",
        "一年内进入与退出的商家数之和，除以两端商家数之和。",
    ),
    (
        *("survival_52w", "Merchants still there after a year", "一年后仍在的商家占比"),
        "Share of the merchants seen 52 weeks ago who are still there. Who is not seen while pages were lost is not "
        "known to have gone: the exit lies between the last sight and the next week that was read whole.",
        "52周前见到的商家中目前仍在的占比；页面缺失的周内未见到的商家不视为退出，退出时间按区间删失处理（Turnbull估计）。",
    ),
]


def churn_metrics() -> list[Metric]:
    """Who came and who went within a year: they compare two weeks, and are told of the later."""
    return [Metric(*words[:1], "share", *words[1:], "METHOD 5.7", pillar="crowding") for words in CHURN]


@metric(
    unit="share",
    en="Alike listings",
    zh="商品同质化程度",
    definition_zh="1减去标题组数与商品数之比；标题按三字符片段的相似度（Jaccard不低于0.7）跨商家成组。0表示没有雷同，越接近1越同质。",
    source="METHOD 5.6",
    cuts=ALONE,
    pillar="crowding",
)
def title_homogeneity() -> Measured:
    """1 less groups over listings, groups being chains of titles of different merchants whose character 3-grams have a
    Jaccard index of 0.7 or more: 0 where no title is like another merchant's, near 1 where all are one."""
    return Measured(measure_titles)


@metric(
    unit="ratio",
    en="Concentration of listings on alike ones (HHI)",
    zh="同款商品集中度（HHI）",
    definition_zh="各同款商品组占商品数份额的平方和乘以10,000（不与他人雷同的商品自成一组）；少数几款占据货架时升高。",
    source="METHOD 5.6",
    cuts=ALONE,
    pillar="crowding",
)
def title_hhi() -> Measured:
    """Sum of the squared shares of listings that groups of alike titles have, times 10,000, a listing that is like no
    other merchant's being a group of its own: it rises where a few things fill the shelves."""
    return Measured(measure_groups, changes_by="ratio")


@metric(
    unit="ratio",
    en="Concentration of sales (HHI)",
    zh="成交额集中度（HHI）",
    definition_zh="商家展示成交额份额的平方和乘以10,000；区间反映相隔四周两次读数之间的波动。",
    source="METHOD 5.8",
    cuts=MARKETPLACES,
    pillar="crowding",
)
def hhi() -> Concentration:
    """Herfindahl-Hirschman index of displayed sales over merchants: the sum of squared shares times 10,000; three
    merchants of 50, 30 and 20 % make 3,800."""
    return Concentration(VALUE, EARLIER, "hhi")


@metric(
    unit="share",
    en="Share of the four largest merchants",
    zh="前四大商家份额（CR4）",
    definition_zh="展示成交额最大的四个商家的份额合计。",
    source="METHOD 5.8",
    cuts=MARKETPLACES,
)
def cr4() -> Concentration:
    """Share of displayed sales that the four merchants with the most have together."""
    return Concentration(VALUE, EARLIER, "top4")


@metric(
    unit="ratio",
    en="Effective number of merchants",
    zh="有效商家数",
    definition_zh="成交额集中度的倒数：多少个规模相同的商家会有同样的集中度。",
    source="METHOD 5.8",
    cuts=MARKETPLACES,
)
def effective_merchants() -> Concentration:
    """How many merchants of equal displayed sales would be as concentrated: 10,000 over the index."""
    return Concentration(VALUE, EARLIER, "effective")


@metric(
    unit="ratio",
    en="Concentration of the lower ends of sales (HHI)",
    zh="按展示下限的成交额集中度（HHI）",
    definition_zh="按展示下限（1000+记为1000）计算的商家份额平方和乘以10,000，用于核对模型对集中度的影响；展示值无取整时无此行。",
    source="METHOD 5.8",
    cuts=ALONE,
)
def hhi_lower() -> Concentration:
    """Herfindahl-Hirschman index of the lower ends of what is displayed (1000+ is 1000): how far it is from `hhi` tells
    what rests on the model behind displayed_sales. No row where displays hide nothing."""
    return Concentration(LOWER, EARLIER_LOWER, "hhi", against=VALUE)


@metric(
    unit="share",
    en="Share of the four largest merchants, by lower ends",
    zh="按展示下限的前四大商家份额（CR4）",
    definition_zh="按展示下限计算的前四大商家份额；展示值无取整时无此行。",
    source="METHOD 5.8",
    cuts=ALONE,
)
def cr4_lower() -> Concentration:
    """Share of the four merchants with the most in the lower ends of what is displayed. No row where displays hide
    nothing."""
    return Concentration(LOWER, EARLIER_LOWER, "top4", against=VALUE)


@metric(
    unit="ratio",
    en="Volatility of monthly sales",
    zh="月度成交额波动率",
    definition_zh="过去52周内相隔四周的13次28天读数之间，展示成交额对数变化的标准差，只比较两端均有成交额的商家；0.1约为每月10%。",
    source="METHOD 3.3",
    cuts=ALONE,
)
def volatility() -> Measured:
    """Standard deviation of the change of the logarithm of displayed sales between readings of 28 days that do not
    overlap, thirteen of them in 52 weeks, each change over merchants who show sales at both its ends: 0.1 is about 10 %
    a month."""
    return Measured(measure_volatility, changes_by="ratio")


@metric(
    unit="share",
    en="Displayed repurchase rate, by sales",
    zh="展示复购率（按成交额加权）",
    definition_zh="商家展示复购率按展示成交额加权的平均值。",
    source="METHOD 5.10",
    cuts=ALONE,
)
def repurchase_by_sales_share() -> Share:
    """Mean of the repurchase rates that merchants display, weighted by their displayed sales."""
    return Share(pl.col("merchant_repurchase_share"), by=VALUE)


@metric(
    unit="share",
    en="Merchants who display a repurchase rate of 100 %",
    zh="展示复购率为100%的商家占比",
    definition_zh="展示复购率为100%的商家占比，每个商家计一次；不是报道所说的客户复购。",
    source="METHOD 5.10",
    cuts=("value_top",),
)
def full_repurchase_share() -> Share:
    """Share of merchants whose displayed repurchase rate is 100 %, each merchant once; it is the site's rate of a
    merchant, and tells nothing about single customers."""
    return Share(pl.col("merchant_repurchase_share") >= ALL_OF_THEM, per="merchant")


@metric(
    unit="yuan",
    en="Displayed sales net of returns",
    zh="扣除退货的展示成交额",
    definition_zh="有退货率记录的商品的28天展示成交额，扣除退货部分。",
    source="METHOD 3.3",
    cuts=ALONE,
)
def net_sales() -> Total:
    """Yuan per 28 days that buyers keep: value times 1 less the return rate, over listings of which that is
    observed."""
    return Total(VALUE * (1 - pl.col("return_share")), is_partial=True)
