"""How long a site asks to be left alone: the header Retry-After, in seconds or as a date (RFC 9110 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 86_400.0


def asked_seconds(retry_after: str, date: str, now: datetime) -> float:
    """Seconds from the answer on, 0 where nothing is asked or it cannot be read, and never more than a day.

    A date is compared with the answer's own header Date where there is one: the site's clock need not agree with ours.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_SECONDS)
    until = _instant(text)
    if until is None:
        return 0.0
    seconds = (until - (_instant(date) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_SECONDS)


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text.strip())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
