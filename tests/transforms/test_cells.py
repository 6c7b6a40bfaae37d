import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cells import Cell, page_cells
from transforms.footing import PagesRead


def read(last: int, *lost: int) -> PagesRead:
    return PagesRead(1, last, True, lost, None, None)


def test_cells_widen_with_depth() -> None:
    found = [(cell.first, cell.last) for cell in page_cells(read(50))]
    assert found == [(1, 1), (2, 3), (4, 7), (8, 15), (16, 31), (32, 50)]
    assert [(cell.first, cell.last) for cell in page_cells(read(50), depth=5)] == [(1, 1), (2, 3), (4, 5)]


def test_a_cell_stands_for_its_lost_pages() -> None:
    assert page_cells(read(15, 9))[-1] == Cell(8, 15, 8, 7)
    assert page_cells(read(15, 9))[-1].weight == pytest.approx(8 / 7)


def test_a_cell_with_too_little_joins_the_one_above() -> None:
    assert page_cells(read(15, 5)) == [Cell(1, 1, 1, 1), Cell(2, 7, 6, 5), Cell(8, 15, 8, 8)]
    assert page_cells(read(15, 4, 5)) == [Cell(1, 15, 15, 13)]
    assert page_cells(read(15, 1)) == [Cell(1, 7, 7, 6), Cell(8, 15, 8, 8)]


def test_a_category_with_too_little_is_missing() -> None:
    assert page_cells(read(4, 1, 2)) == [Cell(1, 4, 4, 2)]
    assert page_cells(read(4, 1, 2))[0].weight is None


@given(st.integers(1, 60), st.sets(st.integers(1, 60)))
def test_cells_hold_every_page_once(last: int, lost: set[int]) -> None:
    cells = page_cells(read(last, *sorted(page for page in lost if page <= last)))
    assert [page for cell in cells for page in range(cell.first, cell.last + 1)] == list(range(1, last + 1))
    assert sum(cell.stored for cell in cells) == last - len({page for page in lost if page <= last})
    assert len(cells) == 1 or all(cell.weight is not None for cell in cells)
