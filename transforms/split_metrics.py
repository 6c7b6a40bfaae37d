"""The metrics that total_change is made of: by listing, by logarithms, and with relaunched listings followed.

Source: METHOD 1.4, 4.6.
"""

from transforms.metric import Metric
from transforms.split import EFFECTS, LINKED, MONTGOMERY

TITLES = dict(
    zip(
        EFFECTS,
        (
            ("Price effect", "价格效应", "price changes of staying listings", "在售商品价格变化"),
            ("Volume effect", "销量效应", "more or fewer units of staying listings", "在售商品销量变化"),
            ("Mix effect", "结构效应", "a shift among staying listings of unequal price", "在售商品结构变化"),
            ("Entry effect", "进入效应", "listings that have come", "新上架商品"),
            ("Exit effect", "退出效应", "listings that have gone", "下架商品"),
        ),
        strict=True,
    )
)


def effect_metrics() -> list[Metric]:
    """The five effects on listing level, by Bennet."""
    return [
        Metric(
            *(id_, "change", en, zh),
            f"Part of the total change of displayed sales due to {cause}, as a fraction of the base total.",
            f"{cause_zh}对展示成交额总变化的贡献，以基期总额为分母。",
            "METHOD 1.4",
        )
        for id_, (en, zh, cause, cause_zh) in TITLES.items()
    ]


def montgomery_metrics() -> list[Metric]:
    """The three effects of staying listings by Montgomery."""
    return [
        Metric(
            *(id_, "change", f"{en}, by logarithms", f"{zh}（对数分解）"),
            f"Part of the total change of displayed sales due to {cause}, as a fraction of the base total, by "
            f"Montgomery's split; the three with `entry_effect` and `exit_effect` add up to the total change.",
            f"按Montgomery对数分解，{cause_zh}对展示成交额总变化的贡献，以基期总额为分母；"
            f"三项与进入、退出效应之和等于总变化。",
            "METHOD 1.4",
        )
        for id_, (en, zh, cause, cause_zh) in zip(MONTGOMERY, TITLES.values(), strict=False)
    ]


def linked_metrics() -> list[Metric]:
    """The five effects where what was relaunched is one product at both ends."""
    return [
        Metric(
            *(id_, "change", f"{en}, relaunches followed", f"{zh}（相连重新上架商品）"),
            f"Part of the total change of displayed sales due to {cause}, as a fraction of the base total, a listing "
            f"that came back under another id (as in `relaunched_share`) staying; the five add up to the total change.",
            f"把重新上架的商品与原商品视为同一商品时，{cause_zh}对展示成交额总变化的贡献，以基期总额为分母；"
            f"五项之和等于总变化。",
            "METHOD 1.4, 4.6",
        )
        for id_, (en, zh, cause, cause_zh) in zip(LINKED, TITLES.values(), strict=True)
    ]
