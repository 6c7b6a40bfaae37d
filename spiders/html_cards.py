"""Cards that are HTML nodes: found by CSS, each column quoted from the nodes of its selector, for all cards at once."""

import re
from collections.abc import Callable
from operator import methodcaller
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from configs.field_rules import HtmlRule, column_kind
from configs.tables import TIER
from spiders import texts
from spiders.fields import CONVERSIONS, Misfit, part_of
from spiders.html_page import Nodes

Text = Callable[[LexborNode], str | None]
Texts = Callable[[Nodes], list[str | None]]
Values = Callable[[Nodes], list[Any]]
MAX_TEXT = 100_000
UNSEEN = ["script", "style", "template"]  # their content is text to the parser and not to a reader


def tree_of(text: str) -> LexborHTMLParser:
    """The page as a tree, without what a visitor never reads."""
    tree = LexborHTMLParser(text)
    tree.strip_tags(UNSEEN)
    return tree


def html_reader(column: str, rules: tuple[HtmlRule, ...]) -> Values:
    """A function of cards that gives the column's value on each: what the first rule that finds something says.

    None where a card does not show it, an empty list for badges, false for a mark that `exists` does not find.
    Misfit where a selector finds several nodes and nothing says how to join them.
    """
    first, *rest = (_reader(column, rule) for rule in rules)
    if not rest:
        return first

    def read(cards: Nodes) -> list[Any]:
        values = first(cards)
        for reader in rest:
            places = [place for place, value in enumerate(values) if not value]  # None, [] or False
            open_cards = Nodes([cards.nodes[place] for place in places])
            for place, value in zip(places, reader(open_cards), strict=True):
                values[place] = value
        return values

    return read


def text_reader(name: str, rule: HtmlRule) -> Texts:
    """A function of nodes that gives the text which the rule finds in each, None without one; `name` is for errors."""
    content = _content(rule)
    if rule.css is None:
        return lambda cards: list(map(content, cards.nodes))
    return _joined_text(rule, rule.css) if rule.join is not None else _only_text(name, rule.css, content)


def _reader(column: str, rule: HtmlRule) -> Values:
    kind = column_kind(column)
    if kind == "strings":
        return _lists(rule, _content(rule))
    if kind == "tiers":
        return _tiers(column, rule)
    if rule.exists is not None:
        return _presence(rule.exists, rule.regex)
    read = text_reader(column, rule)
    return (lambda cards: list(map(CONVERSIONS["bool"], read(cards)))) if kind == "bool" else read


def _only_text(name: str, selector: str, content: Text) -> Texts:
    def only(cards: Nodes) -> list[str | None]:
        found = cards.found(selector)
        most = max(map(len, found), default=0)
        if most > 1:
            raise Misfit(f"{name} ({selector!r}) found {most} nodes, expected one; name it more closely, or join")
        return [content(nodes[0]) if nodes else None for nodes in found]

    return only


def _joined_text(rule: HtmlRule, selector: str) -> Texts:
    """The texts of all nodes in one; the regular expression looks at the whole."""
    piece, separator = _content(rule.model_copy(update={"regex": None})), rule.join or ""
    trim = part_of(rule.regex) if rule.regex is not None else None

    def joined(nodes: list[LexborNode]) -> str | None:
        text = separator.join([text for node in nodes if (text := piece(node)) is not None]) or None
        return trim(text) if trim is not None and text is not None else text

    return lambda cards: list(map(joined, cards.found(selector)))


def _lists(rule: HtmlRule, content: Text) -> Values:
    return lambda cards: [
        [text for node in nodes if (text := content(node)) is not None] for nodes in _nodes(rule, cards)
    ]


def _tiers(column: str, rule: HtmlRule) -> Values:
    """One tier for each node of the selector, its parts looked for within that node."""
    parts = {name: text_reader(f"{column}.{name}", getattr(rule, name)) for name in TIER}

    def tiers(nodes: list[LexborNode]) -> list[dict[str, str | None]] | None:
        inner = Nodes(nodes)
        rows = zip(*(part(inner) for part in parts.values()), strict=True)
        return texts.tiers_of([dict(zip(parts, row, strict=True)) for row in rows])

    return lambda cards: list(map(tiers, _nodes(rule, cards)))


def _nodes(rule: HtmlRule, cards: Nodes) -> list[list[LexborNode]]:
    """Those of the rule's selector in each card, or the card itself where the rule has none."""
    return cards.found(rule.css) if rule.css is not None else [[card] for card in cards.nodes]


def _presence(selector: str, regex: str | None) -> Values:
    if regex is None:
        return lambda cards: list(map(bool, cards.found(selector)))
    pattern = re.compile(regex)
    return lambda cards: [any(pattern.search(seen_text(node)) for node in nodes) for nodes in cards.found(selector)]


def _content(rule: HtmlRule) -> Text:
    """What is read off one node: its attribute, its own text or all of its text; the part that the regex takes."""
    raw: Text
    if rule.attr is not None:
        name = rule.attr
        raw = lambda node: node.attributes.get(name)  # noqa: E731  one expression of three
    else:
        raw = methodcaller("text", deep=not rule.own_text)
    return _trimmed(raw, part_of(rule.regex) if rule.regex is not None else None)


def _trimmed(raw: Text, trim: Callable[[str], str | None] | None) -> Text:
    def content(node: LexborNode) -> str | None:
        text = raw(node)
        if text is None:
            return None
        if len(text) > MAX_TEXT:  # cards within cards have one another's text, as often as they nest
            raise Misfit(f"a node has {len(text)} characters of text, expected at most {MAX_TEXT}")
        text = " ".join(text.split())
        if trim is not None and text:
            text = trim(text) or ""
        return text or None

    return content


def seen_text(node: LexborNode) -> str:
    """The text of a node as a browser sets it: runs of blanks and line ends are one blank."""
    return " ".join(node.text().split())
