"""The cards of an HTML page, whose nodes are looked for in the whole page at once and then handed to their cards.

A search costs 3 us to begin with, so that 40 cards of 15 columns cost 2 ms a page; searches for all cards of a page at
once cost a fifth of that. They find the same: lexbor looks at a node's surroundings also beyond the card it searches.
"""

from typing import Protocol

from selectolax.lexbor import LexborNode


class Searched(Protocol):
    """A node as readers look at it: found by CSS, it has texts and attributes."""

    @property
    def attributes(self) -> dict[str, str | None]: ...

    def css(self, query: str) -> list[LexborNode]: ...

    def text(self, deep: bool = ...) -> str: ...


def cards_of(root: LexborNode, nodes: list[LexborNode]) -> list[Searched]:
    """The nodes as cards of the page that begins with `root`; each answers to CSS as its node does."""
    page = _Page(root, nodes)
    if page.is_nested:
        return list(nodes)
    return [_Card(page, place, node) for place, node in enumerate(nodes)]


class _Card:
    """One card of a page."""

    __slots__ = ("_node", "_page", "_place")

    def __init__(self, page: "_Page", place: int, node: LexborNode) -> None:
        self._page, self._place, self._node = page, place, node

    @property
    def attributes(self) -> dict[str, str | None]:
        return self._node.attributes

    def css(self, query: str) -> list[LexborNode]:
        return self._page.found(query)[self._place]

    def text(self, deep: bool = True) -> str:
        return self._node.text(deep=deep)


class _Page:
    """The nodes that selectors match in a page, by card."""

    def __init__(self, root: LexborNode, cards: list[LexborNode]) -> None:
        self._root, self._count = root, len(cards)
        self._places = {card.mem_id: place for place, card in enumerate(cards)}
        self._found: dict[str, list[list[LexborNode]]] = {}
        self.is_nested = any(self._place(card.parent) is not None for card in cards)

    def found(self, selector: str) -> list[list[LexborNode]]:
        """What the selector matches in each card, the card itself included, in page order."""
        if selector not in self._found:
            self._found[selector] = self._by_card(self._root.css(selector))
        return self._found[selector]

    def _by_card(self, nodes: list[LexborNode]) -> list[list[LexborNode]]:
        found: list[list[LexborNode]] = [[] for _ in range(self._count)]
        for node in nodes:
            place = self._place(node)
            if place is not None:
                found[place].append(node)
        return found

    def _place(self, node: LexborNode | None) -> int | None:
        """The card that holds a node or is it."""
        while node is not None:
            place = self._places.get(node.mem_id)
            if place is not None:
                return place
            node = node.parent
        return None
