"""Prices and counts of practice pages in the forms that real pages give them: ranges, 万, +, full-width digits, payers.

The practice marketplaces write plain numbers, which any reader reads. Which of them gets which form follows from its
place on the page; five in six stay as they are.
"""

import re
from collections.abc import Callable
from itertools import count

ONE_IN = 6
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
PRICE = re.compile(r'(?<="strPriceMoney":")(\d+)\.(\d\d)(?=")')
PRICES: list[Callable[[str, str], str]] = [
    lambda yuan, fen: f"¥{yuan}.{fen}",
    lambda yuan, fen: f"{yuan}.{fen}-{int(yuan) + 2}.{fen}",
    lambda yuan, fen: f"{yuan.translate(WIDE)}.{fen.translate(WIDE)}元",
    lambda yuan, fen: "面议",
]
MONTH = re.compile(r'(?<="quantitySumMonth":")(\d+)","quantitySumMonthDisplay":"([^"]*)(?=")')
MONTHS: list[Callable[[str, str], str]] = [  # exact ones only: what a floored count hides is not read but estimated
    lambda exact, shown: f'{exact}件","quantitySumMonthDisplay":"{shown}',
    lambda exact, shown: f'月销{int(exact):,}件","quantitySumMonthDisplay":"{shown}',
    lambda exact, shown: f'{exact.translate(WIDE)}","quantitySumMonthDisplay":"{shown}',
    lambda exact, shown: f'","quantitySumMonthDisplay":"成交{exact}件',
]
SOLD = re.compile(r"累计(成交)([^<]*)件")
SOLDS: list[Callable[[str, str], str]] = [
    lambda word, shown: f"已售{shown}件",
    lambda word, shown: shown,
    lambda word, shown: f"总销 {shown} 件",
    lambda word, shown: f"{shown}人付款",
]


def varied(page: str) -> str:
    """The page with one in six of its prices and counts written otherwise."""
    for pattern, forms in ((PRICE, PRICES), (MONTH, MONTHS), (SOLD, SOLDS)):
        page = pattern.sub(_written(forms), page)
    return page


def _written(forms: list[Callable[[str, str], str]]) -> Callable[[re.Match[str]], str]:
    places = count(1)

    def write(hit: re.Match[str]) -> str:
        turn, is_kept = divmod(next(places), ONE_IN)
        return hit[0] if is_kept else forms[turn % len(forms)](hit[1], hit[2])

    return write
