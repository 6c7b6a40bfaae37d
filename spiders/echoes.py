"""Pages that look right alone and cannot be beside the others of their category and week.

A page is taken for what it was asked for only if it says what its neighbours say: a site that is asked too fast, or
that ignores a page's number, answers with another page, with a list of its own choosing, or with nothing.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

from spiders.pages import STORED

ECHO_SHARE = 0.8  # of all cards of both pages: a list that moves while it is read shifts by a few cards, not by a page
SPREADS = 5.0
RISK = 1e-6
SHORT_SHARE = 0.75  # of the cards of a full page: sites leave out a few that they show elsewhere


@dataclass(frozen=True)
class SeenPage:
    """A page that is taken for a listing or for an empty one: what it holds and what it says of the whole list.

    `ids` are the listing ids of its cards but the advertisements, which stand on many pages.
    """

    page: int
    digest: str | None
    is_empty: bool
    cards: int
    ids: frozenset[str]
    pages_said: int | None
    listings_said: int | None


def false_pages(
    pages: Sequence[SeenPage],
    twins: frozenset[str],
    page_size: int,
    known: frozenset[str] = frozenset(),
    known_pages: Container[int] = (),
    is_size_sure: bool = True,
) -> dict[int, str]:
    """Number to reason of the pages that are not what they were asked for, of one category and week.

    `twins` are digests of bodies that another category showed in the same week, `known` the listing ids of the category
    in the week before and `known_pages` the numbers of the pages that showed all of them (`whole_pages`). Of two equal
    pages the one with the lower number is believed. `page_size` is only a guess where it is not `is_size_sure`.
    """
    ordered = sorted(pages, key=lambda page: page.page)
    rules = (
        _of_another_category(ordered, twins),
        _echoes(ordered),
        _of_another_list(ordered, page_size),
        _of_strangers(ordered, known, known_pages),
        _contradicted(ordered),
        _vanished(ordered, page_size, known),
        _short(ordered, page_size if is_size_sure else 0),
    )
    found: dict[int, str] = {}
    for rule in rules:
        for page, reason in rule.items():
            found.setdefault(page, reason)
    return found


def whole_pages(read: Iterable[tuple[int, str | None, int | None]], first_page: int) -> range:
    """The pages up to the last that has listings, of a category and week of which none is missing; else no page.

    `read` are number, outcome and cards of all its first reads. A last page with fewer cards than another has room for
    newcomers: it is not among them.
    """
    pages = sorted(read)
    is_whole = all(outcome in STORED for _, outcome, _ in pages)
    if not is_whole or [page for page, *_ in pages] != list(range(first_page, first_page + len(pages))):
        return range(0)
    listed = {page: cards or 0 for page, outcome, cards in pages if outcome == "listing"}
    last = max(listed, default=first_page - 1)
    is_full = bool(listed) and listed[last] >= max(listed.values())
    return range(first_page, last + is_full)


def _of_another_category(pages: Sequence[SeenPage], twins: frozenset[str]) -> dict[int, str]:
    return {page.page: "another category showed the same page" for page in _full(pages) if page.digest in twins}


def _echoes(pages: Sequence[SeenPage]) -> dict[int, str]:
    """Pages with the body, or with nearly all the cards, of a page before them."""
    found: dict[int, str] = {}
    first_of: dict[str, int] = {}
    first_with: dict[str, SeenPage] = {}
    for page in _full(pages):
        if page.digest is not None and page.digest in first_of:
            found[page.page] = f"the same page as page {first_of[page.digest]}"
            continue
        shared = Counter(first_with[one].page for one in page.ids if one in first_with)
        for number, count in shared.most_common(1):
            other = next(one for one in pages if one.page == number)
            if count >= ECHO_SHARE * len(page.ids | other.ids):
                found[page.page] = f"{count} of its {len(page.ids)} listings are those of page {number}"
        if page.page not in found:
            first_of.setdefault(page.digest or "", page.page)
            first_with |= {one: page for one in page.ids if one not in first_with}
    return found


def _of_another_list(pages: Sequence[SeenPage], page_size: int) -> dict[int, str]:
    """Pages that say another number of listings than the others do: no list grows by a page while it is read, unless
    the numbers said are in motion anyway."""
    said = {page.page: page.listings_said for page in _full(pages)}
    known = [count for count in said.values() if count is not None]
    if 2 * len(known) <= len(said) or len(said) < 2:
        return {}
    middle = median(known)
    allowed = page_size + SPREADS * median(abs(count - middle) for count in known)
    reason = f"says {{}} listings where the other pages say {middle:g}"
    far = {page: count for page, count in said.items() if count is None or abs(count - middle) > allowed}
    return {page: reason.format("no number of" if count is None else count) for page, count in far.items()}


def _of_strangers(pages: Sequence[SeenPage], known: frozenset[str], known_pages: Container[int]) -> dict[int, str]:
    """Pages of listings that were not there the week before, where the other pages are of such that were: a list of the
    site's own choosing. So few known ones would come of a million pages once.

    Only pages that were all read the week before: else a page that was lost then would make the same page false now,
    and for want of its listings again the next week, and so on."""
    met = {page.page: len(page.ids & known) for page in _full(pages)}
    found = {}
    for page in _full(pages):
        others = [one for one in _full(pages) if one is not page]
        total = sum(len(one.ids) for one in others)
        usual = (sum(met[one.page] for one in others) + 1) / (total + 2)
        count, size = met[page.page], len(page.ids)
        if page.page in known_pages and total and count < usual * size / 2 and _at_most(count, size, usual) < RISK:
            found[page.page] = f"{count} of its {size} listings were there the week before"
    return found


def _at_most(count: int, size: int, share: float) -> float:
    """The chance of at most `count` among `size` that are drawn with a share."""
    return sum(comb(size, one) * share**one * (1 - share) ** (size - one) for one in range(count + 1))


def _contradicted(pages: Sequence[SeenPage]) -> dict[int, str]:
    """Empty pages in front of the end that the other pages tell of."""
    last = _last(pages)
    empty = [page.page for page in pages if page.is_empty]
    return {page: f"says that there is nothing, and the list goes on to page {last}" for page in empty if page <= last}


def _vanished(pages: Sequence[SeenPage], page_size: int, known: frozenset[str]) -> dict[int, str]:
    """Empty pages of a category without any listing that had more than a page of them the week before."""
    if any(not page.is_empty for page in pages) or len(known) <= page_size:
        return {}
    return {page.page: f"says that there is nothing, of {len(known)} listings the week before" for page in pages}


def _short(pages: Sequence[SeenPage], page_size: int) -> dict[int, str]:
    """Pages before the last with much fewer cards than the others before it, or than the site has on a page."""
    last = _last(pages)
    inner = {page.page: page.cards for page in _full(pages) if page.page < last}
    found = {}
    for page, cards in inner.items():
        usual = max(
            page_size, median(count for other, count in inner.items() if other != page) if len(inner) > 1 else 0
        )
        if cards < SHORT_SHARE * usual:
            found[page] = f"{cards} cards, where a page has {usual:g}"
    return found


def _last(pages: Sequence[SeenPage]) -> int:
    """The number of the last page with listings: that which most pages say, or the highest seen."""
    full = list(_full(pages))
    said = [page.pages_said for page in full if page.pages_said is not None]
    first = min((page.page for page in pages), default=1)
    highest = max((page.page for page in full), default=first - 1)
    return max(highest, first - 1 + int(median(said))) if said else highest


def _full(pages: Iterable[SeenPage]) -> Iterable[SeenPage]:
    return (page for page in pages if not page.is_empty)
