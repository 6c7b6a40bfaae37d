"""The cards of an HTML page, whose nodes are looked for in the whole page at once and then handed to their cards.

A search costs 3 us to begin with, so that 40 cards of 15 columns cost 2 ms a page; searches for all cards of a page at
once cost a fifth of that. They find the same: lexbor looks at a node's surroundings also beyond the card it searches.
"""

from collections.abc import Callable, Sequence
from operator import methodcaller

from selectolax.lexbor import LexborNode

Find = Callable[[LexborNode], list[LexborNode]]


def nodes_of(selector: str) -> Find:
    """A function of a node that gives those below it (or itself) which the selector matches, in page order.

    lexbor gives a node once for each part of "a, b" that matches it: here it counts once.
    """
    find: Find = methodcaller("css", selector)
    if "," not in selector:
        return find
    return lambda node: list({one.mem_id: one for one in find(node)}.values())


class Nodes:
    """Nodes in which readers look for others, each by itself."""

    def __init__(self, nodes: Sequence[LexborNode]) -> None:
        self.nodes = nodes

    def found(self, selector: str) -> list[list[LexborNode]]:
        """What the selector matches in each node, the node itself included, in page order."""
        return list(map(nodes_of(selector), self.nodes))


class PageCards(Nodes):
    """The cards of a page, none within another, searched together from the page's root; each selector once."""

    def __init__(self, root: LexborNode, cards: Sequence[LexborNode]) -> None:
        super().__init__(cards)
        self._root = root
        self._places = {card.mem_id: place for place, card in enumerate(cards)}
        self._found: dict[str, list[list[LexborNode]]] = {}

    def found(self, selector: str) -> list[list[LexborNode]]:
        """As from each card by itself; the list is shared: not to be changed."""
        if selector not in self._found:
            self._found[selector] = self._by_card(nodes_of(selector)(self._root))
        return self._found[selector]

    @property
    def is_nested(self) -> bool:
        """Whether a card holds another, whose nodes would be both cards'."""
        return any(self.place(card.parent) is not None for card in self.nodes)

    def place(self, node: LexborNode | None) -> int | None:
        """The number, from 0, of the card that holds a node or is it."""
        places = self._places
        while node is not None:
            place = places.get(node.mem_id)
            if place is not None:
                return place
            node = node.parent
        return None

    def _by_card(self, nodes: list[LexborNode]) -> list[list[LexborNode]]:
        found: list[list[LexborNode]] = [[] for _ in self.nodes]
        for node in nodes:
            place = self.place(node)
            if place is not None:
                found[place].append(node)
        return found


def cards_of(root: LexborNode, nodes: Sequence[LexborNode]) -> Nodes:
    """The nodes as cards of the page that begins with `root`."""
    cards = PageCards(root, nodes)
    return Nodes(nodes) if cards.is_nested else cards
