"""Metrics of price pressure: prices below cost, cuts, undercutting, falling floors (METHOD 5.1 to 5.5)."""

import polars as pl

from transforms.floor_trend import floor_velocity as measure_floor
from transforms.forms import Balance, Dispersion, Measured, Quantile, Share
from transforms.homogeneity import duplicate_dispersion as measure_duplicates
from transforms.metric import ALONE, FEW_CUTS, metric
from transforms.undercutting import undercut_chain as measure_chain
from transforms.undercutting import undercut_chain_p95 as measure_long_chains
from transforms.undercutting import undercut_excess as measure_excess
from transforms.undercutting import undercut_share as measure_undercutting

CUT = 0.005  # a price is cut where it falls by more (METHOD 5.4)
IS_CUT = pl.col("price_yuan") < (1 - CUT) * pl.col("earlier_price_yuan")
IS_RISEN = pl.col("price_yuan") * (1 - CUT) > pl.col("earlier_price_yuan")
OLD = (1 - CUT) * pl.col("older_price_yuan")
IS_REGULAR_CUT = (pl.col("earlier_price_yuan") < OLD) & (pl.col("highest_since_yuan") < OLD)
FLOORS = tuple(pl.col(name) for name in ("cost_floor_low_yuan", "cost_floor_yuan", "cost_floor_high_yuan"))


def below_floor(times: float = 1.0, by: pl.Expr | None = None) -> Share:
    """The share priced strictly below so many times the cost floor, and below that of either end of its range."""
    least, point, most = (pl.col("unit_price_yuan") < times * floor for floor in FLOORS)
    return Share(point, by=by, between=(least, most))


def over_floor() -> Quantile:
    """The median unit price over the cost floor, and over either end of its range."""
    most, point, least = (pl.col("unit_price_yuan") / floor for floor in FLOORS)
    return Quantile(point, between=(least, most))


@metric(
    unit="share",
    en="Displayed sales below cost",
    zh="低于成本的成交额占比",
    definition_zh="单价严格低于产业带成本下限的商品在展示成交额中的占比；区间涵盖成本下限区间的两端；无有出处的成本下限则不计算。",
    source="METHOD 5.1",
    cuts=ALONE,
)
def below_cost_value_share() -> Share:
    """Share of displayed sales made at prices strictly below the belt's cost floor, among listings of the floor's unit
    class that show sales; none where no sourced floor is known. The interval holds a range of the floor too."""
    return below_floor(by=pl.col("value_yuan"))


@metric(
    unit="share",
    en="Listings at most a tenth above cost",
    zh="不高于成本110%的商品占比",
    definition_zh="单价低于产业带成本下限1.1倍的商品占比，即扣除材料后几乎没有加工余地；区间涵盖成本下限区间的两端；无有出处的成本下限则不计算。",
    source="METHOD 5.1",
    cuts=ALONE,
)
def near_cost_share() -> Share:
    """Share of listings priced below 1.1 times the belt's cost floor, which leaves next to nothing for making them;
    none where no sourced floor is known. The interval holds a range of the floor too."""
    return below_floor(1.1)


@metric(
    unit="change",
    en="Floor price velocity, per week",
    zh="低价周变化率",
    definition_zh="最常见计价单位商品单价5%分位数的对数在13周内的Theil-Sen斜率，只取首尾两周均在且单位、装量未变的商品；少于60个商品则不计算。",
    source="METHOD 5.2",
    cuts=ALONE,
    pillar="price",
)
def floor_velocity() -> Measured:
    """Change per week of the price that 5 % of listings undercut: Theil-Sen slope over 13 weeks, over listings that
    stand at both ends with the same unit and pack, in the commonest unit class; none with fewer than 60 of them."""
    return Measured(measure_floor)


@metric(
    unit="ratio",
    en="Price dispersion",
    zh="价格离散度",
    definition_zh="最常见计价单位商品单价的稳健变异系数：1.4826乘以绝对中位差，除以中位数。",
    source="METHOD 5.3",
    cuts=FEW_CUTS,
)
def price_dispersion() -> Dispersion:
    """Robust coefficient of variation of unit prices in the commonest unit class: 1.4826 times the median distance from
    the median, over the median."""
    return Dispersion(pl.col("main_price_yuan"))


@metric(
    unit="ratio",
    en="Upper over lower quartile of prices",
    zh="单价上下四分位数之比",
    definition_zh="最常见计价单位商品单价的75%分位数与25%分位数之比。",
    source="METHOD 5.3",
    cuts=ALONE,
)
def quartile_ratio() -> Quantile:
    """The price that a quarter of listings exceed over the price that a quarter undercut, in the commonest unit class:
    its logarithm is the interquartile range of logarithms."""
    return Quantile(pl.col("main_price_yuan"), level=0.75, over=0.25)


@metric(
    unit="ratio",
    en="Lower decile over median price",
    zh="单价下十分位数与中位数之比",
    definition_zh="最常见计价单位商品单价的10%分位数与中位数之比；越小，低价商品离中位价越远。",
    source="METHOD 5.3",
    cuts=ALONE,
)
def decile_ratio() -> Quantile:
    """The price that a tenth of listings undercut over the median price, in the commonest unit class."""
    return Quantile(pl.col("main_price_yuan"), level=0.1, over=0.5)


