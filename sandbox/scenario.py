"""What a practice world is to be: read from scenarios/*.yaml, checked, and named by a digest."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from configs.calendar import YEAR
from configs.errors import ConfigError
from configs.yaml_lines import load_model

SCENARIOS = Path(__file__).parent / "scenarios"

Share = Annotated[float, Field(ge=0, le=1)]
Sigma = Annotated[float, Field(ge=0, le=4)]
Change = Annotated[float, Field(gt=-1, le=10)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spot(_Strict):
    """A place as the site writes it: province without its suffix, city and county with theirs."""

    province: str
    city: str
    county: str = ""


class BeltSpot(Spot):
    """The belt's own county, with its GB/T 2260 code."""

    code: Annotated[str, Field(pattern=r"^\d{6}$")]


class BeltPlan(_Strict):
    """One belt, the category its merchants sell in, and what is planted there.

    Changes are fractions over 364 days; sizes are yuan per 30 days; rates are per year.
    """

    id: str
    category: str
    keywords: str
    label: str
    place: BeltSpot
    near: list[Spot]
    elsewhere: list[Spot]
    change: Change
    price_change: Change = 0.0
    elsewhere_change: Change = 0.05
    merchants: Annotated[int, Field(ge=2)] = 150
    elsewhere_share: Annotated[float, Field(ge=0, lt=1)] = 0.12
    city_only_share: Share = 0.04
    listings_per_merchant: Annotated[float, Field(ge=1, le=6)] = 2.0
    typical_sales_yuan: Annotated[float, Field(gt=0)] = 20_000.0
    typical_price_yuan: Annotated[float, Field(gt=0)] = 10.0
    price_sigma: Sigma = 0.5
    size_sigma: Sigma = 1.2
    growth_sigma: Sigma = 0.25
    listing_sigma: Sigma = 0.06
    merchant_exit_rate: Share = 0.06
    merchant_entry_rate: Share = 0.06
    listing_swap_rate: Share = 0.15
    units: Annotated[list[str], Field(min_length=1)] = ["件"]
    things: Annotated[list[str], Field(min_length=1)]
    traits: Annotated[list[str], Field(min_length=1)]


class Scenario(_Strict):
    """A practice world: past weeks `first_week` to the one before `live_week`, and one live week."""

    name: str
    title: dict[str, str]
    first_week: date
    live_week: date
    page_size: Annotated[int, Field(ge=1)] = 60
    ads_per_page: Annotated[int, Field(ge=0)] = 2
    balanced: bool = False
    belts: Annotated[list[BeltPlan], Field(min_length=1)]

    @model_validator(mode="after")
    def _weeks_and_belts(self) -> "Scenario":
        if self.first_week.weekday() or self.live_week.weekday():
            raise ValueError("first_week and live_week must be Mondays")
        if self.live_week - self.first_week < YEAR:
            raise ValueError("live_week must be at least 364 days after first_week")
        if len({belt.id for belt in self.belts}) < len(self.belts):
            raise ValueError("two belts have the same id")
        words = {belt.category: belt.keywords for belt in self.belts}
        if any(words[belt.category] != belt.keywords for belt in self.belts):
            raise ValueError("belts of one category must have the same keywords")
        return self

    @property
    def categories(self) -> dict[str, str]:
        """Category id to the words that the site searches it by, in the order of the file."""
        return {belt.category: belt.keywords for belt in self.belts}

    @property
    def past_weeks(self) -> list[date]:
        """Mondays of the archive, the live week left out."""
        count = (self.live_week - self.first_week).days // 7
        return [self.first_week + timedelta(weeks=index) for index in range(count)]

    @property
    def digest(self) -> str:
        """SHA-256 of all its values: two scenarios of equal digest and seed make equal worlds."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def load(name_or_path: str | Path) -> Scenario:
    """The scenario of this name in scenarios/, or in the YAML file of this path; ConfigError where unusable."""
    path = Path(name_or_path)
    if path.suffix != ".yaml":
        path = SCENARIOS / f"{name_or_path}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in SCENARIOS.glob("*.yaml")))
        raise ConfigError(f"there is no scenario {str(name_or_path)!r}; known are {known}, or give a path to a .yaml")
    return load_model(path, Scenario)
