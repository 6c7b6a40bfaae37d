"""Which weeks' listings the figures of a week are made from."""

from datetime import date

from configs.calendar import WEEK, year_ago
from transforms import floor_trend, volatility, year_to_date
from transforms.adoption import reading_weeks


def rests_on(week: date) -> set[date]:
    """The week itself, the twelve before it, the readings of its volatility, the windows of the year to date, and the
    same a year ago; and the readings of the assistant's effect, most of which are those windows. Near a festival there
    are more (`BeltWeeks.rests_on`)."""
    ends = {*looked_back_on(week), *year_to_date.windows(week)}
    return ends | {year_ago(end) for end in ends} | set(reading_weeks(week))


def looked_back_on(week: date) -> set[date]:
    """The weeks that what is measured of a week's past takes in; they hold all from which earlier prices come."""
    return {*(week - WEEK * back for back in range(floor_trend.WEEKS)), *volatility.reading_weeks(week)}
