"""Return rates as sellers hand them over: rows of listings that pages show too, since no page shows what came back."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import numpy as np

from configs.calendar import WEEK, YEAR
from sandbox.chance import Chance, mean_one
from sandbox.economy import BeltEconomy, build
from sandbox.faces import Faces, draw_faces
from sandbox.scenario import PRACTICE, Scenario

EVERY = 4 * WEEK
RATE_SIGMA = 0.3  # spread of log return rate between merchants
HIGHEST = 0.95
COLUMNS = (
    "category",
    "week",
    "listing_id",
    "merchant_id",
    "seller_place_text",
    "price_text",
    "sales_30d_text",
    "return_rate_text",
)


def handed_over(scenario: Scenario, seed: int) -> str | None:
    """A CSV of every listing of the belts whose returns are planted, every four weeks of the last year and its base.

    Each merchant's rate is the planted one times a factor of its own, one on average. None where nothing is planted.
    """
    economy = build(scenario, seed)
    belts = [belt for belt in economy.belts if belt.plan.returns]
    if not belts:
        return None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for belt in belts:
        chance = Chance(economy.seed, belt.plan.id)
        factors = mean_one(chance.stream("returns"), (len(belt.merchants),), RATE_SIGMA)
        faces = draw_faces(belt, economy)
        for week in _weeks(scenario):
            writer.writerows(_rows(belt, faces, factors, week))
    return text.getvalue()


def _weeks(scenario: Scenario) -> list[date]:
    """The live week and every fourth before it for a year, as far as the world goes back."""
    back = (scenario.live_week - EVERY * step for step in range(YEAR // EVERY + 1))
    return sorted(week for week in back if week >= scenario.first_week)


def _rows(belt: BeltEconomy, faces: Faces, factors: np.ndarray, week: date) -> Iterator[tuple[object, ...]]:
    """The rows of one belt and week, in the order of its listings; only merchants of the belt hand anything over."""
    assert belt.plan.returns is not None
    shelf = belt.shelf(week, PRACTICE)
    for row, price, pieces in zip(shelf.row.tolist(), shelf.price_fen.tolist(), shelf.pieces_30d.tolist(), strict=True):
        merchant = int(belt.listings.merchant[row])
        if not belt.merchants.is_belt[merchant]:
            continue
        face = faces.merchants[merchant]
        rate = min(HIGHEST, belt.plan.returns.rate(week) * float(factors[merchant]))
        place = f"{face.address.province} {face.address.city}".strip()
        sold = (f"{price / 100:.2f}", pieces, f"{100 * rate:.1f}%")
        yield belt.plan.category, week, faces.listings[row].listing_id, face.member_id, place, *sold
