"""Pages that look right alone, beside the others of their week."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from spiders.echoes import SeenPage, false_pages, whole_pages

SIZE = 10
NONE: frozenset[str] = frozenset()


def listing(number: int, first: int | None = None, count: int = SIZE) -> SeenPage:
    """A page of a list of fifty, whose listings are numbered through."""
    start = (number - 1) * SIZE if first is None else first
    ids = frozenset(str(one) for one in range(start, start + count))
    return SeenPage(number, f"digest {number}", False, count, ids, 5, 50)


def sound() -> list[SeenPage]:
    return [listing(number) for number in range(1, 6)]


def found(
    *wrong: SeenPage, twins: frozenset[str] = NONE, known: frozenset[str] = NONE, known_pages: range = range(1, 6)
) -> dict[int, str]:
    pages = {page.page: page for page in sound()} | {page.page: page for page in wrong}
    return false_pages(list(pages.values()), twins, SIZE, known, known_pages)


def test_a_sound_week_has_no_false_page() -> None:
    assert found(known=frozenset(str(one) for one in range(2, 52))) == {}
    assert false_pages([], NONE, SIZE) == {}


@given(st.integers(0, 3), st.integers(1, 7))
def test_a_list_that_moves_while_it_is_read_is_sound(shift: int, last_count: int) -> None:
    pages = [listing(number, first=(number - 1) * (SIZE - shift // 2)) for number in range(1, 5)]
    tail = replace(listing(5, count=last_count), listings_said=50 + shift)
    assert false_pages([*pages, tail], NONE, SIZE) == {}


def test_the_second_of_two_equal_bodies_is_an_echo() -> None:
    assert found(replace(listing(4), digest="digest 2")) == {4: "the same page as page 2"}


def test_a_page_with_the_listings_of_another_is_an_echo_though_its_body_differs() -> None:
    assert set(found(replace(listing(3, first=0), digest="else"))) == {3}
    assert set(found(*(replace(listing(number, first=0), digest=str(number)) for number in (2, 3, 4, 5)))) == {
        2,
        3,
        4,
        5,
    }


def test_a_body_that_another_category_showed_is_false() -> None:
    assert found(twins=frozenset({"digest 1"})) == {1: "another category showed the same page"}


def test_a_page_of_another_list_says_another_number_of_listings_or_none() -> None:
    other = replace(listing(2), ids=frozenset("abcdefghij"), listings_said=900)
    assert set(found(other)) == {2}
    assert set(found(replace(other, listings_said=None))) == {2}
    assert found(replace(listing(2), listings_said=53)) == {}


def test_numbers_that_are_in_motion_on_all_pages_are_no_fault() -> None:
    moving = [replace(page, listings_said=50 + 40 * page.page) for page in sound()]
    assert false_pages(moving, NONE, SIZE) == {}
    silent = [replace(page, listings_said=None) for page in sound()]
    assert false_pages(silent, NONE, SIZE) == {}


def test_a_page_of_strangers_is_false_where_the_others_are_known() -> None:
    known = frozenset(str(one) for one in range(50))
    strangers = replace(listing(3), ids=frozenset("abcdefghij"))
    assert set(found(strangers, known=known)) == {3}
    assert found(strangers, known=frozenset({"1", "2"})) == {}, "a week of which little is known proves nothing"
    assert found(strangers, known=known, known_pages=range(1, 3)) == {}, "page 3 was not there the week before"
    few = SeenPage(5, "d", False, 3, frozenset("abc"), 5, 50)
    assert found(few, known=known) == {}, "newcomers stand at the end of a list sorted by sales"


def test_a_week_tells_of_its_pages_only_where_none_is_missing() -> None:
    full: list[tuple[int, str | None, int | None]] = [(page, "listing", SIZE) for page in range(1, 5)]
    assert whole_pages(full, 1) == range(1, 5)
    assert whole_pages([*full, (5, "empty", None)], 1) == range(1, 5)
    assert whole_pages([*full, (5, "listing", 3)], 1) == range(1, 5), "its last page has room for newcomers"
    for outcome in (None, "changed", "error"):
        assert not whole_pages([*full, (5, outcome, None)], 1)
    assert not whole_pages([full[0], *full[2:]], 1), "a page of which the ledger knows nothing"
    assert not whole_pages(full[1:], 1)
    assert not whole_pages([], 1)


def test_an_empty_page_in_front_of_the_end_is_contradicted() -> None:
    nothing = SeenPage(4, "empty", True, 0, NONE, None, None)
    assert set(found(nothing)) == {4}
    assert found(replace(nothing, page=6)) == {}
    silent = [replace(page, pages_said=None) for page in sound()]
    assert set(false_pages([*silent[:3], nothing, silent[4]], NONE, SIZE)) == {4}
    assert false_pages([*silent[:3], nothing], NONE, SIZE) == {}


def test_a_page_before_the_last_with_few_cards_is_short() -> None:
    assert set(found(listing(3, count=4))) == {3}
    assert found(listing(5, count=1)) == {}


def test_a_category_does_not_vanish_in_a_week() -> None:
    nothing = [SeenPage(1, "empty", True, 0, NONE, None, None)]
    assert set(false_pages(nothing, NONE, SIZE, frozenset(map(str, range(33))))) == {1}
    assert false_pages(nothing, NONE, SIZE, frozenset(map(str, range(5)))) == {}, "a few listings may end"
    assert false_pages(nothing, NONE, SIZE) == {}
