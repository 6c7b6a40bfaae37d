"""Levels corrected for pages that were not stored: post-stratification over bands of pages.

Source: METHOD 1.3. The pages of a category fall into cells by how deep they are, since those of one depth are alike.
With n* pages of a cell meant and n of them stored, each listing on them stands for n* / n:

    V = sum over cells of n* / n times the displayed sales seen

The sums are made in transforms/expansion.py.

A cell of which less than 0.8 is stored is put together with the cell above it, the first with the one below; where even
the whole category is less it is missing. Where a marketplace is asked by price band, each band is a category of its
own, and the cells are category x price band x page band. Nothing is added for what lies behind the last page meant:
that would be a guess about the tail, not a correction.
"""

from dataclasses import dataclass

from transforms.footing import PagesRead

BANDS = (1, 2, 4, 8, 16, 32)  # each twice as wide as the one before, as sales fall less and less from page to page
LEAST_SHARE = 0.8


@dataclass(frozen=True)
class Cell:
    """The pages `first` to `last`, of which `meant` were to be read and `stored` were."""

    first: int
    last: int
    meant: int
    stored: int

    @property
    def weight(self) -> float | None:
        """What each of its listings stands for; None where too few pages were stored."""
        return self.meant / self.stored if self.stored >= LEAST_SHARE * self.meant else None


def page_cells(read: PagesRead, depth: int | None = None) -> list[Cell]:
    """The cells of one category and week, in order, down to `depth` where one is given; merged as the rule says."""
    last = read.to_page if depth is None else min(read.to_page, depth)
    cells: list[Cell] = []
    for cell in _bands(read.first_page, last, set(read.lost_pages)):
        cells = _merged([*cells, cell])
    return _merged(cells[::-1])[::-1] if len(cells) > 1 else cells


def _bands(first: int, last: int, lost: set[int]) -> list[Cell]:
    starts = [first + band - 1 for band in BANDS if first + band - 1 <= last]
    ends = [*(start - 1 for start in starts[1:]), last]
    return [
        Cell(start, end, end - start + 1, end - start + 1 - sum(start <= page <= end for page in lost))
        for start, end in zip(starts, ends, strict=True)
    ]


def _merged(cells: list[Cell]) -> list[Cell]:
    """The cells, the last of them put together with those before it for as long as it lacks pages."""
    while len(cells) > 1 and cells[-1].weight is None:
        *before, one, other = cells
        first, last = min(one.first, other.first), max(one.last, other.last)
        cells = [*before, Cell(first, last, one.meant + other.meant, one.stored + other.stored)]
    return cells
