"""The catalogue of metrics, in the order in which they are published; those of other modules follow the ones here.

transforms/metric.py says what a metric is.
"""

from collections.abc import Collection, Sequence
from functools import cache

import polars as pl

from transforms import crowding, price_war, service
from transforms.bounds import WITHOUT_A_MODEL
from transforms.forms import Count, Quantile, Share, Total
from transforms.metric import CUTS, LevelMetric, Metric, metric, metrics_of
from transforms.split_metrics import effect_metrics, linked_metrics, montgomery_metrics


@cache
def metrics() -> Sequence[LevelMetric]:
    """The metrics of a belt and week, in the order in which they are published."""
    modules = (__name__, price_war.__name__, crowding.__name__, service.__name__)
    return tuple(made for module in modules for made in metrics_of(module))


@cache
def metrics_in(segment: str) -> Sequence[LevelMetric]:
    """Those of them that are published in a segment."""
    return tuple(metric for metric in metrics() if metric.is_in(segment))


@cache
def left_out(segment: str) -> Collection[str]:
    """Those of them that are not."""
    return frozenset(metric.id for metric in metrics() if not metric.is_in(segment))


def comparison_metrics() -> list[Metric]:
    """The metrics that exist only in comparisons, in the order in which they are published."""
    shared = ("matched_share", "share", "Matched share of base value", "匹配份额")
    matched = (
        "Share of the displayed sales a year ago that belongs to merchants who show sales at both ends; known exactly: "
        "no estimate, and without an interval."
    )
    matched_zh = "两端均有展示成交额的商家在基期成交额中所占的比例；为已知数而非估计，故无区间。"
    bracket = ("displayed_sales_bracket", "change", "Bracket of the matched change", "同店变化范围")
    lost = "What the matched change can be, whatever listings that are seen no more may sell; the value is its middle."
    relaunched = ("relaunched_share", "share", "Base value on relaunched listings", "重新上架商品占比")
    links = (
        "Share of the displayed sales a year ago on listings that are gone, of whose merchants a new one has like "
        "title, unit and price: of the exit effect so much is no exit of a product."
    )
    links_zh = "已下架、但同一商家以相近标题、单位与价格用新编号重新上架的商品在基期成交额中所占的比例。"
    return [
        *(Metric(*words) for words in WITHOUT_A_MODEL),
        *effect_metrics(),
        *montgomery_metrics(),
        Metric(*shared, matched, matched_zh, "METHOD 1.3"),
        *crowding.churn_metrics(),
        Metric(*relaunched, links, links_zh, "METHOD 4.6"),
        *linked_metrics(),
        Metric(*bracket, lost, "考虑不再出现的商品后同店变化的可能范围，数值取中点。", "METHOD 1.2"),
        _unlinked_index(),
    ]


def index_metrics() -> list[Metric]:
    """The price index of a belt, by month with a weekly flash (transforms/index_figures.py)."""
    definition = (
        "Price index of the belt's listings, 1 in the first month it is told of: the same listings are compared, month "
        "with month (GEKS), and relaunched ones with what they were; a month stands at its last week, weeks of the "
        "month under way are provisional."
    )
    definition_zh = (
        "产业带商品价格指数，首个公布月为1：逐月比较相同商品（GEKS），重新上架的商品与原商品相连；"
        "月度值列于该月最后一周，当月各周为暂定值。"
    )
    return [Metric("price_index", "ratio", "Price index", "价格指数", definition, definition_zh, "METHOD 4")]


def _unlinked_index() -> Metric:
    """The change of the price index were relaunched listings new ones."""
    definition = (
        "Change of the price index were relaunched listings new ones; how far the change of `price_index` is from it "
        "tells what rests on the links."
    )
    definition_zh = "不把重新上架的商品与原商品相连时价格指数的同比变化；与价格指数同比之差反映相连的影响。"
    titles = ("Price index without relaunch links", "未连重新上架商品的价格指数")
    return Metric("price_index_unlinked", "change", *titles, definition, definition_zh, "METHOD 4.6")


def region_metrics() -> list[Metric]:
    """The metrics of a province or of china, over its belts."""
    definition = (
        "Share of the belts with a published matched change of displayed sales whose interval lies below zero; "
        "merchants counts those belts, and the interval is Wilson's of that many."
    )
    definition_zh = (
        "在公布了同店同比变化的产业带中，区间整体低于零的产业带所占比例；商家数一列为产业带个数，区间为威尔逊区间。"
    )
    titles = ("Belts that are down", "下降产业带占比")
    return [Metric("belts_down_share", "share", *titles, definition, definition_zh, "DESIGN 10")]


@metric(
    unit="yuan",
    en="Displayed sales",
    zh="展示成交额",
    definition_zh="28天的展示成交额，按商品在产业带的权重计；未展示销量的商品不计。",
    source="METHOD 0, 3.3",
    cuts=(*CUTS, "price_band"),
)
def displayed_sales() -> Total:
    """Yuan per 28 days: value times weight in the belt; listings that show no sales add nothing."""
    return Total(pl.col("value_yuan"))


