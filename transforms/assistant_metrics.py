"""The metrics of the AI assistant, in the order in which they are published."""

from transforms.metric import Metric

SOURCE = "METHOD 5.12"


def assistant_metrics() -> list[Metric]:
    """The metrics of adopters of the assistant against the other merchants of their belt."""
    return [
        Metric(
            *("assistant_effect", "change", "Effect of the AI assistant", "AI助手效应"),
            "How much more merchants sell (pieces at constant prices, per 28 days) from the second reading with the "
            "badge of the assistant on than without it: their change since the last reading before it, over that of "
            "merchants without it in the same category and week. An association, unless `method` says effect.",
            "商家带上AI助手标识后（自第二次读数起）28天销量（按不变价格计）的增幅，相对于同类目同周尚未采用的商家；"
            "除method注明effect外，只是相关关系。",
            SOURCE,
        ),
        Metric(
            *("assistant_pretrend", "change", "Drift of adopters before they adopted", "采用前的趋势差"),
            "How much faster later adopters of the assistant grew than the others per four weeks, over the eight "
            "readings before they adopted: nought if they went along with the others.",
            "采用AI助手之前的八次读数中，后来的采用者每四周销量增速超出其他商家的幅度；两者趋势一致时为零。",
            SOURCE,
        ),
        Metric(
            *("assistant_breakdown", "ratio", "What it takes to undo the effect", "效应的稳健倍数"),
            "How many times the largest step apart from the others before adoption adopters would have to take by "
            "themselves, one way and at every reading since, for the interval of the effect to reach zero; 0 where it "
            "holds zero already. It is read off that interval, as a p-value is: no estimate, and without an interval.",
            "采用之后若每次读数都自行偏离，偏离须达到采用前相邻读数最大偏离的多少倍，效应的区间才会触及零；"
            "区间本已含零时为0。该数由上述区间得出（如同p值），不是估计，故自身无区间。",
            SOURCE,
        ),
    ]
