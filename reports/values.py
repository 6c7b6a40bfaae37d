"""How a published figure is written, by its unit: share, change, count, yuan, or a plain ratio."""

from math import isfinite

from reports.numbers import FINEST_DECIMALS, decimals_of, interval_text, share_text, signed, yuan_text
from reports.phrases import Say
from reports.readings import Number

SMALL_YUAN = 1000  # below it money is a price, and its hundredths count


def value_text(say: Say, number: Number) -> str:
    """A figure with its unit: `31.2 %`, `-4.1 %`, `1,204`, or money as a price (`4.50`) or a sum."""
    if number.unit == "share":
        return _share(say, number)
    if number.unit == "change":
        return say("percent", number=signed(number.value, _decimals(number)))
    if number.unit == "count":
        return f"{number.value:,.0f}"
    if number.unit.startswith("yuan"):
        is_price = abs(number.value) < SMALL_YUAN
        return say("yuan", number=f"{number.value:,.2f}") if is_price else yuan_text(say, number.value)
    return signless(number.value)


def difference_text(say: Say, number: Number) -> str:
    """A change on the year: relative in percent, or in points where its unit is that of a share."""
    if number.unit != "share":
        return value_text(say, number)
    return say("points", number=signed(number.value, _decimals(number)))


def bounds_text(say: Say, number: Number, is_difference: bool = False) -> str:
    """The interval of a figure without its unit; nothing where it has none."""
    low, high = number.low, number.high
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return ""
    if number.unit == "change" or is_difference:
        return interval_text(say, low, high)
    if number.unit == "share":
        decimals = decimals_of(low, high)
        return say("interval", low=_points(low, decimals), high=_points(high, decimals))
    form = signless if number.unit != "count" else "{:,.0f}".format
    return say("interval", low=form(low), high=form(high))


def signless(value: float) -> str:
    """A ratio or price at two decimals."""
    return f"{value:,.2f}" if abs(value) < SMALL_YUAN else f"{value:,.0f}"


def _share(say: Say, number: Number) -> str:
    if number.low is None or number.high is None or number.value in (0, 1):
        return share_text(say, number.value)
    return say("percent", number=_points(number.value, decimals_of(number.low, number.high)))


def _points(share: float, decimals: int) -> str:
    """Points of a share without sign; it keeps decimals until it differs from zero."""
    while share > 0 and decimals < FINEST_DECIMALS and round(share * 100, decimals) == 0:
        decimals += 1
    return f"{share * 100:.{decimals}f}"


def _decimals(number: Number) -> int:
    return 1 if number.low is None or number.high is None else decimals_of(number.low, number.high)
