"""What a section is made of. The template knows how each kind looks; sections only say what is in it."""

from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, the exact number behind it, a smaller second line, and a tone (a CSS class)."""

    text: str
    value: float | None = None
    small: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; tone `lead` is the headline, `note` is small print."""

    text: str
    tone: str = ""
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Bullets:
    """Sentences one under another, each with an optional tone (a verdict)."""

    items: list[tuple[str, str]]
    kind: str = field(default="bullets", init=False)


@dataclass(frozen=True)
class Tally:
    """Counts that add up to all belts: (tone, label, count) in order; drawn as one bar with a legend."""

    parts: list[tuple[str, str, int]]
    kind: str = field(default="tally", init=False)


@dataclass(frozen=True)
class Table:
    """A table with a caption; a column whose cells hold numbers is set right. It scrolls on a phone."""

    caption: str
    head: list[str]
    rows: list[list[Cell]]
    numeric: list[bool]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Chart:
    """A drawing for wide pages and one for phones, and both said in words; the legend holds (colour, label)."""

    wide: Markup
    narrow: Markup
    spoken: str
    legend: list[tuple[str, str]]
    caption: str = ""
    kind: str = field(default="chart", init=False)


Block = Paragraph | Bullets | Tally | Table | Chart


@dataclass(frozen=True)
class Section:
    """One part of the page under a heading; `id` is the section function's name and the link to it."""

    id: str
    title: str
    blocks: list[Block]
