"""Displayed sales are gross of what is sent back. Where the return rate is observed, the change net of it follows."""

from transforms.uncertainty import Interval, mapped, with_p_of_ratio


def net_of_returns(change: Interval, base_return_share: float, return_share: float) -> Interval:
    """The change of what buyers keep: (1 + g) (1 - rho) / (1 - rho') - 1, rho' the return rate at the base. METHOD 3.3.

    Both rates are taken as known: the interval is that of the displayed change. No value where all was sent back at the
    base."""
    if base_return_share >= 1:
        return Interval(None)
    kept = (1 - return_share) / (1 - base_return_share)
    ratio = mapped(change, lambda end: (1 + end) * kept)
    return mapped(with_p_of_ratio(ratio), lambda end: end - 1)