@metric(unit="count", en="Merchants", zh="商家数", definition_zh="有权重不低于0.8的商品的商家数。", source="METHOD 6")
def merchants() -> Count:
    """Merchants with a listing whose weight in the belt is 0.8 or more, whether it shows sales or not."""
    return Count("merchants")


@metric(unit="count", en="Listings", zh="商品数", definition_zh="权重不低于0.8的商品数。", source="METHOD 6")
def listings() -> Count:
    """Listings whose weight in the belt is 0.8 or more, whether they show sales or not."""
    return Count("listings")


@metric(
    unit="yuan",
    en="Median price",
    zh="单价中位数",
    definition_zh="产业带最常见计价单位（件、米或克）商品的单价中位数，不按销量加权；比较时取基期最常见的单位。",
    source="METHOD 5",
)
def median_price() -> Quantile:
    """Median of the price per piece, metre or gram over listings of the belt's commonest unit class (that of the base
    week in a comparison), whatever they sell."""
    return Quantile(pl.col("main_price_yuan"))


@metric(
    unit="share",
    en="Listings below cost",
    zh="低于成本的商品占比",
    definition_zh="单价严格低于产业带成本下限（同一计价单位）的商品占比；成本下限有区间时，结果区间涵盖其两端；无有出处的成本下限则不计算。",
    source="METHOD 5.1",
    pillar="price",
)
def below_cost_share() -> Share:
    """Share of listings priced strictly below the belt's cost floor, among those of the floor's unit class; none where
    no sourced floor is known. Where its source leaves the floor a range, the interval holds the shares at both ends."""
    return price_war.below_floor()


@metric(
    unit="ratio",
    en="Median price over cost floor",
    zh="单价中位数与成本下限之比",
    definition_zh="与成本下限同一计价单位的商品单价中位数除以成本下限；区间涵盖成本下限区间的两端；无有出处的成本下限则不计算。",
    source="METHOD 5.1",
)
def margin_over_floor() -> Quantile:
    """Median unit price over the belt's cost floor, among listings of the floor's unit class: 1.2 is a fifth above what
    the material costs; none where no sourced floor is known. The interval holds a range of the floor too."""
    return price_war.over_floor()


@metric(
    unit="ratio",
    en="Floor price over median price",
    zh="低价与中位价之比",
    definition_zh="最常见计价单位商品单价的5%分位数与中位数之比；越小，低价越离谱。",
    source="METHOD 5.2",
    pillar="price",
)
def floor_ratio() -> Quantile:
    """The price that 5 % of listings undercut over the median price, in the commonest unit class."""
    return Quantile(pl.col("main_price_yuan"), level=0.05, over=0.5)


@metric(
    unit="share",
    en="Listings that cut their price",
    zh="降价商品占比",
    definition_zh="与四周前同一商品（单位和装量相同）相比，价格下降超过0.5%的商品占比。",
    source="METHOD 5.4",
    pillar="price",
)
def cut_share() -> Share:
    """Share of listings whose price fell by more than 0.5 % in four weeks, among those that stood four weeks earlier
    with the same unit and pack."""
    return Share(price_war.IS_CUT)


@metric(
    unit="share",
    en="Advertised listings",
    zh="广告商品占比",
    definition_zh="当周至少一次以广告位出现的商品占比，无论其是否也在自然排序中出现。",
    source="DESIGN 10",
    pillar="crowding",
)
def ad_share() -> Share:
    """Share of listings that were shown as an advertisement at least once in the week, in the list itself or not."""
    return Share(pl.col("is_advertised"))


@metric(
    unit="share",
    en="Listings under service pressure",
    zh="承诺高压服务的商品占比",
    definition_zh="带有仅退款、七天无理由退货或48小时发货标签之一的商品占比；平台不显示标签则不计算。",
    source="METHOD 5.9",
    pillar="service",
)
def service_pressure() -> Share:
    """Share of listings that carry a badge for refund without return, return within 7 days, or shipping within 48
    hours, among those whose page shows badges at all."""
    return Share(pl.col("flags").list.eval(pl.element().is_in(service.FLAGS)).list.any())


@metric(
    unit="share",
    en="Displayed repurchase rate",
    zh="展示复购率",
    definition_zh="商家展示复购率的平均值，每个商家计一次；不是报道所说的客户复购。",
    source="METHOD 5.10",
    cuts=(*CUTS, "value_top"),
)
def repurchase_share() -> Share:
    """Mean of the repurchase rates that merchants display, each merchant once; it is the site's rate of a merchant, and
    tells nothing about single customers."""
    return Share(pl.col("merchant_repurchase_share"), per="merchant")


@metric(
    unit="share",
    en="Return rate",
    zh="退货率",
    definition_zh="有退货率记录的商品的平均退货率。",
    source="METHOD 5.9",
    pillar="service",
)
def return_rate() -> Share:
    """Mean return rate over listings of which it is observed (rows handed over)."""
    return Share(pl.col("return_share"))
