"""What kind of page an answer is. The order of the rules is the order of doubt: an answer is data only where no rule
before says otherwise, because a false alarm costs one page, and a block that is taken for data costs the figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from configs.marketplaces import Marketplace
from spiders.charset import UnreadableText, text_of
from spiders.contacts import without_contact
from spiders.decode import BodyTooLarge, CutBody, codings_of, decoded
from spiders.layouts import LayoutError, PageReading, read_page
from spiders.pages import ArchivedPage, PageKey
from spiders.signs import STATUSES, is_text, kind_of_address, kind_of_title, stray_address

MAX_REASON = 1_000  # characters: an error may quote as much as a page holds
TEMPORARY_STATUSES = {408, 425, 429}  # and all of 500-599: worth another attempt


@dataclass(frozen=True)
class Outcome:
    """Kind as in the pages table, and what made it so; `is_temporary` means that another attempt may give another.

    `digest` is the SHA-256 of the decoded body, null where it does not decode; `reading` is there for a listing.
    """

    kind: str
    reason: str | None = None
    is_temporary: bool = False
    digest: str | None = None
    reading: PageReading | None = None


@dataclass(frozen=True)
class Answer:
    """An answer as the rules look at it: `body` decoded; `text` is None where `fault` says why there is none; `key` is
    what was asked for, None where nobody knows."""

    page: ArchivedPage
    marketplace: Marketplace
    locator: str
    key: PageKey | None
    body: bytes | None
    text: str | None
    fault: Outcome | None


def classify(page: ArchivedPage, marketplace: Marketplace, locator: str, key: PageKey | None = None) -> Outcome:
    """The outcome of an answer, whatever it holds; `locator` names the page in reasons, `key` is what was asked for
    (None, or of a category that the marketplace maps no longer: what the page shows is not compared with it). Never
    raises."""
    answer = _opened(page, marketplace, locator, key)
    outcome = next(found for rule in RULES if (found := rule(answer)) is not None)
    reason = outcome.reason and without_contact(outcome.reason[:MAX_REASON])  # it may quote the page
    return replace(outcome, reason=reason, digest=None if answer.body is None else sha256(answer.body).hexdigest())


# The rules, each an outcome or None where it has nothing to say


def transfer_ended_early(answer: Answer) -> Outcome | None:
    """Fewer bytes came than the site had announced."""
    return Outcome("cut", "the transfer ended early", is_temporary=True) if answer.page.is_cut else None


def says_blocked(answer: Answer) -> Outcome | None:
    """The page, or the address it sends on to, holds a text of outcomes.blocked."""
    return _marked(answer, "blocked", answer.marketplace.outcomes.blocked)


def says_login(answer: Answer) -> Outcome | None:
    """The page, or the address it sends on to, holds a text of outcomes.login."""
    return _marked(answer, "login", answer.marketplace.outcomes.login)


def is_known_elsewhere(answer: Answer) -> Outcome | None:
    """A title or an address that means a block or a login on any site."""
    titled = kind_of_title(answer.text or "")
    if titled is not None:
        return Outcome(titled[0], f"its title is {titled[1]!r}")
    for address in (answer.page.header("Location"), answer.page.url):
        kind = kind_of_address(address)
        if kind is not None and not (answer.key and _is_asked_for(answer, answer.key)):
            return Outcome(kind, f"its address is {address[:200]}")
    return None


def is_no_success(answer: Answer) -> Outcome | None:
    """Only an answer of status 200 can be data."""
    status = answer.page.status
    if status == 200:
        return None
    target = answer.page.header("Location")
    reason = f"status {status}, sends on to {target[:200]}" if target else f"status {status}"
    is_temporary = status in TEMPORARY_STATUSES or status >= 500
    return Outcome(STATUSES.get(status, "error"), reason, is_temporary=is_temporary)


def is_elsewhere(answer: Answer) -> Outcome | None:
    """Redirects led to an address of another page, such as the site's home."""
    stray = stray_address(answer.page, answer.marketplace, answer.key) if answer.key else None
    return Outcome("changed", f"{answer.locator}: redirects led to {stray[:200]}") if stray else None


def is_no_text(answer: Answer) -> Outcome | None:
    """Pictures, archives and the like are no listing pages."""
    kind = answer.page.header("Content-Type")
    return None if is_text(kind) else Outcome("changed", f"{answer.locator}: content type {kind[:100]!r}")


def ends_unproved(answer: Answer) -> Outcome | None:
    """No length was told, and neither its content coding nor outcomes.end shows that what came is all."""
    if not answer.page.is_open_ended or (answer.fault is not None and answer.fault.kind != "changed"):
        return None
    end = answer.marketplace.outcomes.end
    if end is None and codings_of(answer.page.header("Content-Encoding")):
        return None
    if end is not None and end in (answer.text or ""):
        return None
    missing = f"{end!r} is not in it" if end else "outcomes.end names no text that shows where it ends"
    return Outcome("cut", f"the answer has no length, and {missing}", is_temporary=True)


