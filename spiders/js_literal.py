"""One JavaScript object or array literal as plain data: its end found, its spelling brought to JSON.

Not chompjs: on a literal that is cut short it reads memory past the end, and it gives calls and bare names as texts.
"""

import json
import re
from contextlib import suppress
from typing import Any, NoReturn

# Possessive runs (*+) keep these linear and quick: a page has thousands of strings.
STRING = r""""[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'|`[^`\\]*+(?:\\.[^`\\]*+)*+`"""
COMMENT = r"//[^\n]*+|/\*.*?\*/"
# Bounded: one that does not end would be looked for anew at each of its slashes.
REGEX = r"(?<=[:,(\[=?&|!\s])/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.){0,200}+\]){1,500}+/[a-z]*"
OUTLINE = re.compile(
    r"""(?:[^"'`/{}\[\]()]++|"[^"\\]*+")*+(?:"""  # plain strings are JSON already and pass unseen
    rf"(?P<string>{STRING})|(?P<open>[{{\[(])|(?P<close>[}}\])])|(?P<comment>{COMMENT})"
    rf"|(?P<endless>[\"'`]|/\*)|(?P<regex>{REGEX})|/)",
    re.DOTALL,
)
JSON_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
TOKEN = re.compile(rf"\s*+(?P<token>{JSON_STRING}|[{{}}\[\]():,]|[^\s{{}}\[\]():,\"]++)", re.DOTALL)
# A run of JSON, and behind it one piece that only JavaScript spells so and that is data all the same.
PIECES = rf"(?P<string>{STRING})|(?P<comment>{COMMENT})|(?P<key>[A-Za-z_$][\w$]*+(?=\s*+:))"
PIECE = re.compile(PIECES, re.DOTALL)
SPELLING = re.compile(
    r"""(?P<json>(?:[\s{}\[\]:]++|,(?!\s*+[}\]])|"[^"\\]*+(?:\\["\\/bfnrtu][^"\\]*+)*+"|[-\d][-+\d.eE]*+"""
    rf"|(?:true|false|null)\b)*+)(?:{PIECES}|(?P<comma>,))?+",
    re.DOTALL,
)
NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
# Every escape, so that the second backslash of a pair never begins one; and the quotes that JSON must escape.
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|\r?\n|.)|\"", re.DOTALL)
WORDS = {"true": True, "false": False, "null": None}
JSON = json.JSONDecoder(strict=False)  # raw tabs in strings are common and harmless
MAX_DEPTH = 200
LARGE = 1_000_000  # characters; what a smaller text can hold needs no counting
MAX_PIECES = 500_000  # values and brackets: each costs 30 to 250 bytes once it is read
MOST_MENDS = 6  # beyond, one pass over the whole text is quicker than beginning again at each


class LiteralError(ValueError):
    """Text that is no literal, or one that does not end."""


def _refuse(word: str) -> NoReturn:
    raise LiteralError(f"{word} is computed")


def refuse_bombs(text: str, start: int, end: int) -> None:
    """LiteralError for a text that holds more values than a page can show; free on a text of ordinary size."""
    if end - start > LARGE and sum(text.count(mark, start, end) for mark in "{[,") > MAX_PIECES:
        raise LiteralError(f"literal has more than {MAX_PIECES} values")


DATA_ONLY = json.JSONDecoder(strict=False, parse_constant=_refuse)  # JSON reads NaN and Infinity as numbers


def first_literal(text: str) -> Any:
    """The data of the literal that `text` begins with; what follows it is not read.

    Computed values (calls, ternaries, sums) are None: what they would give is not on the page. LiteralError where
    the literal does not end or is no data at all.
    """
    with suppress(ValueError, RecursionError):
        return _nearly_json(text)
    with suppress(ValueError, RecursionError):
        return JSON.raw_decode(_spelled(text))[0]
    try:
        return _Reader(cut(text)).value()
    except LiteralError:
        raise
    except (ValueError, RecursionError) as error:
        raise LiteralError(f"literal {text[:30]!r} is no data ({error})") from None


def _nearly_json(text: str) -> Any:
    """The data of a literal with only a few pieces that JSON spells otherwise: they are mended where JSON stumbles.

    A page's settings are often followed by a long list that is JSON already: reading it twice, once to respell it,
    would take three times as long. ValueError where that does not suffice.
    """
    for _ in range(MOST_MENDS):
        try:
            return DATA_ONLY.raw_decode(text)[0]
        except json.JSONDecodeError as error:
            piece = PIECE.match(text, error.pos)
            if piece is None or (piece["key"] and not error.msg.startswith("Expecting property name")):
                raise
            text = text[: error.pos] + _respelled(piece.lastgroup or "", piece[0]) + text[piece.end() :]
    raise LiteralError("too little of it is JSON")


