"""How a number is written: the published rounding (METHOD 1.6), signs, shares, money and dates, in both languages.

Signs are set as the true minus; where a docstring shows one, it shows a hyphen.
"""

from datetime import date, datetime

from configs.calendar import SHANGHAI
from reports.phrases import Say

MINUS = "\N{MINUS SIGN}"
WHOLE_POINTS_FROM = 0.02  # an interval that reaches further than 2 points to each side is not worth a decimal
FINEST_DECIMALS = 2

# A fixed list: %B would follow the machine's locale
FIRST_HALF = ("January", "February", "March", "April", "May", "June")
SECOND_HALF = ("July", "August", "September", "October", "November", "December")
MONTHS = (*FIRST_HALF, *SECOND_HALF)
STEPS = {"en": (("yuan_large", 1e9), ("yuan_middle", 1e6)), "zh": (("yuan_large", 1e8), ("yuan_middle", 1e4))}


def decimals_of(low: float, high: float) -> int:
    """Decimals of points for a change with this interval (fractions): 1, or 0 where its half-width exceeds 2 points."""
    half_width = round((high - low) / 2, 12)  # 0.53 - 0.49 is a hair above 0.04 in floats
    return 0 if half_width > WHOLE_POINTS_FROM else 1


def signed(change: float, decimals: int = 1) -> str:
    """Points of a change (fraction) with sign, no unit: `-50.1`; what rounds to zero has no sign, so never `-0`."""
    points = round(change * 100, decimals)
    if points == 0:
        return f"{0:.{decimals}f}"
    return f"{MINUS if points < 0 else '+'}{abs(points):,.{decimals}f}"


def interval_end(change: float, decimals: int) -> str:
    """Points of one end of an interval: it keeps decimals until it differs from zero, for zero decides the verdict."""
    while change != 0 and decimals < FINEST_DECIMALS and round(change * 100, decimals) == 0:
        decimals += 1
    return signed(change, decimals)


def change_text(say: Say, change: float, low: float, high: float) -> str:
    """A change as `-50.1 %`, rounded as its interval allows."""
    return say("percent", number=signed(change, decimals_of(low, high)))


def interval_text(say: Say, low: float, high: float) -> str:
    """An interval in points as `[-51.0, -49.2]`."""
    decimals = decimals_of(low, high)
    return say("interval", low=interval_end(low, decimals), high=interval_end(high, decimals))


def change_with_interval(say: Say, change: float, low: float, high: float) -> str:
    """A change and its interval as `-50.1 % [-51.0, -49.2]`; they do not part at the end of a line."""
    return f"{change_text(say, change, low, high)} {interval_text(say, low, high)}".replace(" ", "\N{NO-BREAK SPACE}")


def share_text(say: Say, share: float | None) -> str:
    """A share (0-1) as `98.3 %`; only 1 is `100 %` and only 0 is `0 %`; unknown where null."""
    if share is None:
        return say("unknown")
    if share in (0, 1):
        return say("percent", number=f"{share * 100:.0f}")
    inside = min(max(round(share * 100, 1), 0.1), 99.9) if 0 < share < 1 else round(share * 100, 1)
    return say("percent", number=f"{inside:.1f}")


def yuan_text(say: Say, yuan: float) -> str:
    """Money at three or four digits, in the language's steps: thousand, million, billion or 万, 亿."""
    for key, size in STEPS[say.language]:
        if abs(yuan) >= size:
            return say(key, number=_digits(yuan / size))
    return say("yuan", number=f"{yuan:,.0f}")


def date_text(say: Say, day: date) -> str:
    """`16 November 2026`, or the same day in Chinese."""
    if say.language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def instant_text(say: Say, instant: datetime) -> str:
    """A UTC instant to the minute, in Shanghai."""
    return say("instant", instant=f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


def _digits(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.1f}"