def does_not_decode(answer: Answer) -> Outcome | None:
    """The content coding is not whole, the body too large, or the bytes no text."""
    return answer.fault


def fits_a_layout(answer: Answer) -> Outcome | None:
    """A listing where a layout reads cards and nothing says that there are none; changed where it cannot read them."""
    try:
        reading = read_page(answer.text or "", answer.marketplace, answer.locator)
    except LayoutError as error:
        return Outcome("changed", str(error))
    except Exception as error:  # whatever a hostile page makes a reader do, the page is at fault and not the crawl
        return Outcome("changed", f"{answer.locator}: the layout reader failed with {type(error).__name__}: {error}")
    fault = None if reading is None else _other_page(answer, reading) or _contradiction(answer, reading)
    if fault:
        return Outcome("changed", f"{answer.locator}{fault}")
    if reading is None or not reading.cards:
        return None
    return _cut_at_end(answer) or Outcome("listing", f"layout {reading.layout}", reading=reading)


def says_empty(answer: Answer) -> Outcome | None:
    """No cards, and the site's own text that there are none."""
    marker = _found(answer, answer.marketplace.outcomes.empty)
    return _cut_at_end(answer) or Outcome("empty", f"says {marker!r}") if marker else None


def fits_nothing(answer: Answer) -> Outcome | None:
    """What is left: no layout finds a card, and nothing says that there are none."""
    return Outcome("changed", f"{answer.locator}: no layout finds a card, and no text says that there are none")


RULES: tuple[Callable[[Answer], Outcome | None], ...] = (
    transfer_ended_early,
    says_blocked,
    says_login,
    is_known_elsewhere,
    is_no_success,
    is_elsewhere,
    is_no_text,
    ends_unproved,
    does_not_decode,
    fits_a_layout,
    says_empty,
    fits_nothing,
)


def _opened(page: ArchivedPage, marketplace: Marketplace, locator: str, key: PageKey | None) -> Answer:
    """The answer with its body and text as far as they can be had."""
    body, text, fault = None, None, None
    asked = key if key is not None and key.category in marketplace.categories else None
    try:
        body = decoded(page.body, page.header("Content-Encoding"))
        text = text_of(body, page.header("Content-Type"))
    except CutBody as error:
        fault = Outcome("cut", str(error), is_temporary=True)
    except BodyTooLarge as error:
        fault = Outcome("error", str(error))
    except UnreadableText as error:
        fault = Outcome("changed", str(error))
    return Answer(page, marketplace, locator, asked, body, text, fault)


def _cut_at_end(answer: Answer) -> Outcome | None:
    """Data of the length that was told, and yet without the end that the site's pages have: it was cut on its way."""
    end = answer.marketplace.outcomes.end
    if end is None or end in (answer.text or ""):
        return None
    return Outcome("cut", f"{end!r}, with which the site's pages end, is not in it", is_temporary=True)


def _marked(answer: Answer, kind: str, markers: Sequence[str]) -> Outcome | None:
    marker = _found(answer, markers)
    return Outcome(kind, f"says {marker!r}") if marker else None


def _other_page(answer: Answer, reading: PageReading) -> str | None:
    """What a page shows, where that is not what was asked for."""
    key = answer.key
    if key is None:
        return None
    asked = answer.marketplace.site_category(key.category)
    if reading.category_said is not None and _plain(reading.category_said) != _plain(asked):
        return f": shows {reading.category_said!r} where {asked!r} was asked for"
    if reading.page_said is not None and reading.page_said != key.page:
        return f": shows page {reading.page_said} where page {key.page} was asked for"
    return None


def _contradiction(answer: Answer, reading: PageReading) -> str | None:
    marker = _found(answer, answer.marketplace.outcomes.empty) if reading.cards else None
    return f" says {marker!r} and yet shows {len(reading.cards)} cards" if marker else None


def _plain(word: str) -> str:
    return "".join(word.split()).casefold()


def _is_asked_for(answer: Answer, key: PageKey) -> bool:
    """Whether the answer came from where it was asked for and sends nobody on."""
    is_here = stray_address(answer.page, answer.marketplace, key) is None
    return is_here and not answer.page.header("Location")


def _found(answer: Answer, markers: Sequence[str]) -> str | None:
    """The first of the texts that stands in the page, in the address that it sends on to, or in that it came from."""
    places = (answer.text or "", answer.page.header("Location"), answer.page.url)
    return next((marker for marker in markers if any(marker in place for place in places)), None)
