"""What a section is made of. The template knows how each kind looks; sections only say what is in it."""

from dataclasses import dataclass, field

from markupsafe import Markup

NO_DRAWING = Markup()


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, the exact number behind it, a smaller second line, and a tone (a CSS class).

    A name's second line is its Chinese name or province. A name's drawing is shown on phones only, others always. A
    row of a single cell is a heading of the rows below it."""

    text: str
    value: float | None = None
    small: str = ""
    tone: str = ""
    drawing: Markup = NO_DRAWING


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
    """A table with a caption; a column whose cells hold numbers is set right. It scrolls on a phone.

    `wide_only` are the places of columns that phones leave out. A matrix has many narrow columns of numbers."""

    caption: str
    head: list[str]
    rows: list[list[Cell]]
    numeric: list[bool]
    wide_only: tuple[int, ...] = ()
    is_matrix: bool = False
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


@dataclass(frozen=True)
class Details:
    """Blocks behind a line that opens them; `side` is said beside the line."""

    summary: str
    blocks: list["Block"]
    side: str = ""
    kind: str = field(default="details", init=False)


Block = Paragraph | Bullets | Tally | Table | Chart | Details


def folded(summary: str, blocks: list[Block], is_folded: bool) -> list[Block]:
    """The blocks as they are, or behind a line."""
    return [Details(summary, blocks)] if is_folded else blocks


@dataclass(frozen=True)
class Section:
    """One part of the page under a heading; `id` is the section function's name and the link to it."""

    id: str
    title: str
    blocks: list[Block]
