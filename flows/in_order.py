"""What a step needs of those before it. A step that is run by itself and finds none of it says so, and does nothing."""

from collections.abc import Collection, Sequence
from datetime import date

from configs.errors import InputError
from flows.workplace import Workplace
from warehouse import lake
from warehouse.vintages import manifests

Weeks = Sequence[date] | None


def refuse_uncrawled(marketplaces: Collection[str]) -> None:
    """Plan and crawl need a marketplace that may be crawled."""
    if not marketplaces:
        raise InputError(
            "no marketplace may be crawled, expected one whose file says `crawl: true`; add one to "
            "<home>/configs/marketplaces, or hand data over with `beltwatch ingest` or `backfill`"
        )


def refuse_unplanned(work: Workplace, marketplaces: Sequence[str], week: date) -> None:
    """Crawl needs planned pages of the week; where one of several marketplaces has none, it says so itself."""
    refuse_uncrawled(marketplaces)
    if not any(work.ledger.balance(name, week).planned for name in marketplaces):
        raise InputError(
            f"week {week} has no planned pages of {', '.join(marketplaces)}, expected some from `beltwatch plan`; "
            f"run it first, or name another --week"
        )


def refuse_unread(work: Workplace, marketplaces: Sequence[str], weeks: Weeks) -> None:
    """Parse needs pages that were read; of weeks that have none at all `refuse_unknown` tells."""
    balances = [work.ledger.balance(name, week) for name in marketplaces for week in weeks or (None,)]
    planned = sum(balance.planned for balance in balances)
    if planned and not any(balance.done for balance in balances):
        raise InputError(f"none of {planned} planned pages is read yet, expected some; run `beltwatch crawl` first")
    if not planned and weeks is None:
        raise InputError(
            f"{work.home} has no pages in its ledger, expected some; run `beltwatch plan` and `crawl`, or `backfill`"
        )


def refuse_nothing_to_build(work: Workplace, weeks: Weeks) -> None:
    """Build needs offers of a category that a belt lives from; figures that stand may have to go, and need none."""
    configs = work.configs  # a mistake in them is told first
    if any((work.home / "figures").glob("week=*/*.parquet")):
        return
    found = {category for _, week, category in lake.offer_units(work.home) if weeks is None or week in weeks}
    if not found and weeks is None:
        raise InputError(
            f"{work.home} has no offers, expected some; run `beltwatch parse` after a crawl, or `ingest` or `backfill`"
        )
    if found and not any(configs.belts_of(category) for category in found):
        raise InputError(
            f"the offers are of {', '.join(sorted(found))}, from which no belt lives, expected one that does; "
            f"add it to <home>/configs/belts"
        )


def refuse_unbuilt(work: Workplace) -> None:
    """Release needs figures, built now or published before."""
    if not any((work.home / "figures").glob("week=*/*.parquet")) and not manifests(work.home):
        raise InputError(f"{work.home} has no built figures, expected some; run `beltwatch build` first")


def refuse_unknown(weeks: Weeks, known: Collection[date], what: str, step: str) -> None:
    """Each of the weeks must be one of which there is something; else nothing would be done, or done to nothing."""
    for week in weeks or ():
        if week not in known:
            there = f"there are some of {min(known)} to {max(known)}" if known else "there are none of any week"
            mend = f"name another --week, or see `beltwatch {step} --help`"
            raise InputError(f"week {week} has no {what}; {there}; {mend}")