@metric(
    unit="ratio",
    en="Price spread inside alike listings",
    zh="同款商品价格离散度",
    definition_zh="标题相似且分属不同商家的商品组内，单价对数的合并标准差；没有这样的组则不计算。",
    source="METHOD 5.3",
    cuts=ALONE,
)
def duplicate_dispersion() -> Measured:
    """Standard deviation of the logarithm of unit prices inside groups of alike titles of several merchants, all groups
    together: how far one and the same thing differs in price."""
    return Measured(measure_duplicates, changes_by="ratio")


@metric(
    unit="share",
    en="Listings that cut their price and kept it low",
    zh="降价且未恢复的商品占比",
    definition_zh="八周前到四周前降价超过0.5%、且此后四周未恢复到原价的商品占比；排除短期促销。",
    source="METHOD 5.4",
    cuts=FEW_CUTS,
)
def regular_cut_share() -> Share:
    """Share of listings whose price fell by more than 0.5 % between eight and four weeks ago and has not been back
    since, among those that stood both weeks with the same unit and pack as now: sales that end within four weeks are
    left out."""
    return Share(IS_REGULAR_CUT)


@metric(
    unit="change",
    en="Cuts less rises",
    zh="净降价占比",
    definition_zh="与四周前相比，降价超过0.5%的商品占比减去涨价超过0.5%的商品占比。",
    source="METHOD 5.4",
    cuts=FEW_CUTS,
    pillar="price",
)
def net_cut_share() -> Balance:
    """Share of listings whose price fell by more than 0.5 % in four weeks, less the share of those whose price rose by
    more."""
    return Balance(IS_CUT, IS_RISEN)


@metric(
    unit="share",
    en="Cuts among price changes",
    zh="降价在调价中的占比",
    definition_zh="四周内价格变动超过0.5%的商品中，降价商品的占比。",
    source="METHOD 5.4",
    cuts=ALONE,
)
def cut_among_changes_share() -> Share:
    """Share of cuts among listings whose price changed by more than 0.5 % in four weeks."""
    return Share(pl.when(IS_CUT | IS_RISEN).then(IS_CUT))


@metric(
    unit="share",
    en="Median size of a cut",
    zh="降价幅度中位数",
    definition_zh="四周内降价超过0.5%的商品，其降幅的中位数。",
    source="METHOD 5.4",
    cuts=FEW_CUTS,
)
def cut_size() -> Quantile:
    """Median of the fraction by which prices fell in four weeks, among listings that fell by more than 0.5 %."""
    return Quantile(pl.when(IS_CUT).then(1 - pl.col("price_yuan") / pl.col("earlier_price_yuan")))


@metric(
    unit="share",
    en="Undercuts per listing and week",
    zh="周压价率",
    definition_zh="在标题相似、分属不同商家的商品组内，某商品在另一商家设定组内最低价后两周内，单价降至比其低0.5%以上成为新的最低价，记为一次压价；13周内压价次数除以商品周数，1%即每百商品周一次。",
    source="METHOD 5.5",
    cuts=ALONE,
)
def undercut_share() -> Measured:
    """How often a listing goes at least 0.5 % below the lowest unit price of its group of alike titles within two weeks
    after another merchant set that price: events over listings times weeks, in 13 weeks; 1 % is one in 100
    listing-weeks."""
    return Measured(measure_undercutting)


@metric(
    unit="change",
    en="Undercuts beyond chance, per listing and week",
    zh="超出偶然的周压价率",
    definition_zh="周压价率减去把各商品的调价日期随机重排后的平均值；区间取随机重排的95%范围与压价率自身区间中较宽者，整个区间大于零才说明是相互压价。",
    source="METHOD 5.5",
    cuts=ALONE,
    pillar="price",
)
def undercut_excess() -> Measured:
    """Undercuts per listing and week less what is found on average when each listing's changes of price are dealt to
    other weeks at random; the interval is the wider one of that of the deals and that of the undercuts, so that above
    zero cuts do answer each other."""
    return Measured(measure_excess)


@metric(
    unit="ratio",
    en="Undercuts in a row",
    zh="连续压价次数",
    definition_zh="每条压价链（同组相邻压价间隔不超过两周）的平均压价次数；没有压价则不计算。",
    source="METHOD 5.5",
    cuts=ALONE,
)
def undercut_chain() -> Measured:
    """Undercuts per chain, a chain being those of one group with at most two weeks between; none without any."""
    return Measured(measure_chain, changes_by="ratio")


@metric(
    unit="ratio",
    en="Undercuts in a row that 95 % of the chains do not exceed",
    zh="连续压价次数（95%分位）",
    definition_zh="13周内95%的压价链不超过的压价次数；区间由超过各长度的链所占比例的区间得出，链少时上端即13周的上限；没有压价则不计算。",
    source="METHOD 5.5",
    cuts=ALONE,
)
def undercut_chain_p95() -> Measured:
    """How many undercuts 95 % of the chains of thirteen weeks do not exceed; none without any. The interval is that of
    the share of chains that exceed each length, so that few chains leave its upper end at what thirteen weeks hold."""
    return Measured(measure_long_chains, changes_by="ratio")
