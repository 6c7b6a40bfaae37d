"""Cards that are HTML nodes: found by CSS, each column quoted from the nodes of its selector."""

import re
from collections.abc import Callable
from operator import methodcaller
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from configs.field_rules import HtmlRule, column_kind
from configs.tables import TIER
from spiders import texts
from spiders.fields import CONVERSIONS, Misfit, part_of
from spiders.html_page import Searched

Text = Callable[[Searched], str | None]
Nodes = Callable[[Searched], list[LexborNode]]
Value = Callable[[Searched], Any]
MAX_TEXT = 100_000
UNSEEN = ["script", "style", "template"]  # their content is text to the parser and not to a reader


def tree_of(text: str) -> LexborHTMLParser:
    """The page as a tree, without what a visitor never reads."""
    tree = LexborHTMLParser(text)
    tree.strip_tags(UNSEEN)
    return tree


def nodes_of(selector: str) -> Nodes:
    """A function of a node that gives those below it (or itself) which the selector matches, in page order.

    lexbor gives a node once for each part of "a, b" that matches it: here it counts once.
    """
    find: Nodes = methodcaller("css", selector)
    if "," not in selector:
        return find
    return lambda card: list({node.mem_id: node for node in find(card)}.values())


def html_reader(column: str, rules: tuple[HtmlRule, ...]) -> Value:
    """A function of a card's node that gives the column's value: what the first rule that finds something says.

    None where the card does not show it, an empty list for badges, false for a mark that `exists` does not find.
    Misfit where a selector finds several nodes and nothing says how to join them.
    """
    readers = [_reader(column, rule) for rule in rules]
    if len(readers) == 1:
        return readers[0]

    def read(card: Searched) -> Any:
        found = None
        for reader in readers:
            found = reader(card)
            if found:  # neither None nor [] nor False
                return found
        return found

    return read


def text_reader(name: str, rule: HtmlRule) -> Text:
    """A function of a node that gives the text which the rule finds, None without one; `name` stands in errors."""
    content = _content(rule)
    if rule.css is None:
        return content
    find = nodes_of(rule.css)
    return _joined_text(rule, find) if rule.join is not None else _only_text(name, rule.css, find, content)


def _reader(column: str, rule: HtmlRule) -> Value:
    kind = column_kind(column)
    if kind == "strings":
        return _list_of(rule, _content(rule))
    if kind == "tiers":
        return _tiers(column, rule)
    if rule.exists is not None:
        return _presence(nodes_of(rule.exists), rule.regex)
    read = text_reader(column, rule)
    return (lambda card: CONVERSIONS["bool"](read(card))) if kind == "bool" else read


def _only_text(name: str, selector: str, find: Nodes, content: Text) -> Text:
    def only(card: Searched) -> str | None:
        nodes = find(card)
        if len(nodes) > 1:
            raise Misfit(f"{name} ({selector!r}) found {len(nodes)} nodes, expected one; name it more closely, or join")
        return content(nodes[0]) if nodes else None

    return only


def _joined_text(rule: HtmlRule, find: Nodes) -> Text:
    """The texts of all nodes in one; the regular expression looks at the whole."""
    piece, separator = _content(rule.model_copy(update={"regex": None})), rule.join or ""
    trim = part_of(rule.regex) if rule.regex is not None else None

    def joined(card: Searched) -> str | None:
        text = separator.join([text for node in find(card) if (text := piece(node)) is not None]) or None
        return trim(text) if trim is not None and text is not None else text

    return joined


def _list_of(rule: HtmlRule, content: Text) -> Value:
    find = nodes_of(rule.css) if rule.css is not None else lambda card: [card]
    return lambda card: [text for node in find(card) if (text := content(node)) is not None]


def _tiers(column: str, rule: HtmlRule) -> Value:
    """One tier for each node of the selector, its parts looked for within that node."""
    find = nodes_of(rule.css) if rule.css is not None else lambda card: [card]
    parts = {name: text_reader(f"{column}.{name}", getattr(rule, name)) for name in TIER}
    return lambda card: texts.tiers_of([{name: part(node) for name, part in parts.items()} for node in find(card)])


def _presence(find: Nodes, regex: str | None) -> Value:
    if regex is None:
        return lambda card: bool(find(card))
    pattern = re.compile(regex)
    return lambda card: any(pattern.search(seen_text(node)) for node in find(card))


def _content(rule: HtmlRule) -> Text:
    """What is read off one node: its attribute, its own text or all of its text; the part that the regex takes."""
    raw: Callable[[Searched], str | None]
    if rule.attr is not None:
        name = rule.attr
        raw = lambda node: node.attributes.get(name)  # noqa: E731  one expression of three
    else:
        raw = methodcaller("text", deep=not rule.own_text)
    return _trimmed(raw, part_of(rule.regex) if rule.regex is not None else None)


def _trimmed(raw: Callable[[Searched], str | None], trim: Callable[[str], str | None] | None) -> Text:
    def content(node: Searched) -> str | None:
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
