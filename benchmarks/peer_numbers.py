"""The peer's readers of texts, each on a whole column: the forms that pages of both layouts have (page_forms.py)."""

from typing import Any

import numpy as np
import pandas as pd

COUNT = r"(\d[\d,]*(?:\.\d+)?)\s*(万|亿)?\s*(\+)?"
PRICE = r"(\d[\d,]*(?:\.\d+)?)(?:\s*[-~]\s*(\d[\d,]*(?:\.\d+)?))?"
TENS = {"万": 1e4, "亿": 1e8}
PAYERS = "人付款"
HIGHEST_YUAN = 1e7
MEASURES = {"千克": ("gram", 1000.0), "斤": ("gram", 500.0), "米": ("metre", 1.0)}
HOLDERS, MAY_HOLD = ["包", "盒"], ["件", "套"]
PACK = r"(\d+)[条双个](?:装|/([包盒]))"
WEIGHT = r"(\d+)g"


def prices(texts: pd.Series) -> pd.DataFrame:
    """low, high and mid (yuan; of a range the geometric mean); null where there is none or it is out of range."""
    parts = _plain(texts).str.extract(PRICE)
    low = _float(parts[0])
    high = _float(parts[1]).fillna(low)
    is_sane = (low > 0) & (high < HIGHEST_YUAN) & (high >= low)
    mid = low.where(low == high, np.sqrt(low * high))
    return pd.DataFrame({"low": low, "mid": mid, "high": high}).where(is_sane)


def counts(texts: pd.Series) -> pd.DataFrame:
    """low, mid, high, and is_payers: 1.2万+ is open above, as is a number of payers; 6.15万 is rounded."""
    plain = _plain(texts)
    parts = plain.str.extract(COUNT)
    mid = _float(parts[0]) * parts[1].map(TENS).fillna(1.0)
    is_payers = plain.str.contains(PAYERS).fillna(False).astype(bool)
    is_open = parts[2].notna()
    shown = parts[0].str.partition(".")[2].str.len().fillna(0)
    half = (10 ** (np.log10(parts[1].map(TENS)) - shown) / 2).where(~is_open).fillna(0.0)
    high = (mid + half).where(~is_open & ~is_payers)
    return pd.DataFrame({"low": mid - half, "mid": mid, "high": high, "is_payers": is_payers})


def shares(texts: pd.Series) -> pd.Series:
    """22.8% is 0.228."""
    return _float(texts.str.extract(r"([\d.]+)%")[0]) / 100


def whole_numbers(texts: pd.Series) -> pd.Series:
    """The first number of a text: years, and the lower end of quantities (≥20, 20~999)."""
    return _float(texts.str.extract(r"(\d+)")[0])


def units(words: pd.Series, titles: pd.Series) -> pd.DataFrame:
    """unit, pack_count and note: the class of the unit, what it holds by the title, and what is doubtful about that."""
    kind = words.map({unit: name for unit, (name, _) in MEASURES.items()}).fillna("piece")
    factor = words.map({unit: size for unit, (_, size) in MEASURES.items()}).fillna(1.0)
    pack = titles.str.extract(PACK)
    held, holder, weight = _float(pack[0]), pack[1], _float(titles.str.extract(WEIGHT)[0])
    is_stated, is_holder = held.notna(), words.isin(HOLDERS)
    fits = (is_holder & (holder.isna() | (holder == words))) | words.isin(MAY_HOLD)
    cases: Any = [is_stated & (kind != "piece"), is_stated & fits, is_stated, weight.notna() & is_holder, is_holder]
    chosen: Any = {
        "unit": np.select(cases, ["", "piece", "piece", "gram", "piece"], kind),
        "pack_count": np.select(cases, [np.nan, held, 1.0, weight, 1.0], factor),
        "note": np.select(cases, ["unit_mislabelled", "", "pack_unsure", "", "pack_unsure"], ""),
    }
    return pd.DataFrame(chosen, index=words.index).replace({"unit": {"": None}})


def _plain(texts: pd.Series) -> pd.Series:
    return texts.str.normalize("NFKC").str.strip()


def _float(digits: pd.Series) -> pd.Series:
    return pd.to_numeric(digits.str.replace(",", ""))
