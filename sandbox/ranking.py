"""Which listings a marketplace shows on which page: best sellers first, and those shown above a page for money."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from sandbox.economy import Economy, Shelf
from sandbox.faces import draw_faces

DAYS_KEPT = 4
MOST_PAGES = 50  # as far as the real site lets one turn over


@dataclass(frozen=True)
class Ranking:
    """The listings of a category on one day, best sellers first: belt and place on its shelf of each."""

    shelves: list[Shelf]
    belt: np.ndarray
    place: np.ndarray

    def __len__(self) -> int:
        return len(self.belt)


@dataclass(frozen=True)
class Spot:
    """One card of a page: which of the category's belts, its shelf, its place on that, whether an advertisement."""

    belt: int
    shelf: Shelf
    place: int
    is_ad: bool


class Rankings:
    """The listings of one marketplace by category and day; rankings are kept for a few days."""

    def __init__(self, economy: Economy, marketplace: str, page_size: int) -> None:
        scenario = economy.scenario
        self.marketplace, self.page_size, self.ads_per_page = marketplace, page_size, scenario.ads_per_page
        self.span = economy.span
        self.faces = {
            category: [draw_faces(belt, economy) for belt in economy.of_category(category)]
            for category in scenario.marketplaces.get(marketplace, [])
        }
        self.of = lru_cache(maxsize=DAYS_KEPT * max(1, len(self.faces)))(self._rank)

    def counts(self, category: str, day: date) -> tuple[int, int]:
        """Pages and listings that a category has on a day."""
        items = len(self.of(category, day))
        return min(MOST_PAGES, -(-items // self.page_size)), items

    def page(self, category: str, number: int, day: date) -> list[Spot]:
        """The cards of a page, advertisements first."""
        ranking = self.of(category, day)
        span = range((number - 1) * self.page_size, min(number * self.page_size, len(ranking)))
        ads = self._advertised(category, number, day)
        return [self._spot(category, index, place < len(ads), day) for place, index in enumerate([*ads, *span])]

    def _spot(self, category: str, index: int, is_ad: bool, day: date) -> Spot:
        ranking = self.of(category, day)
        belt = int(ranking.belt[index])
        return Spot(belt, ranking.shelves[belt], int(ranking.place[index]), is_ad)

    def _advertised(self, category: str, number: int, day: date) -> list[int]:
        """Places in the ranking of the listings shown above a page for money: they take turns by day and page."""
        ranking, faces = self.of(category, day), self.faces[category]
        paying = [
            index
            for index, (belt, place) in enumerate(zip(ranking.belt.tolist(), ranking.place.tolist(), strict=True))
            if faces[belt].listings[int(ranking.shelves[belt].row[place])].advertises
        ]
        turn = day.toordinal() + number * self.ads_per_page
        count = min(self.ads_per_page, len(paying))
        return [paying[(turn + index) % len(paying)] for index in range(count)]

    def _rank(self, category: str, day: date) -> Ranking:
        """By sales of 30 days, then by listing id."""
        faces = self.faces[category]
        shelves = [face.belt.shelf(day, self.marketplace) for face in faces]
        belt = np.concatenate([np.full(len(shelf.row), index) for index, shelf in enumerate(shelves)])
        place = np.concatenate([np.arange(len(shelf.row)) for shelf in shelves])
        pieces = np.concatenate([shelf.pieces_30d for shelf in shelves])
        ids = np.array([faces[b].listings[int(shelves[b].row[p])].listing_id for b, p in zip(belt, place, strict=True)])
        order = np.lexsort((ids, -pieces))
        return Ranking(shelves, belt[order], place[order])