def _spelled(text: str) -> str:
    """The text in the spelling of JSON, up to the first piece that is more than data."""
    parts: list[str] = []
    place, kind = 0, ""
    while kind != "json":
        run = SPELLING.match(text, place)
        assert run is not None  # the pattern matches nothing, too
        kind, place = run.lastgroup or "", run.end()
        parts.append(run["json"])
        if kind in ("string", "comment", "key"):
            parts.append(_respelled(kind, run[kind]))
    return "".join(parts)


def cut(text: str) -> str:
    """The literal to its closing bracket, with its strings as in JSON and without its comments."""
    depth, done = 0, 0
    parts: list[str] = []
    for token in OUTLINE.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth == 0:
                return "".join([*parts, text[done : token.end()]])
        elif kind == "endless":
            break  # a string or comment to the end of the text: so is the literal
        elif kind is not None:
            parts += [text[done : token.start(kind)], _respelled(kind, token[kind])]
            done = token.end()
    raise LiteralError(f"literal that begins {text[:30]!r} does not end")


def _respelled(kind: str, token: str) -> str:
    if kind == "key":
        return f'"{token}"'
    if kind != "string":
        return " " if kind == "comment" else "null"
    return '"' + ESCAPE.sub(_escape, token[1:-1]) + '"'


def unescaped(string: str) -> str:
    """The text that a JavaScript string literal, with its quotes, stands for; LiteralError where it is none."""
    try:
        return str(JSON.decode(_respelled("string", string)))
    except ValueError as error:
        raise LiteralError(f"string {string[:30]!r} is none ({error})") from None


def _escape(hit: re.Match[str]) -> str:
    code = hit[1]
    if code is None:
        return '\\"'
    if code in '"\\/bfnrtu':
        return hit[0]
    if code[0] == "x" and len(code) == 3:
        return f"\\u00{code[1:]}"
    if code[0] == "u":
        return json.dumps(chr(int(code[2:-1], 16)))[1:-1]
    if code[-1] == "\n":
        return ""
    return {"v": "\\u000b", "0": "\\u0000"}.get(code, code)


class _Reader:
    """Reads a literal token by token; ten times slower than JSON, and sure about what is data and what is computed."""

    def __init__(self, literal: str) -> None:
        self._tokens = [hit["token"] for hit in TOKEN.finditer(literal) if hit["token"]]
        self._place = 0

    def value(self, depth: int = 0) -> Any:
        """The value at the current token; None where it is computed."""
        if depth > MAX_DEPTH:
            raise LiteralError(f"brackets nest deeper than {MAX_DEPTH}")
        token = self._next()
        if token == "(":
            self._place -= 1
        found = self._inside(token, depth) if token in "{[" else _scalar(token)
        if self._place < len(self._tokens) and self._peek() not in (",", "}", "]"):
            self._skip()
            return None
        return found

    def _inside(self, opening: str, depth: int) -> Any:
        pairs: dict[str, Any] = {}
        values: list[Any] = []
        closing = "}" if opening == "{" else "]"
        while self._peek() != closing:
            if self._peek() == ",":
                self._next()
            elif opening == "{":
                key = _key(self._next())
                if self._next() != ":":
                    raise LiteralError(f"key {key!r} has no value")
                pairs[key] = self.value(depth + 1)
            else:
                values.append(self.value(depth + 1))
        self._next()
        return pairs if opening == "{" else values

    def _skip(self) -> None:
        """To the comma or bracket that ends a computed value."""
        depth = 0
        while depth or self._peek() not in (",", "}", "]"):
            token = self._next()
            depth += (token in "{[(") - (token in "}])")

    def _peek(self) -> str:
        if self._place >= len(self._tokens):
            raise LiteralError("it does not end")
        return self._tokens[self._place]

    def _next(self) -> str:
        token = self._peek()
        self._place += 1
        return token


def _key(token: str) -> str:
    return str(JSON.decode(token)) if token[0] == '"' else token


def _scalar(token: str) -> Any:
    if token[0] == '"':
        return JSON.decode(token)
    if NUMBER.fullmatch(token):
        return int(token, 16) if "x" in token.lower() else _number(token)
    return WORDS.get(token)


def _number(token: str) -> int | float:
    return float(token) if any(mark in token for mark in ".eE") else int(token)
